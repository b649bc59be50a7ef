"""`tracker chart share`: what stands on the picture is what the series says, and nothing runs through what nobody saw."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import tracker
from tests.place import Place, page, put, small

TODAY = "2026-09-04"


def rows(specification: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The rows that the layers of the chart hold and that have a key."""
    (layered,) = specification["vconcat"]
    return [row for layer in layered["layer"] for row in layer["data"]["values"] if key in row]


def text(file: Path) -> str:
    """Every word of an SVG."""
    return " ".join(part for part in ET.fromstring(file.read_text("utf-8")).itertext() if part.strip())


def drawn(place: Place, *words: str) -> Mapping[str, Any]:
    """The specification of a chart of `small_plain`."""
    done = place.run("chart", "share", "small_plain", "--top", "3", "--out", place.folder / "chart.json", *words)
    assert done.code == 0, done.err
    return dict(json.loads((place.folder / "chart.json").read_text("utf-8")))


def test_the_fourteen_editions(demo_data: Path) -> None:
    """A dot for each with its share, none joined to the next: counted by hand, 9 of 15 at last."""
    with tracker.open(demo_data, today=TODAY) as t:
        specification = t.chart("share", "opencompass_llm").to_dict()
    dots = rows(specification, "figure")
    assert [dot["figure"].split(" of ")[0] for dot in dots] == "17 15 14 15 13 10 12 13 12 14 12 12 13 9".split()
    assert dots[-1]["figure"] == "9 of 15"
    assert [dot["edition"] for dot in dots][9] == "25-07"
    segments = [row for row in rows(specification, "kind") if row["kind"] == "seen"]
    assert segments[9]["from"] == "2025-08-12"
    assert segments[9]["to"] == "2025-11-10"  # in force until the next
    assert not [row for row in rows(specification, "high") if "to" not in row], "editions are not joined"
    assert " ".join(specification["vconcat"][0]["title"]["text"]) == (
        "Chinese models hold 9 of all 15 places of OpenCompass LLM, average, edition 26-07"
    )
    foot = " ".join(specification["title"]["text"])
    assert "Editions do not compare, and are not joined." in foot
    assert "opencompass_llm:2026-08-24:20:country=CN:9:" in foot
    assert "licence not stated" in foot


def test_nothing_runs_through_what_nobody_saw(tmp_path: Path) -> None:
    """Dashed where more than 14 days passed without a page, and joined where they did not."""
    place = small(tmp_path / "place")
    put(place, page([30, 20, 10], names=["Qwen3-32B", "openai/gpt-4o", "C"]), "2026-01-01")
    put(place, page([30, 20, 10], names=["Qwen3-32B", "openai/gpt-4o", "C"]), "2026-01-10")
    put(place, page([30, 20, 10], names=["openai/gpt-4o", "Qwen3-32B", "C"]), "2026-01-12")
    put(place, page([31, 20, 10], names=["Qwen3-32B", "openai/gpt-4o", "C"]), "2026-03-01")
    specification = drawn(place, "--where", "country=CN", "--where", "country=US")
    chinese = [row for row in rows(specification, "kind") if row["name"] == "CN"]
    assert [(row["from"], row["to"], row["kind"]) for row in chinese] == [
        ("2026-01-01", "2026-01-12", "seen"), ("2026-01-12", "2026-03-01", "unseen"),
    ]  # fmt: skip
    bands = [row for row in rows(specification, "high") if "to" in row and row["name"] == "CN"]
    assert {round(row["high"] - row["share"], 6) for row in bands} == {33.333333}  # C may be Chinese
    rises = [row for row in rows(specification, "high") if "to" not in row and row["name"] == "CN"]
    assert [row["from"] for row in rises] == ["2026-01-12"]
    assert "no page was seen for more than 14 days" in " ".join(specification["title"]["text"])
    assert " ".join(specification["vconcat"][0]["title"]["text"]).startswith(
        "Chinese models hold 1 to 2 and American models 1 to 2 of the top 3 of"
    )


def test_labels_at_the_end_do_not_overlap(tmp_path: Path) -> None:
    """Two lines of one height: their labels stand apart, and none on the axis."""
    place = small(tmp_path / "place")
    put(place, page([30, 20, 10], names=["Qwen3-32B", "openai/gpt-4o", "C"]), "2026-01-01")
    specification = drawn(place, "--where", "country=CN", "--where", "country=US", "--where", "country=FR")
    heights = sorted(row["at"] for row in rows(specification, "at"))
    assert all(after - before >= 3 for before, after in zip([0, *heights], heights, strict=False))


@pytest.mark.parametrize("ending", ["svg", "png", "html", "json"])
def test_every_kind_of_file(place_of_names: Place, ending: str) -> None:
    """With the title, and nothing that a browser would fetch or run of what a page wrote."""
    file = place_of_names.folder / f"chart.{ending}"
    done = place_of_names.run("chart", "share", "small_plain", "--top", "3", "--where", "country=CN", "--out", file)
    assert (done.code, done.out) == (0, "")
    if ending == "png":
        assert file.read_bytes().startswith(b"\x89PNG")
        return
    body = file.read_text("utf-8")
    assert "Chinese models hold 1" in (text(file) if ending == "svg" else body)
    if ending == "html":
        assert "<script>alert" not in body
        library = body[body.index("<script>") : body.index("</script>")]
        assert not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=", body.replace(library, ""))
        assert body.index("<svg") < body.index("<script>")


@pytest.fixture
def place_of_names(tmp_path: Path) -> Place:
    """A board whose title would be a script."""
    place = small(tmp_path / "place")
    declared = place.folder / "sources" / "small.toml"
    declared.write_text(
        declared.read_text().replace('page = "plain"', 'page = "plain"\ntitle = "</script><script>alert(1)</script>"')
    )
    put(place, page([30, 20, 10], names=["Qwen3-32B", "openai/gpt-4o", "</script><script>alert(2)"]), "2026-01-01")
    return place


def test_wrong_use(demo_data: Path, tmp_path: Path) -> None:
    """A sentence, and no file: another ending, another board, a day before the first point."""
    place = Place(tmp_path / "place")
    base = ["--data", str(demo_data)]
    ending = place.run("chart", "share", "arena_text", "--out", tmp_path / "x.gif", *base)
    assert (ending.code, "expected a name that ends in .svg, .png, .html, .json" in ending.err) == (2, True)
    board = place.run("chart", "share", "arena_txt", *base)
    assert (board.code, "did you mean arena_text" in board.err) == (2, True)
    early = place.run("chart", "share", "arena_text", "--as-of", "2020-01-01", "--out", tmp_path / "x.svg", *base)
    assert (early.code, early.err.strip()) == (1, "arena_text: no point on or before 2020-01-01")
    assert not list(tmp_path.glob("x.*"))
    with tracker.open(demo_data, today=TODAY) as t, pytest.raises(ValueError, match="no chart 'pie'"):
        t.chart("pie", "arena_text")  # type: ignore[arg-type]


def test_a_day_in_the_past_sees_nothing_later(demo_data: Path) -> None:
    """The chart as of the day of the founding sentence ends with its edition."""
    with tracker.open(demo_data, today=TODAY) as t:
        specification = t.chart("share", "opencompass_llm", as_of=date(2025, 10, 18)).to_dict()
    assert rows(specification, "figure")[-1]["figure"] == "14 of 20"
    assert rows(specification, "kind")[-1]["to"] == "2025-10-18"
