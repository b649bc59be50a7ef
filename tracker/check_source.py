"""One source, fetched, read and validated without keeping anything: a first look, or one after an upstream changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from scrapers import table_parser
from scrapers.errors import FetchError, TrackerError, source_code
from scrapers.model import Page, Pages, Snapshot
from storage import validate
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
    pages, checks = _fetched(config, source)
    for group in _sets(source, pages):
        checks += _read(source, group)
    return checks


def _fetched(config: Config, source: Source) -> tuple[list[Page], list[Checked]]:
    """The pages that came, and what there is to say of the others."""
    pages: list[Page] = []
    checks: list[Checked] = []

    def note(role: str, address: str, state: str, reason: str) -> None:
        checks.append(Checked(source.name, role, address, None, None, None, None, state, reason))

    with fetcher(config) as fetching:
        try:
            source.refuse_unfinished()
            with source_code(source.name):
                generator = table_parser.requests(source)
                request = next(generator, None)
                while request is not None:
                    body: bytes | None = None
                    try:
                        body = body_of(fetching, with_key(source, request))
                        pages.append(Page(request.role, request.address, body))
                    except FetchError as error:
                        absent = request.optional and error.status == 404
                        note(request.role, request.address, "absent" if absent else "failed", str(error))
                    try:
                        request = generator.send(body)
                    except StopIteration:
                        break
        except TrackerError as error:
            note("", "", "failed", str(error))
    return pages, checks


def _sets(source: Source, pages: list[Page]) -> list[Pages]:
    """The pages that are read together."""
    if not source.page_set or source.module is None:
        return [Pages([page]) for page in pages]
    try:
        with source_code(source.name):
            groups = list(source.module.sets(Pages(pages)))
    except TrackerError:
        groups = []
    grouped = {(page.role, page.address) for group in groups for page in group}
    return groups + [Pages([page]) for page in pages if (page.role, page.address) not in grouped]


def _read(source: Source, pages: Pages) -> list[Checked]:
    """Each board of these pages; a page without rows of its own (a manifest, a feed) is one line."""
    first, size = pages[0], sum(len(page.body) for page in pages)
    try:
        snapshots = table_parser.snapshots(source, pages)
    except TrackerError as error:
        return [Checked(source.name, first.role, first.address, size, None, None, None, "unparsed", str(error))]
    if not snapshots:
        return [Checked(source.name, first.role, first.address, size, None, None, None, "ok", "")]
    return [_validated(source, first, size, snapshot) for snapshot in snapshots]


def _validated(source: Source, page: Page, size: int, snapshot: Snapshot) -> Checked:
    reason = validate.fault_of(source, snapshot, snapshot.published_on or date.max)
    day = str(snapshot.published_on) if snapshot.published_on else None
    state = "quarantined" if reason else "ok"
    rows = len(snapshot.entries)
    return Checked(source.name, page.role, page.address, size, snapshot.board, rows, day, state, reason or "")
