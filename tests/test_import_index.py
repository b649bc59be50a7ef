"""`tracker import --index`: many saved pages by their live address, each with the fate that it deserves."""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scrapers.spec import load_sources
from tests import grown_pages
from tests.place import Place
from tracker.importers.index import owner

UNKNOWN = "https://example.org/nobody/has/this.csv"
SOURCES = ("aider", "vectara", "opencompass_vlm", "swebench", "bfcl", "livebench", "tau2")
Lines = list[tuple[str, str, bytes]]  # day, live address, body
Replayed = tuple[Place, list[dict[str, Any]]]


def saved(place: Place, lines: Lines) -> Path:
    """An index of these pages; every second one lies there packed."""
    folder = place.folder / "saved"
    folder.mkdir(exist_ok=True)
    with (folder / "index.csv").open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["captured_at", "url", "file"])
        for number, (day, address, body) in enumerate(lines):
            name = f"{number}-{hashlib.sha256(body).hexdigest()[:8]}.page" + ".gz" * (number % 2)
            (folder / name).write_bytes(gzip.compress(body) if number % 2 else body)
            writer.writerow([f"{day}T12:00:00Z", address, name])
    return folder / "index.csv"


def good_pages() -> Lines:
    """Every body of the grown pages of these sources, on its first day."""
    sources = {name: source for name, source in load_sources().items() if name in SOURCES}
    return [
        (body.since, address, body.content)
        for address, bodies in grown_pages.pages().items()
        if owner(sources, address)
        for body in bodies
    ]


def odd_pages() -> Lines:
    """One that came before, one that is another page, one that was cut at a row, one that no source has."""
    readme, polyglot = (grown_pages.address_of(*page) for page in (("vectara", "readme"), ("aider", "polyglot")))
    newest, first = grown_pages.pages()[readme][-1].content, grown_pages.pages()[polyglot][0].content
    return [
        ("2026-03-20", readme, newest),
        ("2026-03-21", polyglot, b"<html><body>moved</body></html>"),
        ("2026-03-22", polyglot, first[:4000].rpartition(b"\n\n")[0] + b"\n"),
        ("2026-03-23", UNKNOWN, b"a,b\n1,2\n"),
    ]


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """(the place, what was written of each page)."""
    place = Place(tmp_path_factory.mktemp("replayed") / "place")
    done = place.run("import", "--index", saved(place, good_pages() + odd_pages()), "--format", "json")
    assert done.code == 1
    return place, done.json()


def test_every_page_has_its_fate(replayed: Replayed) -> None:
    """In the order of the index; accepted, unchanged, quarantined with its reason, or at an address that no source has."""
    _, outcomes = replayed
    assert len(outcomes) == len(good_pages()) + len(odd_pages())
    states = [outcome["state"] for outcome in outcomes]
    assert states[-4:] == ["unchanged", "quarantined", "quarantined", "unknown_address"]
    assert set(states[:-4]) == {"accepted", "unchanged"}
    unchanged = Counter(outcome["source"] for outcome in outcomes[:-4] if outcome["state"] == "unchanged")
    assert unchanged == {"opencompass_vlm": 1}  # its two addresses have one page
    assert list(outcomes[0])[:7] == ["file", "source", "role", "captured_at", "boards", "state", "rows"]
    for outcome in outcomes:
        assert bool(outcome["reason"]) == (outcome["state"] in {"quarantined", "unknown_address"}), outcome
    assert "HTML page" in outcomes[-3]["reason"]
    assert "rows, at least 30 are expected" in outcomes[-2]["reason"]


def test_a_second_replay_adds_nothing(replayed: Replayed, tmp_path: Path) -> None:
    """Nothing is accepted anew, and the ledger has no line more."""
    place = replayed[0].copy(tmp_path / "place")
    before = place.ledger()
    done = place.run("import", "--index", saved(place, good_pages()), "--format", "json")
    assert {outcome["state"] for outcome in done.json()} == {"unchanged"}
    assert place.ledger() == before


def test_the_series_carry_their_breaks(replayed: Replayed) -> None:
    """Vectara began again on 2025-11-18; a release of LiveBench breaks by itself."""
    rows = replayed[0].sql("SELECT board, day, break_before FROM series WHERE break_before IS NOT NULL ORDER BY ALL")
    breaks = [(str(day), why) for board, day, why in rows if board == "vectara_hallucination"]
    assert [day for day, _ in breaks] == ["2026-03-10"]
    assert "new data set" in breaks[0][1]
    assert any(board == "livebench" and "new edition 2026-06-25" in why for board, _, why in rows)


def test_agents_of_several_models(replayed: Replayed, tmp_path: Path) -> None:
    """By the shipped registry a row of models of two countries is mixed, and a row that names no model is unknown."""
    place = replayed[0].copy(tmp_path / "place")
    place.config.write_text(place.config.read_text().replace('registry = "registry"\n', ""))
    assert place.run("publish").code == 0
    rows = place.sql(
        "SELECT r.name, r.country, n.models FROM latest AS r JOIN names AS n ON n.name_key = r.name_key"
        " WHERE r.board = 'swebench_verified'"
    )
    assert {country for _, country, models in rows if models == ["-"]} == {"unknown"}
    mixed = [models for _, country, models in rows if country == "mixed"]
    assert mixed
    assert all(len(models) > 1 for models in mixed)
