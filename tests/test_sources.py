"""Every source against saved pages: small, in the upstream's shape, with real names, and reviewed expectations.

`pages/<source>/<role>[.more].<ext>` is a page, `<role>[.more].expected.json` beside it is all that it says. A
missing expectation is written and the test fails: review it, then commit it. A folder there is a set of pages that
are read together. Arena's Parquet pages are kept as CSV.
"""

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from registry.names.parse import parse_name
from scrapers import table_parser
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Entry, Page, Pages, Request, Snapshot
from scrapers.sources import opencompass
from scrapers.spec import SOURCES, Source, load_source
from tracker.importers.index import owner

SAVED = Path(__file__).parent / "pages"


@functools.cache
def declared(source: str) -> Source:
    """What the source declares of itself."""
    return load_source(SOURCES / f"{source}.toml")


def saved() -> list[Path]:
    """Every saved page or set of pages, without expectations and notes."""
    return sorted(
        path for path in SAVED.glob("*/*") if not path.name.endswith(".expected.json") and path.name != "README.md"
    )


def expectation(path: Path) -> Path:
    """The file of what the page, or the set of pages, says."""
    return path.with_name(path.name.removesuffix("" if path.is_dir() else path.suffix) + ".expected.json")


def parquet(file: Path) -> bytes:
    """The Parquet page that the CSV stands for: whole numbers are int64, other numbers double, the rest text."""
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))

    def typed(name: str) -> pa.Array:
        cells = [row[name] for row in rows]
        for kind in (int, float):
            try:
                return pa.array([kind(cell) for cell in cells])
            except ValueError:
                continue
        return pa.array(cells, pa.string())

    sink = io.BytesIO()
    pq.write_table(pa.table({name: typed(name) for name in rows[0]}), sink)
    return sink.getvalue()


def page(file: Path) -> Page:
    """The saved page as it would come: the role is what stands before the first dot."""
    body = parquet(file) if file.parent.name == "arena" else file.read_bytes()
    address = file.relative_to(SAVED / file.relative_to(SAVED).parts[0])  # folders of a set are part of it
    return Page(file.name.partition(".")[0], f"https://saved.example/{address.as_posix()}", body)


def read(source: str, *pages: Page) -> list[Snapshot]:
    """What the source reads from these pages."""
    return table_parser.snapshots(declared(source), Pages(pages))


def printed(snapshots: list[Snapshot]) -> str:
    """All snapshots as JSON with an entry a line; what the board does not print is left out."""
    return json.dumps([
        {
            "board": snapshot.board,
            "edition": snapshot.edition,
            "published_on": str(snapshot.published_on) if snapshot.published_on else None,
            "id": snapshot.id(),
            "entries": [{k: v for k, v in asdict(entry).items() if v not in (None, ())} for entry in snapshot.entries],
        }
        for snapshot in snapshots
    ], ensure_ascii=False, indent=1, default=str)  # fmt: skip


