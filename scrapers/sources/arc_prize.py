"""ARC Prize: models and evaluations in one JSON, joined by id. People who took the test are no models."""

from __future__ import annotations

from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Pages, Snapshot

BOARDS = {"arc_agi_1": "v1_Semi_Private", "arc_agi_2": "v2_Semi_Private"}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Both boards: what the site displays of each semi-private set."""
    for page in pages:
        content = formats.read_json(page.body)
        models = {model["id"]: model for model in content["models"]}
        for board, dataset in BOARDS.items():
            entries = []
            for row in content["evaluations"]:
                if row["datasetId"] != dataset or not row["display"]:
                    continue
                if row["modelId"] not in models:
                    raise PageError(f"an evaluation of model {row['modelId']!r}, which the page does not list")
                name, provider = models[row["modelId"]]["displayName"], models[row["modelId"]]["providerId"]
                if provider != "Human":
                    score = values.number(row["score"])
                    entries.append(Entry(name=name, score=score, organization=values.text(provider)))
            if not entries:
                raise PageError(f"no evaluations of {dataset}")
            yield Snapshot(board, None, None, tuple(entries))
