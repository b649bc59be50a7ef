"""The Arena's tables as somebody wrote them to CSV from 2024-06 to 2025-08: `arena_elo`, then `arena_score`.

The score is the one without style control, in all three schemas. Its interval is published as `+5/-4`. Of the ranking
with style control the rank alone is published, from October 2024 on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scrapers import formats, table_parser, values
from scrapers.errors import PageError
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

BOARDS = {"text": "arena_text_raw", "vision": "arena_vision_raw"}
STYLE_CONTROL = {"text": "arena_text", "vision": "arena_vision"}
_INTERVAL = re.compile(r"\+(?P<above>[0-9]+(?:\.[0-9]+)?)/-(?P<below>[0-9]+(?:\.[0-9]+)?)")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The board of a page, and its ranking with style control where the page has it; the file has no day."""
    for page in pages:
        rows = formats.csv_rows(page.body)
        entries = tuple(entry(row) for row in rows)
        yield Snapshot(BOARDS[page.role], None, None, entries)
        if rows and "rank_stylectrl" in rows[0]:
            ranks = [values.number(row["rank_stylectrl"]) for row in rows]
            unscored = [replace(scored, score=None, score_low=None, score_high=None) for scored in entries]
            ranked = tuple(
                replace(without_score, published_rank=rank) for without_score, rank in zip(unscored, ranks, strict=True)
            )
            yield Snapshot(STYLE_CONTROL[page.role], None, None, ranked)


def entry(row: Row) -> Entry:
    """A row. Rows with the same name or score are all kept."""
    score = values.number(table_parser.cell(row, ("arena_score", "arena_elo")))
    published = values.text(row.get("95_pct_ci"))
    interval = _INTERVAL.fullmatch(published) if published else None
    if published and not interval:
        raise PageError(f"{published[:60]!r} is not an interval")
    return Entry(
        name=row["model"],
        score=score,
        score_low=score - float(interval["below"]) if interval and score is not None else None,
        score_high=score + float(interval["above"]) if interval and score is not None else None,
        published_rank=values.number(row.get("rank")),
        votes=values.number(row.get("votes")),
        organization=values.text(row.get("organization")),
        licence=values.text(row.get("license")),
    )
