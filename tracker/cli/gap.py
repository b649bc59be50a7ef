"""`tracker gap` and `tracker lag`: how far apart two groups stand, in score and in days."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Literal

import click

from tracker import output
from tracker.analysis.lookups import headline
from tracker.cli.lookups import known_board
from tracker.cli.options import Setting, as_of, between_by, common, comparable, level_option, nothing, scored
from tracker.definition import Definition

Property = Literal["country", "developer", "openness", "open"]

GAP = ["board", "day", "between", "other", "best", "best_other", "gap", "half", "level", "win", "win_low", "win_high",
       "unknown_above", "definition"]  # fmt: skip
LAG = ["name", "released_on", "score", "days", "reached_by"]


@click.command("gap")
@click.argument("board")
@click.option("--between", required=True, metavar="VALUE", help="The first group, such as US.")
@click.option("--and", "other", required=True, metavar="VALUE", help="The other, such as CN.")
@between_by
@level_option
@as_of
@common
def gap_command(
    setting: Setting, board: str, between: str, other: str, by: Property, level: float, as_of: date | None
) -> None:
    """Best of one group minus best of another, with its interval, and on arenas the chance to win.

    Example: tracker gap arena_text --between US --and CN
    """
    from tracker.analysis.gap import gap

    with setting.database() as connection:
        board_info = known_board(connection, board)
        comparable(connection, board, "gap")
        point = scored(connection, board, as_of or setting.today)
    result = point if isinstance(point, str) else gap(point, by, between, other, level=level)
    if result is None:
        result = f"{board}: no row with a score of {between} or none of {other}"
    if isinstance(result, str):
        raise nothing(setting, result, None, GAP)
    words = ["best row of each", *Definition(by=by).of_properties()]
    record = {**asdict(result), "definition": "; ".join(words)}
    if setting.is_json:
        output.write_json(record, setting.format)
    elif setting.format == "csv":
        output.write([record], GAP, "csv")
    else:
        output.paragraph(headline(board_info))
        within = (
            f" +- {result.half:.1f} ({result.level:.0%})" if result.half is not None else ", no intervals published"
        )
        output.paragraph(
            f"{result.day}: best of {between} ({result.best}) minus best of {other} ({result.best_other}):"
            f" {result.gap:.1f} {board_info['unit'] or 'points'}{within}."
        )
        if result.win is not None:
            sure = f" ({result.win_low:.1%} to {result.win_high:.1%})" if result.win_low is not None else ""
            output.paragraph(f"So the first wins {result.win:.1%} of comparisons{sure}.")
        if result.unknown_above:
            output.paragraph(
                f"{result.unknown_above} rows whose {by} is not known score at least as high as the worse of the two,"
                " and could be the best of either."
            )
        output.paragraph(f"Counted: {record['definition']}.")


@click.command("lag")
@click.argument("board")
@click.option("--of", required=True, metavar="VALUE", help="The group that trails, such as CN.")
@click.option("--behind", required=True, metavar="VALUE", help="The group that leads, such as US.")
@between_by
@as_of
@common
def lag_command(setting: Setting, board: str, of: str, behind: str, by: Property, as_of: date | None) -> None:
    """How many days one group needs to reach the records of another, within one snapshot.

    Example: tracker lag arena_text --of CN --behind US
    """
    from tracker.analysis.lag import lag

    with setting.database() as connection:
        board_info = known_board(connection, board)
        comparable(connection, board, "lag")
        point = scored(connection, board, as_of or setting.today)
    if isinstance(point, str):
        raise nothing(setting, point, None, LAG)
    result = lag(point, by, of, behind)
    if not result.records:
        raise nothing(setting, f"{board}: no row of {behind} has a score and a day of release", None, LAG)
    rows = [asdict(record) for record in result.records]
    words = "; ".join(["records among the rows with a score and a day of release", *Definition(by=by).of_properties()])
    if setting.is_json:
        output.write_json({**asdict(result), "definition": words, "records": rows}, setting.format)
    elif setting.format == "csv":
        output.write(rows, LAG, "csv")
    else:
        shown = [{**row, "reached_by": row["reached_by"] or "not yet"} for row in rows]
        output.table(shown, LAG, headline(board_info))
        middle = f"{result.median} days" if result.median is not None else "not reached, too many are censored"
        output.paragraph(
            f"{result.day}: {len(rows)} records of {behind}, {result.censored} not reached by {of} and censored."
            f" Kaplan-Meier median of the lag: {middle}. Days of release are the {result.days_from}'s."
        )
        if result.undated or result.unknown:
            output.paragraph(
                f"Left out: {result.undated} rows without a day of release, {result.unknown} whose {by} is not known."
            )
        output.paragraph(f"Counted: {words}.")
