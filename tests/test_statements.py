"""Who says what: the registry, the feeds and the boards' columns, side by side, and where they do not agree."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from registry.load import SHIPPED, Registry, load_registry
from scrapers.model import Fact, Page, Pages
from scrapers.sources import epoch_models, openrouter_models, tracked_models
from storage.statements import meaning, of_releases
from tests.place import PROOF, Place, page, put, small
from tests.upstream import Upstream

DECLARED = """
title = "Told"
publisher = "A test"
homepage = "https://example.org/"
licence = "CC0-1.0"
redistribute = "pages"
licence_page = "https://example.org/licence"
pages = [{ role = "told", format = "csv", address = "https://example.org/told.csv" }]
columns = { name = "model", score = "points", organization = "lab", licence = "terms" }
[boards.told]
page = "told"
metric = "points"
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def add_page(place: Place, lines: str, day: str) -> None:
    """A page of the board `told` with these rows."""
    file = place.folder / "told.csv"
    file.write_text(f"model,points,lab,terms\n{lines}", "utf-8")
    done = place.run("import", "told", file, "--captured-at", day)
    assert done.code == 0, done.err


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A board that prints Qwen3-32B's maker and licence in other words, and gpt-4o's wrongly; seen on two days."""
    place = small(tmp_path / "place")
    (place.folder / "sources" / "told.toml").write_text(DECLARED, "utf-8")
    add_page(place, "Qwen3-32B,50,Qwen,apache 2.0\ngpt-4o,40,Qwen,Apache-2.0\nNo-one,30,Nobody,\n", "2026-01-01")
    add_page(place, "Qwen3-32B,51,Qwen,apache 2.0\ngpt-4o,40,OpenAI,Apache-2.0\nNo-one,30,Nobody,\n", "2026-01-03")
    return place


def test_boards_and_registry_side_by_side(place: Place) -> None:
    """Each in the registry's words, with source, evidence, and the first and the last day; unresolved rows say nothing."""
    query = "SELECT property, value, source, evidence, first_seen::VARCHAR, last_seen::VARCHAR FROM statements"
    proof, _, day = PROOF.partition(",")
    assert set(place.sql(f"{query} WHERE subject = 'Qwen/Qwen3-32B'")) == {
        ("developer", "alibaba", "registry", proof, day, day),
        ("country", "CN", "registry", proof, day, day),
        ("released_on", "2025-04-28", "registry", proof, day, day),
        ("weights", "yes", "registry", proof, day, day),
        ("terms", "permissive", "registry", proof, day, day),
        ("licence", "Apache-2.0", "registry", proof, day, day),
        ("developer", "alibaba", "told", "https://example.org/told.csv", "2026-01-01", "2026-01-03"),
        ("terms", "permissive", "told", "https://example.org/told.csv", "2026-01-01", "2026-01-03"),
        ("weights", "yes", "told", "https://example.org/told.csv", "2026-01-01", "2026-01-03"),
    }
    assert place.sql("SELECT count(*) FROM statements WHERE value LIKE '%obody%'") == [(0,)]


def test_conflicts_are_listed_with_their_days(place: Place) -> None:
    """gpt-4o: the board said Qwen until it said OpenAI, and prints a licence of weights; Qwen3-32B has none."""
    result = place.run("registry", "conflicts", "--format", "json").json()
    assert {row["subject"] for row in result} == {"openai/gpt-4o"}
    rows = [(r["property"], r["value"], r["held"], r["sources"], r["first_seen"], r["last_seen"]) for r in result]
    assert rows == [
        ("developer", "openai", True, ["registry", "told"], "2026-01-03", "2026-08-01"),
        ("developer", "alibaba", False, ["told"], "2026-01-01", "2026-01-01"),
        ("terms", "proprietary", True, ["registry"], "2026-08-01", "2026-08-01"),
        ("terms", "permissive", False, ["told"], "2026-01-01", "2026-01-03"),
        ("weights", "no", True, ["registry"], "2026-08-01", "2026-08-01"),
        ("weights", "yes", False, ["told"], "2026-01-01", "2026-01-03"),
    ]
    item = place.run("registry", "conflicts", "openai/gpt-4o", "--property", "weights", "--format", "json").json()
    assert [row["value"] for row in item] == ["no", "yes"]
    assert place.run("registry", "conflicts", "Qwen/Qwen3-32B", "--format", "json").json() == []


