"""OpenRouter's models: slugs with the id of the weights on Hugging Face. No ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from scrapers import formats
from scrapers.model import Fact, Pages, Snapshot

KEYS = ("id", "canonical_slug", "name", "created", "hugging_face_id")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Nothing; PageError where the page is not the list."""
    for page in pages:
        formats.checked(formats.read_json(page.body)["data"], KEYS, at_least=100)
    return ()


def facts(pages: Pages) -> Iterator[Fact]:
    """Developer and day of each slug, and published weights where it names them (if it names none, that is unknown)."""
    for page in pages:
        for row in formats.read_json(page.body)["data"]:
            slug = row["id"].partition(":")[0]  # `:free` is a price, not a model
            yield Fact(slug, "developer", slug.partition("/")[0].lstrip("~"))
            yield Fact(slug, "released_on", datetime.fromtimestamp(row["created"], UTC).date().isoformat())
            if row["hugging_face_id"]:
                yield Fact(slug, "weights", "yes")
