"""Names that wait for a person, the weightiest first, each with suggestions and the evidence at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry.load import Registry
from registry.resolve import suggest
from storage.database import sql

if TYPE_CHECKING:
    import duckdb

UNKNOWN = ("developer", "country", "openness", "release")


def review(
    connection: duckdb.DuckDBPyConnection, registry: Registry, board: str | None, limit: int
) -> list[dict[str, Any]]:
    """Rows of `sql/review.sql` with `unknown` in words, and `suggestions` by likeness: for a person to judge."""
    done = connection.execute(sql("review"), [board, limit])
    columns = [column[0] for column in done.description]
    rows = [dict(zip(columns, row, strict=True)) for row in done.fetchall()]
    for row in rows:
        row["unknown"] = ", ".join(word for word in UNKNOWN if row.pop(f"no_{word}"))
        alike = suggest(row["name"], registry) if "release" in row["unknown"] else []
        row["suggestions"] = [{"name": text, "release": to, "likeness": likeness} for text, to, likeness in alike]
    return rows
