"""`tracker share`: who holds the top N of a board, or of all boards side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from storage.origins import IN_WORDS
from tracker import output
from tracker.analysis.figure_ids import figure_id
from tracker.analysis.filter import Where, with_zeros
from tracker.analysis.lookups import headline, missing, records
from tracker.analysis.shares import Share, shares
from tracker.cli.lookups import known_board
from tracker.cli.options import Integer, Setting, WhereType, as_of, common, definition_options
from tracker.definition import Definition

if TYPE_CHECKING:
    import duckdb

    from tracker.analysis.margin import Margins

BESIDE = ("kind", "adjustment", "operator", "age_days", "definition")  # a table says these once, above and below
LABS = (5, 10)  # developers are few: the tops at which they are counted unless said otherwise


@click.command("share")
@click.argument("board", required=False)
@click.option("--all", "every", is_flag=True, help="Each board's share side by side, instead of BOARD.")
@click.option("--top", "tops", type=Integer(1), multiple=True,
              help="N, may be given again [20; as a table 10, 20 and 50, or 5 and 10 by developer].")  # fmt: skip
@click.option("--history", is_flag=True, help="Every point up to the day, instead of the newest.")
@click.option("--where", "wheres", type=WhereType(), multiple=True,
              help="Only this value, even where it is 0: country=US or country=US,open=open. Repeatable.")  # fmt: skip
@definition_options()
@as_of
@common
def share_command(
    setting: Setting,
    board: str | None,
    every: bool,
    tops: tuple[int, ...],
    as_of: date | None,
    history: bool,
    wheres: tuple[Where, ...],
    definition: Definition,
) -> None:
    """Who holds the top N of BOARD, with bounds for what is not known.

    Each figure has an id; `tracker explain ID` says what it rests on, `tracker bundle ID FILE` packs that.

    Example: tracker share arena_text --top 20 --by country
    """
    if wheres:
        if len({where.by for where in wheres}) > 1:
            raise click.UsageError(
                "--where: the same properties are expected each time, such as country=CN and country=US"
            )
        definition = replace(definition, by=wheres[0].by)
    asked = [where.values for where in wheres]
    few = definition.unit == "developer"
    day = as_of or setting.today
    if every or board is None:
        if board or not every or history:
            raise click.UsageError("expected either BOARD, or --all without --history")
        share_all(setting, tops or (LABS[-1:] if few else (20,)), definition, day, asked)
        return
    if not tops:
        headlines = LABS if few else (10, 20, 50)
        tops = headlines if setting.format == "table" and not history else LABS[-1:] if few else (20,)
    with setting.database() as connection:
        board_info = known_board(connection, board)
        results = shares(connection, [board], tops, definition, as_of=day, today=setting.today, every_day=history)
        results = with_zeros(results, definition.by, asked)
        sentence = "" if results else missing(connection, board, day)
        without_score = count_unscored(connection, board, day) if history and definition.rank_by == "score" else (0, 0)
        last_seen = None if history else last_seen_on(connection, results)
        margins = [] if history else margins_of(connection, results, definition, day, setting.today)
    columns = share_columns(definition) + (["break"] if history else ["margin", "margin_high", "margin_words"])
    rows = [share.record() | share_details(board_info, share, definition, setting.today) for share in results]
    if setting.format != "table":
        if margins:
            margin_columns = [
                margin_cells(share, pair, board_info) for share, pair in zip(results, margins, strict=True)
            ]
            rows = [row | more for row, more in zip(rows, margin_columns, strict=True)]
        output.write(rows, columns, setting.format)
    elif history:
        print_history(board_info, results, definition)
    else:
        for top in dict.fromkeys(share.top for share in results):
            at_top = [number for number, share in enumerate(results) if share.top == top]
            of_top = [results[number] for number in at_top]
            of_margins = [margins[number] for number in at_top]
            print_share(board_info, of_top, definition, setting.today, of_margins, last_seen)
    if without_score[0]:
        output.say(
            f"{without_score[0]} of {without_score[1]} points of {board} have published ranks and no scores, and"
            " are not counted by score: --rank-by published_rank shows them"
        )
    if not results:
        output.say(sentence)
        raise click.exceptions.Exit(1)


def count_unscored(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> tuple[int, int]:
    """How many points of a board up to a day have ranks alone, and how many it has."""
    query = (
        "SELECT count(*) FILTER (WHERE n.scored = 0), count(*) FROM series AS s"
        " JOIN snapshots AS n ON n.snapshot_key = s.snapshot_key WHERE s.board = ? AND s.day <= ?"
    )
    unscored, points = connection.execute(query, [board, day]).fetchall()[0]
    return unscored, points


def print_history(board_info: dict[str, Any], results: list[Share], definition: Definition) -> None:
    """Every point for a person: what is counted, its share with the range of the unknown, the edition, and breaks."""
    if not results:
        return
    several = len({share.top for share in results}) > 1
    rows = [
        {
            "day": share.day, "top": share.top, **share.values, "count": share.count, "of": share.of,
            "share": f"{share.share:.1%}",
            "range": "" if share.low == share.high else f"{share.share_low:.1%} to {share.share_high:.1%}",
            "edition": share.edition or "", "break": share.break_before or "",
        }
        for share in results
    ]  # fmt: skip
    columns = ["day", *(["top"] if several else []), *definition.by.split(","), "count", "of", "share"]
    columns += [name for name in ("range", "edition", "break") if any(row[name] for row in rows)]
    output.table(rows, columns, headline(board_info), drop_first=("break", "edition", "of"))
    breaks = {share.day: share.break_before for share in results if share.break_before}
    if breaks and definition.by != "developer":
        output.paragraph("Breaks: not comparable with the point before on " + ", ".join(map(str, breaks)) + ".")
    output.paragraph(f"Counted: {definition.words()}.")


def margins_of(
    connection: duckdb.DuckDBPyConnection, results: Sequence[Share], definition: Definition, as_of: date, today: date
) -> list[Margins]:
    """The margins of these figures of one board, in their order."""
    from tracker.analysis.margin import units_of

    if not results:
        return []
    units = units_of(connection, results[0].board, definition, as_of=as_of, today=today)
    return [units.margins(share.top, Where(definition.by, tuple(share.values.values()))) for share in results]


def margin_cells(share: Share, pair: Margins, board_info: dict[str, Any]) -> dict[str, Any]:
    """The margin of a figure for CSV and JSON: `margin` of the low count, `margin_high` of the high one."""
    from tracker.analysis.margin import sentences

    low, high = (None if margin.difference is None else float(margin.difference) for margin in pair)
    words = "; ".join(sentences([(" and ".join(share.values.values()), pair)], board_info["unit"] or ""))
    return {"margin": low, "margin_high": high, "margin_words": words}


def share_all(
    setting: Setting, tops: Sequence[int], definition: Definition, day: date, asked: Sequence[tuple[str, ...]] = ()
) -> None:
    """Each board's newest share on or before a day; boards without one are named on stderr."""
    from tracker.cli.all_boards import print_boards

    with setting.database() as connection:
        abouts = {
            board_info["board"]: board_info for board_info in records(connection, "SELECT * FROM boards ORDER BY board")
        }
        results = shares(connection, list(abouts), tops, definition, as_of=day, today=setting.today)
        results = with_zeros(results, definition.by, asked)
        without = [missing(connection, board, day) for board in abouts.keys() - {share.board for share in results}]
    if setting.format == "table":
        for top in tops if results else ():
            print_boards(abouts, [share for share in results if share.top == top], definition, top, setting.today)
    else:
        rows = [
            share.record() | share_details(abouts[share.board], share, definition, setting.today) for share in results
        ]
        output.write(rows, share_columns(definition), setting.format)
    for sentence in sorted(without):
        output.say(sentence)
    if not results:
        raise click.exceptions.Exit(1)


