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

from scrapers import plain
from scrapers.base import Entry, Page, Pages, Request, Snapshot
from scrapers.declare import SOURCES, Source, load_source
from scrapers.errors import MissingColumn, PageError
from scrapers.sources import opencompass

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
    return plain.snapshots(declared(source), Pages(pages))


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
    assert (first.printed_rank, first.votes, first.organization, first.licence) == (
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


def test_opencompass_scores_that_are_missing_are_none_and_never_zero() -> None:
    """`-`, N/A, empty, null and an absent key are missing; 0 is 0; a tie stays one; a dimension is a board."""
    boards = by_board("opencompass", "llm.v2.25-10.20251105.json")
    scores = {board: [entry.score for entry in snapshot.entries] for board, snapshot in boards.items()}
    assert scores == {
        "opencompass_llm": [50, 50, 40, 30, None],
        "opencompass_llm_knowledge": [10, 10, None, 10, 10],
        "opencompass_llm_reasoning": [20.5, None, None, 10, 0],
        "opencompass_llm_math": [30, 30, 20, 10, 10],
        "opencompass_llm_code": [40, None, None, None, 10],
    }
    assert {(snapshot.edition, snapshot.published_on) for snapshot in boards.values()} == {("25-10", date(2025, 11, 5))}


def test_opencompass_openness_comes_from_models_from_the_row_or_from_the_flag() -> None:
    """API|OpenSource is open; a sign for nothing, or a model that is not described, says nothing."""
    seen = {
        file: [entry.openness for entry in next(iter(by_board("opencompass", file).values())).entries]
        for file in ("llm.v2.25-10.20251105.json", "academic.REALTIME.20260903.json", "official.json")
    }
    assert seen == {
        "llm.v2.25-10.20251105.json": ["closed", "open", "open", None, None],
        "academic.REALTIME.20260903.json": ["closed", "open", "open"],
        "official.json": ["closed", "open", None],
    }


def test_opencompass_lacks_the_boards_of_columns_that_an_edition_lacks() -> None:
    """The edition of 24-02 has an average and knowledge, and no board for the dimensions that came later.

    From April 2025 on all have five, and one that is missing was renamed: refused by its name.
    """
    assert list(by_board("opencompass", "llm.v2.24-02.20240301.json")) == [
        "opencompass_llm",
        "opencompass_llm_knowledge",
    ]


def test_opencompass_official_file_is_of_the_day_of_its_rows_and_spells_code_as_coding() -> None:
    """No edition in the file's name; two spellings of one day are one day."""
    boards = by_board("opencompass", "official.json")
    assert boards["opencompass_llm"].edition is None
    assert boards["opencompass_llm"].published_on == date(2026, 8, 24)
    assert [entry.score for entry in boards["opencompass_llm_code"].entries] == [10, 10, None]


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
        ("opencompass", "llm.v2.25-10.20251105.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "llm.v2.25-10.20251105.json", '"Reasoning"', '"Reason"', "Reasoning"),
        ("opencompass", "academic.REALTIME.20260903.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "official.json", '"Average"', '"Mean"', "Average"),
        ("opencompass", "llm.v2.25-10.20251105.json", '"Math"', '"Mathematics"', "Math"),
        ("opencompass", "official.json", '"Coding"', '"Programming"', "Code or Coding"),
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
        ("opencompass", "official.json", '"2026-08-24"', '"2026-08-25"', "the rows name 2 days of update"),
        ("opencompass", "official.json", '"2026-08-24"', '"-"', "the rows name 2 days of update"),
        ("opencompass", "academic.REALTIME.20260903.json", '"API|', '"Web|', "release is 'Web|OpenSource'"),
        ("opencompass", "llm.v2.25-10.20251105.json", '"OverallTable"', '"Overall"', "unexpected shape: KeyError: 'OverallTable'"),
        ("opencompass", "llm.v2.25-10.20251105.json", '"model"', '"name"', "unexpected shape: KeyError: 'model'"),
        ("opencompass", "llm.v2.25-10.20251105.json", '"org"', '"by"', "unexpected shape: KeyError: 'org'"),
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
    asked = list(plain.requests(declared("arena")))
    assert [(request.role, request.once) for request in asked] == [
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


def test_opencompass_asks_for_every_edition_that_its_manifests_list() -> None:
    """Two manifests by POST with their kind, each edition from the CDN under its role, the official file last."""
    asked = drive(lambda request: manifest(request.role) if request.role.startswith("manifest") else b"{}")
    assert [(request.method, request.role, request.address.rpartition("/")[2]) for request in asked] == [
        ("POST", "manifest_llm", "listRankTableAvailableMonths"),
        ("GET", "llm", "llm-data-v2.26-07.20260824.json"),
        ("GET", "llm", "llm-data-v2.25-10.20251105.json"),
        ("POST", "manifest_academic", "listRankTableAvailableMonths"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
        ("GET", "official", "data-llm-ability_official.json"),
    ]
    assert asked[1].address == "https://cdn.opencompass.org.cn/assets/llm-rank/llm-data-v2.26-07.20260824.json"
    bodies = [orjson.loads(request.body) for request in asked if request.body]
    assert bodies == [{"rankingType": 0, "benchmarkType": 1}, {"rankingType": 0, "benchmarkType": 0}]
    assert len({request.key for request in asked}) == len(asked)
    assert dict(asked[0].headers)["Content-Type"] == "application/json"


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


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_that_names_another_place_is_refused(name: str) -> None:
    """No edition of it is asked for, and the page is refused with the name."""
    good = "assets/llm-rank/llm-data-v2.26-07.20260824.json"
    body = orjson.dumps({"msgCode": "10000", "msg": "ok", "data": [{"fileName": good}, {"fileName": name}]})
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
    assert opencompass.editions(orjson.dumps({"msgCode": "10000", "data": rows}), "llm") == [
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