@pytest.mark.parametrize("path", saved(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_page_says_what_was_reviewed(path: Path) -> None:
    """Board, edition, day, identity and every entry, in the order of the page."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    pages = [page(file) for file in files]
    found, expected = printed(read(path.parent.name, *pages)), expectation(path)
    if not expected.exists():
        expected.write_text(found + "\n", "utf-8")
        pytest.fail(f"{expected.name} was missing and is written now: review it")
    assert json.loads(found) == json.loads(expected.read_text("utf-8"))


def test_every_source_has_saved_pages_for_each_of_its_boards() -> None:
    """A new source, or a new board of one, comes with a page that shows how it is read."""
    boards = {
        (expected.parent.name, snapshot["board"])
        for expected in SAVED.glob("*/*.expected.json")
        for snapshot in json.loads(expected.read_text("utf-8"))
    }
    names = {file.stem for file in SOURCES.iterdir() if file.suffix in {".toml", ".py"}} - {"__init__"}
    assert {(name, board) for name in names for board in declared(name).boards} - boards == set()


def test_every_expectation_has_its_page() -> None:
    """An expectation that no page is read for would be a test that never runs."""
    assert set(SAVED.glob("*/*.expected.json")) == {expectation(path) for path in saved()}


def test_the_saved_pages_are_small() -> None:
    """They are facts in a shape, not recordings."""
    assert [file for file in SAVED.rglob("*") if file.is_file() and file.stat().st_size > 20_000] == []


# What the expectations hold, in words: read off the pages by eye.


def by_board(source: str, file: str) -> dict[str, Snapshot]:
    """The snapshots of one saved page; each board once."""
    found = read(source, page(SAVED / source / file))
    assert len({snapshot.board for snapshot in found}) == len(found)
    return {snapshot.board: snapshot for snapshot in found}


def test_aider_keeps_two_rows_of_one_name_and_rows_of_several_models() -> None:
    """A name printed twice is two entries, and a pair of models is one, under the name as printed."""
    entries = [(entry.name, entry.score) for entry in by_board("aider", "polyglot.yml")["aider_polyglot"].entries]
    assert sorted(score for name, score in entries if name == "Qwen2.5-Coder-32B-Instruct" and score) == [8.0, 16.4]
    assert ("DeepSeek R1 + claude-3-5-sonnet-20241022", 64.0) in entries
    assert ("o3 (high) + gpt-4.1", 78.2) in entries
    assert len(entries) == 6


@pytest.mark.parametrize(
    ("file", "day", "first", "last"),
    [
        ("readme.2023-11.md", date(2023, 11, 1), ("GPT 4", 3.0), ("Google Palm (text-bison--001)", 12.1)),
        ("readme.md", date(2026, 3, 10), ("antgroup/finix_s1_32b", 1.8), ("mistralai/ministral-3-3b-2512", 24.2)),
    ],
)
def test_vectara_is_read_by_name_of_column(file: str, day: date, first: object, last: object) -> None:
    """The rate of hallucinations, not the accuracy that stood before it in 2023; the day is the page's own."""
    snapshot = by_board("vectara", file)["vectara_hallucination"]
    assert snapshot.published_on == day
    assert (snapshot.entries[0].name, snapshot.entries[0].score) == first
    assert (snapshot.entries[-1].name, snapshot.entries[-1].score) == last


def test_arena_gives_a_snapshot_for_each_published_day_of_the_overall_category() -> None:
    """The history holds many days and categories; each day of `overall` is a snapshot, rows in their order."""
    found = read("arena", page(SAVED / "arena" / "text_full.csv"))
    assert [
        (snapshot.board, snapshot.published_on, [entry.name for entry in snapshot.entries]) for snapshot in found
    ] == [
        ("arena_text_raw", date(2026, 6, 25), ["intellect-3", "vicuna-7b"]),
        ("arena_text_raw", date(2026, 8, 19), ["claude-opus-5-high", "qwen3.8-max", "intellect-3", "vicuna-7b"]),
    ]
    first = found[1].entries[0]
    assert (first.score, first.score_low, first.score_high) == (
        1505.09747419529,
        1500.1845696846094,
        1510.0103787059707,
    )
    assert (first.published_rank, first.votes, first.organization, first.licence) == (
        1,
        25628,
        "anthropic",
        "Proprietary",
    )
    assert found[1].entries[2].organization is None  # printed blank


def test_arena_keeps_a_row_that_is_printed_twice() -> None:
    """webdev of 2026-08-19 prints one model in two rows; the snapshot does, too."""
    names = [entry.name for entry in by_board("arena", "webdev.csv")["arena_webdev"].entries]
    assert names.count("gpt-5.3-codex (codex-harness)") == 2


def test_opencompass_of_july_2025_as_read() -> None:
    """Six rows of the edition as printed: a board for each dimension, the model's day, two names with a blank at the end."""
    boards = by_board("opencompass", "llm.v2.25-07.20250812.json")
    assert {(snapshot.edition, snapshot.published_on) for snapshot in boards.values()} == {("25-07", date(2025, 8, 12))}
    assert [
        (entry.name, entry.organization, entry.openness, entry.released_on)
        for entry in boards["opencompass_llm"].entries
    ] == [
        ("GPT-5-2025-08-07", "OpenAI", "closed", date(2025, 8, 7)),
        ("o3-high-2025-04-16", "OpenAI", "closed", date(2025, 4, 16)),
        ("GLM-4.5", "Zhipu AI", "open", date(2025, 7, 29)),
        ("GLM-4.5-Air ", "Zhipu AI", "open", date(2025, 7, 29)),
        ("Kimi-K2-Instruct", "Moonshot", "open", date(2025, 7, 11)),
        ("ERNIE-4.5-Turbo-128K ", "Baidu", "open", date(2025, 6, 30)),
    ]
    assert {board: [entry.score for entry in snapshot.entries] for board, snapshot in boards.items()} == {
        "opencompass_llm": [65.8, 65.2, 59.6, 56.8, 55.5, 49.4],
        "opencompass_llm_knowledge": [90.9, 90.1, 87.5, 85.6, 88.8, 86.8],
        "opencompass_llm_reasoning": [66.0, 66.0, 63.2, 57.5, 57.9, 50.4],
        "opencompass_llm_math": [65.6, 64.0, 60.0, 58.4, 47.2, 40.2],
        "opencompass_llm_code": [47.9, 50.6, 39.6, 41.1, 32.6, 29.7],
        "opencompass_llm_language": [83.1, 78.4, 78.2, 75.4, 78.4, 73.5],
        "opencompass_llm_agent": [59.6, 57.4, 45.1, 35.9, 56.9, 43.5],
    }


@pytest.mark.parametrize("printed", ["-", "N/A", "", None, "absent"])
def test_opencompass_scores_that_are_missing_are_none_and_never_zero(printed: str | None) -> None:
    """Each sign for nothing, and an absent key, in the first row of 26-07; 0 in its second row is 0."""
    content = orjson.loads(page(SAVED / "opencompass" / "llm.v2.26-07.20260824.json").body)
    first, second = content["OverallTable"][:2]
    first["Math"] = printed
    if printed == "absent":
        del first["Math"]
    second["Math"] = 0
    found = {snapshot.board: snapshot for snapshot in read("opencompass", edition(content))}
    assert [entry.score for entry in found["opencompass_llm_math"].entries[:2]] == [None, 0]
    assert [entry.score for entry in found["opencompass_llm_code"].entries[:2]] == [93.3, 95.5]


def edition(content: dict[str, Any], name: str = "llm-data-v2.26-07.20260824.json") -> Page:
    """A page of CompassBench that says this."""
    return Page("llm", f"https://saved.example/{name}", orjson.dumps(content))


def test_opencompass_openness_comes_from_models_from_the_row_or_from_the_flag() -> None:
    """API|OpenSource is open; a sign for nothing says nothing. What the page flags is kept, whatever it links to."""
    seen = {
        file: [entry.openness for entry in by_board("opencompass", file)[board].entries]
        for file, board in {
            "llm.v2.26-07.20260824.json": "opencompass_llm",
            "academic.REALTIME.20260903.json": "opencompass_academic",
            "official.json": "opencompass_llm",
        }.items()
    }
    assert seen == {
        "llm.v2.26-07.20260824.json": ["closed", "open", "open", "open"],
        "academic.REALTIME.20260903.json": ["closed", "open", "open"],
        "official.json": ["closed", "open", None],
    }


@pytest.mark.parametrize("row", ["GLM-4.5-Air", "GLM-4.5-Air "])
@pytest.mark.parametrize("described", ["GLM-4.5-Air", "GLM-4.5-Air "])
def test_a_blank_at_the_end_of_a_name_hides_no_model(row: str, described: str) -> None:
    """The row and what is said of its model meet, whichever has the blank; the name stays as printed, and is one model."""
    content = orjson.loads(page(SAVED / "opencompass" / "llm.v2.25-07.20250812.json").body)
    content["OverallTable"][3]["model"] = row
    content["models"] = {
        (described if name == "GLM-4.5-Air " else name): about for name, about in content["models"].items()
    }
    [average, *_] = read("opencompass", edition(content))
    assert (average.entries[3].name, average.entries[3].openness) == (row, "open")
    assert parse_name(row) == parse_name("GLM-4.5-Air")


def test_of_two_models_that_differ_by_a_blank_each_row_has_its_own() -> None:
    """The exact name goes first."""
    rows = [{"model": name, "org": "x", **dict.fromkeys(FIVE, 1)} for name in ("a", "a ")]
    models = {"a": {"release": "API"}, "a ": {"release": "OpenSource"}}
    [average, *_] = read("opencompass", edition({"OverallTable": rows, "models": models}))
    assert [entry.openness for entry in average.entries] == ["closed", "open"]


FIVE = ("Average", "Knowledge", "Reasoning", "Math", "Code")


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("llm.v2.24-04.20240509.json", ["language", "agent"]),
        ("llm.v2.24-11.20241202.json", ["language", "instruct"]),
        ("llm.v2.25-01.20250220.json", ["language", "instruct"]),
        ("llm.v2.25-07.20250812.json", ["language", "agent"]),
        ("llm.v2.26-07.20260824.json", []),
        ("official.json", []),
    ],
)
def test_opencompass_has_five_boards_always_and_others_where_the_edition_has_them(file: str, more: list[str]) -> None:
    """An average and four dimensions in each; language, agent and instruct come and go."""
    always = ["", "_knowledge", "_reasoning", "_math", "_code", *(f"_{dimension}" for dimension in more)]
    assert list(by_board("opencompass", file)) == [f"opencompass_llm{suffix}" for suffix in always]


