"""The Arena's own catalogue of 2025: one JSON a board, `{category: {model: {rating, rating_q025, rating_q975}}}`."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import MissingColumn
from scrapers.model import Entry, Pages, Snapshot

BOARDS = {"text": "arena_text_raw", "text_style_control": "arena_text"}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The category `full` of a board; the list of models (prices, organisations) has no ranks, and is only checked."""
    for page in pages:
        if page.role == "models":
            for model in formats.json_rows(page.body):
                if "model_api_name" not in model:
                    raise MissingColumn("model_api_name", model)
            continue
        categories = formats.read_json(page.body)
        if "full" not in categories:
            raise MissingColumn("full", categories)
        entries = tuple(
            Entry(
                name=name,
                score=values.number(model["rating"]),
                score_low=values.number(model.get("rating_q025")),
                score_high=values.number(model.get("rating_q975")),
            )
            for name, model in categories["full"].items()
        )
        yield Snapshot(BOARDS[page.role], None, None, entries)
