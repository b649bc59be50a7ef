"""The ledger's lines as captures: which of them count, and what cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storage import freshness
from storage.archive import Archive, Junk, Line
from storage.database import insert, naive

if TYPE_CHECKING:
    import duckdb

_LOG = logging.getLogger("tracker")
AHEAD = timedelta(days=1)  # a capture that is further ahead of the clock is set aside: one of the two is wrong


def read_ledger(connection: duckdb.DuckDBPyConnection, archive: Archive) -> int:
    """Lines that are new become captures; what is no line is passed over and named."""
    offsets: dict[str, int] = dict(connection.execute("SELECT file, bytes FROM ledger_read").fetchall())
    lines: list[Line] = []
    junk: list[Junk] = []
    for file, offset, line in archive.lines(offsets):
        offsets[file] = offset
        (lines if isinstance(line, Line) else junk).append(line)  # type: ignore[arg-type]
    if lines or junk:
        add_captures(connection, lines)
        note_unreadable(connection, [(f"ledger/{each.file}", each.number, None, None, each.reason) for each in junk])
        marks = [archive.mark(file, offset) for file, offset in offsets.items()]
        connection.execute("DELETE FROM ledger_read")
        connection.execute(
            "INSERT INTO ledger_read SELECT unnest(?), unnest(?), unnest(?)",
            [list(offsets), list(offsets.values()), marks],
        )
    for file in sorted({each.file for each in junk}):
        numbers = [each.number for each in junk if each.file == file]
        _LOG.warning("%s: %d lines are no lines of the ledger and were passed over, the first is line %d: see"
                     " tracker check-archive", archive.ledger / file, len(numbers), numbers[0])  # fmt: skip
    return len(lines)


def add_captures(connection: duckdb.DuckDBPyConnection, lines: list[Line]) -> None:
    """Ledger lines as captures; those that are there already are left out."""
    import pyarrow as pa

    text = pa.string()
    columns = {
        "capture": text, "fetched_at": pa.timestamp("us"), "run_id": text, "source": text, "role": text,
        "method": text, "address": text, "body_sha256": text, "status": pa.int32(), "etag": text,
        "last_modified": text, "content_sha256": text, "bytes": pa.int64(), "origin": text, "origin_detail": text,
        "error": text,
        "state": text, "reason": text,
    }  # fmt: skip
    rows = {}
    for line in lines:
        state = "failed" if line.error else "waiting" if line.content_sha256 else "absent"
        state = "kept" if line.role == "robots" else state  # nothing to parse
        rows[line.capture()] = (
            line.capture(), naive(line.fetched_at), line.run_id, line.source, line.role, line.method, line.address,
            line.body_sha256, line.status, line.etag, line.last_modified, line.content_sha256, line.bytes,
            line.origin, line.origin_detail, line.error, state, line.error,
        )  # fmt: skip
    connection.execute("CREATE OR REPLACE TEMP TABLE come AS FROM captures LIMIT 0")
    insert(connection, "come", columns, rows.values())
    connection.execute("INSERT INTO captures FROM come WHERE capture NOT IN (SELECT capture FROM captures)")


def is_of(connection: duckdb.DuckDBPyConnection, archive: Archive) -> bool:
    """Whether the ledger still begins with all that the database has read of it."""
    read = connection.execute("SELECT file, bytes, mark FROM ledger_read").fetchall()
    return all(archive.mark(file, offset) == mark for file, offset, mark in read)


def note_unreadable(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, int | None, str | None, str | None, str]]
) -> None:
    """(file, line, source, sha256, reason) of what could not be read, in the caller's transaction."""
    import pyarrow as pa

    text = pa.string()
    columns = {"file": text, "line": pa.int32(), "source": text, "content_sha256": text, "reason": text}
    insert(connection, "unreadable", columns, rows)


def set_future_aside(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Captures whose time lies in the future are set aside; those whose time has come count.

    Their sources are read again from the first page, so that the outcome is that of a rebuild.
    """
    until = [naive(min(now, datetime.max.replace(tzinfo=UTC) - AHEAD) + AHEAD)]
    moved = connection.execute(
        "SELECT DISTINCT source FROM captures"
        " WHERE (fetched_at > $1 AND state IN ('read', 'refused')) OR (fetched_at <= $1 AND state = 'future')",
        until,
    ).fetchall()
    for (source,) in moved:
        forget(connection, source)
        freshness.invalidate(connection, f"facts:{source}", *freshness.DERIVED_FROM_SNAPSHOTS)
    connection.execute(
        "UPDATE captures SET state = CASE WHEN fetched_at > $1 THEN 'future' WHEN role = 'robots' THEN 'kept'"
        " WHEN error IS NOT NULL THEN 'failed' WHEN content_sha256 IS NULL THEN 'absent' ELSE 'waiting' END,"
        " reason = CASE WHEN fetched_at > $1 THEN strftime(fetched_at, 'its time, %Y-%m-%d %H:%M, lies in the future')"
        " ELSE error END WHERE (fetched_at > $1) <> (state = 'future')",
        until,
    )


def forget(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Takes back all that was read from a source's pages; its captures wait to be read again."""
    freshness.invalidate(connection, "shares_by_day")
    for table in ("observations", "unreadable"):
        connection.execute(f"DELETE FROM {table} WHERE source = ?", [source])
    for table in ("entries", "snapshots"):
        connection.execute(f"DELETE FROM {table} WHERE snapshot_key NOT IN (SELECT snapshot_key FROM observations)")
    connection.execute(
        "UPDATE captures SET state = 'waiting', reason = NULL WHERE source = ? AND state IN ('read', 'refused')",
        [source],
    )