def test_a_dimension_without_a_score_is_no_board_and_an_edition_without_one_is_refused() -> None:
    """Rows of nothing but signs for nothing would be zero rows that look like success."""
    rows = [{"model": "a", "org": "x", **dict.fromkeys(FIVE, 1), "Agent": "-"}]
    boards = [snapshot.board for snapshot in read("opencompass", edition({"OverallTable": rows}))]
    assert "opencompass_llm_agent" not in boards
    assert len(boards) == len(FIVE)
    rows = [{"model": "a", "org": "x", **dict.fromkeys(FIVE, "-")}]
    with pytest.raises(PageError, match="no row of the edition has a score"):
        read("opencompass", edition({"OverallTable": rows}))


@pytest.mark.parametrize("printed", ["2024/0917", "-", "N/A", "", None, "soon", "2025/13/1", "March 2025", "absent"])
def test_a_day_of_a_model_that_is_none_is_none(printed: str | None) -> None:
    """No page fails for it: in 24-11 Mistral Small's day is printed as 2024/0917."""
    average = by_board("opencompass", "llm.v2.24-11.20241202.json")["opencompass_llm"]
    assert [(entry.name, entry.released_on) for entry in average.entries] == [
        ("o1-mini-2024-09-12", date(2024, 9, 12)),
        ("Qwen2.5-72B-Instruct", date(2024, 9, 19)),
        ("Mistral-Small-Instruct-2409", None),
    ]
    row = {"model": "a", "org": "x", **dict.fromkeys(FIVE, 1)} | ({} if printed == "absent" else {"time": printed})
    [average, *_] = read("opencompass", edition({"OverallTable": [row]}))
    assert average.entries[0].released_on is None


