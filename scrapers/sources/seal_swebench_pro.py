"""SEAL: the rows are in the payload that Next.js writes into the page, piece by piece as JavaScript strings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

_PIECE = re.compile(r'self\.__next_f\.push\(\[1,("(?:[^"\\]|\\.)*")\]\)')
_ENTRIES = re.compile(r'"entries":(?=\[\{)')


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The list of entries of the page, which must be the only one."""
    for page in pages:
        payload = "".join(json.loads(piece) for piece in _PIECE.findall(formats.decode(page.body)))
        if not payload:
            raise PageError("the page holds no Next.js payload")
        starts = [match.end() for match in _ENTRIES.finditer(payload)]
        if len(starts) != 1:
            raise PageError(f"{len(starts)} lists of entries in the payload, where one is needed")
        _, end = json.JSONDecoder().raw_decode(payload, starts[0])
        rows = formats.json_rows(payload[starts[0] : end].encode())
        yield Snapshot("swebench_pro", None, None, tuple(map(entry, rows)))


def entry(row: Row) -> Entry:
    """A row; the page shows the score with a half-width, which the payload has as `confidenceInterval_upper`."""
    score, half = values.number(row["score"]), values.number(row.get("confidenceInterval_upper"))
    return Entry(
        name=row["model"],
        score=score,
        score_low=None if score is None or half is None else score - half,
        score_high=None if score is None or half is None else score + half,
        published_rank=values.number(row.get("rank")),
        organization=values.text(row.get("company")),
    )
