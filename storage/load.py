"""Archive -> warehouse: ledger lines become captures, captures are parsed, snapshots are judged.

Only what is new is read, so that collecting stays cheap for years; a source whose declaration or parser
changed is read again from its first page. The outcome is a function of the archive, the declarations and the
decisions: the order of arrival changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers import table_parser
from scrapers.errors import PageError, TrackerError, source_code
from scrapers.model import Fact, Page, Pages
from scrapers.spec import SOURCES, Source
from storage import database, freshness, origins, page_sets
from storage.archive import Archive, Line
from storage.parse_jobs import Capture, PageKey, Reading

if TYPE_CHECKING:
    import duckdb

BATCH = 200  # pages parsed in one transaction: bounds memory, and a kill loses at most that much work


@dataclass
class Parsed:
    """What one pass over the archive gave. `reasons` are those of the captures that could not be read."""

    captures: int = 0
    new_snapshots: dict[str, set[str]] = field(default_factory=dict)  # source: ids that were not known
    reasons: dict[str, str] = field(default_factory=dict)  # capture: why it was refused
    read_captures: set[str] = field(default_factory=set)  # captures that waited and were read


def parse(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Parsed:
    """Brings the database up to the archive; the snapshots then wait to be validated.

    `progress` is told (pages read, pages to read).
    """
    done = Parsed()
    with database.transaction(connection):
        _declare(connection, sources)
        done.captures = _read_ledger(connection, archive)
    readings = _readings(connection, archive, sources)
    for start in range(0, len(readings), BATCH):
        with database.transaction(connection):
            _read_batch(connection, archive, sources, readings[start : start + BATCH], done)
        progress(min(start + BATCH, len(readings)), len(readings))
    for source in sources.values():
        if source.facts:
            _read_facts(connection, archive, source)
    return done


def fingerprints(sources: Mapping[str, Source]) -> dict[str, str]:
    """By source: changes when its declaration or its own code changes, or any module that sources are read with."""
    shared = freshness.fingerprint(*(file.read_bytes() for file in sorted(SOURCES.parent.glob("*.py"))))
    by_source = {}
    for name, source in sorted(sources.items()):
        own = [SOURCES / f"{name}{suffix}" for suffix in (".toml", ".py")]
        texts = [path.read_bytes() if path.exists() else b"-" for path in own]
        by_source[name] = freshness.fingerprint(source.model_dump_json(), *texts, shared)
    return by_source


def _declare(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
    """Boards, providers and breaks as declared; the pages of a source that is read otherwise than before wait again."""
    by_source = fingerprints(sources)
    code = [Path(str(module.__file__)) for module in (database, origins)]
    fingerprint = freshness.fingerprint(by_source, freshness.of_files(*code))
    if freshness.is_fresh(connection, "declarations", fingerprint):
        return
    database.replace_declarations(connection, sources)
    _forget_changed(connection, by_source)
    freshness.invalidate(connection, *freshness.DERIVED_FROM_SNAPSHOTS)
    freshness.record(connection, "declarations", fingerprint)


def _forget_changed(connection: duckdb.DuckDBPyConnection, by_source: Mapping[str, str]) -> None:
    """Sources whose reading changed, that came, or that are no longer declared: their pages are read again."""
    known = freshness.subjects(connection, "source:")
    for name in sorted({*known, *by_source}):
        if known.get(name) == by_source.get(name):
            continue
        forget(connection, name)
        freshness.invalidate(connection, f"source:{name}", f"facts:{name}")
        if name in by_source:
            freshness.record(connection, f"source:{name}", by_source[name])


def forget(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Takes back all that was read from a source's pages; its captures wait to be read again."""
    freshness.invalidate(connection, "shares_by_day")
    connection.execute("DELETE FROM observations WHERE source = ?", [source])
    for table in ("entries", "snapshots"):
        connection.execute(f"DELETE FROM {table} WHERE snapshot_key NOT IN (SELECT snapshot_key FROM observations)")
    connection.execute(
        "UPDATE captures SET state = 'waiting', reason = NULL WHERE source = ? AND state IN ('read', 'refused')",
        [source],
    )


