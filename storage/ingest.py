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

from scrapers import plain
from scrapers.base import Page, Pages
from scrapers.declare import SOURCES, Source
from scrapers.errors import PageError
from storage import judge, origins, together, warehouse
from storage.archive import Archive, Line
from storage.readings import Capture, PageKey, Reading

if TYPE_CHECKING:
    import duckdb

BATCH = 200  # pages parsed in one transaction: bounds memory, and a kill loses at most that much work
# The modules that every source is read with; a change of one reads all pages again.
READERS = ("base", "plain", "tables", "values", "yaml_text")


@dataclass
class Ingested:
    """What one ingestion did. `reasons` are the refused captures."""

    captures: int = 0
    new: dict[str, set[str]] = field(default_factory=dict)  # source: ids of snapshots that were not known
    reasons: dict[str, str] = field(default_factory=dict)  # capture: why it was refused
    read_captures: set[str] = field(default_factory=set)  # captures that waited and were read


def ingest(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    decisions: Mapping[str, judge.Decision],
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> Ingested:
    """Brings the warehouse up to the archive. `progress` is told (pages read, pages to read)."""
    done = Ingested()
    with warehouse.transaction(connection):
        _declare(connection, sources)
        done.captures = _read_ledger(connection, archive)
    readings = _readings(connection, archive, sources)
    for start in range(0, len(readings), BATCH):
        with warehouse.transaction(connection):
            _read_batch(connection, archive, sources, readings[start : start + BATCH], done)
        progress(min(start + BATCH, len(readings)), len(readings))
    with warehouse.transaction(connection):
        judge.judge(connection, sources, decisions)
    return done


def fingerprints(sources: Mapping[str, Source]) -> dict[str, str]:
    """By source: changes when its declaration, its parser or the shared readers change."""
    shared = [(SOURCES.parent / f"{name}.py").read_bytes() for name in READERS]
    found = {}
    for name, source in sorted(sources.items()):
        own = [SOURCES / f"{name}{suffix}" for suffix in (".toml", ".py")]
        read = [path.read_bytes() if path.exists() else b"-" for path in own]
        found[name] = warehouse.mark(source.model_dump_json(), *read, *shared)
    return found


def _declare(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
    """Boards, witnesses and breaks as declared; a source that is read otherwise than before waits to be read again."""
    marks = fingerprints(sources)
    mark = warehouse.mark(marks, Path(warehouse.__file__).read_bytes(), Path(origins.__file__).read_bytes())
    if warehouse.current(connection, "declarations", mark):
        return
    warehouse.replace_declarations(connection, sources)
    _forget_changed(connection, marks)
    warehouse.stale(connection, *warehouse.DERIVED)
    warehouse.keep(connection, "declarations", mark)


def _forget_changed(connection: duckdb.DuckDBPyConnection, marks: Mapping[str, str]) -> None:
    """Sources whose reading changed, that came, or that are no longer declared: their pages are read again."""
    known = dict(connection.execute("SELECT source, fingerprint FROM parsers").fetchall())
    for name in sorted({*known, *marks}):
        mark = marks.get(name)
        if known.get(name) == mark:
            continue
        forget(connection, name)
        connection.execute("DELETE FROM parsers WHERE source = ?", [name])
        if mark:
            connection.execute("INSERT INTO parsers VALUES (?, ?)", [name, mark])


def forget(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Takes back all that was read from a source's pages; its captures wait to be read again."""
    connection.execute("DROP TABLE IF EXISTS shares_by_day")
    connection.execute("DELETE FROM sightings WHERE source = ?", [source])
    for table in ("entries", "snapshots"):
        connection.execute(f"DELETE FROM {table} WHERE snapshot_key NOT IN (SELECT snapshot_key FROM sightings)")
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
        warehouse.add_captures(connection, lines)
        connection.execute("DELETE FROM ledger_read")
        connection.execute(
            "INSERT INTO ledger_read SELECT unnest(?), unnest(?)", [list(offsets), list(offsets.values())]
        )
    return len(lines)


def _readings(connection: duckdb.DuckDBPyConnection, archive: Archive, sources: Mapping[str, Source]) -> list[Reading]:
    """What waits, page by page; for a source of several pages, set by set (storage.together)."""
    waiting = [
        Capture(*row)
        for row in connection.execute(
            "SELECT capture, source, role, address, content_sha256, fetched_at FROM captures"
            " WHERE state = 'waiting' ORDER BY fetched_at, capture"
        ).fetchall()
    ]
    alone = [one for one in waiting if one.source not in sources or not sources[one.source].together]
    readings = [Reading(one.source, (one.page,), (one,)) for one in alone]
    for name in sorted({one.source for one in waiting} - {one.source for one in alone}):
        theirs = {one.capture: one for one in waiting if one.source == name}
        readings += together.readings(connection, archive, sources[name], theirs)
    return readings


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    sources: Mapping[str, Source],
    batch: Sequence[Reading],
    done: Ingested,
) -> None:
    import pyarrow as pa

    known_pages = _known_pages(connection, batch)
    parsed: dict[tuple[PageKey, ...], warehouse.Read] = {}
    outcomes: dict[str, list[str | None]] = {}  # capture: why each of its readings was refused, or None
    sightings: list[tuple[object, ...]] = []
    for reading in batch:
        if reading.pages in parsed or (len(reading.pages) == 1 and reading.pages[0] in known_pages):
            continue
        if reading.source in sources:
            pages = Pages([Page(role, address, archive.read(sha)) for _, role, address, sha in reading.pages])
            parsed[reading.pages] = read(sources[reading.source], pages)
        else:
            parsed[reading.pages] = warehouse.Read((), f"source {reading.source!r} is not declared")
    fresh = {snapshot_id: snapshot for outcome in parsed.values() for snapshot_id, snapshot in outcome.snapshots}
    asked = [list(fresh)]
    of_these = "FROM snapshots WHERE snapshot IN (SELECT unnest(?))"
    known = {row[0] for row in connection.execute(f"SELECT snapshot {of_these}", asked).fetchall()}
    warehouse.add_snapshots(connection, {key: snapshot for key, snapshot in fresh.items() if key not in known})
    keys = dict(connection.execute(f"SELECT snapshot, snapshot_key {of_these}", asked).fetchall())
    for reading in batch:
        outcome = parsed[reading.pages] if reading.pages in parsed else warehouse.Read((), None)
        for one in reading.waiting:
            outcomes.setdefault(one.capture, []).append(outcome.reason)
        if reading.pages not in parsed:
            one = reading.waiting[0]
            for key, edition in known_pages[reading.pages[0]]:
                sightings.append((one.capture, key, one.seen_at, one.source, one.role, edition))
        for snapshot_id, snapshot in outcome.snapshots:
            one = _carrier(sources[reading.source], snapshot.board, reading)
            sightings.append((one.capture, keys[snapshot_id], one.seen_at, one.source, one.role, snapshot.edition))
            if snapshot_id not in known:
                done.new.setdefault(one.source, set()).add(snapshot_id)
    text = pa.string()
    kinds = {"capture": text, "snapshot_key": pa.int32(), "seen_at": pa.timestamp("us")}
    kinds |= dict.fromkeys(("source", "role", "edition"), text)
    warehouse.insert(connection, "sightings", kinds, dict.fromkeys(sightings))
    warehouse.stale(connection, *warehouse.DERIVED)
    # A page that several sets share is good as long as one of them is, whatever batch that is in.
    for capture in outcomes.keys() & done.read_captures:
        outcomes[capture].insert(0, done.reasons.pop(capture, None))
    refused = {capture: None if None in reasons else reasons[0] for capture, reasons in outcomes.items()}
    done.read_captures |= refused.keys()
    done.reasons |= {capture: reason for capture, reason in refused.items() if reason}
    connection.execute("CREATE OR REPLACE TEMP TABLE outcome (capture VARCHAR, reason VARCHAR)")
    warehouse.insert(connection, "outcome", {"capture": text, "reason": text}, refused.items())
    connection.execute(
        "UPDATE captures SET reason = o.reason, state = CASE WHEN o.reason IS NULL THEN 'read' ELSE 'refused' END"
        " FROM outcome AS o WHERE o.capture = captures.capture"
    )


def _carrier(source: Source, board: str, reading: Reading) -> Capture:
    """The capture that stands for a snapshot: of a page that carries the board, where one of those waits."""
    roles = source.boards[board].page
    return min(reading.waiting, key=lambda one: (one.role not in roles, one.role, one.address, one.capture))


def read(source: Source, pages: Pages) -> warehouse.Read:
    """One parse, with the boundary where an exception becomes a reason."""
    if not hasattr(source.module, "pages"):  # a module that chooses its pages chooses their roles, too
        declared = {page.role for page in source.pages}
        for page in pages:
            if page.role not in declared:
                return warehouse.Read((), f"{source.name} declares no page of role {page.role!r}")
    try:
        return warehouse.Read(tuple((snapshot.id(), snapshot) for snapshot in plain.snapshots(source, pages)), None)
    except PageError as error:
        return warehouse.Read((), str(error))


def _known_pages(
    connection: duckdb.DuckDBPyConnection, batch: Sequence[Reading]
) -> dict[PageKey, list[tuple[int, str | None]]]:
    """Pages that stand alone and whose very bytes were read before, with the snapshots that they gave."""
    shas = list({page[3] for reading in batch if len(reading.pages) == 1 for page in reading.pages})
    found: dict[PageKey, list[tuple[int, str | None]]] = {}
    for source, role, address, sha256, key, edition in connection.execute(
        "SELECT DISTINCT c.source, c.role, c.address, c.content_sha256, s.snapshot_key, s.edition FROM captures AS c"
        " LEFT JOIN sightings AS s ON s.capture = c.capture"
        " WHERE c.state = 'read' AND c.content_sha256 IN (SELECT unnest(?))"
        " ORDER BY ALL",
        [shas],
    ).fetchall():
        page = found.setdefault((source, role, address, sha256), [])
        if key is not None:
            page.append((key, edition))
    return found
