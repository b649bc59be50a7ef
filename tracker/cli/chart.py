"""`tracker chart`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from tracker import output
from tracker.analysis.filter import Where
from tracker.analysis.lookups import UnknownName
from tracker.cli.options import Integer, Setting, WhereType, as_of, definition_options, include_restricted, located
from tracker.definition import OPTIONS, Definition
from tracker.report.charts import KINDS


@click.command("chart")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("board", required=False)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file: .svg, .png, .html or .json"
              " [KIND-BOARD.svg].")  # fmt: skip
@click.option("--top", type=Integer(1), default=20, show_default=True, help="N.")
@click.option("--where", "wheres", type=WhereType(), multiple=True,
              help="What is counted, such as country=CN; for `share` several, for `gap` two [country=CN].")  # fmt: skip
@definition_options(*(name for name in OPTIONS if name != "by"))
@as_of
@include_restricted
@located
def chart_command(
    setting: Setting,
    kind: str,
    board: str | None,
    out: Path | None,
    top: int,
    wheres: tuple[Where, ...],
    as_of: date | None,
    definition: Definition,
    restricted: bool,
) -> None:
    """Draw a chart as SVG, PNG, HTML or Vega-Lite JSON, by the ending of the file's name.

    share BOARD: over time, a dot for each point, a band for what is unknown, each break named. curve BOARD: the same
    share under every definition. top BOARD: the first rows with score, country and openness. gap BOARD: the best of one
    group minus the best of another (--where, twice). boards: the share on every leaderboard. Needs
    leaderboard-tracker[report].

    Example: tracker chart share opencompass_llm --where country=CN --out share.svg
    """
    from tracker.report import charts, files

    file = out or Path(f"{kind}-{board}.svg" if board else f"{kind}.svg")
    if file.suffix not in files.KINDS:
        raise click.UsageError(f"--out {file}: expected a name that ends in {', '.join(files.KINDS)}")
    with setting.database() as connection:
        try:
            chart = charts.chart(
                connection, kind, board, top=top, wheres=wheres, definition=definition,
                as_of=as_of or setting.today, today=setting.today, restricted=restricted,
            )  # fmt: skip
        except UnknownName as error:
            raise click.UsageError(str(error)) from None
        except ValueError as error:
            output.say(str(error))
            raise click.exceptions.Exit(1) from None
    files.write(chart.to_dict(), file)
    output.say(f"{file} is drawn")
