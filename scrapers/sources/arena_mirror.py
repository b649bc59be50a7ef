"""A third party's copy of the Arena's pages, one JSON a board and day; its interval is `ci`, later two halves."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

OPENNESS = {"open": "open", "proprietary": "closed", None: None}
BOARDS = {"text": "arena_text", "vision": "arena_vision", "webdev": "arena_webdev"}
PUBLISHED = {"text": {"text"}, "vision": {"vision"}, "webdev": {"code", "code-webdev"}}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The board that the page says it is; the day is the Arena's own line, if the copy has it."""
    for page in pages:
        content = formats.read_json(page.body)
        meta, rows = content["meta"], content["models"]
        if meta["leaderboard"] not in PUBLISHED[page.role]:
            raise PageError(f"the page says it is {meta['leaderboard']!r}, not {page.role!r}")
        if meta["model_count"] != len(rows):
            raise PageError(f"{len(rows)} rows, and the page says {meta['model_count']}")
        day = values.day(meta.get("last_updated"))
        yield Snapshot(BOARDS[page.role], None, day, tuple(entry(row) for row in rows))


def entry(row: Row) -> Entry:
    """A row. `proprietary` says that the weights are not published; `open` that they are, on unknown terms."""
    score = values.number(row["score"])
    below, above = (row["ci_low"], row["ci_high"]) if "ci_low" in row else (row.get("ci"), row.get("ci"))
    low, high = values.number(below), values.number(above)
    licence = values.text(row.get("license"))
    if licence not in OPENNESS:
        raise PageError(f"license is {licence!r}")
    return Entry(
        name=row["model"],
        score=score,
        score_low=score - low if score is not None and low is not None else None,
        score_high=score + high if score is not None and high is not None else None,
        published_rank=values.number(row.get("rank")),
        votes=values.number(row.get("votes")),
        organization=values.text(row.get("vendor")),
        openness=OPENNESS[licence],
    )
