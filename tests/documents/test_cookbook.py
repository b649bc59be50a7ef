"""The cookbook: every question runs on DuckDB and, where it is portable, on SQLite with the same answer; the document
shows what the SQL gives; and of each answer something was worked out otherwise than by its query."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from tests.cookbook_document import DOCUMENT, MODELS_IN_USE, answer, document
from tracker.cli import cli
from tracker.cookbook import Query, queries
from tracker.export import write

ROOT = Path(__file__).resolve().parent.parent.parent
DEMO = ROOT / "tracker" / "demo"
EDITIONS = ROOT / "tracker" / "bundled" / "compassbench"
QUERIES = {query.name: query for query in queries()}
PORTABLE = [query for query in QUERIES.values() if not query.duckdb_only]
# What an exported SQLite file holds.
PUBLIC = (
    "boards", "series", "entries_resolved", "latest", "shares_by_day", "breaks", "developers", "releases", "aliases"
)  # fmt: skip


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    """The answer to a question on the demo's data."""
    columns, values = answer(data, QUERIES[name])
    return [dict(zip(columns, row, strict=True)) for row in values]


def test_the_document_is_what_the_sql_gives(demo_data: Path) -> None:
    """Questions, notes, SQL and answers. `python -m tests.cookbook_document` writes them anew."""
    assert DOCUMENT.read_text("utf-8") == document(demo_data)


def test_the_table_that_the_document_shows_is_the_one_that_is_joined() -> None:
    """models_in_use.csv."""
    assert f"```csv\n{MODELS_IN_USE}```" in DOCUMENT.read_text("utf-8")


def test_the_python_of_the_document_runs(
    demo_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it stands there, in the folder that holds `data`."""
    block = re.search(r"  ```python\n(.*?)  ```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert block
    monkeypatch.chdir(demo_data.parent)
    exec(re.sub(r"^  ", "", block[1], flags=re.MULTILINE), {})
    output = capsys.readouterr().out
    assert output.startswith(QUERIES["leader_of_each_board"].question)
    assert "vectara_hallucination" in output


def test_every_question_is_whole() -> None:
    """A name, a question, a note and one statement each; most are portable; nothing of the file is left out."""
    assert len(QUERIES) == len(queries()) >= 20
    assert len(PORTABLE) >= 15
    for query in QUERIES.values():
        assert re.fullmatch(r"[a-z][a-z0-9_]+", query.name)
        assert query.question.endswith("?"), query.name
        assert query.note.endswith("."), query.name
        assert query.sql.split()[0] in ("WITH", "SELECT"), query.name
        assert ";" not in query.sql, query.name
    comments = re.findall(r"^-- .*$", (ROOT / "tracker" / "cookbook.sql").read_text("utf-8"), re.MULTILINE)
    first = comments.index(f"-- query: {next(iter(QUERIES))}")
    assert [
        line for line in comments[first:] if not re.match(r"-- (query|question|note): .|-- duckdb only$", line)
    ] == []


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_tracker_sql_answers(query: Query, demo_data: Path) -> None:
    """As it stands in the file; but no file is read there."""
    done = CliRunner().invoke(cli, ["sql", f"{query.sql};", "--data", str(demo_data), "--format", "csv"])
    assert done.exit_code == (2 if "read_csv" in query.sql else 0), done.output


@pytest.fixture(scope="module")
def sqlite_copy(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """The demo's database as `tracker export --format sqlite` writes it: days are ISO texts, booleans 0 and 1."""
    folder = tmp_path_factory.mktemp("exported")
    with duckdb.connect(str(demo_data / "tracker.duckdb"), read_only=True) as connection:
        write(connection, folder, ("sqlite",), today=date(2026, 9, 4))
    return sqlite3.connect(folder / "leaderboards.sqlite")


def fill(connection: sqlite3.Connection, table: str, columns: list[str], values: list[tuple[Any, ...]]) -> None:
    """A table whose columns have no types."""
    quoted = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f"CREATE TABLE {table} ({quoted})")
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)


