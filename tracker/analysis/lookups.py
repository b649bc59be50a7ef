"""What is looked up of a board: its declaration, a sentence where it has no snapshot, its headline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


class UnknownName(ValueError):
    """No board, value or source of that name; the text says what may be meant, and what there is."""


def records(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query by column name."""
    done = connection.execute(query, values or [])
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def known_board(connection: duckdb.DuckDBPyConnection, board: str) -> dict[str, Any]:
    """The declaration of a board, and `operator_name`; UnknownName where there is none, with what there is."""
    rows = records(
        connection,
        "SELECT b.*, coalesce(d.name, b.operator) AS operator_name FROM boards AS b"
        " LEFT JOIN (SELECT developer, min(name) AS name FROM developers GROUP BY developer) AS d"
        " ON d.developer = b.operator WHERE b.board = ?",
        [board],
    )
    if not rows:
        names = [row[0] for row in connection.execute("SELECT board FROM boards ORDER BY board").fetchall()]
        raise UnknownName(f"no board {board!r}{suggestion(board, names)}; there are: {', '.join(names)}")
    return rows[0]


def suggestion(name: str, known: Iterable[str]) -> str:
    """` (did you mean share?)` where a known name is much like it; else nothing."""
    from rapidfuzz import process

    likely = process.extract(name, list(known), limit=3, score_cutoff=70)
    return f" (did you mean {' or '.join(match for match, *_ in likely)}?)" if likely else ""


def missing(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> str:
    """The sentence for a board without an answer on or before a day: no snapshot, or none of its rows has a place."""
    first, bare = connection.execute(
        "SELECT min(s.day), max(s.day) FILTER (WHERE s.day <= $2) FROM series AS s WHERE s.board = $1", [board, day]
    ).fetchall()[0]
    if bare is None:
        after = f"; the first is of {first}" if first else ""
        return f"{board}: no accepted snapshot on or before {day}{after}"
    scores, ranks = connection.execute(
        "SELECT count(e.score), count(e.published_rank) FROM series AS s"
        " JOIN entries AS e ON e.snapshot_key = s.snapshot_key WHERE s.board = $1 AND s.day = $2",
        [board, bare],
    ).fetchall()[0]
    if ranks and not scores:
        how = "tracker share with --rank-by published_rank"
        return f"{board}: the snapshot of {bare} has ranks and no scores: {how}"
    if scores and not ranks:
        return f"{board}: the snapshot of {bare} has no ranks; it can be cut by score alone"
    return f"{board}: no row of the snapshot of {bare} has a place under this definition"


def headline(board_info: dict[str, Any]) -> str:
    """Board, adjustment, kind and operator in one line."""
    operator = ", ".join(filter(None, (board_info["operator_name"], board_info["operator_country"])))
    return f"{board_info['title']} ({board_info['kind']}; adjustment: {board_info['adjustment']}; run by {operator})"
