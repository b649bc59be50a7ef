"""What commands look up of a board: its declaration, a sentence where it has no snapshot, its headline."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import duckdb


def records(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    done = connection.execute(query, values or [])
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def known_board(connection: duckdb.DuckDBPyConnection, board: str) -> dict[str, Any]:
    """The declaration of a board, and `operator_name`; a wrong name is a wrong use, answered with what there is."""
    found = records(
        connection,
        "SELECT b.*, coalesce(d.name, b.operator) AS operator_name FROM boards AS b"
        " LEFT JOIN (SELECT developer, min(name) AS name FROM developers GROUP BY developer) AS d"
        " ON d.developer = b.operator WHERE b.board = ?",
        [board],
    )
    if not found:
        names = [row[0] for row in connection.execute("SELECT board FROM boards ORDER BY board").fetchall()]
        raise click.UsageError(f"no board {board!r}; there are: {', '.join(names)}")
    return found[0]


def missing(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> str:
    """The sentence for a board without a snapshot on or before a day."""
    first, bare = connection.execute(
        "SELECT min(s.day), max(s.day) FILTER (WHERE s.day <= $2) FROM series AS s WHERE s.board = $1", [board, day]
    ).fetchall()[0]
    if bare:
        return f"{board}: the snapshot of {bare} prints ranks and no scores; ask with --rank-by printed"
    after = f"; the first is of {first}" if first else ""
    return f"{board}: no accepted snapshot on or before {day}{after}"


def headline(about: dict[str, Any]) -> str:
    """Board, adjustment, kind and operator in one line."""
    operator = ", ".join(filter(None, (about["operator_name"], about["operator_country"])))
    return f"{about['title']} ({about['kind']}; adjustment: {about['adjustment']}; run by {operator})"
