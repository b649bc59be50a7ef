"""Tables as Parquet files below `parquet/`; the rows of leaderboards by leaderboard and year. Typed, sorted, zstd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.export.tables import VOLATILE, Table, known, quoted

if TYPE_CHECKING:
    import duckdb


def write(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[Table]) -> Iterator[tuple[str, int]]:
    """Writes them below the folder; gives (file, rows) of each."""
    for table in tables:
        if table.name == VOLATILE:
            continue
        for file, query in _files(connection, table):
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            ((rows,),) = connection.execute(
                f"COPY ({query}) TO {quoted(str(path))}"
                " (FORMAT parquet, COMPRESSION zstd, PRESERVE_ORDER true, ROW_GROUP_SIZE 100000)"
            ).fetchall()
            yield file, int(rows)


def _files(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[tuple[str, str]]:
    if table.name != "entries":
        yield f"parquet/{table.name}.parquet", table.query
        return
    for board in known(connection, table):
        years = connection.execute(
            "SELECT DISTINCT year(day) FROM points WHERE board = ? AND redistribute <> 'shares' ORDER BY 1", [board]
        ).fetchall()
        for (year,) in years:
            yield f"parquet/entries/{board}/{year}.parquet", table.of_board(board, year)
