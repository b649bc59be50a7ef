"""A mirror of OpenRouter's ranking page, whose pages have been empty since May 2026, without any error."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Pages, Snapshot


def parse(pages: Pages) -> Iterable[Snapshot]:
    """One ranking a page. Its only day is that on which the mirror fetched it, which nobody published."""
    for page in pages:
        content = formats.read_json(page.body)
        entries = tuple(
            Entry(
                name=row["model_id"], score=values.number(row["tokens"]), published_rank=values.number(row.get("rank"))
            )
            for row in content["models"]
        )
        if not entries:
            raise PageError("the ranking is empty")
        yield Snapshot("openrouter_tokens", None, None, entries)
