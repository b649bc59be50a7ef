"""`tracker changes`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.analysis.figure_ids import figure_id
from tracker.analysis.filter import Where, share_of
from tracker.analysis.lookups import headline, missing
from tracker.analysis.shares import Share, shares
from tracker.cli.lookups import known_board
from tracker.cli.options import Day, Integer, Setting, common, definition_options, nothing
from tracker.definition import Definition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.changes.coverage import End
    from tracker.changes.decomposition import Split
    from tracker.changes.row_matching import Point

MOVES = ["change", "name", "name_before", "place_before", "place", "score_before", "score"]


@click.command("changes")
@click.argument("board")
@click.option("--from", "since", type=Day(), required=True, help="The newest snapshot on or before this day,")
@click.option("--to", "until", type=Day(), help="compared with that on or before this one [today].")
@click.option("--top", type=Integer(1), default=20, show_default=True, help="N.")
@click.option("--where", "asked", help="The share to split, such as country=CN [every value of --by].")
@definition_options()
@common
def changes_command(
    setting: Setting,
    board: str,
    since: date,
    until: date | None,
    top: int,
    asked: str | None,
    definition: Definition,
) -> None:
    """What moved in the top N of BOARD between two days, and why a share moved: parts that add up to the whole.

    Rows that swap places are under rescoring. Captures that failed or were not accepted are named as gaps, and a day
    without an accepted page as an outage. CSV has the rows that moved; JSON has them, the parts and the gaps.

    Example: tracker changes arena_text --from 2026-01-01 --to 2026-02-01 --by country
    """
    from tracker.analysis.filter import parse
    from tracker.changes.coverage import gaps, sentences
    from tracker.changes.decomposition import split
    from tracker.changes.row_matching import moves, pairs, point

    values: list[tuple[str, ...]] = []
    if asked:
        try:
            where = parse(asked)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        definition, values = replace(definition, by=where.by), [where.values]
    days = since, until or setting.today
    with setting.database() as connection:
        board_info = known_board(connection, board)
        openness_on = setting.today if definition.openness_as_of == "today" else None
        points = [point(connection, board, day, openness_on) for day in days]
        absent = [missing(connection, board, day) for day, results in zip(days, points, strict=True) if results is None]
        breaks = connection.execute(
            "SELECT s.day, s.break_before FROM series AS s WHERE s.board = ? AND s.break_before IS NOT NULL"
            " AND s.day > ? AND s.day <= ? ORDER BY s.day",
            [board, *days],
        ).fetchall()
        results = [shares(connection, [board], [top], definition, as_of=day, today=setting.today) for day in days]
        missed, ends = gaps(connection, board, *days)
    before, after = points
    if before is None or after is None:
        raise nothing(setting, absent[0], None, MOVES)
    paired = pairs(before.rows, after.rows)
    row_changes, parts = moves(paired, top), split(paired, board_info, definition, top, values)
    if setting.format == "csv":
        output.write(row_changes, MOVES, "csv")
    elif setting.is_json:
        output.write_json({
            "board": board, "top": top, "definition": definition.words(), "by": definition.by,
            "from": _point(before, ends[0]), "to": _point(after, ends[1]),
            "breaks": [{"day": day, "reason": reason} for day, reason in breaks],
            "moves": row_changes,
            "shares": [_record(each) | _ids(each, results, definition, setting.today) for each in parts],
            "gaps": [asdict(gap) for gap in missed],
        }, setting.format)  # fmt: skip
    else:
        output.paragraph(headline(board_info))
        output.paragraph(f"{board}, top {top}: {_describe(before)} against {_describe(after)}")
        for day, reason in breaks:
            output.paragraph(f"Not comparable across {day}: {output.shown(reason)}.")
        output.table(row_changes, MOVES) if row_changes else output.paragraph("No row of the top N changed.")
        output.line()
        lines = [_line(each) for each in parts]
        output.table(
            lines, list(lines[0]) if lines else [], "Shares in percent, and what moved them in percentage points:"
        )
        for sentence in filter(None, [*sentences(missed), *(end.sentence() for end in ends)]):
            output.paragraph(output.shown(sentence))
        output.paragraph(f"Counted: {definition.words()}.")


def _point(point: Point, end: End) -> dict[str, Any]:
    """`seen`: when an accepted page was last seen by the day that was asked for."""
    return {
        "day": point.day, "snapshot": point.snapshot, "edition": point.edition, "rows": len(point.rows),
        "asked": end.asked, "seen": end.seen, "outage": bool(end.missed),
    }  # fmt: skip


def _describe(point: Point) -> str:
    edition = f", edition {point.edition}" if point.edition else ""
    return f"{point.day}{edition} (snapshot {point.snapshot[:12]}, {len(point.rows)} rows)"


def _ids(each: Split, days: Sequence[Sequence[Share]], definition: Definition, today: date) -> dict[str, str | None]:
    """The ids of the share on both days; None where nothing had a place."""
    where = Where(definition.by, each.value)
    ids = [figure_id(share_of(end, where), definition, today) if end else None for end in days]
    return dict(zip(("id_before", "id"), ids, strict=True))


def _record(each: Split) -> dict[str, Any]:
    """Shares as numbers, and as exact fractions: of these the parts add up to the movement to the last digit."""
    return {
        "value": list(each.value), "count_before": float(each.count_before), "count": float(each.count),
        "share_before": float(each.before), "share": float(each.after),
        "movement": float(each.after - each.before), "movement_exact": str(each.after - each.before),
        "parts": [
            {"cause": part.cause, "count": float(part.count), "share": float(part.share),
             "share_exact": str(part.share), "share_then": float(part.then)}
            for part in each.parts
        ],
    }  # fmt: skip


def _line(each: Split) -> dict[str, Any]:
    from tracker.changes.decomposition import CAUSES

    parts = dict(zip(CAUSES, (f"{float(part.share):+.1%}" for part in each.parts), strict=True))
    return {
        "value": " ".join(each.value), "before": f"{float(each.before):.1%}", **parts,
        "after": f"{float(each.after):.1%}", "movement": f"{float(each.after - each.before):+.1%}",
    }  # fmt: skip
