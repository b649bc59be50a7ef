"""OpenRouter's own data: tokens by model, in rows of days or (as asked) of ISO weeks; the board is the whole weeks.

A week of days is their sum: models outside a day's top 50 are in its row `other`, which is no model.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Pages, Snapshot

WEEK = timedelta(days=6)


def parse(pages: Pages) -> Iterable[Snapshot]:
    """One snapshot for each whole week of the window, published on its last day."""
    for page in pages:
        content = formats.read_json(page.body)
        first, last = values.day(content["meta"]["start_date"]), values.day(content["meta"]["end_date"])
        if first is None or last is None:
            raise PageError("the window has no days")
        weeks: dict[date, dict[str, float]] = {}
        for row in content["data"]:
            on, tokens = values.day(row["date"]), values.number(row["total_tokens"])
            if on is None or tokens is None:
                raise PageError(f"a row without day or tokens: {row['model_permaslug']}")
            monday = on - timedelta(days=on.weekday())
            if row["model_permaslug"] != "other" and first <= monday and monday + WEEK <= last:
                week = weeks.setdefault(monday, {})
                week[row["model_permaslug"]] = week.get(row["model_permaslug"], 0.0) + tokens
        if not weeks:
            raise PageError(f"no whole week between {first} and {last}")
        for monday, week in sorted(weeks.items()):
            entries = tuple(Entry(name=slug, score=tokens) for slug, tokens in week.items())
            yield Snapshot("openrouter_tokens", None, monday + WEEK, entries)
