"""Snapshots in the database: their entries and names, each once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrapers.model import Snapshot
from storage.database import insert, sql

if TYPE_CHECKING:
    import duckdb


def add_snapshots(connection: duckdb.DuckDBPyConnection, snapshots: Mapping[str, Snapshot]) -> None:
    """Snapshots by id, with their entries and names; those that are there already are left out."""
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    heads, cells = [], []
    for snapshot_id, snapshot in snapshots.items():
        scores = [entry.score for entry in snapshot.entries if entry.score is not None]
        heads.append((snapshot_id, snapshot.board, snapshot.content(), snapshot.published_on, len(snapshot.entries),
                      len(scores), len({entry.name for entry in snapshot.entries}),
                      snapshot.filled(), snapshot.name_sample(),
                      min(scores, default=None), max(scores, default=None)))  # fmt: skip
        cells += [(snapshot_id, number, *row) for number, row in enumerate(snapshot.canonical())]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE heads AS SELECT * EXCLUDE (snapshot_key, state, reason) FROM snapshots LIMIT 0"
    )
    whole = pa.int32()
    insert(connection, "heads", {
        "snapshot": text, "board": text, "content": text, "published_on": pa.date32(), "rows": whole, "scored": whole,
        "different": whole, "filled": pa.list_(whole), "name_sample": pa.list_(pa.uint32()),
        "lowest": real, "highest": real,
    }, heads)  # fmt: skip
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS SELECT s.snapshot, e.row, n.name, e.score, e.score_low, e.score_high,"
        " e.published_rank, e.votes, n.organization, n.licence, n.country, n.openness, n.models, e.released_on"
        " FROM snapshots AS s, entries AS e, names AS n LIMIT 0"
    )
    insert(connection, "cells", {
        "snapshot": text, "row": pa.int32(), "name": text, "score": real, "score_low": real, "score_high": real,
        "published_rank": real, "votes": real, "organization": text, "licence": text, "country": text,
        "openness": text, "models": pa.list_(text), "released_on": pa.date32(),
    }, cells)  # fmt: skip
    for statement in sql("load").split(";\n"):
        if statement.strip():
            connection.execute(statement)
