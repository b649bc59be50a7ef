"""`tracker export`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.cli.options import Day, Setting, include_restricted, located

if TYPE_CHECKING:
    from tracker.export import Written

FORMATS = ("csv", "parquet", "sqlite", "every_eval_ever")


class Formats(click.ParamType[tuple[str, ...]]):
    """Kinds of files, apart by commas."""

    name = "formats"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Each once, in the order of FORMATS."""
        if isinstance(value, tuple):
            return value
        asked = {part.strip() for part in str(value).split(",")}
        for wrong in sorted(asked - set(FORMATS)):
            self.fail(f"{wrong!r} is none of {', '.join(FORMATS)}", param, ctx)
        return tuple(kind for kind in FORMATS if kind in asked)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "formats", type=Formats(), default="csv", show_default=True, metavar="FORMAT,...",
              help="Kinds of files: csv, parquet, sqlite, every_eval_ever; several apart by commas.")  # fmt: skip
@click.option("--board", "boards", multiple=True, help="This leaderboard alone; several times for several.")
@click.option("--since", type=Day(), help="Points from this day on.")
@click.option("--as-of", type=Day(), help="The points in force on this day: one for each leaderboard.")
@include_restricted
@located
def export_command(
    setting: Setting,
    folder: Path,
    formats: tuple[str, ...],
    boards: tuple[str, ...],
    since: date | None,
    as_of: date | None,
    restricted: bool,
) -> None:
    """Write leaderboards, rows, shares, the registry and claims as files into FOLDER, with what describes them.

    The same data give the same bytes; on a day without news last_seen.csv alone changes. What terms forbid to pass on
    is left out, and FOLDER/README.md names it.

    every_eval_ever is the shared format of that name for results of evaluations: a JSON file for each row of the newest
    point of each leaderboard (with --as-of, of the point of that day), whatever --since says.

    Example: tracker export csv-files --format csv,sqlite
    """
    from tracker.cli.lookups import known_board
    from tracker.export import write
    from tracker.export.tables import Selection

    if since and as_of:
        raise click.UsageError("--since asks for a history and --as-of for one day: give one of them")
    with setting.database() as connection, output.bars() as show:
        for board in boards:
            known_board(connection, board)
        selection = Selection(boards, since, as_of, restricted)
        written = write(connection, folder, formats, selection, today=setting.today,
                        progress=lambda done, of: show("exporting", done, of))  # fmt: skip
    output.write(_listed(written), ["file", "rows"], setting.format)


def _listed(written: Sequence[Written]) -> list[dict[str, str | int | None]]:
    """The files and their rows; the records of one leaderboard, a file for each row, as their folder."""
    from tracker.export.every_eval_ever import board_folder

    listed: dict[str, int | None] = {}
    for file in written:
        name = board_folder(file.file)
        listed[name] = file.rows if name == file.file else (listed.get(name) or 0) + (file.rows or 0)
    return [{"file": name, "rows": rows} for name, rows in listed.items()]
