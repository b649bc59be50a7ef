"""The history that ships, against the recordings and the facts from which it was made."""

from __future__ import annotations

import csv
from pathlib import Path

from scrapers import table_parser
from scrapers.model import Page, Pages
from scrapers.spec import load_sources
from tracker.importers import bundled


def test_the_recorded_pages_and_the_bundled_ones_give_the_same_snapshots(recordings: Path) -> None:
    """Built independently of each other: every board of every edition has one id."""
    source = load_sources()["opencompass"]
    for edition in bundled.editions():
        recorded = (recordings / "captures" / "opencompass" / "compassbench" / Path(edition.file).name).read_bytes()
        item, other = (
            {
                snapshot.board: snapshot.id()
                for snapshot in table_parser.snapshots(source, Pages([Page("llm", edition.address, body)]))
            }
            for body in (recorded, edition.body)
        )
        assert item == other, edition.month
        assert len(item) >= 5


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_bundled_figures_are_the_facts(recordings: Path) -> None:
    """Each cell of the bundled tables stands so in the facts from which they were made, and none is missing."""
    for edition in bundled.editions():
        facts = recordings / "facts" / "compassbench"
        ours = table(bundled.FOLDER / f"{edition.month}.csv")
        overall, models = (table(facts / f"{edition.month}.{name}.csv") for name in ("overall", "models"))
        details = {row["name"]: row for row in models}
        theirs = [
            {**{key: value for key, value in row.items() if key != "key"},
             "release": details[row["model"]]["release"], "weight": details[row["model"]]["weight"]}
            for row in overall
        ]  # fmt: skip
        assert [dict(sorted(row.items())) for row in ours] == [dict(sorted(row.items())) for row in theirs]
