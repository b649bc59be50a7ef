"""The tables of an export, and which points of the series are in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from scrapers.errors import TrackerError
from storage import comments, database

if TYPE_CHECKING:
    import duckdb


VOLATILE = "last_seen"  # the one table that changes without news: a CSV file of its own, and in no other


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported: boards (all where none is named), points from a day on, or those in force on a day.

    `restricted`: also what the terms of a source forbid to pass on.
    """

    boards: tuple[str, ...] = ()
    since: date | None = None
    as_of: date | None = None
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, its type in DuckDB, and what it holds."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns that are the key of another table."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its query, which is ordered by all of its key, its columns, its key and what it refers to."""

    name: str
    holds: str
    query: str
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    columns: tuple[Column, ...] = field(default=())

    def of_board(self, board: str, year: int | None = None) -> str:
        """The query for the rows of one board, and of one year."""
        of_year = f" AND year(q.day) = {year}" if year else ""
        return f"SELECT q.* FROM ({self.query}) AS q WHERE q.board = {quoted(board)}{of_year}"


@contextmanager
def chosen(connection: duckdb.DuckDBPyConnection, selection: Selection, today: date) -> Iterator[list[str]]:
    """For the block the chosen points are the relation `points`, and their boards `chosen_boards`.

    Gives the boards of which rows are left out, since terms forbid to pass them on.
    """
    from tracker.export import claims

    until = selection.as_of or date.max
    connection.execute(f"SET VARIABLE since = DATE '{selection.since or date.min}'")
    connection.execute(f"SET VARIABLE until = DATE '{until}'")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE chosen_boards AS"
        " SELECT b.board, CASE WHEN $2 THEN 'figures' ELSE coalesce(b.redistribute, 'figures') END AS redistribute"
        " FROM boards AS b WHERE $1::VARCHAR[] = [] OR b.board IN (SELECT unnest($1::VARCHAR[]))",
        [list(selection.boards), selection.restricted],
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE points AS SELECT s.*,"
        " CASE WHEN $1 THEN 'figures' ELSE coalesce(w.redistribute, c.redistribute) END AS redistribute"
        " FROM series AS s JOIN chosen_boards AS c ON c.board = s.board"
        " LEFT JOIN (SELECT DISTINCT board, source, redistribute FROM board_providers) AS w"
        " ON w.board = s.board AND w.source = s.source"
        " WHERE s.day BETWEEN getvariable('since') AND getvariable('until')",
        [selection.restricted],
    )
    if selection.as_of:
        connection.execute(
            "DELETE FROM points AS p WHERE p.day < (SELECT max(q.day) FROM points AS q WHERE q.board = p.board)"
        )
    claims.fill(connection, selection, today)
    try:
        yield [
            board
            for (board,) in connection.execute(
                "SELECT DISTINCT board FROM points WHERE redistribute = 'shares' ORDER BY board"
            ).fetchall()
        ]
    finally:
        for table in ("points", "chosen_boards", "claims"):
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Every table of an export, in the order in which each refers to those before it alone. Asked within `chosen`."""
    result = []
    for part in database.sql("export").split("-- table: ")[1:]:
        header, select, query = part.partition("\nSELECT")
        name, *lines = header.splitlines()
        attributes = dict(line.removeprefix("-- ").split(": ", 1) for line in lines)
        query = (select + query).strip().rstrip(";")
        references = []
        if "refers" in attributes:
            columns, _, table = attributes["refers"].partition(" to ")
            references = [Reference(tuple(columns.split(", ")), table)]
        described = connection.execute(f"DESCRIBE {query}").fetchall()
        columns_of = tuple(Column(column, kind, comments.of_column(name, column)) for column, kind, *_ in described)
        result.append(
            Table(name, attributes["holds"], query, tuple(attributes["key"].split(", ")), tuple(references), columns_of)
        )
    return result


def known(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """The boards that have rows in the table, in order."""
    rows = connection.execute(f"SELECT DISTINCT q.board FROM ({table.query}) AS q ORDER BY 1").fetchall()
    for (board,) in rows:
        if not board.replace("_", "").replace("-", "").replace(".", "").isalnum() or board.startswith("."):
            raise TrackerError(f"leaderboard {board!r} cannot be the name of a file: rename it in its declaration")
    return [board for (board,) in rows]


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
