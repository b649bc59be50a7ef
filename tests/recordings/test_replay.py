"""`tracker import --index`: 855 recordings by their address, each with the fate that it deserves."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
from click.testing import CliRunner
from frictionless import Package

from storage import database
from tracker.cli import cli

# Folder of the recordings -> how many of each state, and why the others were not accepted (looked at page by page).
FATES: dict[str, tuple[dict[str, int], str]] = {
    "aider": (
        {"accepted": 62, "unchanged": 2, "quarantined": 1, "unknown_address": 3},
        "edit of 2024-07-13 is not YAML; the refactoring table is no board of ours",
    ),
    "arena_catalog": ({"accepted": 13}, ""),
    "arena_csv": ({"accepted": 54}, ""),
    "arena_dataset": ({"accepted": 28, "unchanged": 22}, ""),
    "arena_mirror": (
        {"accepted": 26, "unchanged": 5, "quarantined": 28, "unknown_address": 42},
        "cut short: 10 to 71 rows; index, search and agent pages are no boards of ours",
    ),
    "atom": ({"accepted": 2}, ""),
    "bfcl": (
        {"accepted": 28, "unchanged": 2, "quarantined": 1, "unknown_address": 44},
        "2024-03-20 has a header of 16 columns over rows of 17; parts of the overall table are no boards of ours",
    ),
    "epoch": ({"accepted": 2, "unknown_address": 6}, "another project's data.json"),
    "gso": ({"accepted": 10, "unchanged": 2}, ""),
    "livebench": (
        {"accepted": 165, "unchanged": 35, "quarantined": 2, "unknown_address": 22},
        "categories that name a column which the table got later; a table cut to half its rows; tables of costs",
    ),
    "opencompass": ({"accepted": 19, "unchanged": 1}, ""),
    "openrouter_empty": ({"accepted": 1, "quarantined": 7}, "empty since 2026-05-17; two of another table"),
    "openrouter_weekly": ({"accepted": 14}, ""),
    "raw_pages": (
        {"accepted": 7, "unchanged": 6, "quarantined": 2, "unknown_address": 2},
        "two fixtures of 56 models where some 500 are ranked; two pages without an address",
    ),
    "superclue": ({"accepted": 9, "unchanged": 7, "quarantined": 1}, "a README of one line"),
    "swebench": ({"accepted": 19, "unchanged": 11}, ""),
    "tau2": ({"accepted": 67, "quarantined": 27}, "the submissions of the newest manifest alone are recorded"),
    "vectara": (
        {"accepted": 43, "unchanged": 4, "quarantined": 1},
        "the first hour of the board: a headline without a table",
    ),
}


@pytest.fixture(scope="module")
def replayed(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """(data directory, what was printed for each recording)."""
    data = tmp_path_factory.mktemp("replayed") / "data"
    command = ["import", "--index", str(recordings / "captures" / "index.csv"), "--data", str(data), "--format", "json"]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    return data, json.loads(done.stdout)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # of a library that mlcroissant uses
def test_an_export_of_all_of_them_is_as_described(replayed: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    """By Frictionless, cell by cell, and by Croissant."""
    words = ["export", str(tmp_path / "out"), "--data", str(replayed[0]), "--format", "csv,sqlite,parquet"]
    assert CliRunner().invoke(cli, words, catch_exceptions=False).exit_code == 0
    report = Package(str(tmp_path / "out" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert dataset.metadata.ctx.issues.errors == dataset.metadata.ctx.issues.warnings == set()


def test_every_recording_has_its_fate(replayed: tuple[Path, list[dict[str, Any]]], recordings: Path) -> None:
    """Accepted, unchanged, quarantined with its reason, or at an address that no source has: counted by folder."""
    _, outcomes = replayed
    with (recordings / "captures" / "index.csv").open(newline="") as file:
        assert [outcome["file"] for outcome in outcomes] == [row["file"] for row in csv.DictReader(file)]
    assert list(outcomes[0])[:7] == ["file", "source", "role", "captured_at", "boards", "state", "rows"]
    counted: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counted.setdefault(outcome["file"].split("/")[0], Counter())[outcome["state"]] += 1
        assert bool(outcome["reason"]) == (outcome["state"] in {"quarantined", "unknown_address"}), outcome
    assert {folder: dict(states) for folder, states in counted.items()} == {
        f: states for f, (states, _) in FATES.items()
    }


def test_a_quarantined_page_says_why(replayed: tuple[Path, list[dict[str, Any]]]) -> None:
    """The unparseable Aider page, the cut mirrors and the empty payloads, each with its own reason."""
    reasons = {outcome["file"]: outcome["reason"] for outcome in replayed[1] if outcome["state"] == "quarantined"}
    assert "not YAML" in reasons["aider/edit/2024-07-13__cfa1c6c7.yml"]
    mirrors = [reason for file, reason in reasons.items() if file.startswith("arena_mirror/")]
    assert mirrors
    assert all("rows, at least" in reason for reason in mirrors)
    empty = [reason for file, reason in reasons.items() if file.startswith("openrouter_empty/2026-06")]
    assert empty == ["the ranking is empty"] * 3


def test_a_second_replay_adds_nothing(
    replayed: tuple[Path, list[dict[str, Any]]], recordings: Path, tmp_path: Path
) -> None:
    """Nothing is accepted anew, and what was quarantined still is."""
    data, first = replayed
    index = tmp_path / "index.csv"
    with (recordings / "captures" / "index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] in {"vectara", "openrouter_empty"}]
    with index.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["captured_at", "url", "file"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "file": str(recordings / "captures" / row["file"])} for row in rows)
    done = CliRunner().invoke(cli, ["import", "--index", str(index), "--data", str(data), "--format", "json"])
    states = Counter(outcome["state"] for outcome in json.loads(done.stdout))
    before = Counter(o["state"] for o in first if o["source"] in {"vectara", "openrouter_empty"})
    assert states["accepted"] == 0
    assert states["quarantined"] == before["quarantined"]


def test_the_series_carry_their_breaks(replayed: tuple[Path, list[dict[str, Any]]]) -> None:
    """Vectara began again on 2025-11-18; a release of LiveBench and an edition of OpenCompass break by themselves."""
    connection = database.connect(database.published(replayed[0]), read_only=True)
    result = connection.execute(
        "SELECT board, day, break_before FROM series WHERE break_before IS NOT NULL ORDER BY ALL"
    ).fetchall()
    connection.close()
    vectara = [(str(day), why) for board, day, why in result if board == "vectara_hallucination"]
    assert [day for day, _ in vectara] == ["2024-08-01", "2025-12-03"]  # when the pages were first seen
    assert "new data set" in vectara[1][1]
    assert any(board == "livebench" and "new edition 2026-06-25" in why for board, _, why in result)
    assert any(board == "opencompass_llm" and "new edition 26-07 after 26-04" in why for board, _, why in result)


def test_agents_of_several_models(replayed: tuple[Path, list[dict[str, Any]]]) -> None:
    """On SWE-bench a row of models of two countries is mixed, and a row that names no model is unknown; both are listed."""
    connection = database.connect(database.published(replayed[0]), read_only=True)
    rows = connection.execute(
        "SELECT r.name, r.country, n.models FROM latest AS r JOIN names AS n ON n.name_key = r.name_key"
        " WHERE r.board = 'swebench_verified'"
    ).fetchall()
    connection.close()
    assert [name for name, _, models in rows if models == ["-"]]
    assert {country for _, country, models in rows if models == ["-"]} == {"unknown"}
    mixed = [models for _, country, models in rows if country == "mixed"]
    assert mixed
    assert all(len(models) > 1 for models in mixed)


def test_witnesses_of_one_board_make_one_point_a_day(replayed: tuple[Path, list[dict[str, Any]]]) -> None:
    """The same day from two sources is one point, of the more trusted; the other is kept beside it."""
    connection = database.connect(database.published(replayed[0]), read_only=True)
    twice = connection.execute("SELECT board, day FROM series GROUP BY ALL HAVING count(*) > 1").fetchall()
    both = connection.execute(
        "SELECT DISTINCT a.source, b.source FROM snapshots_by_provider AS a JOIN snapshots_by_provider AS b"
        " ON b.board = a.board AND b.day = a.day AND b.choice > 1 WHERE a.choice = 1 AND a.board = 'arena_text_raw'"
    ).fetchall()
    connection.close()
    assert twice == []
    assert ("arena_csv", "arena_catalog") in both
