"""One source, fetched, read and validated without keeping anything: a first look, or one after an upstream changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from scrapers.errors import FetchError, TrackerError, source_code
from scrapers.model import Snapshot
from storage import validate
from storage.parse_jobs import PageKey
from storage.parse_pool import ParsePool
from tracker.fetching import body_of, fetcher, lacks_key, with_key

if TYPE_CHECKING:
    from scrapers.spec import Source
    from tracker.config import Config


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a page, or of a board that it carries. `state`: ok, absent, failed, unparsed or quarantined."""

    source: str
    role: str
    address: str
    bytes: int | None
    board: str | None
    rows: int | None
    published_on: str | None
    state: str
    reason: str


def check(config: Config, source: Source) -> list[Checked]:
    """Fetches the pages of a source, reads them, validates every snapshot by itself; stores nothing."""
    if lacks_key(source):
        return [Checked(source.name, "", "", None, None, None, None, "failed", f"{source.key} is not set")]
    with ParsePool.for_one(source, config.limits) as pool:
        pages, checks = _fetched(config, source, pool)
        for group in _sets(source, pages, pool):
            checks += _read(source, group, pages, pool)
    return checks


def _fetched(config: Config, source: Source, pool: ParsePool) -> tuple[dict[PageKey, int], list[Checked]]:
    """The pages that came, each with its size, and what there is to say of the others."""
    pages: dict[PageKey, int] = {}
    checks: list[Checked] = []

    def note(role: str, address: str, state: str, reason: str) -> None:
        checks.append(Checked(source.name, role, address, None, None, None, None, state, reason))

    with fetcher(config) as fetching:
        try:
            source.refuse_unfinished()
            with source_code(source.name):
                generator = pool.requests(source.name)
                request = next(generator, None)
                while request is not None:
                    sha256: str | None = None
                    try:
                        body = body_of(fetching, with_key(source, request))
                        sha256 = pool.archive.put(body)
                        pages[source.name, request.role, request.address, sha256] = len(body)
                    except FetchError as error:
                        absent = request.optional and error.status == 404
                        note(request.role, request.address, "absent" if absent else "failed", str(error))
                    try:
                        request = generator.send(sha256)
                    except StopIteration:
                        break
        except TrackerError as error:
            note("", "", "failed", str(error))
    return pages, checks


def _sets(source: Source, pages: Iterable[PageKey], pool: ParsePool) -> list[list[PageKey]]:
    """The pages that are read together."""
    if not source.page_set or source.module is None:
        return [[page] for page in pages]
    try:
        groups = pool.sets(list(pages))
    except TrackerError:
        groups = []
    grouped = {page for group in groups for page in group}
    return groups + [[page] for page in pages if page not in grouped]


def _read(source: Source, group: list[PageKey], sizes: Mapping[PageKey, int], pool: ParsePool) -> list[Checked]:
    """Each board of these pages; a page without rows of its own (a manifest, a feed) is one line."""
    (_, role, address, _), size = group[0], sum(sizes[page] for page in group)
    parsed = pool.parse(group)
    if parsed.reason is not None:
        return [Checked(source.name, role, address, size, None, None, None, "unparsed", parsed.reason)]
    if not parsed.snapshots:
        return [Checked(source.name, role, address, size, None, None, None, "ok", "")]
    return [_validated(source, role, address, size, shown.snapshot()) for shown in parsed.snapshots]


def _validated(source: Source, role: str, address: str, size: int, snapshot: Snapshot) -> Checked:
    reason = validate.fault_of(source, snapshot, snapshot.published_on or date.max)
    day = str(snapshot.published_on) if snapshot.published_on else None
    state = "quarantined" if reason else "ok"
    rows = len(snapshot.entries)
    return Checked(source.name, role, address, size, snapshot.board, rows, day, state, reason or "")