@pytest.mark.parametrize(
    ("days", "on"),
    [
        (["2024/5/9", "2024/5/28", "2024/5/23"], date(2024, 5, 28)),
        (["2024/5/9", "-", "2024/0528", None, "soon"], date(2024, 5, 12)),
        (["2024/1/29"], date(2024, 5, 12)),
        (["20240513"], date(2024, 5, 13)),
    ],
)
def test_the_day_of_an_edition_is_the_latest_that_it_names(days: list[str | None], on: date) -> None:
    """Of the file's name (here May 12) and of the rows; a row whose day cannot be read is passed over."""
    rows = [{"model": f"m{n}", "org": "x", "update_time": day, **dict.fromkeys(FIVE, 1)} for n, day in enumerate(days)]
    rows.append({"model": "last", "org": "x", **dict.fromkeys(FIVE, 1)})
    found = read("opencompass", edition({"OverallTable": rows}, "llm-data-v2.24-04.20240512.json"))
    assert {(snapshot.edition, snapshot.published_on) for snapshot in found} == {("24-04", on)}


def test_the_edition_of_april_2024_is_of_the_day_of_its_latest_row() -> None:
    """Its file is named for May 9; GPT-4o is in it since May 23, SenseChat since May 28."""
    assert by_board("opencompass", "llm.v2.24-04.20240509.json")["opencompass_llm"].published_on == date(2024, 5, 28)


def test_opencompass_official_file_is_of_the_day_of_its_rows_and_spells_code_as_coding() -> None:
    """No edition in the file's name; two spellings of one day are one day; the model's own day is called `date`."""
    boards = by_board("opencompass", "official.json")
    assert boards["opencompass_llm"].edition is None
    assert boards["opencompass_llm"].published_on == date(2026, 8, 24)
    assert [entry.score for entry in boards["opencompass_llm_code"].entries] == [10, 10, None]
    days = [entry.released_on for entry in boards["opencompass_llm"].entries]
    assert days == [date(2026, 1, 1), date(2026, 2, 2), date(2025, 3, 24)]


