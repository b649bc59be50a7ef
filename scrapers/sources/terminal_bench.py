"""Terminal-Bench: an HTML table whose rows are pairs of agent and model; `Multiple` names no model."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

COLUMNS = ("Agent", "Model", "Accuracy")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """One snapshot of the page's table."""
    for page in pages:
        rows = formats.first_with(formats.html_tables(page.body), COLUMNS)
        yield Snapshot("terminal_bench", None, None, tuple(entry(row) for row in rows))


def entry(row: Row) -> Entry:
    """A row: the organisation is the model's, never the agent's."""
    model, accuracy = row["Model"], row["Accuracy"].removesuffix("± N/A")
    score, half = values.number(accuracy), values.half_width(accuracy)
    several = model.casefold() == "multiple"
    return Entry(
        name=f"{row['Agent']} + {model}",
        score=score,
        score_low=None if score is None or half is None else score - half,
        score_high=None if score is None or half is None else score + half,
        published_rank=values.number(row.get("Rank")),
        organization=None if several else values.text(row.get("Model Org")),
        models=("-",) if several else (model,),
    )
