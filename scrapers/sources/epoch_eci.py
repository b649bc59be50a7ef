"""Epoch Capabilities Index: one CSV. The cell of a joint model holds several countries, kept as published."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

CLOSED = {"API access", "Hosted access (no API)", "Unreleased"}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The index of every model; the file has no day of its own (`date` is the model's release)."""
    for page in pages:
        yield Snapshot("epoch_eci", None, None, tuple(entry(row) for row in formats.csv_rows(page.body)))


def entry(row: Row) -> Entry:
    """A row under the name that the site displays, which includes the variant."""
    return Entry(
        name=row["Display name"],
        score=values.number(row["eci"]),
        score_low=values.number(row.get("eci_ci_low")),
        score_high=values.number(row.get("eci_ci_high")),
        organization=values.text(row.get("Organization")),
        country=values.text(row.get("Country (of organization)")),
        openness=openness(row.get("Model accessibility", "")),
        released_on=values.day(row.get("date")),
    )


def openness(accessibility: str) -> str | None:
    """How the model can be had: weights on any terms are open, no weights closed; Unknown and blank give None."""
    if accessibility.startswith("Open weights ("):
        return "open"
    if accessibility in CLOSED:
        return "closed"
    if accessibility in {"", "Unknown"}:
        return None
    raise PageError(f"Model accessibility is {accessibility!r}")