# What is refused, by name.


def changed(source: str, file: str, old: str, new: str) -> Page:
    """The saved page with one text replaced everywhere."""
    whole = page(SAVED / source / file)
    assert old.encode() in whole.body
    return Page(whole.role, whole.address, whole.body.replace(old.encode(), new.encode()))


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "column"),
    [
        ("aider", "polyglot.yml", "pass_rate_2:", "pass_rate_3:", "pass_rate_2"),
        ("aider", "polyglot.yml", "model:", "llm:", "model"),
        ("vectara", "readme.md", "Hallucination Rate", "Rate of hallucination", "Hallucination Rate"),
        ("vectara", "readme.md", "|Model|", "|LLM|", "Model"),
        ("opencompass", "llm.v2.24-04.20240509.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "llm.v2.25-01.20250220.json", '"Reasoning"', '"Reason"', "Reasoning"),
        ("opencompass", "academic.REALTIME.20260903.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "official.json", '"Average"', '"Mean"', "Average"),
        ("opencompass", "llm.v2.26-07.20260824.json", '"Math"', '"Mathematics"', "Math"),
        ("opencompass", "llm.v2.24-11.20241202.json", '"Knowledge"', '"Facts"', "Knowledge"),
        ("opencompass", "llm.v2.24-04.20240509.json", '"Code"', '"Programming"', "Code or Coding"),
        ("opencompass", "official.json", '"Coding"', '"Programming"', "Code or Coding"),
        ("opencompass", "official.json", '"Math"', '"Mathematics"', "Math"),
    ],
)
def test_a_renamed_column_is_refused_by_name(source: str, file: str, old: str, new: str, column: str) -> None:
    """MissingColumn says which one, and what the page has instead."""
    with pytest.raises(MissingColumn, match=f"no column '{column}'; the page has: .*{new.strip('|:').strip(chr(34))}"):
        read(source, changed(source, file, old, new))


@pytest.mark.parametrize(
    "column", ["model_name", "rating", "rating_lower", "rank", "vote_count", "organization", "license",
               "category", "leaderboard_publish_date"]
)  # fmt: skip
def test_a_column_that_arena_dropped_is_refused_by_name(column: str) -> None:
    """Each declared column is needed, also those that are no score."""
    rows = pq.read_table(pa.BufferReader(parquet(SAVED / "arena" / "webdev.csv")))
    sink = io.BytesIO()
    pq.write_table(rows.drop_columns([column]), sink)
    with pytest.raises(MissingColumn, match=f"no column '{column}'"):
        read("arena", Page("webdev", "", sink.getvalue()))


def test_a_column_that_one_row_lacks_is_refused() -> None:
    """Half a YAML row is no row with a missing score."""
    body = (SAVED / "aider" / "polyglot.yml").read_bytes().replace(b"  pass_rate_2: 88.0\n", b"")
    with pytest.raises(MissingColumn, match="no column 'pass_rate_2'"):
        read("aider", Page("polyglot", "", body))


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "said"),
    [
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: 88,0", "'88,0' is not a number"),
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: true", "'true' is not a number"),
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: .inf", "'.inf' is not a number"),
        ("aider", "polyglot.yml", "model: gpt-5 (high)", "model:", "a row has no name"),
        ("vectara", "readme.md", "Last updated on", "Updated:", "the page says no day after 'Last updated on'"),
        ("vectara", "readme.md", "March 10, 2026", "", "the page says no day after 'Last updated on'"),
        ("vectara", "readme.md", "March 10, 2026", "March", "'March' is not a whole day"),
        ("vectara", "readme.md", "|1.8 %|", "|low|", "'low' is not a number"),
        ("opencompass", "official.json", '"YES"', '"MAYBE"', "open_source is 'MAYBE'"),
        ("opencompass", "official.json", '"update_date"', '"updated"', "neither the name of the file nor a row says the day"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"OpenSource"', '"Open"', "release is 'Open'"),
        ("opencompass", "academic.REALTIME.20260903.json", '"API|', '"Web|', "release is 'Web|OpenSource'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"OverallTable"', '"Overall"', "unexpected shape: KeyError: 'OverallTable'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"model"', '"name"', "unexpected shape: KeyError: 'model'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"org"', '"by"', "unexpected shape: KeyError: 'org'"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_as_it_should_be_is_refused(source: str, file: str, old: str, new: str, said: str) -> None:
    """Each with what is wrong with it; nothing of the page is taken."""
    with pytest.raises(PageError) as refused:
        read(source, changed(source, file, old, new))
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"OverallTable": []}', "the edition's OverallTable is empty"),
        (b'{"OverallTable": null}', "the edition's OverallTable is empty"),
        (b"[]", "unexpected shape"),
        (b'{"OverallTable": [1]}', "unexpected shape"),
        (b'{"OverallTable": [{"model": null, "org": "x", "Average": 1}]}', "unexpected shape"),
        (b'{"OverallTable": [{"model": " ", "org": "x", "Average": 1}]}', "a row has no name"),
        (b'{"OverallTable": [{"model": "a", "org": "x", "Average": 1}], "models": null}', "unexpected shape"),
    ],
)
def test_an_edition_of_another_shape_is_refused(body: bytes, said: str) -> None:
    """Empty tables first of all: zero rows look like success."""
    with pytest.raises(PageError, match=said):
        read("opencompass", Page("llm", "https://saved.example/llm-data-v2.26-07.20260824.json", body))