def share_columns(definition: Definition) -> list[str]:
    """Columns of shares as CSV and JSON; the contract that scripts rely on."""
    return [
        "board", "day", "published_on", "captured_at", "snapshot", "edition", "top", "of", "unit", "ties", "rank_by",
        "openness_as_of", *definition.by.split(","), "count", "low", "high", "share", "share_low", "share_high",
        *BESIDE, "id", "origin", "content_since",
    ]  # fmt: skip


def share_details(board_info: dict[str, Any], share: Share, definition: Definition, today: date) -> dict[str, Any]:
    """What a figure must not travel without, in CSV and JSON as in the table: board, age, definition in words, id."""
    return {
        **{name: board_info[name] for name in ("kind", "adjustment", "operator")},
        "age_days": (today - share.day).days, "definition": definition.words(),
        "id": figure_id(share, definition, today),
    }  # fmt: skip


def last_seen_on(connection: duckdb.DuckDBPyConnection, results: Sequence[Share]) -> date | None:
    """The day on which the page of these shares was last seen as it is."""
    if not results:
        return None
    query = "SELECT s.last_seen_at::DATE FROM series AS s WHERE s.board = ? AND s.day = ?"
    seen: date = connection.execute(query, [results[0].board, results[0].day]).fetchall()[0][0]
    return seen


