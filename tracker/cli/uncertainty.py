"""`tracker uncertainty`: how far the uncertainty that a leaderboard publishes moves a count."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import click

from tracker import output
from tracker.analysis.figure_ids import id_of
from tracker.analysis.filter import Where
from tracker.cli.lookups import headline, known_board
from tracker.cli.options import Setting, as_of, common, level_option, nothing, scored, top_option, where_option
from tracker.definition import Definition

COLUMNS = ["count", "share_of_draws", "share_of_draws_with_unknown"]


@click.command("uncertainty")
@click.argument("board")
@where_option
@top_option
@click.option("--draws", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same.")
@level_option
@as_of
@common
def uncertainty_command(
    setting: Setting, board: str, where: Where, top: int, draws: int, seed: int, level: float, as_of: date | None
) -> None:
    """The spread of a count in the top N when the published intervals are redrawn; certain and possible places."""
    from tracker.analysis.uncertainty import CAVEAT, uncertainty

    with setting.database() as connection:
        about = known_board(connection, board)
        point = scored(connection, board, as_of or setting.today)
        figure_id = id_of(connection, board, top, where, Definition(), as_of=as_of or setting.today,
                          today=setting.today)  # fmt: skip
    if isinstance(point, str):
        raise nothing(setting, point, None, COLUMNS)
    found = uncertainty(point, where, top, draws=draws, seed=seed, level=level)
    if found is None:
        raise nothing(setting, f"{board}: prints no intervals on {point.day}", None, COLUMNS)
    words = Definition(by=where.by).words()
    rows = [
        {"count": count, "share_of_draws": found.counts.get(count, 0.0),
         "share_of_draws_with_unknown": found.counts_high.get(count, 0.0)}
        for count in sorted(found.counts | found.counts_high)
    ]  # fmt: skip
    if setting.format == "json":
        said = {key: value for key, value in asdict(found).items() if key not in ("counts", "counts_high")}
        print(output.json_text({**said, "where": str(where), "unit": "entry", "caveat": CAVEAT, "definition": words,
                                "id": figure_id, "counts": rows}))  # fmt: skip
    elif setting.format == "csv":
        output.write(rows, COLUMNS, "csv")
    else:
        known = found.counts == found.counts_high
        shown = [{**row, **{name: f"{row[name]:.1%}" for name in COLUMNS[1:]}} for row in rows]
        output.table(shown, COLUMNS[:2] if known else COLUMNS, headline(about))
        possible = found.possible if found.possible == found.possible_high else (
            f"{found.possible} to {found.possible_high}")  # fmt: skip
        output.paragraph(
            f"{where} in the top {found.top} of {board} by entry, {found.day}: {found.draws:,} draws,"
            f" seed {found.seed}, intervals read as {found.level:.0%}. {CAVEAT[0].upper()}{CAVEAT[1:]}."
        )
        output.paragraph(
            f"Rows that are in the top {found.top} wherever every score lies within its interval: {found.certain}; that"
            f" may be in it: {possible}."
        )
        if found.without:
            output.paragraph(f"{found.without} rows print no interval and stay at their score.")
        output.paragraph(f"Counted: {words}.")
        print(f"id of the count as printed: {figure_id}")
