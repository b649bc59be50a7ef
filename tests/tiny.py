"""Tiny boards whose rows are already resolved, as a database that the share query reads.

The tables are those of the published database, so that shares, SQL and CLI can be tested on boards small enough
to count by hand.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from storage import database, declarations, publish
from tracker.definition import DEFAULTS

DAY = date(2026, 1, 2)


@dataclass(frozen=True)
class Row:
    """One resolved row. Empty text is unknown; developer `*` is a row of several developers."""

    name: str
    score: float | None
    published_rank: float | None = None
    release: str = ""
    developer: str = ""
    country: str = ""
    openness: str = ""


def tiny_database(path: Path, boards: Mapping[str, tuple[str, Iterable[Row]]], day: date = DAY) -> Path:
    """A published database at `path`/tracker.duckdb with these boards: name -> (direction, rows)."""
    file = path / "warehouse.duckdb"
    with database.opened(file) as connection:
        for key, (board, (direction, rows)) in enumerate(boards.items(), 1):
            fill(connection, key, board, direction, list(rows), day)
        publish.derive(connection, DEFAULTS)
        connection.execute("CHECKPOINT")
    publish.swap(path)
    return path


FILLED = (
    "boards", "board_providers", "snapshots", "observations", "captures", "entries", "names", "names_resolved", "openness"
)  # fmt: skip


@functools.cache
def memory() -> duckdb.DuckDBPyConnection:
    """One database in memory with the tables of the warehouse."""
    connection = duckdb.connect()
    atexit.register(forget)
    connection.execute(database.sql("schema"))
    return connection


def forget() -> None:
    """Closes the database in memory before the interpreter goes."""
    memory().close()
    memory.cache_clear()


def in_memory(boards: Mapping[str, tuple[str, Iterable[Row]]], day: date = DAY) -> duckdb.DuckDBPyConnection:
    """The same boards, alone, in the database in memory: what a share needs, and no more. Do not close it."""
    connection = memory()
    for table in FILLED:
        connection.execute(f"DELETE FROM {table}")
    given = [(key, board, direction, list(rows)) for key, (board, (direction, rows)) in enumerate(boards.items(), 1)]
    fill_all(connection, given, day)
    connection.execute(database.sql("series"))
    return connection


def fill(
    connection: duckdb.DuckDBPyConnection, key: int, board: str, direction: str, rows: list[Row], day: date
) -> None:
    """One board with one snapshot, accepted, seen on its day."""
    fill_all(connection, [(key, board, direction, rows)], day)


def fill_all(
    connection: duckdb.DuckDBPyConnection, boards: Iterable[tuple[int, str, str, list[Row]]], day: date
) -> None:
    """Boards (key, name, direction, rows) with one snapshot each: one insert for each table, however many they are."""
    seen = datetime.combine(day, time())
    # A published database has the registry's developers; those of tiny boards are named by their rows alone.
    connection.execute("CREATE TABLE IF NOT EXISTS developers (developer VARCHAR, name VARCHAR)")
    declarations.replace_origins(connection)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in FILLED}
    for key, board, direction, rows in boards:
        tables["boards"].append({"board": board, "title": board, "direction": direction, "source": "tiny"})
        tables["snapshots"].append({
            "snapshot_key": key, "snapshot": f"{key:064d}", "board": board, "published_on": day, "rows": len(rows),
            "state": "accepted",
        })  # fmt: skip
        tables["observations"].append({"capture": str(key), "snapshot_key": key, "seen_at": seen, "source": "tiny"})
        tables["captures"].append({
            "capture": str(key), "fetched_at": seen, "source": "tiny", "state": "read", "origin": "import",
            "origin_detail": "tiny.csv", "run_id": "import",
        })  # fmt: skip
        sign = -1 if direction == "higher" else 1
        ranked = sorted(sign * row.score for row in rows if row.score is not None)
        keyed = [(key * 1000 + number, number, row) for number, row in enumerate(rows)]
        tables["entries"] += [{
            "snapshot_key": key, "row": number, "name_key": name_key, "score": row.score,
            "rank": None if row.score is None else ranked.index(sign * row.score) + 1,
            "published_rank": row.published_rank,
        } for name_key, number, row in keyed]  # fmt: skip
        tables["names"] += [{"name_key": name_key, "name": row.name, "models": []} for name_key, _, row in keyed]
        tables["names_resolved"] += [{
            "name_key": name_key, "release": row.release or None, "country": row.country or None,
            "developer": "mixed" if row.developer == "*" else row.developer or None,
        } for name_key, _, row in keyed]  # fmt: skip
        tables["openness"] += [{
            "name_key": name_key, "since": publish.FIRST_DAY, "until": publish.NO_DAY,
            "value": row.openness or "unknown",
        } for name_key, _, row in keyed]  # fmt: skip
    for name, filled in tables.items():
        put(connection, name, filled)


def put(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows into a table of the warehouse, the columns that they name."""
    if not rows:
        return
    connection.register("rows", pa.Table.from_pylist(rows))
    connection.execute(f"INSERT INTO {table} BY NAME FROM rows")
    connection.unregister("rows")
