"""Archive -> database: ledger lines become captures, captures are parsed, snapshots are validated.

Only what is new is read, so that collecting stays cheap for years; a source whose declaration or parser
changed is read again from its first page. The outcome is a function of the archive, the declarations and the
decisions: the order of arrival changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers import table_parser
from scrapers.errors import Damaged, PageError, TrackerError, source_code
from scrapers.model import Fact, Page, Pages
from scrapers.spec import SOURCES, Source
from storage import database, freshness, origins, page_sets
from storage.archive import Archive, Junk, Line
from storage.parse_jobs import Capture, PageKey, ParseJob

if TYPE_CHECKING:
    import duckdb

_LOG = logging.getLogger("tracker")
AHEAD = timedelta(days=1)  # a capture that is further ahead of the clock is set aside: one of the two is wrong
BATCH = 200  # pages parsed in one transaction: bounds memory, and a kill loses at most that much work


@dataclass
class Parsed:
    """What one pass over the archive gave. `reasons` are those of the captures that could not be read."""

    captures: int = 0
    new_snapshots: dict[str, set[str]] = field(default_factory=dict)  # source: ids that were not known
    reasons: dict[str, str] = field(default_factory=dict)  # capture: why it was refused
    read_captures: set[str] = field(default_factory=set)  # captures that waited and were read
    damaged: dict[str, Damaged] = field(default_factory=dict)  # sha256: why these bytes cannot be read


def parse(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    now: datetime,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Parsed:
    """Brings the database up to the archive as it counts at `now`; the snapshots then wait to be validated.

    `progress` is told (pages read, pages to read).
    """
    done = Parsed()
    with database.transaction(connection):
        _declare(connection, sources)
        done.captures = _read_ledger(connection, archive)
        _set_future_aside(connection, now)
        _retry_healed(connection, archive)
    parse_jobs = _parse_jobs(connection, archive, sources)
    for start in range(0, len(parse_jobs), BATCH):
        with database.transaction(connection):
            _read_batch(connection, archive, sources, parse_jobs[start : start + BATCH], done)
        progress(min(start + BATCH, len(parse_jobs)), len(parse_jobs))
    for source in sources.values():
        if source.facts:
            _read_facts(connection, archive, source, done)
    if done.damaged:
        first = next(iter(done.damaged.values()))
        _LOG.warning("%d archived pages cannot be read; the first: %s", len(done.damaged), first)
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
    for table in ("observations", "unreadable"):
        connection.execute(f"DELETE FROM {table} WHERE source = ?", [source])
    for table in ("entries", "snapshots"):
        connection.execute(f"DELETE FROM {table} WHERE snapshot_key NOT IN (SELECT snapshot_key FROM observations)")
    connection.execute(
        "UPDATE captures SET state = 'waiting', reason = NULL WHERE source = ? AND state IN ('read', 'refused')",
        [source],
    )


def _read_ledger(connection: duckdb.DuckDBPyConnection, archive: Archive) -> int:
    """Lines that are new become captures; what is no line is passed over and named."""
    offsets: dict[str, int] = dict(connection.execute("SELECT file, bytes FROM ledger_read").fetchall())
    lines: list[Line] = []
    junk: list[Junk] = []
    for file, offset, line in archive.lines(offsets):
        offsets[file] = offset
        (lines if isinstance(line, Line) else junk).append(line)  # type: ignore[arg-type]
    if lines or junk:
        database.add_captures(connection, lines)
        _note_unreadable(connection, [(f"ledger/{each.file}", each.number, None, None, each.reason) for each in junk])
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


def is_of(connection: duckdb.DuckDBPyConnection, archive: Archive) -> bool:
    """Whether the ledger still begins with all that the database has read of it."""
    read = connection.execute("SELECT file, bytes, mark FROM ledger_read").fetchall()
    return all(archive.mark(file, offset) == mark for file, offset, mark in read)


def _note_unreadable(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[tuple[str, int | None, str | None, str | None, str]]
) -> None:
    """(file, line, source, sha256, reason) of what could not be read, in the caller's transaction."""
    import pyarrow as pa

    text = pa.string()
    columns = {"file": text, "line": pa.int32(), "source": text, "content_sha256": text, "reason": text}
    database.insert(connection, "unreadable", columns, rows)


