"""Whole recordings of the upstreams: each is read in full, or refused by name. Counts were taken from the pages."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from scrapers import table_parser
from scrapers.errors import PageError
from scrapers.model import Page, Pages, Snapshot
from scrapers.spec import SOURCES, Source, load_source

# Rows of every recording, in order of file name; "x" where the page is refused.
ROWS = {
    "aider/polyglot": "6 10 8 10 11 12 12 22 24 23 25 26 35 39 39 39 42 44 46 58 60 61 64 67 69",
    "aider/edit": (
        "30 x 37 37 38 38 38 41 41 42 63 65 62 64 58 66 59 60 61 66 67 69 69 70 71 71 71 90 91 92 92 93 94 94"
        " 96 95 96 97 97 98"
    ),
    "vectara": (
        "11 11 11 3 11 6 11 x 14 17 20 28 29 33 36 37 41 47 47 48 50 54 71 73 76 80 82 82 98 102 105 107 124 127"
        " 132 139 152 156 159 171 62 68 71 75 82 86 88 96"
    ),
    "arena_dataset/text": "368 384 383 385 388 389 389 393 393 2690",
    "arena_dataset/text_style_control": "368 384 383 385 388 389 389 393 393 2690",
    "arena_dataset/vision": "131 144 144 145 145 145 145 145 145 420",
    "arena_dataset/vision_style_control": "131 144 144 145 145 145 145 145 145 420",
    "arena_dataset/webdev": "90 108 108 110 112 113 115 117 117 873",
    # 35 rows and 7 boards in 24-02, 40 and 7, 51 and 7, 39 and 7, 36 and 8, 30 and 8, 37 and 7, 41 and 7, then 28, 28,
    # 27, 26 and 23 rows and 7 boards, and 15 rows and 5 boards in 26-07
    "opencompass/compassbench": "245 280 357 273 288 240 259 287 196 196 189 182 161 75",
    "opencompass/invented_scores": "75 27 27 27",
}
REFUSED = {
    "2024-07-13__cfa1c6c7.yml": r"not YAML: did not find expected '-' indicator \(line 685\)",
    "2023-10-31__f74d8ff2.md": "the page has no table",
}


def role_of(file: Path) -> str:
    """The role that the recording would have been fetched for."""
    if "opencompass" in file.parts:
        kinds = {"data-llm": "official", "research": "academic", "llm-data": "llm"}
        return next(role for start, role in kinds.items() if file.name.startswith(start))
    role = "readme" if "vectara" in file.parts else file.parent.name
    return role + "_full" * file.name.endswith("__full.parquet")


def read(file: Path) -> list[Snapshot]:
    """What the recording says."""
    page = Page(role_of(file), f"https://recorded.example/{file.name}", file.read_bytes())
    return table_parser.snapshots(source_of(file), Pages([page]))


def source_of(file: Path) -> Source:
    """The source that the recording is of."""
    folder = file.parent.name if file.parent.name == "vectara" else file.parent.parent.name
    return load_source(SOURCES / f"{folder.partition('_')[0]}.toml")


def yaml_lines(body: bytes) -> int:
    """Rows of Aider begin with their directory."""
    return len(re.findall(rb"(?m)^- dirname:", body))


def markdown_lines(body: bytes) -> int:
    """Lines of the table that begins with the column Model, without its header and the line under it."""
    table = re.search(rb"(?m)^\|Model\|(.*\n)(\|.*\n?)+", body.replace(b" ", b""))
    return table[0].strip().count(b"\n") - 1 if table else 0


def parquet_lines(file: Path) -> int:
    """Rows of the category overall."""
    return pc.sum(pc.equal(pq.ParquetFile(file).read(["category"])["category"], "overall")).as_py()


def json_lines(body: bytes) -> int:
    """Rows of the table, once for each of its boards."""
    rows = json.loads(body)["OverallTable"]
    named = {"Knowledge", "Reasoning", "Math", "Code", "Coding", "Language", "Agent", "Instruct"}
    dimensions = named & set().union(*rows)
    return len(rows) * (1 + len(dimensions))


COUNTED: dict[str, Callable[[Path], int]] = {
    ".yml": lambda file: yaml_lines(file.read_bytes()),
    ".md": lambda file: markdown_lines(file.read_bytes()),
    ".parquet": parquet_lines,
    ".json": lambda file: json_lines(file.read_bytes()),
}


@pytest.mark.parametrize("folder", ROWS)
def test_every_recording_is_read_in_full_or_refused_by_name(recordings: Path, folder: str) -> None:
    """As many rows as were reviewed, as many as a plain search of the bytes finds, and a score in (almost) each."""
    files = sorted(file for file in (recordings / "captures" / folder).iterdir() if file.is_file())
    results = []
    for file in files:
        if file.name in REFUSED:
            with pytest.raises(PageError, match=REFUSED[file.name]):
                read(file)
            results.append("x")
            continue
        entries = [entry for snapshot in read(file) for entry in snapshot.entries]
        assert len(entries) == COUNTED[file.suffix](file), file.name
        assert sum(entry.score is None for entry in entries) <= (folder == "opencompass/invented_scores"), file.name
        results.append(str(len(entries)))
    assert " ".join(results) == ROWS[folder]


def test_the_refused_recordings_are_what_they_are_refused_for(recordings: Path) -> None:
    """One row of Aider's page of 2024-07-13 is indented by a blank; Vectara's first page is a headline."""
    lines = (recordings / "captures/aider/edit/2024-07-13__cfa1c6c7.yml").read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if line.startswith(" - dirname:")] == [685]
    assert (recordings / "captures/vectara/2023-10-31__f74d8ff2.md").read_text(
        "utf-8"
    ).strip() == "# hallucination-leaderboard"


def test_the_scores_are_those_of_the_right_column(recordings: Path) -> None:
    """Aider's as a plain search finds them; Vectara's rates rise and Arena's ratings fall with the published order."""
    for file in [*(recordings / "captures/aider/polyglot").iterdir(), *(recordings / "captures/aider/edit").iterdir()]:
        if file.name not in REFUSED:
            [snapshot] = read(file)
            published = re.findall(r"(?m)^  pass_rate_2: ([\d.]+)", file.read_text("utf-8"))
            assert [entry.score for entry in snapshot.entries] == [float(score) for score in published], file.name
    for file in (recordings / "captures/vectara").iterdir():
        if file.name not in REFUSED:
            [snapshot] = read(file)
            scores = [entry.score or 0.0 for entry in snapshot.entries]
            falls = sum(after < before for before, after in pairwise(scores))
            assert falls <= len(scores) // 20, file.name
            assert scores[0] < scores[-1] < 100, file.name
    for file in (recordings / "captures/arena_dataset").glob("*/2026-08-22*.parquet"):
        for snapshot in read(file):
            best = max(snapshot.entries, key=lambda entry: entry.score or 0.0)
            assert best.published_rank == 1, (file.name, snapshot.published_on)
            assert all(
                entry.score_low is not None
                and entry.score is not None
                and entry.score_high is not None
                and entry.score_low <= entry.score <= entry.score_high
                for entry in snapshot.entries
            ), file.name


