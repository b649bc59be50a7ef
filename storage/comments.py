"""What each table, view and column of the database holds, in words, for people who open it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@functools.cache
def _declared() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("storage").joinpath("column_comments.toml").read_text("utf-8"))


def of_column(table: str, column: str) -> str:
    """What the column holds; KeyError where nobody wrote it down."""
    declared = _declared()
    return declared.get(table, {}).get(column) or declared["every"][column]


def write(connection: duckdb.DuckDBPyConnection) -> None:
    """Puts the comment on every column that has none yet: tables and views that were made anew."""
    bare = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE comment IS NULL AND NOT internal AND NOT starts_with(database_name, 'temp')"
    ).fetchall()
    for table, column in bare:
        text = of_column(table, column).replace("'", "''")
        connection.execute(f"COMMENT ON COLUMN {table}.\"{column}\" IS '{text}'")


def described(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, list[tuple[str, str, str]]]]:
    """(name, comment, (column, type, comment) of each) of every table and view, by name."""
    tables = connection.execute(
        "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal UNION ALL"
        " SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    for name, comment in tables:
        columns = connection.execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [name],
        ).fetchall()
        yield name, comment, columns