def _read_ledger(connection: duckdb.DuckDBPyConnection, archive: Archive) -> int:
    offsets: dict[str, int] = dict(connection.execute("SELECT file, bytes FROM ledger_read").fetchall())
    lines: list[Line] = []
    for file, offset, line in archive.lines(offsets):
        offsets[file] = offset
        lines.append(line)
    if lines:
        database.add_captures(connection, lines)
        connection.execute("DELETE FROM ledger_read")
        connection.execute(
            "INSERT INTO ledger_read SELECT unnest(?), unnest(?)", [list(offsets), list(offsets.values())]
        )
    return len(lines)


def _readings(connection: duckdb.DuckDBPyConnection, archive: Archive, sources: Mapping[str, Source]) -> list[Reading]:
    """What waits, page by page; for a source of several pages, set by set (storage.page_sets)."""
    waiting = [
        Capture(*row)
        for row in connection.execute(
            "SELECT capture, source, role, address, content_sha256, fetched_at FROM captures"
            " WHERE state = 'waiting' ORDER BY fetched_at, capture"
        ).fetchall()
    ]
    alone = [one for one in waiting if one.source not in sources or not sources[one.source].page_set]
    readings = [Reading(one.source, (one.page,), (one,)) for one in alone]
    for name in sorted({one.source for one in waiting} - {one.source for one in alone}):
        theirs = {one.capture: one for one in waiting if one.source == name}
        readings += page_sets.readings(connection, archive, sources[name], theirs)
    return readings


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    batch: Sequence[Reading],
    done: Parsed,
) -> None:
    import pyarrow as pa

    known_pages = _known_pages(connection, batch)
    parsed: dict[tuple[PageKey, ...], database.Read] = {}
    outcomes: dict[str, list[str | None]] = {}  # capture: why each of its readings was refused, or None
    observations: list[tuple[object, ...]] = []
    for reading in batch:
        if reading.pages in parsed or (len(reading.pages) == 1 and reading.pages[0] in known_pages):
            continue
        if reading.source in sources:
            pages = Pages([Page(role, address, archive.read(sha)) for _, role, address, sha in reading.pages])
            parsed[reading.pages] = read(sources[reading.source], pages)
        else:
            parsed[reading.pages] = database.Read((), f"source {reading.source!r} is not declared")
    fresh = {snapshot_id: snapshot for outcome in parsed.values() for snapshot_id, snapshot in outcome.snapshots}
    asked = [list(fresh)]
    of_these = "FROM snapshots WHERE snapshot IN (SELECT unnest(?))"
    known = {row[0] for row in connection.execute(f"SELECT snapshot {of_these}", asked).fetchall()}
    database.add_snapshots(connection, {key: snapshot for key, snapshot in fresh.items() if key not in known})
    keys = dict(connection.execute(f"SELECT snapshot, snapshot_key {of_these}", asked).fetchall())
    for reading in batch:
        outcome = parsed[reading.pages] if reading.pages in parsed else database.Read((), None)
        for one in reading.waiting:
            outcomes.setdefault(one.capture, []).append(outcome.reason)
        if reading.pages not in parsed:
            one = reading.waiting[0]
            for key, edition in known_pages[reading.pages[0]]:
                observations.append((one.capture, key, one.seen_at, one.source, one.role, edition))
        for snapshot_id, snapshot in outcome.snapshots:
            one = _carrier(sources[reading.source], snapshot.board, reading)
            observations.append((one.capture, keys[snapshot_id], one.seen_at, one.source, one.role, snapshot.edition))
            if snapshot_id not in known:
                done.new_snapshots.setdefault(one.source, set()).add(snapshot_id)
    text = pa.string()
    kinds = {"capture": text, "snapshot_key": pa.int32(), "seen_at": pa.timestamp("us")}
    kinds |= dict.fromkeys(("source", "role", "edition"), text)
    database.insert(connection, "observations", kinds, dict.fromkeys(observations))
    freshness.invalidate(connection, *freshness.DERIVED_FROM_SNAPSHOTS)
    # A page that several sets share is good as long as one of them is, whatever batch that is in.
    for capture in outcomes.keys() & done.read_captures:
        outcomes[capture].insert(0, done.reasons.pop(capture, None))
    refused = {capture: None if None in reasons else reasons[0] for capture, reasons in outcomes.items()}
    done.read_captures |= refused.keys()
    done.reasons |= {capture: reason for capture, reason in refused.items() if reason}
    connection.execute("CREATE OR REPLACE TEMP TABLE outcome (capture VARCHAR, reason VARCHAR)")
    database.insert(connection, "outcome", {"capture": text, "reason": text}, refused.items())
    connection.execute(
        "UPDATE captures SET reason = o.reason, state = CASE WHEN o.reason IS NULL THEN 'read' ELSE 'refused' END"
        " FROM outcome AS o WHERE o.capture = captures.capture"
    )


