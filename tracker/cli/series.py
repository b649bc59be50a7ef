"""Where a series is not one series: breaks, and days on which two sources differ."""

from __future__ import annotations

import click

from tracker import output
from tracker.analysis.lookups import records
from tracker.cli.lookups import known_board
from tracker.cli.options import Integer, Setting, common


@click.command("breaks")
@click.argument("board", required=False)
@common
def breaks_command(setting: Setting, board: str | None) -> None:
    """Where a series is not comparable: breaks that are declared, a roster that was cut as later pages
    confirm, and jumps that nobody has declared.

    Example: tracker breaks arena_text
    """
    from storage.database import sql

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        rows = records(connection, sql("suspected_breaks"), [board])
    columns = ["board", "day_before", "day", "state", "rows_before", "rows", "common_names", "median_shift", "reason"]
    output.write(rows, columns, setting.format)


@click.command("disagreements")
@click.argument("board", required=False)
@click.option("--top", type=Integer(1), default=20, show_default=True, help="N.")
@common
def disagreements_command(setting: Setting, board: str | None, top: int) -> None:
    """Days that two sources showed of one board, with different models in the top N.

    Where a page was typed by somebody and also had as bytes, every score that differs is named; the bytes stand.

    Example: tracker disagreements arena_text --top 20
    """
    from storage.database import sql

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        rows = records(connection, sql("disagreements"), [board, top])
    output.write(rows, ["board", "day", "chosen", "other", "only_chosen", "only_other", "scores"], setting.format)