def _set_future_aside(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Captures whose time lies in the future are set aside; those whose time has come count.

    Their sources are read again from the first page, so that the outcome is that of a rebuild.
    """
    until = [database.naive(min(now, datetime.max.replace(tzinfo=UTC) - AHEAD) + AHEAD)]
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


def _retry_healed(connection: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    """A source of which a page could not be read, and now can, is read again from its first page."""
    rows = connection.execute("SELECT DISTINCT source, content_sha256 FROM unreadable WHERE line IS NULL").fetchall()
    for name in sorted({name for name, sha256 in rows if not archive.fault(sha256)}):
        forget(connection, name)
        freshness.invalidate(connection, f"facts:{name}")


def _parse_jobs(
    connection: duckdb.DuckDBPyConnection, archive: Archive, sources: Mapping[str, Source]
) -> list[ParseJob]:
    """What waits, page by page; for a source of several pages, set by set (storage.page_sets)."""
    waiting = [
        Capture(*row)
        for row in connection.execute(
            "SELECT capture, source, role, address, content_sha256, fetched_at FROM captures"
            " WHERE state = 'waiting' ORDER BY fetched_at, capture"
        ).fetchall()
    ]
    alone = [page for page in waiting if page.source not in sources or not sources[page.source].page_set]
    parse_jobs = [ParseJob(page.source, (page.page,), (page,)) for page in alone]
    for name in sorted({page.source for page in waiting} - {page.source for page in alone}):
        theirs = {page.capture: page for page in waiting if page.source == name}
        parse_jobs += page_sets.parse_jobs(connection, archive, sources[name], theirs)
    return parse_jobs


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    batch: Sequence[ParseJob],
    done: Parsed,
) -> None:
    import pyarrow as pa

    known_pages = _known_pages(connection, batch)
    parsed: dict[tuple[PageKey, ...], database.ParsedPages] = {}
    outcomes: dict[str, list[str | None]] = {}  # capture: why each of its parse_jobs was refused, or None
    observations: list[tuple[object, ...]] = []
    damaged: dict[tuple[str, str], Damaged] = {}
    for job in batch:
        if job.pages in parsed or (len(job.pages) == 1 and job.pages[0] in known_pages):
            continue
        if job.source in sources:
            try:
                pages = Pages([Page(role, address, archive.read(sha)) for _, role, address, sha in job.pages])
                parsed[job.pages] = read(sources[job.source], pages)
            except Damaged as error:
                damaged[job.source, error.sha256] = error
                parsed[job.pages] = database.ParsedPages((), str(error))
        else:
            parsed[job.pages] = database.ParsedPages((), f"source {job.source!r} is not declared")
    fresh = {snapshot_id: snapshot for outcome in parsed.values() for snapshot_id, snapshot in outcome.snapshots}
    asked = [list(fresh)]
    of_these = "FROM snapshots WHERE snapshot IN (SELECT unnest(?))"
    known = {row[0] for row in connection.execute(f"SELECT snapshot {of_these}", asked).fetchall()}
    database.add_snapshots(connection, {key: snapshot for key, snapshot in fresh.items() if key not in known})
    keys = dict(connection.execute(f"SELECT snapshot, snapshot_key {of_these}", asked).fetchall())
    for job in batch:
        outcome = parsed[job.pages] if job.pages in parsed else database.ParsedPages((), None)
        for page in job.waiting:
            outcomes.setdefault(page.capture, []).append(outcome.reason)
        if job.pages not in parsed:
            page = job.waiting[0]
            for key, edition in known_pages[job.pages[0]]:
                observations.append((page.capture, key, page.seen_at, page.source, page.role, edition))
        for snapshot_id, snapshot in outcome.snapshots:
            page = _carrier(sources[job.source], snapshot.board, job)
            observations.append(
                (page.capture, keys[snapshot_id], page.seen_at, page.source, page.role, snapshot.edition)
            )
            if snapshot_id not in known:
                done.new_snapshots.setdefault(page.source, set()).add(snapshot_id)
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
    _note_damaged(connection, damaged, done)


def _note_damaged(
    connection: duckdb.DuckDBPyConnection, damaged: Mapping[tuple[str, str], Damaged], done: Parsed
) -> None:
    """Pages (source, sha256) that could not be read: their captures are refused until the bytes are back."""
    _note_unreadable(connection, [(e.file, None, source, sha256, str(e)) for (source, sha256), e in damaged.items()])
    done.damaged |= {sha256: error for (_, sha256), error in damaged.items()}


def _read_facts(connection: duckdb.DuckDBPyConnection, archive: Archive, source: Source, done: Parsed) -> None:
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
    except Damaged as error:
        with database.transaction(connection):
            connection.execute(
                "UPDATE captures SET state = 'refused', reason = ? WHERE source = ? AND content_sha256 = ?"
                " AND state = 'read'",
                [str(error), source.name, error.sha256],
            )
            _note_damaged(connection, {(source.name, error.sha256): error}, done)
        _read_facts(connection, archive, source, done)  # from the newest page before it
        return
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


def _carrier(source: Source, board: str, job: ParseJob) -> Capture:
    """The capture that stands for a snapshot: of a page that carries the board, where one of those waits."""
    roles = source.boards[board].page
    return min(job.waiting, key=lambda page: (page.role not in roles, page.role, page.address, page.capture))


def read(source: Source, pages: Pages) -> database.ParsedPages:
    """One parse, with the boundary where an exception becomes a reason."""
    if not hasattr(source.module, "pages"):  # a module that chooses its pages chooses their roles, too
        declared = {page.role for page in source.pages}
        for page in pages:
            if page.role not in declared:
                return database.ParsedPages((), f"{source.name} declares no page of role {page.role!r}")
    try:
        return database.ParsedPages(
            tuple((snapshot.id(), snapshot) for snapshot in table_parser.snapshots(source, pages)), None
        )
    except PageError as error:
        return database.ParsedPages((), str(error))


def _known_pages(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[ParseJob]
) -> dict[PageKey, list[tuple[int, str | None]]]:
    """Pages that stand alone and whose very bytes were read before, with the snapshots that they gave."""
    shas = list({page[3] for job in batch if len(job.pages) == 1 for page in job.pages})
    known: dict[PageKey, list[tuple[int, str | None]]] = {}
    for source, role, address, sha256, key, edition in connection.execute(
        "SELECT DISTINCT c.source, c.role, c.address, c.content_sha256, s.snapshot_key, s.edition FROM captures AS c"
        " LEFT JOIN observations AS s ON s.capture = c.capture"
        " WHERE c.state = 'read' AND c.content_sha256 IN (SELECT unnest(?))"
        " ORDER BY ALL",
        [shas],
    ).fetchall():
        page = known.setdefault((source, role, address, sha256), [])
        if key is not None:
            page.append((key, edition))
    return known