def _read_facts(connection: duckdb.DuckDBPyConnection, archive: Archive, source: Source) -> None:
    """The facts of a feed's newest good pages, unless they were read before."""
    newest = connection.execute(
        "SELECT c.role, c.address, arg_max(c.content_sha256, (c.fetched_at, c.capture)) FROM captures AS c"
        " WHERE c.source = ? AND c.state = 'read' GROUP BY c.role, c.address ORDER BY ALL",
        [source.name],
    ).fetchall()
    subject, fingerprint = f"facts:{source.name}", freshness.fingerprint(newest)
    if freshness.is_fresh(connection, subject, fingerprint):
        return
    try:
        pages = Pages([Page(role, address, archive.read(sha256)) for role, address, sha256 in newest])
        with source_code(source.name):
            facts = list(source.module.facts(pages)) if source.module and newest else []
    except TrackerError:
        return  # a page that is gone or no longer read: what was known stays, and it is tried again the next time
    with database.transaction(connection):
        _replace_facts(connection, source.name, facts, [sha256 for *_, sha256 in newest])
        freshness.invalidate(connection, "statements")
        freshness.record(connection, subject, fingerprint)


def _replace_facts(
    connection: duckdb.DuckDBPyConnection, feed: str, facts: Sequence[Fact], pages: Sequence[str]
) -> None:
    """The facts of one feed, and the sha256 of the pages that they were read from."""
    import pyarrow as pa

    for table in ("facts", "fact_pages"):
        connection.execute(f"DELETE FROM {table} WHERE source = ?", [feed])
    columns = dict.fromkeys(("source", "name", "property", "value"), pa.string())
    rows = dict.fromkeys((feed, fact.name, fact.property, fact.value) for fact in facts)
    database.insert(connection, "facts", columns, rows)
    columns = dict.fromkeys(("source", "content_sha256"), pa.string())
    database.insert(connection, "fact_pages", columns, [(feed, sha256) for sha256 in pages])


def _carrier(source: Source, board: str, reading: Reading) -> Capture:
    """The capture that stands for a snapshot: of a page that carries the board, where one of those waits."""
    roles = source.boards[board].page
    return min(reading.waiting, key=lambda one: (one.role not in roles, one.role, one.address, one.capture))


def read(source: Source, pages: Pages) -> database.Read:
    """One parse, with the boundary where an exception becomes a reason."""
    if not hasattr(source.module, "pages"):  # a module that chooses its pages chooses their roles, too
        declared = {page.role for page in source.pages}
        for page in pages:
            if page.role not in declared:
                return database.Read((), f"{source.name} declares no page of role {page.role!r}")
    try:
        return database.Read(
            tuple((snapshot.id(), snapshot) for snapshot in table_parser.snapshots(source, pages)), None
        )
    except PageError as error:
        return database.Read((), str(error))


def _known_pages(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[Reading]
) -> dict[PageKey, list[tuple[int, str | None]]]:
    """Pages that stand alone and whose very bytes were read before, with the snapshots that they gave."""
    shas = list({page[3] for reading in batch if len(reading.pages) == 1 for page in reading.pages})
    found: dict[PageKey, list[tuple[int, str | None]]] = {}
    for source, role, address, sha256, key, edition in connection.execute(
        "SELECT DISTINCT c.source, c.role, c.address, c.content_sha256, s.snapshot_key, s.edition FROM captures AS c"
        " LEFT JOIN observations AS s ON s.capture = c.capture"
        " WHERE c.state = 'read' AND c.content_sha256 IN (SELECT unnest(?))"
        " ORDER BY ALL",
        [shas],
    ).fetchall():
        page = found.setdefault((source, role, address, sha256), [])
        if key is not None:
            page.append((key, edition))
    return found
