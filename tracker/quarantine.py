"""What is kept and not believed, and a person's word on it: lines of decisions.csv."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from registry import whole_file
from scrapers.errors import TrackerError
from scrapers.regular_files import read_regular_text
from storage import validate
from storage.database import sql

if TYPE_CHECKING:
    import duckdb


def quarantined(connection: duckdb.DuckDBPyConnection, id_: str | None = None) -> list[dict[str, Any]]:
    """Quarantined snapshots and pages that could not be read, the newest first; those whose id begins so."""
    cursor = connection.execute(sql("quarantine"), [id_])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def snapshot_of(connection: duckdb.DuckDBPyConnection, id_: str) -> tuple[str, str, str]:
    """(id, board, state) of the snapshot whose id begins so; TrackerError where there is none, or more than one."""
    rows = connection.execute(
        "SELECT s.snapshot, s.board, s.state FROM snapshots AS s WHERE starts_with(s.snapshot, ?) ORDER BY s.snapshot",
        [id_],
    ).fetchall()
    if len(rows) != 1:
        what = "no snapshot" if not rows else f"{len(rows)} snapshots"
        raise TrackerError(f"{what} with an id that begins with {id_!r}; `tracker quarantine list` has the ids")
    snapshot, board, state = rows[0]
    return snapshot, board, state


def pages_of(connection: duckdb.DuckDBPyConnection, id_: str) -> dict[str, str]:
    """The pages (sha256) that begin so, or of which a capture begins so: each with what it is in words."""
    return {
        sha256: f"{source}, page {role}"
        for sha256, source, role in connection.execute(
            "SELECT c.content_sha256, min(c.source), min(c.role) FROM captures AS c WHERE c.content_sha256 IS NOT NULL"
            " AND c.role <> 'robots' AND (starts_with(c.content_sha256, $1) OR starts_with(c.capture, $1))"
            " GROUP BY c.content_sha256 ORDER BY c.content_sha256",
            [id_],
        ).fetchall()
    }


def compared(connection: duckdb.DuckDBPyConnection, snapshot: str) -> dict[str, Any]:
    """A snapshot beside the accepted one before it: rows, scores, and names that left and came."""
    rows = connection.execute(sql("quarantine_compared"), [snapshot]).fetchall()
    before, day, rows_before, rows_now, common, left, came = rows[0]
    return {
        "before": before, "before_day": day, "rows_before": rows_before, "rows": rows_now, "common_names": common,
        "left": left or [], "came": came or [],
    }  # fmt: skip


def decide(path: Path, snapshot: str, decision: Literal["accept", "reject"], by: str, reason: str, day: date) -> None:
    """Writes a line of decisions.csv, in the place of an earlier one on the same id; whole or not at all.

    A page that is rejected stands there as a snapshot does, by the sha256 of its bytes.
    """
    validate.read_decisions(path)  # which says what is wrong with the file
    lines = []
    if path.exists():
        before = csv.DictReader(io.StringIO(read_regular_text(path), newline=""))
        lines = [row for row in before if row["snapshot"] != snapshot]
    lines.append({"snapshot": snapshot, "decision": decision, "day": str(day), "by": by, "reason": reason})
    text = io.StringIO()
    writer = csv.DictWriter(text, validate.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(lines, key=lambda row: row["snapshot"]))
    whole_file.write(path, text.getvalue().encode("utf-8"))
