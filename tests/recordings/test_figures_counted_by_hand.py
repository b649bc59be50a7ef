"""Figures that a person counted on recordings, through the commands that print them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tracker.cli import cli

RECORDINGS = (
    "arena_csv/2025-02-12__9bcaafb0.csv",
    "arena_csv/2025-02-16__c9f3a88f.csv",
    "arena_csv/2025-07-18__f1d824ad.csv",
    "arena_csv/v2_text/2025-08-06__283321b9.csv",  # the first of four of that day
    "arena_catalog/text/2025-12-11__1d32ad77.json.gz",
    "arena_dataset/text/2026-08-21__c13bf23f.parquet",  # published on 2026-08-19
    "epoch/eci_scores_csv/2025-12-19__1d87bbc6.csv",
    "opencompass/openvlm/2025-10-23__OpenVLM.json",
    "vectara/2025-10-07__db501708.md",
)
UNLISTED = "arena_catalog/text_style_control/2025-12-11__1d32ad77.json.gz"  # the index leaves it out


@pytest.fixture(scope="module")
def data(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database of these recordings alone."""
    folder = tmp_path_factory.mktemp("counted")
    captures = recordings / "captures"
    with (captures / "index.csv").open(newline="") as file:
        listed = [line for line in csv.DictReader(file) if line["file"] in RECORDINGS]
    with (folder / "index.csv").open("w", newline="") as file:
        written = csv.DictWriter(file, ["captured_at", "url", "file"], extrasaction="ignore")
        written.writeheader()
        written.writerows(line | {"file": str(captures / line["file"])} for line in listed)
    assert {line["file"] for line in listed} == set(RECORDINGS)
    where = ["--data", str(folder / "data"), "--format", "json"]
    for command in (["--index", str(folder / "index.csv")], ["arena_catalog", str(captures / UNLISTED)]):
        done = CliRunner().invoke(cli, ["import", *command, *where], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    return folder / "data"


def answer(data: Path, command: str) -> Any:
    """The JSON that a command prints."""
    words = [*command.split(), "--data", str(data), "--format", "json", "--now", "2026-11-23"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def counted(data: Path, command: str, value: str) -> tuple[float, float, float]:
    """Count, high and denominator of one value; 0 where it does not occur."""
    shares = answer(data, command)
    results = [share for share in shares if value in share.values()]
    return (results[0]["count"], results[0]["high"], results[0]["of"]) if results else (0, 0, shares[0]["of"])


@pytest.mark.parametrize(
    ("command", "count", "of"),
    [
        ("arena_text_raw --as-of 2025-07-18", 7, 20),
        ("arena_text_raw --as-of 2025-07-18 --rank-by published_rank", 7 + 1 / 3, 20),
        ("arena_text_raw --as-of 2025-07-18 --rank-by published_rank --ties include", 8, 21),
        ("arena_text_raw --as-of 2025-07-18 --rank-by published_rank --ties exclude", 6, 18),
        ("arena_text_raw --as-of 2025-07-18 --rank-by published_rank_at_most", 9, 27),
        ("arena_text_raw --as-of 2025-07-18 --unit release", 7, 20),
        # of the board with style control that page prints the rank alone
        ("arena_text --as-of 2025-07-18 --rank-by published_rank", 4.5, 20),
        ("arena_text --as-of 2025-07-18 --rank-by published_rank --ties include", 5, 21),
        ("arena_text --as-of 2025-07-18 --rank-by published_rank --ties exclude", 4, 19),
        ("arena_text_raw --as-of 2026-08-19", 4, 20),
        ("arena_text_raw --as-of 2026-08-19 --unit release", 6, 20),
        ("arena_text_raw --as-of 2026-08-19 --unit developer --top 10", 5, 10),
        ("epoch_eci --as-of 2025-12-19", 5, 20),
        ("arena_text_raw --as-of 2025-12-11", 7, 20),
        ("arena_text --as-of 2025-12-11", 3, 20),
        ("vectara_hallucination --as-of 2025-10-07 --top 10", 2 + 1 / 3, 10),
        ("vectara_hallucination --as-of 2025-10-07 --top 10 --ties include", 3, 12),
        ("vectara_hallucination --as-of 2025-10-07 --top 10 --ties exclude", 2, 9),
    ],
)
def test_chinese_rows(data: Path, command: str, count: float, of: float) -> None:
    """Count and denominator of CN."""
    result, _, denominator = counted(data, f"share {command}", "CN")
    assert (result, denominator) == (pytest.approx(count), of)


def test_openvlm(data: Path) -> None:
    """CN 15 or 16 of 20 (whose R-4B is takes a person), US 4, open 6."""
    low, high, _ = counted(data, "share opencompass_vlm", "CN")
    assert 15 <= low <= high <= 16
    assert counted(data, "share opencompass_vlm", "US")[0] == 4
    assert counted(data, "share opencompass_vlm --by open", "open")[0] == 6


def test_noise_of_raw_august(data: Path) -> None:
    """3 rows in 24 % of the draws, 4 in 62 %, 5 in 13 %, within two points; 1 place certain, 9 possible."""
    output = answer(data, "uncertainty arena_text_raw --where country=CN --as-of 2026-08-19")
    shares = {row["count"]: row["share_of_draws"] for row in output["counts"]}
    assert [shares[n] for n in (3, 4, 5)] == pytest.approx([0.24, 0.62, 0.13], abs=0.02)
    assert (output["certain"], output["possible"], output["draws"]) == (1, 9, 10_000)


def test_gap_of_raw_august(data: Path) -> None:
    """US over CN 22.1 +- 8.5 points, so 53.2 % (52.0 to 54.4) of comparisons."""
    output = answer(data, "gap arena_text_raw --between US --and CN --as-of 2026-08-19")
    assert (round(output["gap"], 1), round(output["half"], 1)) == (22.1, 8.5)
    assert [round(output[name], 3) for name in ("win", "win_low", "win_high")] == [0.532, 0.520, 0.544]


def test_lag_on_the_capabilities_index(data: Path) -> None:
    """14 records of US, 5 not reached by CN, a median of 216 days, by the days that the page prints."""
    output = answer(data, "lag epoch_eci --of CN --behind US --as-of 2025-12-19")
    assert (len(output["records"]), output["censored"], output["median"], output["days_from"]) == (14, 5, 216, "board")


def test_representation_of_raw_august(data: Path) -> None:
    """20 % of the top against 30.5 to 43.3 % of the board, as far as names were known to whom counted."""
    output = answer(data, "representation arena_text_raw --where country=CN --as-of 2026-08-19")
    assert output["count"] / output["of"] == 0.2
    assert 0.305 <= output["whole_count"] / output["whole_of"] <= output["whole_high"] / output["whole_of"] <= 0.433
    assert 0.2 / 0.433 <= output["ratio_low"] <= output["ratio"] <= output["ratio_high"] <= 0.2 / 0.305


def test_curve_of_raw_august(data: Path) -> None:
    """4 of 20 entries, 6 of 20 releases, 5 of 10 developers are points of one curve."""
    output = answer(data, "curve arena_text_raw --where country=CN --as-of 2026-08-19")
    points = {(p["unit"], p["top"]): p["count"] for p in output["points"]}
    assert (points["entry", 20], points["release", 20], points["developer", 10]) == (4, 6, 5)


def test_rosters(data: Path) -> None:
    """30 rows dropped by 2025-02-16 took CN from 5 to 7, and on the rows that both days have nothing moved; the old rows that
    came by 2025-08-06 took it from 7 to 2.5."""
    output = answer(data, "composition arena_text_raw --where country=CN --from 2025-02-12 --to 2025-02-16")
    assert (output["before"]["count"], output["after"]["count"], output["dropped"], output["added"]) == (5, 7, 30, 0)
    assert output["common_before"]["count"] == output["common_after"]["count"] == 7
    assert output["changes"][0]["break"] is True
    output = answer(data, "composition arena_text_raw --where country=CN --from 2025-07-18 --to 2025-08-06")
    assert (output["before"]["count"], output["after"]["count"]) == (7, 2.5)
    assert output["changes"][-1]["break"] is True
