"""`tracker chart`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tracker import output
from tracker.analysis.filter import Where, parse
from tracker.cli.lookups import known_board
from tracker.cli.options import Integer, Setting, WhereType, as_of, definition_options, located
from tracker.definition import OPTIONS, Definition


@click.command("chart")
@click.argument("kind", type=click.Choice(["share"]))
@click.argument("board")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file: .svg, .png, .html or .json"
              " [KIND-BOARD.svg].")  # fmt: skip
@click.option("--top", type=Integer(1), default=20, show_default=True, help="N.")
@click.option("--where", "wheres", type=WhereType(), multiple=True,
              help="What is counted, such as country=CN; several for several lines [country=CN].")  # fmt: skip
@definition_options(*(name for name in OPTIONS if name != "by"))
@as_of
@located
def chart_command(
    setting: Setting,
    kind: str,
    board: str,
    out: Path | None,
    top: int,
    wheres: tuple[Where, ...],
    as_of: date | None,
    definition: Definition,
) -> None:
    """Draw a chart of BOARD as SVG, PNG, HTML or Vega-Lite JSON, by the ending of the file's name.

    `share` is a share over time: a dot for each point, a band for what is unknown, each break named. It needs
    leaderboard-tracker[report].

    Example: tracker chart share opencompass_llm --where country=CN --out share.svg
    """
    from tracker.report import files, share_chart

    file = out or Path(f"{kind}-{board}.svg")
    if file.suffix not in files.KINDS:
        raise click.UsageError(f"--out {file}: expected a name that ends in {', '.join(files.KINDS)}")
    with setting.database() as connection:
        board_info = known_board(connection, board)
        try:
            chart = share_chart.chart(
                connection, board_info, top, wheres or (parse("country=CN"),), definition,
                until=as_of or setting.today, today=setting.today,
            )  # fmt: skip
        except ValueError as error:
            output.say(str(error))
            raise click.exceptions.Exit(1) from None
    files.write(chart.to_dict(), file)
    output.say(f"{file} is drawn")