def age_of_data(share: Share, last_seen: date | None) -> list[str]:
    """That a page was seen again, and that its rows are older than the page."""
    words = [f"last seen {last_seen}"] if last_seen and last_seen > share.captured_at.date() else []
    return [
        *words,
        *([f"no new row since {share.content_since}"] if (share.content_since or share.day) < share.day else []),
    ]


def print_share(
    board_info: dict[str, Any],
    results: list[Share],
    definition: Definition,
    today: date,
    margins: Sequence[Margins] = (),
    last_seen: date | None = None,
) -> None:
    """One top N for a person: the figures with what they rest on, and how far they are from others."""
    from tracker.analysis.margin import sentences

    first = results[0]
    whole = first.of < first.top and first.ties != "exclude"
    places = output.shown(first.of)
    output.paragraph(headline(board_info))
    whats = [" and ".join(share.values.values()) for share in results]
    notes = [
        f"{'all' if whole else f'top {first.top}'} of {first.board}: {places} places",
        f"{first.day} ({(today - first.day).days} days ago)",
        *([f"edition {first.edition}"] if first.edition else []),
        f"captured {first.captured_at:%Y-%m-%d}, snapshot {first.snapshot[:12]}",
        *([IN_WORDS[first.origin]] if first.origin else []),
        *age_of_data(first, last_seen),
    ]
    output.paragraph(", ".join(notes))
    if whole:
        output.paragraph(f"The board has {places} places, fewer than {first.top}: all of them are the denominator.")
    rows = []
    for share in results:
        known = share.low == share.high
        bounds = "" if known else f"{output.shown(share.low)} to {output.shown(share.high)}"
        percent = f"{share.share:.1%}" if known else f"{share.share_low:.1%} to {share.share_high:.1%}"
        rows.append({
            **share.values, "count": share.count, "of": share.of, "bounds": bounds, "share": percent,
            "id": figure_id(share, definition, today),
        })  # fmt: skip
    bounded = any(row["bounds"] for row in rows)
    shown = [*definition.by.split(","), "count", "of", *(["bounds"] if bounded else []), "share"]
    beside = output.width() >= 60 + max(len(str(row["id"])) for row in rows)
    output.table(rows, [*shown, "id"] if beside else shown)
    if not beside:  # a folded id cannot be copied
        for text in ("ids, in that order:", *(f"  {row['id']}" for row in rows)):
            output.line(text)
    if bounded:
        output.paragraph("Bounds: what is unknown is left out of the count, and may turn out to be any value.")
    if definition.unit == "release" and first.unresolved:
        output.paragraph(f"{output.shown(first.unresolved)} have no registered release, and count one by one.")
    for sentence in sentences(list(zip(whats, margins, strict=False)), board_info["unit"] or "")[:1]:
        output.paragraph(f"Margin: {output.shown(sentence)}.")
    output.paragraph(f"Counted: {definition.words()}.")
    output.line()
