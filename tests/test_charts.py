"""`tracker chart curve`, `top` and `boards`: what stands on the picture is what the commands say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import tracker
from tests.place import Place, page, put, small

TODAY = "2026-09-04"


@pytest.fixture
def t(demo_data: Path) -> Iterator[tracker.Tracker]:
    """The demo's data, open."""
    with tracker.open(demo_data, today=TODAY) as opened:
        yield opened


def rows(chart: Any) -> list[Mapping[str, Any]]:
    """The rows of a chart whose layers share them."""
    return list(chart.to_dict()["data"]["values"])


def title(chart: Any) -> str:
    """Its finding."""
    return " ".join(chart.vconcat[0].title.text)


def test_every_definition_with_the_asked_one_marked(t: tracker.Tracker) -> None:
    """4 of 20 entries, 6 of 20 releases, 5 of 10 developers, as counted by hand on the page of 2026-08-19."""
    chart = t.chart("curve", "arena_text_raw")
    figures = {row["label"]: row["figure"] for row in rows(chart)}
    assert figures["by entry, top 20"] == "4 of 20"
    assert figures["by release, top 20"] == "6 of 20"
    assert figures["by developer, top 10"] == "5 of 10"
    assert [row["label"] for row in rows(chart) if row["asked"]] == ["by entry, top 20"]
    assert title(chart) == "Chinese models hold 0 % to 50 % of Arena text, raw, by definition"
    asked = [row["label"] for row in rows(t.chart("curve", "arena_text_raw", unit="release", top=50)) if row["asked"]]
    assert asked == ["by release, top 50"]


def test_the_first_rows(t: tracker.Tracker) -> None:
    """Edition 25-07 as of the day of the founding sentence: 14 Chinese and 6 American, 9 with published weights."""
    chart = t.chart("top", "opencompass_llm", as_of="2025-10-18")
    drawn = rows(chart)
    assert [row["country"] for row in drawn].count("CN") == 14
    assert len([row for row in drawn if row["openness"] in ("open", "restricted") and row["country"] == "CN"]) == 9
    assert (drawn[0]["name"], drawn[0]["text"], drawn[0]["label"]) == (
        "GPT-5-2025-08-07",
        "65.8",
        "1  GPT-5-2025-08-07",
    )
    assert title(chart) == "GPT-5-2025-08-07 leads OpenCompass LLM, average, edition 25-07"


def test_the_gap_at_every_edition(t: tracker.Tracker) -> None:
    """Of edition 25-07: GPT-5 65.8 before Doubao-Seed-1.6 64.0, read off the page; no two editions are joined."""
    layers = t.chart("gap", "opencompass_llm", as_of="2025-10-18").to_dict()["vconcat"][0]["layer"]
    dots = [row for layer in layers for row in layer["data"]["values"] if "best" in row]
    assert (dots[-1]["day"], round(dots[-1]["gap"], 6)) == ("2025-08-12", 1.8)
    assert (dots[-1]["best"], dots[-1]["best_other"]) == ("GPT-5-2025-08-07", "Doubao-Seed-1.6-thinking-250715")
    assert len({row["day"] for row in dots}) == 10
    assert not [row for layer in layers for row in layer["data"]["values"] if "gap_to" in row]
    chart = t.chart("gap", "opencompass_llm", where=["country=CN", "country=US"], as_of="2025-10-18")
    assert title(chart) == "US leads CN by 1.8 points of 100 on OpenCompass LLM, average"


def test_every_leaderboard_by_itself(t: tracker.Tracker) -> None:
    """Each with its day, the highest share first, and what is unknown; no mean."""
    chart = t.chart("boards")
    drawn = {row["label"]: row["figure"] for row in rows(chart)}
    assert drawn["OpenCompass LLM, average (2026-08-24)"] == "9 of 15"
    assert drawn["OpenCompass Open VLM Leaderboard (2025-10-23)"] == "15 to 16 of 20"
    assert drawn["Arena text (2026-08-19)"] == "3 of 20"
    assert [row["share"] for row in rows(chart)] == sorted((row["share"] for row in rows(chart)), reverse=True)
    assert title(chart) == "Chinese models hold between 15 % and 75 % of the top 20 of 13 leaderboards"


@pytest.mark.parametrize(("words", "message"), [
    (["curve"], "a chart of curve is of one leaderboard: name it"),
    (["gap", "arena_text", "--where", "country=US"], "a chart of gap is between two values of one property, such as"
                                                      " country=US and country=CN"),
    (["boards", "arena_text"], "a chart of boards is of all leaderboards: it takes none by name"),
    (["curve", "arena_text", "--where", "country=CN", "--where", "country=US"], "a chart of curve counts one thing"),
    (["top", "arena_text", "--as-of", "2020-01-01"], "arena_text: no row with a score on or before 2020-01-01"),
    (["boards", "--as-of", "2020-01-01"], "no leaderboard has a point on or before 2020-01-01"),
])  # fmt: skip
def test_what_cannot_be_drawn(demo_data: Path, tmp_path: Path, words: list[str], message: str) -> None:
    """A sentence, and no file."""
    done = Place(tmp_path / "place").run("chart", *words, "--out", tmp_path / "x.svg", "--data", str(demo_data))
    assert (done.code, done.err.strip(), (tmp_path / "x.svg").exists()) == (1, message, False)


def test_rows_that_may_not_be_passed_on_are_not_drawn(tmp_path: Path) -> None:
    """Their shares are; and the rows for one's own use."""
    place = small(tmp_path / "place")
    declared = place.folder / "sources" / "small.toml"
    declared.write_text(declared.read_text().replace('redistribute = "pages"', 'redistribute = "shares"'))
    put(place, page([3, 2, 1]), "2026-01-01")
    done = place.run("chart", "top", "small_plain", "--out", tmp_path / "top.svg")
    assert (done.code, (tmp_path / "top.svg").exists()) == (1, False)
    assert "allow no row to be passed on" in done.err
    assert place.run("chart", "share", "small_plain", "--out", tmp_path / "share.svg").code == 0
    assert place.run("chart", "top", "small_plain", "--out", tmp_path / "top.svg", "--include-restricted").code == 0
