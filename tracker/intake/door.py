"""The one door for pages that did not come by `collect`: archived, noted in the ledger, read, judged, published.

Imports, replays and backfills all end here, so the same page has the same fate however it came. A page whose capture
is known already is not noted again: a second run adds nothing, and one that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapers.errors import TrackerError
from storage import ingest, judge, publish, warehouse
from storage.archive import IMPORTED, Archive, Line
from storage.origins import Origin
from tracker.config import Config

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], object]
# Pages are noted in the ledger this many at a time, or after this long: what a kill loses, the next run takes again.
CHUNK, SECONDS = 100, 1.0


@dataclass(frozen=True, slots=True)
class Saved:
    """A page that somebody kept: whose it is, where and when it was captured, its origin, and its bytes."""

    label: str
    source: str
    role: str
    address: str
    captured_at: datetime
    origin: Origin
    origin_detail: str
    body: Callable[[], bytes]
    method: str = "GET"
    body_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one page.

    state: accepted; unchanged (nothing in it is new); quarantined (kept, and not believed: the reason says why);
    refused (could not be taken in); unknown_address (no source has a page there).
    """

    file: str
    source: str
    role: str
    captured_at: datetime | None
    boards: list[str]
    state: str
    rows: int
    reason: str

    def record(self) -> dict[str, Any]:
        """As one flat object."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def take_in(config: Config, saved: Sequence[Saved], progress: Progress) -> list[Brought]:
    """Takes these pages in; one outcome for each, in their order."""
    with writer(config, progress) as door:
        taken: list[Line | str] = [line for _, line in door.archive(saved, len(saved))]
        done = door.read()
        lines = [(one.label, line) for one, line in zip(saved, taken, strict=True) if isinstance(line, Line)]
        outcomes = iter(door.outcomes(lines, done))
        return [
            next(outcomes)
            if isinstance(line, Line)
            else Brought(one.label, one.source, one.role, one.captured_at, [], "refused", 0, line)
            for one, line in zip(saved, taken, strict=True)
        ]


@contextmanager
def writer(config: Config, progress: Progress) -> Iterator[Door]:
    """Holds the data directory while pages come in, and publishes at the end."""
    with warehouse.writing(config.data):
        with warehouse.opened(config.data / "warehouse.duckdb") as connection:
            yield Door(config, connection, progress)
            progress("publishing", 0, 1)
            publish.prepare(connection, config.data, config.registry)
        publish.swap(config.data)
        progress("publishing", 1, 1)


class Door:
    """The writer's side of an import; made by `writer`."""

    def __init__(self, config: Config, connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
        self._archive = Archive(config.data / "archive")
        self._archive.sweep()
        self._connection, self._progress = connection, progress
        self._sources = config.declared()
        self._decisions = judge.read_decisions(config.decisions)
        self.read()  # what an earlier, killed run left
        self.known: set[str] = {row[0] for row in connection.execute("SELECT capture FROM captures").fetchall()}

    def archive(self, saved: Iterable[Saved], of: int | None = None) -> Iterator[tuple[Saved, Line | str]]:
        """Keeps the bytes and notes the captures that are not known, some at a time.

        Yields each page with its line of the ledger, or with why it could not be taken in.
        """
        waiting: list[Line] = []
        noted = time.monotonic()
        for number, one in enumerate(saved, 1):
            self._progress("archiving", number, of or number)
            try:
                body = one.body()
            except TrackerError as error:
                yield one, str(error)
                continue
            line = Line(
                fetched_at=one.captured_at, run_id=IMPORTED, source=one.source, role=one.role, method=one.method,
                address=one.address, body_sha256=one.body_sha256, status=200, etag=None, last_modified=None,
                content_sha256=self._archive.put(body), bytes=len(body), origin=one.origin,
                origin_detail=one.origin_detail, error=None,
            )  # fmt: skip
            if line.capture() not in self.known:
                self.known.add(line.capture())
                waiting.append(line)
            if len(waiting) >= CHUNK or time.monotonic() > noted + SECONDS:
                self._archive.append(waiting)
                waiting, noted = [], time.monotonic()
            yield one, line
        self._archive.append(waiting)

    def read(self) -> ingest.Ingested:
        """Brings the warehouse up to the archive."""
        return ingest.ingest(
            self._connection,
            self._archive,
            self._sources,
            self._decisions,
            lambda at, of: self._progress("reading", at, of),
        )

    def outcomes(self, lines: Sequence[tuple[str, Line]], done: ingest.Ingested) -> list[Brought]:
        """What the warehouse says of each capture. Of several that show one new snapshot, the first is accepted."""
        states = {
            capture: (state, reason)
            for capture, state, reason in self._connection.execute(
                "SELECT capture, state, reason FROM captures"
            ).fetchall()
        }
        shown: dict[str, list[tuple[str, int, str, str, str]]] = {}
        for capture, *snapshot in self._connection.execute(
            "SELECT DISTINCT g.capture, s.board, s.rows, s.state, s.reason, s.snapshot FROM sightings AS g"
            " JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key ORDER BY ALL"
        ).fetchall():
            shown.setdefault(capture, []).append(tuple(snapshot))
        fresh = {source: set(ids) for source, ids in done.new.items()}
        had: set[tuple[str, str, str | None]] = set()
        found = []
        for label, line in lines:
            state, reason = states[line.capture()]
            snapshots = shown[line.capture()] if line.capture() in shown else []
            bad = [f"{board}: {why}" for board, _, verdict, why, _ in snapshots if verdict == "quarantined"]
            theirs = fresh.setdefault(line.source, set())
            new = {snapshot for *_, snapshot in snapshots} & theirs
            theirs -= new
            # A page without rows of its own (a manifest, a feed) is news when its bytes were read for the first time.
            page = (line.source, line.address, line.content_sha256)
            news = bool(new) if snapshots else line.capture() in done.read_captures and page not in had
            had.add(page)
            kept_out = state == "refused" or bool(bad)
            outcome = "quarantined" if kept_out else "accepted" if news else "unchanged"
            boards = sorted({board for board, *_ in snapshots})
            rows = sum(count for _, count, *_ in snapshots)
            why = reason if state == "refused" else "; ".join(bad)
            found.append(Brought(label, line.source, line.role, line.fetched_at, boards, outcome, rows, why or ""))
        return found
