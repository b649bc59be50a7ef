"""`tracker representation` and `tracker composition`: what the rows of a leaderboard do to a share of its top."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import click

from tracker import output
from tracker.analysis.figure_ids import id_of
from tracker.analysis.filter import Figure, Where
from tracker.analysis.lookups import headline, missing
from tracker.cli.lookups import known_board
from tracker.cli.options import (
    Day,
    Number,
    Setting,
    as_of,
    common,
    definition_options,
    nothing,
    share_words,
    top_option,
    where_option,
)
from tracker.definition import Definition

RATIO = ["board", "day", "top", "count", "high", "of", "whole_count", "whole_high", "whole_of", "ratio", "ratio_low",
         "ratio_high", "definition", "id"]  # fmt: skip
STEPS = ["day_before", "day", "source_before", "source", "rows_before", "rows", "dropped", "added", "break"]


@click.command("representation")
@click.argument("board")
@where_option
@top_option
@definition_options("rank_by", "openness_as_of", "country_rule", "open_means", "without_operator")
@as_of
@common
def representation_command(
    setting: Setting, board: str, where: Where, top: int, as_of: date | None, definition: Definition
) -> None:
    """The share of the top N divided by the share of the whole board: is it simply full of them?

    Example: tracker representation arena_text --where country=CN
    """
    from tracker.analysis.composition import representation

    day = as_of or setting.today
    with setting.database() as connection:
        board_info = known_board(connection, board)
        result = representation(connection, board, where, top, as_of=day, today=setting.today, base=definition)
        figure_id = id_of(connection, board, top, where, definition, as_of=day, today=setting.today)
        why = "" if result else missing(connection, board, day)
    if result is None:
        raise nothing(setting, why, None, RATIO)
    record = {
        "board": board, "day": result.day, "top": top, "count": result.top.count, "high": result.top.high,
        "of": result.top.of, "whole_count": result.whole.count, "whole_high": result.whole.high,
        "whole_of": result.whole.of, "ratio": result.ratio, "ratio_low": result.low, "ratio_high": result.high,
        "definition": replace(definition, by=where.by).words(), "id": figure_id,
    }  # fmt: skip
    if setting.is_json:
        output.write_json(record, setting.format)
    elif setting.format == "csv":
        output.write([record], RATIO, "csv")
    else:
        output.paragraph(headline(board_info))
        output.paragraph(
            f"{where}, {result.day}, by entry: {share_words(result.top)} at the top, {share_words(result.whole)} of the"
            f" whole board. Ratio: {ratio_words(result.ratio, result.low, result.high)}."
        )
        output.paragraph(f"Counted: {record['definition']}.")
        output.line(f"id of the top: {figure_id}")


def ratio_words(now: float | None, low: float | None, high: float | None) -> str:
    """The ratio with its bounds, which hold whatever the unknown turn out to be."""
    if now is None and high is None:
        return "none, the board has no such row"
    if now is None:
        return f"none known; {low:.2f} to {high:.2f} if unknown rows are such"
    known = low is not None and high is not None and abs(high - low) > 1e-12
    return f"{low:.2f} to {high:.2f}" if known else f"{now:.2f}"


@click.command("composition")
@click.argument("board")
@where_option
@click.option("--from", "since", type=Day(), required=True, help="The newest point on or before this day.")
@click.option("--to", "until", type=Day(), required=True, help="And on or before this one.")
@top_option
@click.option("--many", type=Number(0.01, 1), default=0.1, show_default=True,
              help="Rows dropped or added at once that make a break, as a share of the rows before.")  # fmt: skip
@definition_options("unit", "ties", "rank_by", "openness_as_of", "country_rule", "open_means", "without_operator")
@common
def composition_command(
    setting: Setting,
    board: str,
    where: Where,
    since: date,
    until: date,
    top: int,
    many: float,
    definition: Definition,
) -> None:
    """Where the board dropped or added many rows at once, and the share on the rows that both days have.

    Example: tracker composition arena_text --from 2026-01-01 --to 2026-02-01 --where country=CN
    """
    from tracker.analysis.composition import composition

    if since >= until:
        raise click.UsageError(f"--from {since} is not before --to {until}")
    with setting.database() as connection:
        board_info = known_board(connection, board)
        result = composition(
            connection, board, where, top, since=since, until=until, today=setting.today, base=definition
        )
        ids = [id_of(connection, board, top, where, definition, as_of=day, today=setting.today)
               for day in (since, until)]  # fmt: skip
        why = "" if result else missing(connection, board, since)
    if result is None:
        raise nothing(setting, why, None, STEPS)
    words = replace(definition, by=where.by).words()
    steps = [{**asdict(step), "break": step.is_break(many)} for step in result.changes]
    if setting.is_json:
        record = {key: value for key, value in asdict(result).items() if key != "changes"}
        output.write_json({
            **record, "where": str(where), "top": top, "definition": words, "id_before": ids[0], "id": ids[1],
            "changes": steps,
        }, setting.format)  # fmt: skip
    elif setting.format == "csv":
        output.write(steps, STEPS, "csv")
    else:
        breaks = [step for step in steps if step["break"]]
        output.table(breaks, STEPS[:-1], headline(board_info))
        output.paragraph(
            f"{len(breaks)} of {len(steps)} steps dropped or added at least {many:.0%} of the rows at once."
            f" Between {result.day_before} and {result.day}: {result.dropped} rows left, {result.added} came,"
            f" {result.common} stayed."
        )

        def on_both(figure: Figure | None) -> str:
            return share_words(figure) if figure else "no place"

        output.paragraph(
            f"{where} in the top {top}: {share_words(result.before)}, then {share_words(result.after)}. On the"
            f" rows that both days have: {on_both(result.common_before)}, then {on_both(result.common_after)}."
        )
        output.paragraph(f"Counted: {words}.")
        for text in ("ids of the shares of all rows:", *(f"  {each}" for each in ids)):
            output.line(text)
