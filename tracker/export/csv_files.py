"""Tables as CSV files, one for each, and of the rows of leaderboards one for each leaderboard. No cell is a formula."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker import output
from tracker.export.tables import Table, known, quoted

if TYPE_CHECKING:
    import duckdb

# How a cell begins that spreadsheets read as a formula; the same as in output.safe_cell.
FORMULA = r"^[\s\pZ\pC]*[" + "".join(rf"\x{{{ord(sign):x}}}" for sign in output.SIGNS) + "]"


def guarded(column: str) -> str:
    """The text of a column, with an apostrophe before what would be a formula."""
    return f"CASE WHEN regexp_matches({column}, '{FORMULA}') THEN chr(39) || {column} ELSE {column} END"


def files(connection: duckdb.DuckDBPyConnection, table: Table) -> list[tuple[str, str]]:
    """(file, query of its rows): entries/<board>.csv where the table has the rows of all leaderboards."""
    if table.name != "entries":
        return [(f"{table.name}.csv", table.query)]
    return [(f"entries/{board}.csv", table.of_board(board)) for board in known(connection, table)]


def write(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[Table]) -> Iterator[tuple[str, int]]:
    """Writes them below the folder; gives (file, rows) of each."""
    for table in tables:
        names = [(f'"{column.name}"', column.kind) for column in table.columns]
        cells = ", ".join(f"{guarded(name)} AS {name}" if kind == "VARCHAR" else name for name, kind in names)
        for file, query in files(connection, table):
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            ((rows,),) = connection.execute(
                f"COPY (SELECT {cells} FROM ({query})) TO {quoted(str(path))} (FORMAT csv, HEADER, PRESERVE_ORDER true)"
            ).fetchall()
            yield file, int(rows)
