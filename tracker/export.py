"""The published database as CSV files: the same archive gives the same bytes, and no cell is a formula."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from storage import database
from tracker import output

if TYPE_CHECKING:
    import duckdb

# How a cell begins that spreadsheets read as a formula; the same as in output.safe_cell.
FORMULA = r"^[\s\pZ\pC]*[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in output.SIGNS) + "]"


def guarded(column: str) -> str:
    """The text of a column, with an apostrophe before what would be a formula."""
    return f"CASE WHEN regexp_matches({column}, '{FORMULA}') THEN chr(39) || {column} ELSE {column} END"


def queries() -> Iterator[tuple[str, str]]:
    """(file name without its ending, query) for every exported file."""
    for part in database.sql("export").split("-- file: ")[1:]:
        name, _, query = part.partition("\n")
        yield name.strip(), query.strip().rstrip(";")


def export(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[tuple[str, int]]:
    """Writes every file of the export, each replaced in one step; returns (file, rows)."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, query in queries():
        columns = connection.execute(f"DESCRIBE {query}").fetchall()
        cells = []
        for column, kind, *_ in columns:
            quoted = f'"{column}"'
            cells.append(f"{guarded(quoted)} AS {quoted}" if kind == "VARCHAR" else quoted)
        file = folder / f"{name}.csv"
        unfinished = file.with_suffix(".tmp")
        quoted_path = str(unfinished).replace("'", "''")
        try:
            counted = connection.execute(
                f"COPY (SELECT {', '.join(cells)} FROM ({query})) TO '{quoted_path}'"
                " (FORMAT csv, HEADER, PRESERVE_ORDER true)"
            ).fetchall()
            os.replace(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
        written.append((file.name, int(counted[0][0])))
    return written
