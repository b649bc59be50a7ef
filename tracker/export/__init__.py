"""The published database as files for others: CSV, Parquet, SQLite, Every Eval Ever, with what describes them.

`write` is all that the command and the Python API need. The same archive gives the same bytes: a day without news
changes one file, `last_seen.csv`.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers.errors import of_file
from tracker.export import csv_files, every_eval_ever, package, parquet_files, sqlite_file
from tracker.export.tables import Selection, Table, chosen, tables

if TYPE_CHECKING:
    import duckdb


# Each writes the tables below a folder, and gives (file, rows) of every file.
WRITERS: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Path, Sequence[Table]], Iterator[tuple[str, int]]]] = {
    "csv": csv_files.write,
    "parquet": parquet_files.write,
    "sqlite": sqlite_file.write,
    every_eval_ever.FOLDER: every_eval_ever.write,
}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export: its path below the folder, and its rows (None where it is no table)."""

    file: str
    rows: int | None


def write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    formats: Sequence[str] = ("csv",),
    selection: Selection | None = None,
    *,
    today: date,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> list[Written]:
    """Writes the chosen tables into the folder, each file replaced in one step; what an export before left there and
    this one has not is removed. `formats` are keys of WRITERS; `today` is the day on which the claims are judged.
    OSError names the file.
    """
    selection = selection or Selection()
    with of_file(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the files that they replace: a rename does not cross file systems.
        scratch = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        with chosen(connection, selection, today) as left_out:
            asked = tables(connection)
            written: list[Written] = []
            steps = len(formats) * len(asked)
            for at, format_ in enumerate(formats):
                for number, (file, rows) in enumerate(WRITERS[format_](connection, scratch, asked)):
                    written.append(Written(file, rows))
                    progress(at * len(asked) + min(number, len(asked)), steps)
            described = package.write(connection, scratch, asked, formats, selection, left_out)
            written += [Written(file, None) for file in described]
        progress(steps, steps)
        before = package.files_of(folder)
        for each in written:
            _replace(scratch / each.file, folder / each.file)
        for file_name in sorted(before - {each.file for each in written}):
            _remove(folder, file_name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return written


def _remove(folder: Path, file_name: str) -> None:
    """Removes a file of an export before, and the folders in which nothing is left."""
    (folder / file_name).unlink(missing_ok=True)
    for parent in list(Path(file_name).parents)[:-1]:
        try:
            (folder / parent).rmdir()
        except OSError:  # something is left there
            return


def _replace(fresh: Path, target: Path) -> None:
    """Puts a file in its place; one that has the same bytes stays as it is, with its time."""
    if target.is_file() and filecmp.cmp(fresh, target, shallow=False):
        return
    with of_file(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh, target)
