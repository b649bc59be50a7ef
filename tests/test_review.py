"""What waits for a person, and what a person's decision writes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.place import Place, page, put, small

URL = "https://example.org/card"
NAMES = ("Qwen3-32B", "gpt-4o", "Nameless 9", "gpt4o mystery", "Rare 1")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three days of a board. Nameless 9 is there on each, Rare 1 on the first alone."""
    place = small(tmp_path_factory.mktemp("filled") / "place")
    put(place, page([50, 40, 30, 20, 10], names=NAMES), "2026-01-01")
    put(place, page([50, 40, 30, 20], names=NAMES), "2026-01-02")
    put(place, page([50, 40, 31, 20], names=NAMES), "2026-01-03")
    return place


@pytest.fixture
def place(filled: Place, tmp_path: Path) -> Place:
    """The same, for one test to change."""
    return filled.copy(tmp_path / "place")


def names(place: Place) -> list[str]:
    """The names that wait, in their order."""
    return [row["name"] for row in place.run("registry", "review", "--format", "json").json()]


def test_the_weightiest_stand_first(place: Place) -> None:
    """Places in the top 10, 20 and 50 over all days; suggestions and the page at hand."""
    result = place.run("registry", "review", "--format", "json").json()
    assert [row["name"] for row in result] == ["Nameless 9", "gpt4o mystery", "Rare 1"]
    first, second = result[0], result[1]
    assert (first["top_10"], first["top_20"], first["top_50"], first["days"], first["boards"]) == (
        3, 3, 3, 3, ["small_plain"],
    )  # fmt: skip
    assert (first["best_rank"], first["unknown"]) == (3, "developer, country, openness, release")
    assert first["page"] == "https://example.org/plain.csv"
    assert first["steps"]
    assert "openai/gpt-4o" in [alike["release"] for alike in second["suggestions"]]
    assert len(place.run("registry", "review", "--limit", "1", "--format", "json").json()) == 1
    assert place.run("registry", "review", "nothing").code == 2


def test_a_decision_is_a_line_with_evidence(place: Place) -> None:
    """--accept writes one sorted line; published, it holds for all of history."""
    done = place.run("registry", "review", "--accept", "Nameless 9", "openai/gpt-4o", "--variant", "high",
                     "--evidence", URL, "--day", "2026-01-05")  # fmt: skip
    assert done.code == 0, done.err
    assert done.out == ""
    place.run("registry", "review", "--accept", "A first", "openai/gpt-4o", "--evidence", URL)
    with (place.registry / "aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [
        ["A first", "openai/gpt-4o", "", "", "", URL, "2026-11-01"],
        ["Nameless 9", "openai/gpt-4o", "high", "", "", URL, "2026-01-05"],
    ]
    assert "Nameless 9" in names(place)  # not before it is published
    place.run("publish")
    assert "Nameless 9" not in names(place)
    resolved = "SELECT DISTINCT day::VARCHAR, release FROM entries_resolved WHERE name = 'Nameless 9' ORDER BY 1"
    assert place.sql(resolved) == [(f"2026-01-0{day}", "openai/gpt-4o") for day in (1, 2, 3)]


def test_a_developers_spelling_can_be_accepted(place: Place) -> None:
    """--developer writes the line of developer_aliases.csv."""
    done = place.run(
        "registry", "review", "--developer", "Open AI Inc", "openai", "--evidence", URL, "--day", "2026-01-05"
    )
    assert done.code == 0, done.err
    assert f"Open AI Inc,openai,{URL},2026-01-05\n" in (place.registry / "developer_aliases.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--accept", "Nameless 9", "openai/gpt-9", "--evidence", URL], "a release of releases.csv"),
        (["--accept", "Nameless 9", "openai/gpt-4o", "--evidence", "my memory"], "the http(s) address"),
        (["--accept", "Nameless 9", "openai/gpt-4o"], "--evidence URL is needed"),
        (["--accept", " spaced ", "openai/gpt-4o", "--evidence", URL], "no space around"),
        (["--developer", "Qwen", "openai", "--evidence", URL], "repeats the line before"),
        (["--developer", "Someone", "nobody", "--evidence", URL], "a developer of developers.csv"),
    ],
)
def test_a_wrong_decision_leaves_the_registry_as_it_was(place: Place, words: list[str], sentence: str) -> None:
    """Exit 2 with a sentence, and not a byte changed."""
    before = {file.name: file.read_bytes() for file in place.registry.iterdir()}
    done = place.run("registry", "review", *words)
    assert done.code == 2
    assert sentence in done.err
    assert {file.name: file.read_bytes() for file in place.registry.iterdir()} == before


def test_nothing_is_accepted_by_itself(place: Place) -> None:
    """To look, publish and look again leaves the names that were unknown unknown."""
    before = {file.name: file.read_bytes() for file in place.registry.iterdir()}
    first = names(place)
    place.run("publish")
    assert names(place) == first
    assert {file.name: file.read_bytes() for file in place.registry.iterdir()} == before