def as_sqlite(value: Any) -> Any:
    """A value of DuckDB as SQLite holds it."""
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


@pytest.mark.parametrize("query", PORTABLE, ids=lambda query: query.name)
def test_a_portable_question_has_the_same_answer_in_sqlite(
    query: Query, demo_data: Path, sqlite_copy: sqlite3.Connection
) -> None:
    """The same columns and rows, in the same order."""
    columns, values = answer(demo_data, query)
    done = sqlite_copy.execute(query.sql)
    assert [column[0] for column in done.description] == columns
    assert done.fetchall() == [tuple(as_sqlite(value) for value in row) for row in values]


FIRST_OF_25_07 = {"day": date(2025, 8, 12), "edition": "25-07"}
COPIED = {"source": "opencompass", "origin": "transcribed"}
# What a person read off the pages in tracker/demo and tracker/bundled/compassbench, and how.
FACTS: list[tuple[str, dict[str, Any]]] = [
    # vectara.md begins with 1.8 % and 3.3 %, and less is better.
    ("leader_of_each_board", {"board": "vectara_hallucination", "name": "antgroup/finix_s1_32b", "margin": 1.5,
                              "second": "google/gemini-2.5-flash-lite", "intervals_overlap": None}),
    # aider.yml: the two highest pass_rate_2 are 88.0 and 86.7.
    ("leader_of_each_board", {"board": "aider_polyglot", "name": "gpt-5 (high)", "margin": 1.3}),
    # arena_text_style_control.csv: the first two lines are 1507.33 (1502.09 to 1512.57) and 1504.58 (1501.06 to 1508.10).
    ("leader_of_each_board", {"board": "arena_text", "name": "claude-fable-5", "margin": 2.75, "intervals_overlap": "yes"}),
    # 24-07.csv, Instruct: 66.2, 60.3, 56.0 are of Anthropic and OpenAI; 24-09.csv: 68.0, then Step-2-16K 64.8.
    ("first_chinese_model_in_the_top_3", {"board": "opencompass_llm_instruct", "recorded_since": date(2024, 8, 5),
                                          "first_day": date(2024, 10, 9), "rank": 2, "name": "Step-2-16K"}),
    # arena_text_style_control.csv: the first three lines are of Anthropic.
    ("first_chinese_model_in_the_top_3", {"board": "arena_text", "first_day": None, "name": None, "unknown_before": 0}),
    # 25-07.csv, first 20 lines: ByteDance, Alibaba 2, DeepSeek 2, Zhipu 2, Tencent 2, Moonshot, Baidu, MiniMax, iFLYTEK,
    # Ant Group; 15 lines in 26-07.csv.
    ("chinese_share_over_time", {**FIRST_OF_25_07, "chinese": 14, "of": 20, "percent": 70.0, "percent_high": 70.0}),
    ("chinese_share_over_time", {"edition": "26-07", "chinese": 9, "of": 15, "percent": 60.0}),
    # vectara.md, first 20 lines, by whose each model is; the other one is AI21 of Israel.
    ("countries_side_by_side", {"board": "vectara_hallucination", "us": 11, "cn": 6, "fr": 2, "others": 1, "unknown": 0}),
    # openvlm.csv says of R-4B that its organisation is unknown.
    ("countries_side_by_side", {"board": "opencompass_vlm", "us": 4, "cn": 15, "unknown": 1, "of": 20}),
    # aider.yml: eleven rows above 74.2 are of OpenAI, Google, xAI and Anthropic; 74.2 - 88.0.
    ("best_open_model_of_each_board", {"board": "aider_polyglot", "rank": 12, "name": "DeepSeek-V3.2-Exp (Reasoner)",
                                       "closed_rank": 1, "ahead": -13.8, "unknown_above": 0}),
    # vectara.md: Phi-4 is third with 3.7 %, two hosted models stand before it, the first with 1.8 %.
    ("best_open_model_of_each_board", {"board": "vectara_hallucination", "rank": 3, "name": "microsoft/Phi-4",
                                       "licence": "MIT", "ahead": -1.9}),
    # arena_text_style_control.csv: the first line that does not say Proprietary is the tenth, with 1489.66.
    ("best_open_model_of_each_board", {"board": "arena_text", "rank": 10, "name": "kimi-k3-max", "ahead": -17.68}),
    # 25-07.csv: the column `release` says API four times, then OpenSource.
    ("open_behind_closed_over_time", {**FIRST_OF_25_07, "closed_rank": 1, "open_rank": 5, "places_behind": 4}),
    # arena_text_style_control.csv: of 20 lines 18 say Proprietary, one MIT, one Kimi K3 license.
    ("open_weights_in_each_top_20", {"board": "arena_text", "permissive": 1, "restricted": 1, "percent": 10.0}),
    # 26-07.csv: OpenAI 2, Anthropic 2, Moonshot 2, DeepSeek 2 and seven others with one line each.
    ("developers_in_the_top_20_over_time", {"edition": "26-07", "places": 15, "developers": 11, "mixed": 0, "unknown": 0}),
    # 26-04.csv: Alibaba in lines 7, 12 and 20; 26-07.csv: in line 3 alone.
    ("developers_that_lost_places", {"board": "opencompass_llm", "developer": "alibaba", "places_before": 3,
                                     "places_now": 1, "best_before": 7, "best_now": 3, "of_before": 20, "of_now": 15}),
    # 26-04.csv begins with it; 26-07.csv has GPT-5.5 and GPT-5.6 instead.
    ("vanished_from_the_board", {"board": "opencompass_llm", "rank_before": 1, "name": "GPT-5.4-2026-03-05 (high)"}),
    # Of the first ten lines of 26-07.csv, 26-04.csv has among its first ten DeepSeek-V4-Pro (2nd, then 9th) and Kimi-K2.6
    # (5th, then 10th).
    ("board_that_changed_most", {"board": "opencompass_llm", "new_models": 8, "models": 10, "rose": 0, "fell": 2}),
    # aider.yml: 88.0 is the highest; openvlm.csv: GPT-5-20250807 is the sixth by the mean of its benchmarks.
    ("models_in_several_top_10s", {"release": "openai/gpt-5", "sources": 2, "boards": 2, "best_rank": 1, "worst_rank": 6}),
    # aider.yml: eleven rows are above it.
    ("model_by_name", {"board": "aider_polyglot", "rank": 12, "name": "DeepSeek-V3.2-Exp (Reasoner)"}),
    # It came out five days before the page was recorded, and nothing on the page is newer.
    ("newest_release_in_each_top_20", {"board": "aider_polyglot", "released_on": date(2025, 9, 29), "rank": 12}),
    # See above: one row of unknown organisation, on the twentieth place.
    ("shares_that_rest_on_unknowns", {"board": "opencompass_vlm", "value": "CN", "low": 15, "high": 16, "name": "R-4B"}),
    ("names_nobody_could_resolve", {"name": "R-4B", "rank": 20, "published_organization": "Unknown", "country": "unknown"}),
    # arena_text.csv, line 190, against the card of the model.
    ("licences_that_differ", {"name": "minimax-m2", "published_licence": "Apache 2.0", "registry_licence": "MIT"}),
    # There are 14 files of editions, and two breaks in scrapers/sources/vectara.toml before the only point.
    ("breaks_of_every_series", {"board": "opencompass_llm", "points": 14, "breaks": 13}),
    ("breaks_of_every_series", {"board": "vectara_hallucination", "points": 1, "breaks": 0, "declared": 2}),
    # Each file of an edition has a column Average; five have one Instruct.
    ("origin_of_each_point", {"board": "opencompass_llm", "points": 14, **COPIED}),
    ("origin_of_each_point", {"board": "opencompass_llm_instruct", "points": 5, **COPIED}),
    # The README of tracker/demo: recorded on 2025-10-04 and 2026-08-22; the last look was on 2026-09-04.
    ("age_of_the_data", {"board": "aider_polyglot", "unseen_days": 335}),
    ("age_of_the_data", {"board": "arena_text", "unseen_days": 13, "unchanged_days": 16}),
    ("own_table", {"release": "openai/gpt-5", "team": "search", "board": "aider_polyglot", "best_rank": 1}),
    ("own_table", {"release": "example/in-house", "team": "mail", "board": None, "best_rank": None}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fact"), FACTS)
def test_a_fact_read_off_the_pages(demo_data: Path, name: str, fact: Mapping[str, Any]) -> None:
    """It is in exactly one row of the answer."""
    answers = rows(demo_data, name)
    assert len([row for row in answers if fact.items() <= row.items()]) == 1, answers


def test_of_each_question_a_fact_is_known() -> None:
    """So that none is merely written down as it came."""
    assert {name for name, _ in FACTS} == QUERIES.keys()


def test_who_is_still_there_has_not_vanished(demo_data: Path) -> None:
    """26-04.csv has Kimi-K2.6, 26-07.csv Kimi-K2.6 (high): another run of the same model."""
    vanished = [row["name"] for row in rows(demo_data, "vanished_from_the_board") if row["board"] == "opencompass_llm"]
    assert "Kimi-K2.6" not in vanished
    assert len(vanished) == 7  # of ten, DeepSeek-V4-Pro, DeepSeek-V4-Flash and Kimi-K2.6 stayed


def edition(name: str) -> list[dict[str, str]]:
    """The rows of an edition by their average, best first; no two are tied at the twentieth place."""
    with (EDITIONS / f"{name}.csv").open(encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: -float(row["Average"]))


NAMES = sorted(file.stem for file in EDITIONS.glob("2?-??.csv"))
ELSEWHERE = {"OpenAI", "Anthropic", "Google", "Meta", "Mistral AI", "xAI", "Microsoft", "DataBricks", "LMSYS",
             "HuggingFace", "Hugging Face", "Cohere For AI"}  # fmt: skip
SAME = {"ZhipuAI": "Zhipu AI", "01-AI": "01.AI", "Baichuan Intelligent Technology": "Baichuan", "Baidu Inc.": "Baidu"}


def test_the_chinese_share_of_every_edition_by_its_column_of_organisations(demo_data: Path) -> None:
    """Counted over the files, by who is not Chinese."""
    counted = {name: sum(row["org"] not in ELSEWHERE for row in edition(name)[:20]) for name in NAMES}
    assert {row["edition"]: row["chinese"] for row in rows(demo_data, "chinese_share_over_time")} == counted
    assert len(counted) == 14


def test_the_developers_of_every_edition_by_its_column_of_organisations(demo_data: Path) -> None:
    """Counted over the files, where one organisation is spelled in two ways."""
    counted = {name: len({SAME.get(row["org"], row["org"]) for row in edition(name)[:20]}) for name in NAMES}
    assert {
        row["edition"]: row["developers"] for row in rows(demo_data, "developers_in_the_top_20_over_time")
    } == counted


def test_a_name_is_listed_wherever_a_page_has_it(demo_data: Path) -> None:
    """Lines with `deepseek` and then `v3.2` in the pages of the demo; the newest edition has none."""
    pages = ["aider.yml", "arena_text.csv", "arena_text_style_control.csv", "openvlm.csv", "vectara.md"]
    lines = [line for page in pages for line in (DEMO / page).read_text("utf-8").lower().splitlines()]
    lines += [row["model"].lower() for row in edition("26-07")]
    assert len(rows(demo_data, "model_by_name")) == sum(bool(re.search(r"deepseek.*v3\.2", line)) for line in lines)


def test_the_best_of_the_multimodal_board_by_the_mean_of_its_benchmarks(demo_data: Path) -> None:
    """Over openvlm.csv: the mean of eight columns, of which OCRBench is out of 1000."""
    means = {}
    with (DEMO / "openvlm.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cells = {column: row[column] for column in list(row)[4:]}
            if all(cells.values()):
                means[row["Method"]] = sum(float(x) / (10 if k == "OCRBench" else 1) for k, x in cells.items()) / 8
    first, second = sorted(means, key=lambda name: -means[name])[:2]
    (row,) = [row for row in rows(demo_data, "leader_of_each_board") if row["board"] == "opencompass_vlm"]
    assert (row["name"], row["second"]) == (first, second)
    assert row["margin"] == round(means[first] - means[second], 2)


@pytest.fixture
def tiny() -> sqlite3.Connection:
    """Two points of one board: on the first nobody knows whose x is, on the second c came; a and c are tied."""
    connection = sqlite3.connect(":memory:")
    fill(connection, "boards", ["board", "source", "direction", "unit"], [("b", "s", "higher", "points")])
    fill(connection, "series", ["board", "day", "break_before"], [("b", "2026-01-01", None), ("b", "2026-02-01", None)])
    columns = ["board", "day", "edition", "rank", "row", "name", "release", "developer", "country", "openness", "score",
               "score_low", "score_high"]  # fmt: skip
    values = [
        ("2026-01-01", 1, "a", "o/a", "o", "US", "proprietary", 9), ("2026-01-01", 2, "x", None, None, "unknown", "unknown", 8),
        ("2026-02-01", 1, "a", "o/a", "o", "US", "proprietary", 9), ("2026-02-01", 1, "c", "p/c", "p", "CN", "open_weights", 9),
        ("2026-02-01", 3, "x", None, None, "unknown", "unknown", 8),
    ]  # fmt: skip
    entries = [("b", day, None, rank, number, name, release, developer, country, openness, score, None, None)
               for number, (day, rank, name, release, developer, country, openness, score) in enumerate(values)]  # fmt: skip
    fill(connection, "entries_resolved", columns, entries)
    fill(connection, "latest", columns, entries[2:])
    shares = ["board", "day", "edition", "of", "break_before", "by_value", "top", "first", "count"]
    fill(connection, "shares_by_day", shares, [
        ("b", day, None, of, None, "country", 20, first, 1)
        for day, of, first in [("2026-01-01", 2, "US"), ("2026-01-01", 2, "unknown"), ("2026-02-01", 3, "US"),
                               ("2026-02-01", 3, "CN"), ("2026-02-01", 3, "unknown")]
    ])  # fmt: skip
    return connection


def test_what_is_unknown_is_said_and_not_counted(tiny: sqlite3.Connection) -> None:
    """x may have been the first Chinese model; until then the share is none, or up to a half."""
    (first,) = tiny.execute(QUERIES["first_chinese_model_in_the_top_3"].sql).fetchall()
    assert first == ("b", "2026-01-01", "2026-02-01", 1, "c", "p", 1)
    share = QUERIES["chinese_share_over_time"].sql.replace("opencompass_llm", "b")
    assert [(row[2], row[4], row[5]) for row in tiny.execute(share)] == [(0, 0.0, 50.0), (1, 33.3, 66.7)]


def test_a_shared_first_place_has_no_margin(tiny: sqlite3.Connection) -> None:
    """The first row of the page leads; the best open model is level with it."""
    ((_, _, name, _, _, _, margin, _, second, _),) = tiny.execute(QUERIES["leader_of_each_board"].sql).fetchall()
    assert (name, margin, second) == ("a", 0, "c")
    (best,) = tiny.execute(QUERIES["best_open_model_of_each_board"].sql.replace("l.licence", "NULL AS licence", 1))
    assert (best[2], best[3], best[8], best[10]) == (1, "c", 0, 0)
