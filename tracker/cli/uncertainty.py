"""`tracker uncertainty`: how far the uncertainty that a leaderboard publishes moves a count."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from tracker import output
from tracker.analysis.figure_ids import id_of
from tracker.analysis.filter import Where
from tracker.analysis.lookups import headline
from tracker.cli.lookups import known_board
from tracker.cli.options import Integer, Setting, as_of, common, level_option, nothing, scored, top_option, where_option
from tracker.definition import Definition

COLUMNS = ["count", "share_of_draws", "share_of_draws_with_unknown"]


@click.command("uncertainty")
@click.argument("board")
@where_option
@top_option
@click.option("--draws", type=Integer(1, 1_000_000), default=10_000, show_default=True,
              help="How many times the scores are redrawn.")  # fmt: skip
@click.option("--seed", type=Integer(), default=0, show_default=True, help="The same seed draws the same.")
@level_option
@as_of
@common
def uncertainty_command(
    setting: Setting, board: str, where: Where, top: int, draws: int, seed: int, level: float, as_of: date | None
) -> None:
    """The spread of a count in the top N when the published intervals are redrawn; certain and possible places.

    Example: tracker uncertainty arena_text --where country=CN --top 20
    """
    from tracker.analysis.uncertainty import CAVEAT, uncertainty

    with setting.database() as connection:
        board_info = known_board(connection, board)
        point = scored(connection, board, as_of or setting.today)
        figure_id = id_of(connection, board, top, where, Definition(), as_of=as_of or setting.today,
                          today=setting.today)  # fmt: skip
    if isinstance(point, str):
        raise nothing(setting, point, None, COLUMNS)
    result = uncertainty(point, where, top, draws=draws, seed=seed, level=level)
    if result is None:
        raise nothing(setting, f"{board}: publishes no intervals on {point.day}", None, COLUMNS)
    words = Definition(by=where.by).words()
    rows = [
        {"count": count, "share_of_draws": result.counts.get(count, 0.0),
         "share_of_draws_with_unknown": result.counts_high.get(count, 0.0)}
        for count in sorted(result.counts | result.counts_high)
    ]  # fmt: skip
    if setting.is_json:
        record = {key: value for key, value in asdict(result).items() if key not in ("counts", "counts_high")}
        output.write_json({**record, "where": str(where), "unit": "entry", "caveat": CAVEAT, "definition": words,
                                "id": figure_id, "counts": rows}, setting.format)  # fmt: skip
    elif setting.format == "csv":
        output.write(rows, COLUMNS, "csv")
    else:
        known = result.counts == result.counts_high
        shown = [{**row, **{name: f"{row[name]:.1%}" for name in COLUMNS[1:]}} for row in rows]
        output.table(shown, COLUMNS[:2] if known else COLUMNS, headline(board_info))
        possible = result.possible if result.possible == result.possible_high else (
            f"{result.possible} to {result.possible_high}")  # fmt: skip
        output.paragraph(
            f"{where} in the top {result.top} of {board} by entry, {result.day}: {result.draws:,} draws,"
            f" seed {result.seed}, intervals read as {result.level:.0%}. {CAVEAT[0].upper()}{CAVEAT[1:]}."
        )
        output.paragraph(
            f"Rows that are in the top {result.top} wherever every score lies within its interval: {result.certain};"
            f" that may be in it: {possible}."
        )
        if result.without:
            output.paragraph(f"{result.without} rows print no interval and stay at their score.")
        output.paragraph(f"Counted: {words}.")
        output.line(f"id of the count as published: {figure_id}")
