"""`tracker export`."""

from __future__ import annotations

from pathlib import Path

import click

from tracker import output
from tracker.cli.options import Setting, common


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@common
def export_command(setting: Setting, folder: Path) -> None:
    """Write boards, snapshots, quarantine, entries and shares as CSV files into FOLDER.

    Example: tracker export csv-files
    """
    from tracker.export import export

    with setting.database() as connection:
        written = export(connection, folder)
    output.write(
        [{"file": str(folder / name), "rows": rows} for name, rows in written],
        ["file", "rows"],
        setting.format,
    )
