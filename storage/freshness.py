"""What is up to date: one row for everything that is derived, with a fingerprint of what it was derived from.

A subject is fresh while it stands under the fingerprint that it would be derived from today. Whoever changes what it
follows from takes its row away in the same transaction (`invalidate`), so that a kill leaves nothing stale.

    schema              the tables of this database
    declarations        boards, providers, breaks, origins
    source:<name>       all that was read from the pages of a source
    facts:<name>        what the newest pages of a feed say of models
    limits              which captures were refused for what they cost
    validation          state and reason of every snapshot
    names               what published names resolve to
    series, statements, views, shares_by_day
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers.regular_files import read_regular_file

if TYPE_CHECKING:
    import duckdb

DERIVED_FROM_SNAPSHOTS = ("validation", "series", "statements")


def fingerprint(*parts: object) -> str:
    """A short text that changes with its parts: texts, bytes, and other values as they print."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update((part if isinstance(part, bytes) else str(part).encode()) + b"\0")
    return digest.hexdigest()


def of_files(*paths: Path, pattern: str = "*.py") -> str:
    """A fingerprint of files, and of all files of that pattern in folders and below them."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob(pattern)))
    return fingerprint(*(part for file in files for part in (file.name, read_regular_file(file))))


def is_fresh(connection: duckdb.DuckDBPyConnection, subject: str, fingerprint: str) -> bool:
    """Whether the subject stands as it was derived under this fingerprint."""
    query = "SELECT count(*) FROM freshness AS f WHERE f.subject = ? AND f.fingerprint = ?"
    return bool(connection.execute(query, [subject, fingerprint]).fetchall()[0][0])


def subjects(connection: duckdb.DuckDBPyConnection, prefix: str) -> dict[str, str]:
    """Subjects of a kind (`source:`) without the prefix -> the fingerprint that they stand under."""
    query = "SELECT substr(f.subject, len($1) + 1), f.fingerprint FROM freshness AS f WHERE starts_with(f.subject, $1)"
    return dict(connection.execute(query, [prefix]).fetchall())


def record(connection: duckdb.DuckDBPyConnection, subject: str, fingerprint: str) -> None:
    """Notes that the subject was derived under this fingerprint, in the caller's transaction."""
    invalidate(connection, subject)
    connection.execute("INSERT INTO freshness VALUES (?, ?)", [subject, fingerprint])


def invalidate(connection: duckdb.DuckDBPyConnection, *subjects: str) -> None:
    """Notes that what these follow from has changed, in the caller's transaction."""
    connection.execute("DELETE FROM freshness WHERE subject IN (SELECT unnest(?))", [list(subjects)])