def test_a_day_in_a_file_name_that_is_none_is_refused() -> None:
    """The name is data of the manifest, too."""
    body = (SAVED / "opencompass" / "academic.REALTIME.20260903.json").read_bytes()
    with pytest.raises(PageError):
        read("opencompass", Page("academic", "https://saved.example/research-data.REALTIME.20261345.json", body))


def test_a_page_of_a_role_that_is_not_declared_is_refused() -> None:
    """As an import with a mistyped role would bring it."""
    with pytest.raises(PageError, match=r"aider.toml declares no page of role 'polyglott'"):
        read("aider", Page("polyglott", "", b"- model: a\n  pass_rate_2: 1\n"))


def test_a_category_that_has_no_rows_is_refused() -> None:
    """A page whose rows are all of other categories is not an empty board."""
    with pytest.raises(PageError, match="no rows of arena_webdev"):
        read("arena", changed("arena", "webdev.csv", "overall", "0verall"))


# The manifest of OpenCompass, and what is asked for.


def test_a_source_without_python_asks_for_its_declared_pages() -> None:
    """Role, address and flags as the TOML has them."""
    asked = list(table_parser.requests(declared("arena")))
    assert [(request.role, request.fetch_once) for request in asked] == [
        ("text_style_control", False), ("text", False), ("vision_style_control", False), ("vision", False),
        ("webdev", False), ("text_style_control_full", True), ("text_full", True),
        ("vision_style_control_full", True), ("vision_full", True), ("webdev_full", True),
    ]  # fmt: skip
    assert {request.method for request in asked} == {"GET"}


def drive(answer: Callable[[Request], bytes | None]) -> list[Request]:
    """Drives opencompass.pages by hand; every request that it makes."""
    generator = opencompass.pages(declared("opencompass"))
    asked = [next(generator)]
    while True:
        try:
            asked.append(generator.send(answer(asked[-1])))
        except StopIteration:
            return asked


def manifest(role: str) -> bytes:
    return (SAVED / "opencompass" / f"{role}.json").read_bytes()


def named(requests: list[Request]) -> list[tuple[str, str, str]]:
    """(method, role, last part of the address) of each request."""
    return [(request.method, request.role, request.address.rpartition("/")[2]) for request in requests]


