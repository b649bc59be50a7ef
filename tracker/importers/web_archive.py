"""A board's history in a web archive: one capture for every distinct copy of a page, on the day of the copy.

A second run adds nothing; one that was killed goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from scrapers import formats
from scrapers.errors import PageError
from scrapers.http import Fetcher
from scrapers.model import Request
from scrapers.spec import PageSpec, Source
from tracker import fetching
from tracker.clock import Clock
from tracker.config import Config
from tracker.importers.history import import_history
from tracker.pipeline import Progress
from tracker.saved_pages import ImportResult, SavedPage

CDX = "https://web.archive.org/cdx/search/cdx"
COPY = "https://web.archive.org/web"


def from_wayback(
    config: Config, clock: Clock, source: Source, since: date | None, until: date | None, progress: Progress
) -> list[ImportResult]:
    """One capture for every distinct copy of the source's pages in a web archive, asked for politely."""
    with fetching.fetcher(config) as fetcher:
        saved = [copy for page in addressed(source) for copy in copies(fetcher, source, page, since, until)]
        return import_history(config, clock, saved, progress)


def addressed(source: Source) -> Iterator[PageSpec]:
    """Each page under each of its addresses, the former ones too; a pattern is none."""
    for page in source.pages:
        for address in (page.address, *page.url_patterns):
            if address and "*" not in address:
                yield page.model_copy(update={"address": address})


def copies(
    fetcher: Fetcher, source: Source, page: PageSpec, since: date | None, until: date | None
) -> Iterator[SavedPage]:
    """What the archive's index lists of a page: the first copy of each distinct digest."""
    address = (
        f"{CDX}?url={quote(page.address, safe='')}&output=json&fl=timestamp,digest,statuscode&filter=statuscode:200"
    )
    address += f"&from={since:%Y%m%d}" if since else ""
    address += f"&to={until:%Y%m%d}" if until else ""
    answer = fetching.body_of(fetcher, Request(role="cdx", address=address))
    rows = formats.read_json(answer) if answer.strip() else []
    seen: set[str] = set()
    for at, stamp, digest in sorted(listed(rows)):
        if digest in seen:
            continue
        seen.add(digest)
        copy = f"{COPY}/{stamp}id_/{page.address}"
        body = partial(fetching.body_of, fetcher, Request(role=page.role, address=copy))
        yield SavedPage(f"{page.role} {stamp}", source.name, page.role, page.address, at, "wayback", copy, body)


def listed(rows: Any) -> Iterator[tuple[datetime, str, str]]:
    """(moment, its stamp, digest) of each line of an archive's index; PageError names a line that is none."""
    if not isinstance(rows, list) or (rows and rows[0] != ["timestamp", "digest", "statuscode"]):
        raise PageError(f"the index of the web archive answers otherwise than asked: {str(rows)[:100]}")
    for row in rows[1:]:
        try:
            stamp, digest, _ = row
            if not re.fullmatch(r"[0-9]{14}", stamp):  # strptime reads the digits of every script
                raise ValueError("not fourteen digits")
            yield datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC), stamp, digest
        except (TypeError, ValueError):
            raise PageError(f"the index of the web archive has a line that is none: {str(row)[:100]}") from None
