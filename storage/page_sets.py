"""Sources of several pages: which pages were one set, and which sets have something new in them.

At each moment (a run, or the day of an import) the newest capture of every page is what a reader of the site saw.
The source's module parts those pages into sets (`sets(pages)`); a set is read when one of its captures waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from scrapers.errors import Damaged, PageError, source_code
from scrapers.model import Page, Pages
from scrapers.spec import Source
from storage.archive import Archive
from storage.parse_jobs import Capture, PageKey, ParseJob

if TYPE_CHECKING:
    import duckdb


# A run fetches its pages over some seconds, and they are one moment; imported pages have a moment of their own.
_SEEN = """
SELECT c.capture, c.role, c.address, c.content_sha256,
       CASE WHEN c.run_id <> 'import' THEN max(c.fetched_at) OVER (PARTITION BY c.run_id)
            ELSE c.fetched_at END AS moment,
       CASE WHEN c.run_id <> 'import' THEN c.run_id ELSE '' END AS run
FROM captures AS c
WHERE c.source = ? AND c.content_sha256 IS NOT NULL AND c.state <> 'future'
ORDER BY moment, run, c.fetched_at, c.capture
"""


def parse_jobs(
    connection: duckdb.DuckDBPyConnection, archive: Archive, source: Source, waiting: Mapping[str, Capture]
) -> list[ParseJob]:
    """The sets of this source that hold a capture that waits; a capture in no set is read by itself."""
    newest: dict[tuple[str, str], tuple[str, str]] = {}  # role, address: capture, sha256
    bodies: dict[str, bytes] = {}
    jobs: list[ParseJob] = []
    rows = connection.execute(_SEEN, [source.name]).fetchall()
    for _, moment in groupby(rows, key=lambda row: (row[4], row[5])):
        new = set()
        for capture, role, address, sha256, *_ in moment:
            newest[role, address] = capture, sha256
            new.add(capture)
        new &= waiting.keys()
        if not new:
            continue
        pages = []
        for (role, address), (_, sha256) in newest.items():
            if sha256 not in bodies:
                bodies[sha256] = _body(archive, sha256)
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


def _body(archive: Archive, sha256: str) -> bytes:
    """The bytes of a page; none where they are damaged: it keeps its place in a set, which is then refused."""
    try:
        return archive.read(sha256)
    except Damaged:
        return b""


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
