"""Sources of several pages: which pages were one set, and which sets have something new in them.

At each moment (a run, or the time of an import) the newest good capture of every page is what a reader of the site saw:
a page that is not what it should be (`check(page)`) is refused by itself, and the one before it stays in its sets.
The source's module parts the pages into sets (`sets(pages)`); a set is read when one of its captures waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from scrapers.errors import Damaged, PageError
from scrapers.spec import Source
from storage.parse_jobs import Capture, PageKey, ParseJob
from storage.parse_pool import ParsePool

if TYPE_CHECKING:
    import duckdb


# A run fetches its pages over some seconds, and they are one moment; imported pages have a moment of their own.
_SEEN = """
SELECT c.capture, c.role, c.address, c.content_sha256, c.state,
       CASE WHEN c.run_id <> 'import' THEN max(c.fetched_at) OVER (PARTITION BY c.run_id)
            ELSE c.fetched_at END AS moment,
       CASE WHEN c.run_id <> 'import' THEN c.run_id ELSE '' END AS run
FROM captures AS c
WHERE c.source = ? AND c.content_sha256 IS NOT NULL AND c.state <> 'future'
ORDER BY moment, run, c.fetched_at, c.capture
"""


def parse_jobs(
    connection: duckdb.DuckDBPyConnection, pool: ParsePool, source: Source, waiting: Mapping[str, Capture]
) -> list[ParseJob]:
    """The sets of this source that hold a capture that waits; a capture in no set is read by itself.

    Bytes that a person set aside are in no set: the page counts as it was before them.
    """
    newest: dict[tuple[str, str], tuple[str, str]] = {}  # role, address: capture, sha256
    good: dict[PageKey, bool] = {}  # whether the page is what it should be
    jobs: list[ParseJob] = []
    rows = connection.execute(_SEEN, [source.name]).fetchall()
    for _, moment in groupby(rows, key=lambda row: (row[5], row[6])):
        new = set()
        for capture, role, address, sha256, state, *_ in moment:
            new.add(capture)
            page = source.name, role, address, sha256
            if sha256 not in pool.set_aside and page not in good:
                # What was read was good. What was refused may be a good page of a set that was not whole.
                good[page] = state == "read" or _is_good(pool, page)
            if good.get(page):
                newest[role, address] = capture, sha256
        new &= waiting.keys()
        if not new:
            continue
        pages = [(source.name, role, address, sha256) for (role, address), (_, sha256) in newest.items()]
        placed: set[str] = set()
        for part in _sets(pool, source, pages):
            captures = {newest[role, address][0] for _, role, address, _ in part}
            here = tuple(waiting[capture] for capture in sorted(captures & new))
            if here:
                jobs.append(ParseJob(source.name, tuple(sorted(part)), here))
                placed |= {member.capture for member in here}
        jobs += [
            ParseJob(source.name, (waiting[capture].page,), (waiting[capture],)) for capture in sorted(new - placed)
        ]
    return jobs


def _is_good(pool: ParsePool, page: PageKey) -> bool:
    """Whether the page is what it should be, as far as it tells by itself."""
    try:
        pool.check(page)
    except PageError:
        return False
    except Damaged:
        return True  # its place is kept: the set that lacks its bytes is refused, and read once they are back
    return True


def _sets(pool: ParsePool, source: Source, pages: list[PageKey]) -> list[list[PageKey]]:
    """The sets as the source's module parts them; none where the pages do not say."""
    if source.module is None or not pages:
        return [pages] if pages else []
    try:
        return pool.sets(pages)
    except PageError:
        return []  # the page that is at fault is read by itself, and says what is wrong
