"""Figures that a person counted on the pages of the demo, through the commands that print them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tracker.cli import cli

RAW = "arena_text_raw --as-of 2026-08-19"


def answer(data: Path, command: str) -> Any:
    """The JSON that a command prints."""
    words = [*command.split(), "--data", str(data), "--format", "json", "--now", "2026-11-23"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("command", "value", "count", "of"),
    [
        (RAW, "CN", 4, 20),
        (f"{RAW} --unit release", "CN", 6, 20),
        (f"{RAW} --unit developer --top 10", "CN", 5, 10),
        ("arena_text", "CN", 3, 20),
        ("aider_polyglot", "mixed", 1, 20),
        ("opencompass_vlm", "US", 4, 20),
        ("opencompass_vlm --by open", "open", 6, 20),
        ("vectara_hallucination", "CN", 6, 20),
        ("vectara_hallucination", "IL", 1, 20),
    ],
)
def test_a_count_of_the_top(demo_data: Path, command: str, value: str, count: float, of: float) -> None:
    """Count and denominator of one value."""
    (share,) = [share for share in answer(demo_data, f"share {command}") if value in share.values()]
    assert (share["count"], share["of"]) == (count, of)


def test_uncertainty_of_raw_august(demo_data: Path) -> None:
    """3 rows in 24 % of the draws, 4 in 62 %, 5 in 13 %, within two points; 1 place certain, 9 possible."""
    output = answer(demo_data, f"uncertainty {RAW} --where country=CN")
    shares = {row["count"]: row["share_of_draws"] for row in output["counts"]}
    assert [shares[n] for n in (3, 4, 5)] == pytest.approx([0.24, 0.62, 0.13], abs=0.02)
    assert (output["certain"], output["possible"], output["draws"]) == (1, 9, 10_000)


def test_gap_of_raw_august(demo_data: Path) -> None:
    """US over CN 22.1 +- 8.5 points, so 53.2 % (52.0 to 54.4) of comparisons."""
    output = answer(demo_data, f"gap {RAW} --between US --and CN")
    assert (round(output["gap"], 1), round(output["half"], 1)) == (22.1, 8.5)
    assert [round(output[name], 3) for name in ("win", "win_low", "win_high")] == [0.532, 0.520, 0.544]


def test_representation_of_raw_august(demo_data: Path) -> None:
    """20 % of the top against 30.5 to 43.3 % of the board, as far as names were known to whom counted."""
    output = answer(demo_data, f"representation {RAW} --where country=CN")
    assert output["count"] / output["of"] == 0.2
    assert 0.305 <= output["whole_count"] / output["whole_of"] <= output["whole_high"] / output["whole_of"] <= 0.433
    assert 0.2 / 0.433 <= output["ratio_low"] <= output["ratio"] <= output["ratio_high"] <= 0.2 / 0.305


def test_curve_of_raw_august(demo_data: Path) -> None:
    """4 of 20 entries, 6 of 20 releases, 5 of 10 developers are points of one curve."""
    output = answer(demo_data, f"curve {RAW} --where country=CN")
    points = {(p["unit"], p["top"]): p["count"] for p in output["points"]}
    assert (points["entry", 20], points["release", 20], points["developer", 10]) == (4, 6, 5)