def test_vectara_prints_its_day_and_not_after_the_recording(recordings: Path) -> None:
    """In every recording but those of the first evening, when it was dated ahead by hours."""
    for file in (recordings / "captures/vectara").iterdir():
        if file.name in REFUSED:
            continue
        [snapshot] = read(file)
        assert snapshot.published_on
        ahead = snapshot.published_on - date.fromisoformat(file.name[:10])
        assert ahead.days <= (1 if file.name.startswith("2023-10-31") else 0), file.name


def test_arena_history_has_the_days_of_its_latest_pages(recordings: Path) -> None:
    """Each day that a `latest` page published is in `full`, row by row: the same snapshot, by the same identity."""
    for folder in (recordings / "captures/arena_dataset").iterdir():
        history = {snapshot.id() for snapshot in read(next(folder.glob("*__full.parquet")))}
        latest = {
            snapshot.id() for file in folder.glob("*.parquet") if "__full" not in file.name for snapshot in read(file)
        }
        assert latest == history, folder.name


COLUMN_OF = {
    "opencompass_llm": "Average",
    "opencompass_llm_knowledge": "Knowledge",
    "opencompass_llm_reasoning": "Reasoning",
    "opencompass_llm_math": "Math",
    "opencompass_llm_code": "Code",
    "opencompass_llm_language": "Language",
    "opencompass_llm_agent": "Agent",
    "opencompass_llm_instruct": "Instruct",
}
# Named May 9, with a row of May 28; every other edition is of the day of its name.
DAY_OF_ITS_ROWS = {"24-04": date(2024, 5, 28)}


