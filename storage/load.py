"""Archive -> database: ledger lines become captures, captures are parsed, snapshots are validated.

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
from storage.parse_jobs import Capture, PageKey, ParseJob

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
        _update_declarations(connection, sources)
        done.captures = _read_ledger(connection, archive)
    parse_jobs = _parse_jobs(connection, archive, sources)
    for start in range(0, len(parse_jobs), BATCH):
        with database.transaction(connection):
            _read_batch(connection, archive, sources, parse_jobs[start : start + BATCH], done)
        progress(min(start + BATCH, len(parse_jobs)), len(parse_jobs))
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


def _update_declarations(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
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
    for job in batch:
        if job.pages in parsed or (len(job.pages) == 1 and job.pages[0] in known_pages):
            continue
        if job.source in sources:
            pages = Pages([Page(role, address, archive.read(sha)) for _, role, address, sha in job.pages])
            parsed[job.pages] = read(sources[job.source], pages)
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
