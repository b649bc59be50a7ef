"""Sources of several pages: which pages were one set, and which sets have something new in them.

At each moment (a run, or the time of an import) the newest good capture of every page is what a reader of the site saw:
a page that is not what it should be (`check(page)`) is refused by itself, and the one before it stays in its sets.
The source's module parts the pages into sets (`sets(pages)`); a set is read when one of its captures waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from scrapers.errors import PageError, source_code
from scrapers.model import Page, Pages
from scrapers.spec import Source
from storage.archive import Archive
from storage.parse_jobs import Capture, PageKey, ParseJob

if TYPE_CHECKING:
    import duckdb


# A run fetches its pages over some seconds, and they are one moment; imported pages have a moment of their own.
_SEEN = """
SELECT c.capture, c.role, c.address, c.content_sha256, c.state,
       CASE WHEN c.run_id <> 'import' THEN max(c.fetched_at) OVER (PARTITION BY c.run_id)
            ELSE c.fetched_at END AS moment,
       CASE WHEN c.run_id <> 'import' THEN c.run_id ELSE '' END AS run
FROM captures AS c
WHERE c.source = ? AND c.content_sha256 IS NOT NULL
ORDER BY moment, run, c.fetched_at, c.capture
"""


def parse_jobs(
    connection: duckdb.DuckDBPyConnection, archive: Archive, source: Source, waiting: Mapping[str, Capture]
) -> list[ParseJob]:
    """The sets of this source that hold a capture that waits; a capture in no set is read by itself."""
    newest: dict[tuple[str, str], tuple[str, str]] = {}  # role, address: capture, sha256
    bodies: dict[str, bytes] = {}
    good: dict[tuple[str, str, str], bool] = {}  # role, address, sha256: whether the page is what it should be
    jobs: list[ParseJob] = []
    rows = connection.execute(_SEEN, [source.name]).fetchall()
    for _, moment in groupby(rows, key=lambda row: (row[5], row[6])):
        new = set()
        for capture, role, address, sha256, state, *_ in moment:
            new.add(capture)
            page = role, address, sha256
            if page not in good:
                # What was read was good. What was refused may be a good page of a set that was not whole.
                good[page] = state == "read" or _is_good(source, Page(role, address, archive.read(sha256)))
            if good[page]:
                newest[role, address] = capture, sha256
        new &= waiting.keys()
        if not new:
            continue
        pages = []
        for (role, address), (_, sha256) in newest.items():
            if sha256 not in bodies:
                bodies[sha256] = archive.read(sha256)
            pages.append(Page(role, address, bodies[sha256]))
        placed: set[str] = set()
        for part in _sets(source, Pages(pages)):
            at = {newest[page.role, page.address][0]: newest[page.role, page.address][1] for page in part}
            here = tuple(waiting[capture] for capture in sorted(at.keys() & new))
            if here:
                keys: list[PageKey] = [
                    (source.name, page.role, page.address, newest[page.role, page.address][1]) for page in part
                ]
                jobs.append(ParseJob(source.name, tuple(sorted(keys)), here))
                placed |= {member.capture for member in here}
        jobs += [
            ParseJob(source.name, (waiting[capture].page,), (waiting[capture],)) for capture in sorted(new - placed)
        ]
    return jobs


def check(source: Source, page: Page) -> None:
    """PageError where the page is not what it should be, as far as it tells by itself."""
    with source_code(source.name):
        if source.module and hasattr(source.module, "check"):
            source.module.check(page)


def _is_good(source: Source, page: Page) -> bool:
    try:
        check(source, page)
    except PageError:
        return False
    return True


def _sets(source: Source, pages: Pages) -> list[Pages]:
    """The sets as the source's module parts them; none where the pages do not say."""
    module = source.module
    if module is None:
        return [pages]
    try:
        with source_code(source.name):
            return list(module.sets(pages))
    except PageError:
        return []  # the page that is at fault is read by itself, and says what is wrong
