"""A corrected line of the registry changes history, and what moved can be told; so can renames on a board."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.place import PROOF, Place, page, put, small

NAMES = ("Qwen3-32B", "gpt-4o", "Nameless 9")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Two days of a board whose third model is unknown."""
    place = small(tmp_path / "place")
    put(place, page([50, 40, 30], names=NAMES), "2026-01-01")
    return place


def test_no_earlier_copy(place: Place) -> None:
    """After the first publish there is nothing to compare with, and it is said so."""
    done = place.run("registry", "corrections", "--format", "json")
    assert (done.code, done.json()) == (0, [])
    assert "no earlier copy" in done.err


def test_nothing_moved(place: Place) -> None:
    """A publish without a change moves no figure."""
    place.run("publish")
    done = place.run("registry", "corrections", "--format", "json")
    assert (done.code, done.json()) == (0, [])
    assert "no figure moved between tracker-1 and tracker-2" in done.err


def test_a_corrected_line_changes_history_and_is_told(place: Place) -> None:
    """gpt-4o's weights turn from no to yes: each N of openness moves, by the row that is named; countries do not."""
    put(place, page([50, 60, 30], names=NAMES), "2026-01-02")
    place.run("publish")
    file = place.registry / "releases.csv"
    file.write_text(file.read_text("utf-8").replace("2024-05-13,no,,", "2024-05-13,yes,,Apache-2.0"), "utf-8")
    place.run("publish")
    done = place.run("registry", "corrections", "--format", "json")
    result = done.json()
    openness = [row for row in result if row["by"] == "openness" and row["top"] == 10]
    output = [(row["day"], row["value"], row["before"], row["after"]) for row in openness]
    assert output == [
        ("2026-01-01", "open_weights", "1 to 2", "2 to 3"),
        ("2026-01-01", "proprietary", "1 to 2", "0"),
        ("2026-01-02", "open_weights", "1 to 2", "2 to 3"),
        ("2026-01-02", "proprietary", "1 to 2", "0"),
    ]
    assert {tuple(row["because"]) for row in result} == {("gpt-4o: openness proprietary -> open_weights",)}
    assert {row["by"] for row in result} == {"openness", "country,openness"}
    assert "of 2 points moved" in done.err


def test_a_name_that_is_learnt_moves_bounds(place: Place) -> None:
    """An unknown that becomes American narrows what the others may be."""
    (place.registry / "aliases.csv").write_text(
        f"alias,release,variant,since,until,evidence_url,evidence_day\nNameless 9,openai/gpt-4o,,,,{PROOF}\n", "utf-8"
    )
    place.run("publish")
    result = place.run("registry", "corrections", "--format", "json").json()
    countries = {
        row["value"]: (row["before"], row["after"]) for row in result if row["by"] == "country" and row["top"] == 10
    }
    assert countries == {"CN": ("1 to 2", "1"), "US": ("1 to 2", "2"), "unknown": ("1", "0")}
    assert result[0]["because"] == [
        "Nameless 9: release unknown -> openai/gpt-4o, developer unknown -> openai, country unknown -> US,"
        " openness unknown -> proprietary"
    ]


def test_new_snapshots_are_no_corrections(place: Place) -> None:
    """A day that only the newer copy has is news, not a correction."""
    put(place, page([50, 60, 30], names=NAMES), "2026-01-02")
    assert place.run("registry", "corrections", "--format", "json").json() == []


def test_a_rename_is_recognised_by_its_score(place: Place) -> None:
    """A name that goes while another comes with the very same score; not where two could be the heir."""
    put(place, page([50, 40.25, 30], names=("Qwen3-32B", "gpt-4o", "Nameless 9")), "2026-02-01")
    put(place, page([50, 40.25, 30], names=("Qwen3-32B", "gpt-4o-2024-05-13", "Nameless 9")), "2026-02-02")
    put(place, page([50, 40.25, 20, 20], names=("Qwen3-32B", "gpt-4o-2024-05-13", "B", "C")), "2026-02-03")
    put(place, page([50, 40.25, 20, 20], names=("Qwen3-32B", "gpt-4o-2024-05-13", "D", "E")), "2026-02-04")
    result = place.run("registry", "renames", "small_plain", "--format", "json").json()
    assert [(row["day"], row["old"], row["new"], row["state"]) for row in result] == [
        ("2026-02-02", "gpt-4o", "gpt-4o-2024-05-13", "same release")
    ]
