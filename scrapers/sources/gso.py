"""GSO: one JSON of models; `model_org` came in August 2025, `reasoning_effort` (once in the name) in April 2026.

The board is the site's default, one try (Opt@1) by the plain score. The hack-controlled score beside it since December
2025 and the few rows of ten tries (Opt@10) are other metrics. `org_name` is who submitted, not who made the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Pages, Snapshot

SETTINGS = {"Opt@1": True, "Opt@10": False}  # whether its rows are of the board


def parse(pages: Pages) -> Iterable[Snapshot]:
    """One snapshot of the file; its `last_updated` did not change for a year, so it is not used as the day."""
    for page in pages:
        rows = formats.read_json(page.body)["models"]
        for row in rows:
            if row["setting"] not in SETTINGS:
                raise PageError(f"setting is {row['setting']!r}")
        shown = [row for row in rows if SETTINGS[row["setting"]]]
        newest = values.newest_day(row.get("date") for row in shown)
        yield Snapshot("gso", None, None, tuple(map(entry, shown)), newest)


def entry(row: dict[str, Any]) -> Entry:
    """A row. The effort is added to the name, where it was before April 2026: two rows may differ in it alone."""
    name = row["name"]
    effort = row["reasoning_effort"] if "reasoning_effort" in row else None
    return Entry(
        name=f"{name} ({effort})" if effort else name,
        score=values.number(row["score"]),
        organization=values.text(row["model_org"]) if "model_org" in row else None,
        models=(name,) if effort else (),
    )
