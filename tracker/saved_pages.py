"""Pages that somebody else saved, on their way into the archive, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scrapers.errors import TrackerError
from storage.archive import IMPORTED, Archive, Line
from storage.origins import Origin

if TYPE_CHECKING:
    import duckdb

# Captures are written to the ledger this many at a time, or after this long: what a kill loses, the next run redoes.
BATCH, SECONDS = 100, 1.0


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page that somebody kept: whose it is, where and when it was captured, its origin, and its bytes."""

    label: str
    source: str
    role: str
    address: str
    captured_at: datetime
    origin: Origin
    origin_detail: str
    body: Callable[[], bytes]
    last_modified: str | None = None  # when the content was written, as HTTP says it, where that is known


@dataclass(frozen=True, slots=True)
class ImportResult:
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


def archive_pages(
    archive: Archive, pages: Iterable[SavedPage], known: set[str], progress: Callable[[int], object]
) -> Iterator[Line | str]:
    """Keeps the bytes of each page and writes the captures that are not known to the ledger, some at a time.

    Yields the page's ledger line, or the sentence that says why its bytes could not be had.
    """
    waiting: list[Line] = []
    written_at = time.monotonic()
    for number, page in enumerate(pages, 1):
        progress(number)
        try:
            body = page.body()
        except TrackerError as error:
            yield str(error)
            continue
        line = Line(
            fetched_at=page.captured_at, run_id=IMPORTED, source=page.source, role=page.role, method="GET",
            address=page.address, body_sha256="", status=200, etag=None, last_modified=page.last_modified,
            content_sha256=archive.put(body), bytes=len(body), origin=page.origin, origin_detail=page.origin_detail,
            error=None,
        )  # fmt: skip
        if line.capture() not in known:
            known.add(line.capture())
            waiting.append(line)
        if len(waiting) >= BATCH or time.monotonic() > written_at + SECONDS:
            archive.append(waiting)
            waiting, written_at = [], time.monotonic()
        yield line
    archive.append(waiting)


def results(
    connection: duckdb.DuckDBPyConnection,
    pages: Sequence[SavedPage],
    lines: Sequence[Line | str],
    new_snapshots: Mapping[str, set[str]],
    read_captures: set[str],
) -> list[ImportResult]:
    """What the database says of each page. Of several that show one new snapshot, the first is accepted."""
    states = {
        capture: (state, reason)
        for capture, state, reason in connection.execute("SELECT capture, state, reason FROM captures").fetchall()
    }
    snapshots_of: dict[str, list[tuple[str, int, str, str, str]]] = {}
    for capture, *snapshot in connection.execute(
        "SELECT DISTINCT o.capture, s.board, s.rows, s.state, s.reason, s.snapshot FROM observations AS o"
        " JOIN snapshots AS s ON s.snapshot_key = o.snapshot_key ORDER BY ALL"
    ).fetchall():
        snapshots_of.setdefault(capture, []).append(tuple(snapshot))
    unclaimed = {source: set(ids) for source, ids in new_snapshots.items()}
    bytes_before: set[tuple[str, str, str | None]] = set()
    outcomes = []
    for page, line in zip(pages, lines, strict=True):
        if isinstance(line, str):
            refused = ImportResult(page.label, page.source, page.role, page.captured_at, [], "refused", 0, line)
            outcomes.append(refused)
            continue
        capture = line.capture()
        state, reason = states[capture]
        snapshots = snapshots_of.get(capture, [])
        quarantined = [f"{board}: {why}" for board, _, verdict, why, _ in snapshots if verdict == "quarantined"]
        theirs = unclaimed.setdefault(line.source, set())
        first_shown = {snapshot for *_, snapshot in snapshots} & theirs
        theirs -= first_shown
        # A page without rows of its own (a manifest, a feed) is news when its bytes were read for the first time.
        content = (line.source, line.address, line.content_sha256)
        is_news = bool(first_shown) if snapshots else capture in read_captures and content not in bytes_before
        bytes_before.add(content)
        is_unread = state in ("refused", "future")
        outcomes.append(
            ImportResult(
                file=page.label,
                source=line.source,
                role=line.role,
                captured_at=line.fetched_at,
                boards=sorted({board for board, *_ in snapshots}),
                state="quarantined" if is_unread or quarantined else "accepted" if is_news else "unchanged",
                rows=sum(rows for _, rows, *_ in snapshots),
                reason=(reason if is_unread else "; ".join(quarantined)) or "",
            )
        )
    return outcomes
