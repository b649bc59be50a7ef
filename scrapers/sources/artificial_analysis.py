"""Artificial Analysis: the models of its API, ranked by the Intelligence Index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapers import formats, values
from scrapers.model import Entry, Pages, Snapshot

INDEX = "artificial_analysis_intelligence_index"


def parse(pages: Pages) -> Iterable[Snapshot]:
    """A snapshot; a model whose index is null has no score."""
    for page in pages:
        yield Snapshot("aa_intelligence", None, None, tuple(map(entry, formats.read_json(page.body)["data"])))


def entry(model: dict[str, Any]) -> Entry:
    """A model with its creator."""
    return Entry(
        name=model["name"],
        score=values.number(model["evaluations"][INDEX]),
        organization=values.text((model.get("model_creator") or {}).get("name")),
    )
