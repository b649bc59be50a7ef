"""Epoch's notable models: developer, country and accessibility of each. No ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapers import formats
from scrapers.model import Fact, Pages, Snapshot

COLUMNS = ("Model", "Organization", "Publication date", "Country (of organization)", "Model accessibility")

_FACTS = {
    "developer": "Organization",
    "country": "Country (of organization)",
    "released_on": "Publication date",
}
_CLOSED = ("API access", "Hosted access (no API)", "Unreleased")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Nothing; PageError where the page is not the list."""
    for page in pages:
        formats.checked(formats.csv_rows(page.body), COLUMNS, at_least=500)
    return ()


def facts(pages: Pages) -> Iterator[Fact]:
    """Developer, country, day and weights of each model; blank cells are skipped."""
    for page in pages:
        for row in formats.csv_rows(page.body):
            name, access = row["Model"], row["Model accessibility"]
            yield from (Fact(name, kind, row[column]) for kind, column in _FACTS.items() if row[column])
            if access.startswith("Open weights"):
                yield Fact(name, "weights", "yes")
            elif access in _CLOSED:
                yield Fact(name, "weights", "no")