def test_columns_beside_a_name_that_moves_on(place: Place) -> None:
    """What the board prints from the 5th to the 7th is said of Qwen3-32B on the 5th, when the name last meant it."""
    lines = (
        f"moving,Qwen/Qwen3-32B,,,2026-01-06,{PROOF}",
        f"moving,openai/gpt-4o,,2026-01-06,2026-02-01,{PROOF}",
        f"moving,Qwen/Qwen3-32B,,2026-02-01,,{PROOF}",
    )
    header = (place.registry / "aliases.csv").read_text("utf-8").splitlines()[0]
    (place.registry / "aliases.csv").write_text("\n".join((header, *lines, "")), "utf-8")
    for day in (5, 7):
        add_page(place, f"moving,5{day},OpenAI,\nQwen3-32B,50,Qwen,apache 2.0\nNo-one,30,Nobody,\n", f"2026-01-0{day}")
    query = "SELECT subject, first_seen::VARCHAR, last_seen::VARCHAR FROM statements"
    assert place.sql(f"{query} WHERE source = 'told' AND value = 'openai' ORDER BY subject") == [
        ("Qwen/Qwen3-32B", "2026-01-05", "2026-01-05"),
        ("openai/gpt-4o", "2026-01-03", "2026-01-07"),  # that it is OpenAI's stood beside its own name on the 3rd
    ]


def test_weights_that_were_opened_later_are_no_conflict(place: Place) -> None:
    """A board that published Apache 2.0 from the day on which the registry says the weights came out agrees with it."""
    releases = place.registry / "releases.csv"
    text = releases.read_text("utf-8")
    releases.write_text(text.replace("2024-05-13,no,,", "2024-05-13,yes,2026-01-01,Apache-2.0"), "utf-8")
    place.run("publish")
    assert {row["property"] for row in place.run("registry", "conflicts", "--format", "json").json()} == {"developer"}
    releases.write_text(text.replace("2024-05-13,no,,", "2024-05-13,yes,2026-01-02,Apache-2.0"), "utf-8")
    place.run("publish")
    assert {row["property"] for row in place.run("registry", "conflicts", "--format", "json").json()} == {
        "developer", "terms", "weights",
    }  # fmt: skip


def test_a_registry_without_a_line_of_a_kind(tmp_path: Path) -> None:
    """No releases at all: statements of developers remain."""
    place = small(tmp_path / "place")
    header = (place.registry / "releases.csv").read_text("utf-8").splitlines()[0]
    (place.registry / "releases.csv").write_text(header + "\n", "utf-8")
    (place.registry / "licences.csv").write_text("published,licence,terms,evidence_url,evidence_day\n", "utf-8")
    put(place, page([50, 40]), "2026-01-01")
    assert place.sql("SELECT DISTINCT property FROM statements") == [("country",)]


def test_what_printed_cells_mean(registry: Registry) -> None:
    """Aliases, joint organisations, countries in words, licences by their terms; what says nothing is None."""
    assert meaning("developer", "Google DeepMind", registry) == "google"
    assert meaning("developer", "Meta AI,Stanford University", registry) == "meta | stanford"
    assert meaning("developer", "Some New Lab", registry) == "Some New Lab"
    assert meaning("developer", " - ", registry) is None
    assert meaning("country", "United States of America,Korea (Republic of),Hong Kong", registry) == "CN | KR | US"
    assert meaning("country", "Multinational", registry) is None
    assert meaning("terms", "Modified MIT", registry) == "restricted"
    assert meaning("terms", "Other", registry) is None
    assert meaning("openness", "closed", registry) == "no"