def table(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def slashed(published: str) -> date | None:
    """2024/5/28 as a day; None for any other text."""
    return datetime.strptime(published, "%Y/%m/%d").date() if re.fullmatch(r"\d{4}(/\d{1,2}){2}", published) else None  # noqa: DTZ007 - a day, not an instant


def test_every_edition_of_compassbench_says_what_the_transcription_says(recordings: Path) -> None:
    """All 14: each row's name, score, organisation, openness and day on every board, and the day of the edition."""
    listed = [row for row in table(recordings / "facts/compassbench/manifest.csv") if row["category"] == "llm"]
    assert len(listed) == 14
    for month, file in sorted((row["month"], row["data_file"].rpartition("/")[2]) for row in listed):
        rows = table(recordings / f"facts/compassbench/{month}.overall.csv")
        release = {row["name"]: row["release"] for row in table(recordings / f"facts/compassbench/{month}.models.csv")}
        result = {
            snapshot.board: snapshot for snapshot in read(recordings / "captures/opencompass/compassbench" / file)
        }
        assert set(result) == {board for board, column in COLUMN_OF.items() if column in rows[0]}, month
        for board, snapshot in result.items():
            assert snapshot.edition == month
            assert snapshot.published_on == DAY_OF_ITS_ROWS.get(month, date.fromisoformat(file.split(".")[-2])), month
            assert [
                (entry.name, entry.score, entry.organization, entry.openness, entry.released_on)
                for entry in snapshot.entries
            ] == [
                (
                    row["model"],
                    float(row[COLUMN_OF[board]]),
                    row["org"],
                    {"API": "closed", "OpenSource": "open"}[release[row["model"]]],
                    slashed(row["time"]),
                )
                for row in rows
            ], (month, board)


def test_the_edition_of_july_2025_as_it_was_counted_by_hand(recordings: Path) -> None:
    """The 28 rows of 25-07 by average: who made the first 20, and which of these are open."""
    [average, *_] = read(recordings / "captures/opencompass/compassbench/llm-data-v2.25-07.20250812.json")
    ranked = sorted(average.entries, key=lambda entry: -(entry.score or 0))
    assert (len(ranked), average.board, average.published_on) == (28, "opencompass_llm", date(2025, 8, 12))
    assert [(entry.name, entry.score) for entry in ranked[:5]] == [
        ("GPT-5-2025-08-07", 65.8),
        ("o3-high-2025-04-16", 65.2),
        ("Doubao-Seed-1.6-thinking-250715", 64.0),
        ("Grok-4", 63.9),
        ("Qwen3-235B-A22B-Thinking-2507", 63.8),
    ]
    assert (ranked[19].name, ranked[19].score, ranked[20].score) == ("Hunyuan-A13B-Instruct", 51.9, 51.8)
    assert Counter(entry.organization for entry in ranked[:20]) == {
        "OpenAI": 3, "Alibaba": 2, "DeepSeek": 2, "Zhipu AI": 2, "Tencent": 2, "ByteDance": 1, "xAI": 1, "Google": 1,
        "Anthropic": 1, "Moonshot": 1, "Baidu": 1, "MiniMax": 1, "iFLYTEK": 1, "Ant Group": 1,
    }  # fmt: skip
    assert {entry.name.strip() for entry in ranked[:20] if entry.openness == "open"} == {
        "Qwen3-235B-A22B-Thinking-2507", "DeepSeek-R1-0528", "GLM-4.5", "Qwen3-235B-A22B-Instruct-2507",
        "GLM-4.5-Air", "Kimi-K2-Instruct", "MiniMax-M1-80k", "DeepSeek-V3-0324", "Hunyuan-A13B-Instruct",
    }  # fmt: skip


def test_the_duplicates_of_the_recordings_are_kept(recordings: Path) -> None:
    """Two rows of one name are two entries: Aider's Qwen2.5-Coder, and Arena's Codex in webdev."""
    [aider] = read(recordings / "captures/aider/polyglot/2025-10-04__cb6a152e.yml")
    twice = [name for name, count in Counter(entry.name for entry in aider.entries).items() if count > 1]
    assert twice == ["Qwen2.5-Coder-32B-Instruct"]
    [arena] = read(recordings / "captures/arena_dataset/webdev/2026-08-22__5782ec07.parquet")
    twice = [name for name, count in Counter(entry.name for entry in arena.entries).items() if count > 1]
    assert twice == ["gpt-5.3-codex (codex-harness)"]


def test_half_of_a_recorded_page_is_refused_or_short_of_rows(recordings: Path) -> None:
    """The first half of the bytes, on one page of each format: never more rows than half of the page has."""
    for name in (
        "aider/polyglot/2025-10-04__cb6a152e.yml",
        "vectara/2023-12-18__82cf6e81.md",
        "arena_dataset/webdev/2026-08-22__5782ec07.parquet",
        "opencompass/compassbench/llm-data-v2.26-07.20260824.json",
    ):
        file = recordings / "captures" / name
        half = Page(
            role_of(file), f"https://recorded.example/{file.name}", file.read_bytes()[: file.stat().st_size // 2]
        )
        try:
            [snapshot] = table_parser.snapshots(source_of(file), Pages([half]))
        except PageError:
            continue
        assert file.suffix in {".yml", ".md"}, "a format that has an end was read without it"
        assert len(snapshot.entries) <= len(read(file)[0].entries)


def test_the_newest_recordings_have_the_rows_that_were_counted(recordings: Path) -> None:
    """Rows of the newest recording of each page, counted on the pages."""
    captures = recordings / "captures"
    counted = {
        # With style control as a second board: the same rows, by their published rank.
        ("arena_csv", "text", "arena_csv/2025-07-18__f1d824ad.csv"): [218, 218],
        ("arena_csv", "vision", "arena_csv/v2_vision/2025-08-06__e964e252.csv"): [86, 86],
        ("epoch_eci", "eci", "epoch/eci_scores_csv/2025-12-19__1d87bbc6.csv"): [140],
        ("opencompass_vlm", "openvlm", "opencompass/openvlm/2025-10-23__OpenVLM.json"): [284],
    }
    for (source, role, file), rows in counted.items():
        result = table_parser.snapshots(
            load_source(SOURCES / f"{source}.toml"), Pages([Page(role, file, (captures / file).read_bytes())])
        )
        assert [len(snapshot.entries) for snapshot in result] == rows
