"""A mirror of OpenRouter's weekly ranking; a model goes by its slug, as in OpenRouter's own data."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Pages, Snapshot


def parse(pages: Pages) -> Iterable[Snapshot]:
    """One week a page, under the day that it states."""
    for page in pages:
        content = formats.read_json(page.body)
        entries = tuple(
            Entry(
                name=row["slug"],
                score=values.number(row["total_tokens"]),
                published_rank=values.number(row.get("rank")),
            )
            for row in content["models"]
        )
        if not entries:
            raise PageError("the ranking is empty")
        yield Snapshot("openrouter_tokens", None, values.day(content["date"]), entries)