EPOCH = b"""Model,Organization,Publication date,Country (of organization),Model accessibility
GPT-5,OpenAI,2025-08-07,United States of America,API access
Qwen3-32B,Alibaba,2025-04-29,China,Open weights (unrestricted)
Nobody's,,,,
"""


def test_facts_of_the_feeds(registry: Registry) -> None:
    """What each page says, as published; a blank cell and a missing repository say nothing."""
    result = list(epoch_models.facts(Pages([Page("models", "", EPOCH)])))
    assert Fact("GPT-5", "weights", "no") in result
    assert Fact("GPT-5", "country", "United States of America") in result
    assert {fact.name for fact in result} == {"GPT-5", "Qwen3-32B"}
    assert of_releases(result, registry) == sorted([
        ("openai/gpt-5", "developer", "openai"), ("openai/gpt-5", "country", "US"), ("openai/gpt-5", "weights", "no"),
        ("openai/gpt-5", "released_on", "2025-08-07"), ("Qwen/Qwen3-32B", "developer", "alibaba"),
        ("Qwen/Qwen3-32B", "country", "CN"), ("Qwen/Qwen3-32B", "weights", "yes"),
        ("Qwen/Qwen3-32B", "released_on", "2025-04-29"),
    ])  # fmt: skip
    listed = {"data": [{"id": "qwen/qwen3-32b:free", "created": 1745875945, "hugging_face_id": "Qwen/Qwen3-32B"},
                       {"id": "openai/gpt-5", "created": 1754587413, "hugging_face_id": ""}]}  # fmt: skip
    assert list(openrouter_models.facts(Pages([Page("models", "", json.dumps(listed).encode())]))) == [
        Fact("qwen/qwen3-32b", "developer", "qwen"), Fact("qwen/qwen3-32b", "released_on", "2025-04-28"),
        Fact("qwen/qwen3-32b", "weights", "yes"), Fact("openai/gpt-5", "developer", "openai"),
        Fact("openai/gpt-5", "released_on", "2025-08-07"),
    ]  # fmt: skip
    models = Page("models", "", b"org,model,modelId\nQwen,Qwen3-32B,Qwen/Qwen3-32B\nsome,x,some/x\n")
    regions = Page("regions", "", b"hf_org,region,notes\nQwen,china,\nsome,eu,\n")
    assert list(tracked_models.facts(Pages([models, regions]))) == [
        Fact("Qwen/Qwen3-32B", "developer", "Qwen"), Fact("Qwen/Qwen3-32B", "weights", "yes"),
        Fact("Qwen/Qwen3-32B", "country", "CN"), Fact("some/x", "developer", "some"), Fact("some/x", "weights", "yes"),
    ]  # fmt: skip


def test_feeds_are_read_from_the_archive(upstream: Upstream, tmp_path: Path) -> None:
    """The newest good page of a feed becomes statements with its address and day, and is read once."""
    place = Place(tmp_path / "place", upstream.mirror)
    place.config.write_text(place.config.read_text().replace('"registry"', f'"{SHIPPED}"'))
    done = place.run("collect", "epoch_models", "tracked_models")
    assert done.code == 0, done.err
    query = "SELECT value, source, trust, evidence, first_seen FROM statements WHERE subject = '{}' AND property = '{}'"
    assert place.sql(query.format("openai/gpt-5", "country"))[1:] == [
        ("US", "epoch_models", 2, "https://epoch.ai/data/notable_ai_models.csv", date(2026, 11, 1))
    ]
    assert [row[:3] for row in place.sql(query.format("Qwen/Qwen3-32B", "weights"))] == [
        ("yes", "registry", 1), ("yes", "tracked_models", 2),
    ]  # fmt: skip
    assert place.sql("SELECT source, count(*) FROM fact_pages GROUP BY source ORDER BY source") == [
        ("epoch_models", 1), ("tracked_models", 2),
    ]  # fmt: skip
    facts = "SELECT count(*), max(rowid) FROM facts"
    before = place.sql(facts)
    place.run("publish")
    assert place.sql(facts) == before  # not read again
