"""Archive -> database: ledger lines become captures, captures are parsed, snapshots are validated.

Only what is new is read, so that collecting stays cheap for years; a source whose declaration or parser
changed is read again from its first page. The outcome is a function of the archive, the declarations and the
decisions: the order of arrival changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapers.errors import Damaged, OverLimit, TrackerError
from scrapers.model import Fact
from scrapers.spec import SOURCES, Source
from storage import database, declarations, freshness, origins, page_sets
from storage.archive import Archive
from storage.captures import forget, note_unreadable, read_ledger, set_future_aside
from storage.parse_jobs import Capture, PageKey, ParseJob
from storage.parse_pool import ParsedPages, ParsedSnapshot, ParsePool
from storage.snapshots import add_snapshots

if TYPE_CHECKING:
    import duckdb

_LOG = logging.getLogger("tracker")
BATCH = 200  # pages parsed in one transaction: a kill loses at most that much work
ROWS_AT_ONCE = 20_000  # rows that wait to be inserted: bounds memory
SET_ASIDE = "set aside by hand: "  # how the reason of a page begins that a person set aside


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
    pool: ParsePool,
    rejected: Mapping[str, str],
    now: datetime,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Parsed:
    """Brings the database up to the archive as it counts at `now`; the snapshots then wait to be validated.

    `rejected` has what a person rejected, with the reason: pages among it, by the sha256 of their bytes, are not read.
    `progress` is told (pages read, pages to read).
    """
    done = Parsed()
    by_source = fingerprints(sources)
    pool.set_sources(sources, by_source)
    with database.transaction(connection):
        _update_declarations(connection, sources, by_source)
        done.captures = read_ledger(connection, archive)
        set_future_aside(connection, now)
        _retry_healed(connection, archive)
        _forget_overtaken(connection, sources)
        _forget_limits(connection, pool)
        pool.set_aside = _set_aside(connection, rejected)
    parse_jobs = _parse_jobs(connection, pool, sources)
    for start in range(0, len(parse_jobs), BATCH):
        with database.transaction(connection):
            _read_batch(connection, pool, sources, parse_jobs[start : start + BATCH], done)
        progress(min(start + BATCH, len(parse_jobs)), len(parse_jobs))
    for source in sources.values():
        if source.facts:
            _read_facts(connection, pool, source, done)
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


def _update_declarations(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], by_source: Mapping[str, str]
) -> None:
    """Boards, providers and breaks as declared; the pages of a source that is read otherwise than before wait again."""
    code = [Path(str(module.__file__)) for module in (database, origins)]
    fingerprint = freshness.fingerprint(by_source, freshness.of_files(*code))
    if freshness.is_fresh(connection, "declarations", fingerprint):
        return
    declarations.replace(connection, sources)
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


def _forget_limits(connection: duckdb.DuckDBPyConnection, pool: ParsePool) -> None:
    """Captures that were refused for what they cost wait again when the limits are others than before."""
    fingerprint = freshness.fingerprint(pool.limits.model_dump_json())
    if not freshness.is_fresh(connection, "limits", fingerprint):
        connection.execute(
            "UPDATE captures SET state = 'waiting', reason = NULL"
            " WHERE state = 'refused' AND contains(reason, '([limits] ')"
        )
        freshness.record(connection, "limits", fingerprint)


def _set_aside(connection: duckdb.DuckDBPyConnection, rejected: Mapping[str, str]) -> dict[str, str]:
    """The pages that a person set aside: sha256 -> reason. A source with a page that was not set aside before, or is no
    longer, is read again: the snapshots that the page showed go or come with it."""
    pages = connection.execute(
        "SELECT DISTINCT content_sha256 FROM captures WHERE content_sha256 IN (SELECT unnest(?))", [list(rejected)]
    ).fetchall()
    set_aside = {sha256: SET_ASIDE + rejected[sha256] for (sha256,) in pages}
    changed = connection.execute(
        "SELECT DISTINCT c.source FROM captures AS c"
        " LEFT JOIN (SELECT unnest($1) AS sha256, unnest($2) AS reason) AS s ON s.sha256 = c.content_sha256"
        " WHERE c.state IN ('read', 'refused')"
        " AND s.reason IS DISTINCT FROM CASE WHEN starts_with(c.reason, $3) THEN c.reason END ORDER BY c.source",
        [list(set_aside), list(set_aside.values()), SET_ASIDE],
    ).fetchall()
    for (source,) in changed:
        forget(connection, source)
        freshness.invalidate(connection, f"facts:{source}", *freshness.DERIVED_FROM_SNAPSHOTS)
    return set_aside


def _retry_healed(connection: duckdb.DuckDBPyConnection, archive: Archive) -> None:
    """A source of which a page could not be read, and now can, is read again from its first page."""
    rows = connection.execute("SELECT DISTINCT source, content_sha256 FROM unreadable WHERE line IS NULL").fetchall()
    for name in sorted({name for name, sha256 in rows if not archive.fault(sha256)}):
        forget(connection, name)
        freshness.invalidate(connection, f"facts:{name}")


def _forget_overtaken(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
    """A page that came late (imported, from a history) changes the sets of every later moment: where pages are read in
    sets, its source is read again from the first page."""
    in_sets = [name for name, source in sources.items() if source.page_set]
    rows = connection.execute(
        "SELECT source FROM captures WHERE source IN (SELECT unnest(?)) AND content_sha256 IS NOT NULL GROUP BY source"
        " HAVING min(CASE WHEN state = 'waiting' THEN fetched_at END)"
        " <= max(CASE WHEN state IN ('read', 'refused') THEN fetched_at END)",
        [in_sets],
    ).fetchall()
    for (name,) in rows:
        forget(connection, name)


def _parse_jobs(
    connection: duckdb.DuckDBPyConnection, pool: ParsePool, sources: Mapping[str, Source]
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
        parse_jobs += page_sets.parse_jobs(connection, pool, sources[name], theirs)
    return parse_jobs


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    pool: ParsePool,
    sources: Mapping[str, Source],
    batch: Sequence[ParseJob],
    done: Parsed,
) -> None:
    import pyarrow as pa

    # A page of a set shows what its set showed, which says nothing of the page alone: it is read again.
    alone = [job for job in batch if job.source not in sources or not sources[job.source].page_set]
    known_pages, refused_pages = _known_pages(connection, alone), _refused_pages(connection, sources, batch)
    parsed: dict[tuple[PageKey, ...], _Shown] = {}
    waiting: dict[tuple[PageKey, ...], None] = {}
    for job in batch:
        if len(job.pages) == 1 and job.pages[0] in refused_pages:
            parsed[job.pages] = _Shown([], refused_pages[job.pages[0]])
        elif len(job.pages) != 1 or job.pages[0] not in known_pages:
            waiting[job.pages] = None
    damaged: dict[tuple[str, str], Damaged] = {}
    keys, new = _add_snapshots(connection, waiting, pool.parse_all(waiting), parsed, damaged)
    outcomes: dict[str, list[str | None]] = {}  # capture: why each of its parse_jobs was refused, or None
    observations: list[tuple[object, ...]] = []
    for job in batch:
        shown = parsed[job.pages] if job.pages in parsed else _Shown([], None)
        for page in job.waiting:
            outcomes.setdefault(page.capture, []).append(shown.reason)
        if job.pages not in parsed:
            page = job.waiting[0]
            for key, edition, newest_row in known_pages[job.pages[0]]:
                observations.append((page.capture, key, page.seen_at, page.source, page.role, edition, newest_row))
        for snapshot_id, board, edition, newest_row in shown.snapshots:
            page = _carrier(sources[job.source], board, job)
            key = keys[snapshot_id]
            observations.append((page.capture, key, page.seen_at, page.source, page.role, edition, newest_row))
            if snapshot_id in new:
                done.new_snapshots.setdefault(page.source, set()).add(snapshot_id)
    text = pa.string()
    kinds = {"capture": text, "snapshot_key": pa.int32(), "seen_at": pa.timestamp("us")}
    kinds |= {**dict.fromkeys(("source", "role", "edition"), text), "newest_row": pa.date32()}
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


@dataclass(frozen=True, slots=True)
class _Shown:
    """What pages that were read together showed, or why they were refused.

    snapshots: (id, board, edition, newest of the days that its rows print).
    """

    snapshots: list[tuple[str, str, str | None, date | None]]
    reason: str | None


def _add_snapshots(
    connection: duckdb.DuckDBPyConnection,
    pages: Iterable[tuple[PageKey, ...]],
    results: Iterable[ParsedPages],
    parsed: dict[tuple[PageKey, ...], _Shown],
    damaged: dict[tuple[str, str], Damaged],
) -> tuple[dict[str, int], set[str]]:
    """Stores the snapshots of these results, some at a time, and notes in `parsed` what each showed.

    Notes in `damaged` the pages (source, sha256) whose bytes could not be read. Returns the key of each snapshot by its
    id, and the ids that were not known before.
    """
    keys: dict[str, int] = {}
    new: set[str] = set()
    waiting: dict[str, ParsedSnapshot] = {}

    def store() -> None:
        asked = [list(waiting)]
        of_these = "SELECT snapshot, snapshot_key FROM snapshots WHERE snapshot IN (SELECT unnest(?))"
        keys.update(connection.execute(of_these, asked).fetchall())
        fresh = {id_: shown.snapshot() for id_, shown in waiting.items() if id_ not in keys}
        add_snapshots(connection, fresh)
        keys.update(connection.execute(of_these, asked).fetchall())
        new.update(fresh)
        waiting.clear()

    for together, result in zip(pages, results, strict=True):
        snapshots = [(shown.id, shown.board, shown.edition, shown.newest_row) for shown in result.snapshots]
        parsed[together] = _Shown(snapshots, result.reason)
        if result.damaged:
            damaged[together[0][0], result.damaged.sha256] = result.damaged
        waiting |= {shown.id: shown for shown in result.snapshots if shown.id not in keys}
        if sum(len(shown.rows) for shown in waiting.values()) > ROWS_AT_ONCE:
            store()
    store()
    return keys, new


def _note_damaged(
    connection: duckdb.DuckDBPyConnection, damaged: Mapping[tuple[str, str], Damaged], done: Parsed
) -> None:
    """Pages (source, sha256) that could not be read: their captures are refused until the bytes are back."""
    note_unreadable(connection, [(e.file, None, source, sha256, str(e)) for (source, sha256), e in damaged.items()])
    done.damaged |= {sha256: error for (_, sha256), error in damaged.items()}


def _read_facts(connection: duckdb.DuckDBPyConnection, pool: ParsePool, source: Source, done: Parsed) -> None:
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
        pages = [(source.name, role, address, sha256) for role, address, sha256 in newest]
        facts = pool.facts(pages) if source.module and pages else []
    except Damaged as error:
        with database.transaction(connection):
            connection.execute(
                "UPDATE captures SET state = 'refused', reason = ? WHERE source = ? AND content_sha256 = ?"
                " AND state = 'read'",
                [str(error), source.name, error.sha256],
            )
            _note_damaged(connection, {(source.name, error.sha256): error}, done)
        _read_facts(connection, pool, source, done)  # from the newest page before it
        return
    except OverLimit as error:
        with database.transaction(connection):
            refused = connection.execute(
                "UPDATE captures SET state = 'refused', reason = $1 WHERE state = 'read' AND source = $2"
                " AND content_sha256 IN (SELECT unnest($3)) RETURNING capture, reason",
                [str(error), source.name, [sha256 for *_, sha256 in newest]],
            ).fetchall()
        done.reasons.update(refused)
        _read_facts(connection, pool, source, done)  # of the pages before these
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


def _known_pages(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[ParseJob]
) -> dict[PageKey, list[tuple[int, str | None, date | None]]]:
    """Pages of these jobs, each alone, whose very bytes were read before, with the snapshots that they gave."""
    asked = {page for job in batch for page in job.pages}
    shas = list({sha256 for *_, sha256 in asked})
    known: dict[PageKey, list[tuple[int, str | None, date | None]]] = {}
    for source, role, address, sha256, key, edition, newest_row in connection.execute(
        "SELECT DISTINCT c.source, c.role, c.address, c.content_sha256, s.snapshot_key, s.edition, s.newest_row"
        " FROM captures AS c"
        " LEFT JOIN observations AS s ON s.capture = c.capture"
        " WHERE c.state = 'read' AND c.content_sha256 IN (SELECT unnest(?))"
        " ORDER BY ALL",
        [shas],
    ).fetchall():
        if (source, role, address, sha256) not in asked:
            continue
        page = known.setdefault((source, role, address, sha256), [])
        if key is not None:
            page.append((key, edition, newest_row))
    return known


def _refused_pages(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], batch: Sequence[ParseJob]
) -> dict[PageKey, str]:
    """Pages whose very bytes were refused before, with the reason; not of sources whose pages are read in sets."""
    shas = [job.pages[0][3] for job in batch if job.source in sources and not sources[job.source].page_set]
    return {
        (source, role, address, sha256): reason
        for source, role, address, sha256, reason in connection.execute(
            "SELECT source, role, address, content_sha256, min(reason) FROM captures"
            " WHERE state = 'refused' AND content_sha256 IN (SELECT unnest(?)) AND content_sha256 NOT IN"
            " (SELECT u.content_sha256 FROM unreadable AS u WHERE u.content_sha256 IS NOT NULL) GROUP BY ALL",
            [shas],
        ).fetchall()
        if source in sources and not sources[source].page_set
    }