def test_opencompass_asks_for_every_edition_that_its_manifests_list() -> None:
    """Two manifests by POST with their kind, each edition from the CDN under its role, column files once at the end."""
    asked = drive(lambda request: manifest(request.role) if request.role.startswith("manifest") else b"{}")
    assert named(asked) == [
        ("POST", "manifest_llm", "listRankTableAvailableMonths"),
        ("GET", "llm", "llm-data-v2.26-07.20260824.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("GET", "llm", "llm-data-v2.24-02.20240220.json"),
        ("POST", "manifest_academic", "listRankTableAvailableMonths"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
        ("GET", "official", "data-llm-ability_official.json"),
        ("GET", "columns_llm", "llm-column-v2.26-07.20260824.json"),
        ("GET", "columns_llm", "llm-column-v2.25-07.20250812.json"),
        ("GET", "columns_llm", "llm-column-v2.24-02.20240220.json"),
    ]
    assert asked[1].address == "https://cdn.opencompass.org.cn/assets/llm-rank/llm-data-v2.26-07.20260824.json"
    assert asked[7].address == "https://cdn.opencompass.org.cn/assets/llm-rank/llm-column-v2.26-07.20260824.json"
    assert {(request.role, request.optional, request.fetch_once) for request in asked if request.fetch_once} == {
        ("columns_llm", True, True)
    }
    bodies = [orjson.loads(request.body) for request in asked if request.body]
    assert bodies == [{"rankingType": 0, "benchmarkType": 1}, {"rankingType": 0, "benchmarkType": 0}]
    assert len({request.key for request in asked}) == len(asked)
    assert dict(asked[0].headers)["Content-Type"] == "application/json"


def test_an_edition_that_the_cdn_does_not_give_is_asked_for_in_a_second_way() -> None:
    """From the second host; and CompassBench, where that has it neither, from the gateway by the month of the edition."""
    second = "https://opencompass.oss-cn-shanghai.aliyuncs.com/assets/"
    cdn = "https://cdn.opencompass.org.cn/assets/"
    edition, academic = "llm-rank/llm-data-v2.25-07.20250812.json", "research-rank/research-data.REALTIME.20260903.json"
    gone = {cdn + edition, second + edition, cdn + academic}
    asked = drive(
        lambda request: (
            manifest(request.role)
            if request.role.startswith("manifest")
            else None if request.address in gone else b"{}"
        )
    )  # fmt: skip
    assert named(asked)[1:9] == [
        ("GET", "llm", "llm-data-v2.26-07.20260824.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("POST", "rankings", "listModelRankings"),
        ("GET", "llm", "llm-data-v2.24-02.20240220.json"),
        ("POST", "manifest_academic", "listRankTableAvailableMonths"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
    ]
    assert [asked[at].address for at in (3, 8)] == [second + edition, second + academic]
    assert asked[4].address == "https://rank.opencompass.org.cn/gw/opencompass-be/api/v1/rank/listModelRankings"
    assert orjson.loads(asked[4].body or b"") == {
        "evalType": 0, "rankingType": 0, "benchmarkType": 1, "month": "25-07",
    }  # fmt: skip
    assert len({request.key for request in asked}) == len(asked)


def test_every_page_that_opencompass_asks_for_has_its_role_in_an_import() -> None:
    """The patterns of the declaration know each address; the manifests share theirs, and both are checked alike."""
    asked = drive(lambda request: manifest(request.role) if request.role.startswith("manifest") else None)
    assert {request.role for request in asked} == {
        "manifest_llm", "manifest_academic", "llm", "academic", "rankings", "official", "columns_llm",
    }  # fmt: skip
    for request in asked:
        known = owner({"opencompass": declared("opencompass")}, request.address)
        assert known == ("opencompass", request.role.replace("manifest_academic", "manifest_llm")), request.address
    academic = "https://cdn.opencompass.org.cn/assets/research-rank/research-column.REALTIME.20260903.json"
    assert owner({"opencompass": declared("opencompass")}, academic) == ("opencompass", "columns_academic")


def ranking(**more: object) -> bytes:
    """An answer of listModelRankings in the shape that its readers rely on; the figure is made up."""
    row = {"ranking": 1, "model": "GPT-5", "org": "OpenAI", "score": 10, "openSource": False}
    return orjson.dumps({"success": True, "data": {"modelRankings": [row]}} | more)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ranking(), "the ranking of listModelRankings is kept, not read: it says neither its day nor its models' days"),
        (ranking(success=False), "the ranking answers success False"),
        (ranking(success=None), "the ranking answers success None"),
        (ranking(data=None), "unexpected shape: TypeError"),
        (ranking(data={}), "unexpected shape: KeyError: 'modelRankings'"),
        (ranking(data={"modelRankings": []}), "0 rows, at least 1 are expected"),
        (ranking(data={"modelRankings": [{"ranking": 1, "model": "a", "org": "x", "mark": 1}]}), "no column 'score'"),
        (b'{"data": {}}', "unexpected shape: KeyError: 'success'"),
        (b"<html>", "an HTML page came instead of data"),
    ],
)
def test_the_ranking_of_the_gateway_is_refused_by_name(body: bytes, said: str) -> None:
    """No answer was ever recorded: what is known of its shape is checked, and none is taken for an edition."""
    with pytest.raises(PageError) as refused:
        read("opencompass", Page("rankings", "", body))
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("role", ["columns_llm", "columns_academic"])
def test_a_column_file_is_json_and_holds_no_board(role: str) -> None:
    """An object or a list; anything else is refused."""
    for body in (b'{"columns": [{"title": "Average"}]}', b"[]"):
        assert read("opencompass", Page(role, "", body)) == []
    for body, said in ((b"7", "neither an object nor a list"), (b"<html>", "HTML page"), (b'{"a": ', "not JSON")):
        with pytest.raises(PageError, match=said):
            read("opencompass", Page(role, "", body))


@pytest.mark.parametrize("columns", [{}, {"columnFileName": None}, {"columnFileName": ""}])
def test_an_edition_without_a_column_file_is_asked_for_all_the_same(columns: dict[str, object]) -> None:
    """The manifest need not name one."""
    row = {"fileName": "assets/llm-rank/llm-data-v2.26-07.20260824.json", **columns}
    body = orjson.dumps({"msgCode": "10000", "msg": "ok", "data": [row]})
    assert [request.role for request in drive(lambda request: body if request.role == "manifest_llm" else b"{}")] == [
        "manifest_llm", "llm", "manifest_academic", "official",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [None, b"", b"<html>", b"[]", b"{}", b'{"msgCode": "50000", "msg": "busy", "data": null}', b'{"msgCode": "10000", "data": null}',
     b'{"msgCode": "10000", "data": []}', b'{"msgCode": "10000", "data": [{"fileName": null}]}'],
)  # fmt: skip
def test_a_manifest_that_failed_names_no_editions_and_stops_nothing(answer: bytes | None) -> None:
    """The other manifest and the official file are still asked for."""
    asked = drive(lambda request: answer if request.role == "manifest_llm" else manifest("manifest_academic"))
    assert [request.role for request in asked] == ["manifest_llm", "manifest_academic", "academic", "official"]


NAMES = ["../x", "assets/../../x.json", "/etc/passwd", "https://evil.example/x.json", "assets/x.exe", "assets/a b.json",
         "assets/x.json?y", "//evil.example/assets/x.json", "assets/x.json\n", ""]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "name"), [("fileName", name) for name in NAMES] + [("columnFileName", name) for name in NAMES if name]
)
def test_a_manifest_that_names_another_place_is_refused(field: str, name: str) -> None:
    """No edition of it is asked for, and the page is refused with the name."""
    good = "assets/llm-rank/llm-data-v2.26-07.20260824.json"
    rows = [{"fileName": good}, {"fileName": good, field: name}]
    body = orjson.dumps({"msgCode": "10000", "msg": "ok", "data": rows})
    with pytest.raises(PageError, match="not a file of an edition"):
        read("opencompass", Page("manifest_llm", "", body))
    assert [request.role for request in drive(lambda _: body)] == ["manifest_llm", "manifest_academic", "official"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"msgCode": "50000", "msg": "busy", "data": []}', "the manifest answers 50000: busy"),
        (b'{"msgCode": "10000", "msg": "ok", "data": []}', "the manifest lists no editions"),
        (b'{"msg": "ok"}', "unexpected shape: KeyError: 'msgCode'"),
    ],
)
def test_a_manifest_that_says_nothing_is_refused(body: bytes, said: str) -> None:
    """With what it answered."""
    with pytest.raises(PageError) as refused:
        read("opencompass", Page("manifest_llm", "", body))
    assert str(refused.value) == said


def test_an_edition_that_a_manifest_lists_twice_is_asked_for_once() -> None:
    """In the order of the manifest."""
    rows: list[dict[str, Any]] = [{"fileName": f"assets/{name}.json"} for name in ("b", "a", "b")]
    assert list(opencompass.editions(orjson.dumps({"msgCode": "10000", "data": rows}), "llm")) == [
        "assets/b.json",
        "assets/a.json",
    ]


def test_a_score_outside_its_own_interval_is_refused() -> None:
    """Rating and its bounds are three columns of like numbers: where two changed places, the page says so itself."""
    Entry(name="a", score=2, score_low=2, score_high=None)
    Entry(name="a", score=None, score_low=3, score_high=1)
    for low, high in ((3.0, 4.0), (None, 1.0), (3.0, 1.0)):
        with pytest.raises(PageError, match="the score of 'a' is 2, outside its interval"):
            Entry(name="a", score=2, score_low=low, score_high=high)
