"""Tracked models: ids on Hugging Face and the region of each organisation. No ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapers import formats
from scrapers.model import Fact, Pages, Snapshot

PAGES = {"models": (("org", "model", "modelId"), 1000), "regions": (("hf_org", "region", "notes"), 80)}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Nothing; PageError where a page is not its list."""
    for page in pages:
        columns, at_least = PAGES[page.role]
        formats.checked(formats.csv_rows(page.body), columns, at_least=at_least)
    return ()


def facts(pages: Pages) -> Iterator[Fact]:
    """Repository by repository: its owner, its published weights, and the country where the region is a country."""
    countries = {"china": "CN", "us": "US"}  # `eu`, `other` and `unknown` are none
    regions = {row["hf_org"]: row["region"] for row in formats.csv_rows(pages.one("regions").body)}
    for row in formats.csv_rows(pages.one("models").body):
        yield Fact(row["modelId"], "developer", row["org"])
        yield Fact(row["modelId"], "weights", "yes")
        if row["org"] in regions and regions[row["org"]] in countries:
            yield Fact(row["modelId"], "country", countries[regions[row["org"]]])
