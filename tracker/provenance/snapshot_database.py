"""The one snapshot of a bundle on its way through the steps of every other, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapers.model import Entry, Snapshot
from scrapers.spec import Source
from storage import database, declarations, publish
from storage.archive import Line
from storage.captures import add_captures
from storage.snapshots import add_snapshots

if TYPE_CHECKING:
    import duckdb


def of_rows(description: dict[str, Any], rows: list[dict[str, Any]]) -> Snapshot:
    """The rows down to the cut, on the bundle's word: its source does not allow that the page is passed on."""

    def cell(name: str, value: Any) -> Any:
        if name == "models":
            return tuple(value or ())
        return date.fromisoformat(value) if name == "released_on" and value else value

    entries = [Entry(**{f.name: cell(f.name, row["published"][f.name]) for f in fields(Entry)}) for row in rows]
    day = date.fromisoformat(description["published_on"]) if description["published_on"] else None
    return Snapshot(description["board"], description["edition"], day, tuple(entries))


def line_of(capture: Mapping[str, Any]) -> Line:
    """A capture of the bundle as the line of the ledger that it was."""
    cells = {f.name: capture[f.name] for f in fields(Line) if f.name not in ("error", "fetched_at")}
    fetched_at = datetime.fromisoformat(capture["fetched_at"]).replace(tzinfo=UTC)
    return Line(**cells, fetched_at=fetched_at, error=None)


def database_of(
    description: dict[str, Any],
    snapshot: Snapshot,
    captures: list[dict[str, Any]],
    sources: Mapping[str, Source],
    registry: Path,
) -> duckdb.DuckDBPyConnection:
    """Declared, loaded, accepted, resolved by the lines of that registry: what a share is asked of."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute(database.sql("schema"))
    declarations.replace(connection, sources)
    add_snapshots(connection, {description["snapshot"]: snapshot})
    connection.execute("UPDATE snapshots SET state = 'accepted'")
    add_captures(connection, [line_of(capture) for capture in captures])
    text = pa.string()
    seen = datetime.fromisoformat(description["captured_at"]).replace(tzinfo=None)
    kinds = {"capture": text, "snapshot_key": pa.int32(), "seen_at": pa.timestamp("us"), "source": text, "role": text,
             "edition": text}  # fmt: skip
    first_capture = captures[0]
    observation = (
        first_capture["capture"],
        1,
        seen,
        first_capture["source"],
        first_capture["role"],
        description["edition"],
    )
    database.insert(connection, "observations", kinds, [observation])
    publish.resolve_names(connection, [registry])
    connection.execute(database.sql("series"))
    return connection
