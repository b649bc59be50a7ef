"""`tracker curve`: one question under every definition that can be defended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.analysis.filter import Where
from tracker.analysis.lookups import headline, missing
from tracker.cli.lookups import known_board
from tracker.cli.options import Setting, as_of, common, definition_options, nothing, where_option
from tracker.definition import Definition

if TYPE_CHECKING:
    from tracker.analysis.curve import Curve

COLUMNS = ["board", "day", "unit", "top", "all", "ties", "open_means", "of", "count", "low", "high", "share",
           "share_low", "share_high", "definition", "id"]  # fmt: skip


@click.command("curve")
@click.argument("board")
@where_option
@definition_options("rank_by", "openness_as_of", "country_rule", "without_operator")
@as_of
@common
def curve_command(setting: Setting, board: str, where: Where, as_of: date | None, definition: Definition) -> None:
    """The share under unit x N x ties (where they change it) x meaning of open, and which choice moves it most.

    `tracker chart curve` draws it.

    Example: tracker curve arena_text --where country=CN
    """
    from tracker.analysis.curve import curve, sentence

    day = as_of or setting.today
    with setting.database() as connection:
        board_info = known_board(connection, board)
        result = curve(connection, board, where, as_of=day, today=setting.today, base=definition)
        why = "" if result else missing(connection, board, day)
    if result is None:
        raise nothing(setting, why, None, COLUMNS)
    rows = records(result)
    if setting.is_json:
        output.write_json({
            "board": board, "day": result.day, "where": str(where), "low": result.low, "high": result.high,
            "moves": result.moves, "sentence": sentence(result), "points": rows,
        }, setting.format)  # fmt: skip
    elif setting.format == "csv":
        output.write(rows, COLUMNS, "csv")
    else:
        for row in rows:
            row["top"] = "all" if row["all"] else row["top"]
            row["bounds"] = "" if row["low"] == row["high"] else f"{row['share_low']:.1%} to {row['share_high']:.1%}"
            row["share"] = f"{row['share']:.1%}"
        hidden = {"board", "day", "all", "low", "high", "share_low", "share_high", "definition"}
        hidden |= set() if output.width() >= 150 else {"id"}
        hidden |= set() if any(row["open_means"] for row in rows) else {"open_means"}
        shown = [column for column in COLUMNS if column not in hidden]
        shown += ["bounds"] if any(row["bounds"] for row in rows) else []
        output.table(rows, shown, headline(board_info))
        output.paragraph(sentence(result))
        fixed = replace(definition, by=where.by)
        output.paragraph(f"The same throughout: {'; '.join([*fixed.of_cut(), *fixed.of_properties()])}.")


def records(result: Curve) -> list[dict[str, Any]]:
    """The points as flat records; `top` is N, or the number of units where `all` is true."""
    return [
        {
            "board": result.board, "day": result.day, "unit": choice.unit,
            "top": choice.top or round(known.of), "all": choice.top is None, "ties": choice.ties,
            "open_means": choice.open_means, "of": known.of, "count": known.count, "low": known.count,
            "high": known.high, "share": known.share, "share_low": known.share, "share_high": known.share_high,
            "definition": result.definitions[choice].words(), "id": result.ids[choice],
        }
        for choice, known in result.points.items()
    ]  # fmt: skip
