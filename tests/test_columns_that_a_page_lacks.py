"""Columns that a board can do without: read as missing, and named where the page had them before."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrapers.model import Entry, Snapshot
from storage import validate
from tests.place import Place, put
from tests.saved_pages import SAVED, boards_of, csv_rows, declared, parquet


@pytest.mark.parametrize(
    ("name", "file", "column", "field"),
    [
        ("arena_catalog", "text.json", "rating_q025", "score_low"),
        ("arena_csv", "text.2024-06.csv", "organization", "organization"),
        ("arena_csv", "text.2024-06.csv", "votes", "votes"),
        ("arena_csv", "text.2024-06.csv", "95_pct_ci", "score_low"),
        ("arena_mirror", "vision.json", "vendor", "organization"),
        ("artificial_analysis", "models.json", "model_creator", "organization"),
        ("bfcl", "overall.csv", "License", "licence"),
        ("bfcl", "overall.csv", "Rank", "published_rank"),
        ("epoch_eci", "eci.csv", "Country (of organization)", "country"),
        ("epoch_eci", "eci.csv", "Model accessibility", "openness"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"org"', "organization"),
        ("opencompass_vlm", "openvlm.json", '"Org"', "organization"),
        ("openrouter_weekly", "week.json", '"rank"', "published_rank"),
        ("seal_swebench_pro", "leaderboard.html", "company", "organization"),
        ("superclue", "readme.2023-06-02.md", "机构", "organization"),
        ("tau2", "submission.json", "model_organization", "organization"),
        ("terminal_bench", "leaderboard.html", "Model Org", "organization"),
    ],
)
def test_a_page_without_it_is_read(name: str, file: str, column: str, field: str) -> None:
    """Name and score of each row are what they were; the field is missing in all of them."""
    body, role = (SAVED / name / file).read_bytes(), file.partition(".")[0]
    gone = body.replace(column.encode(), column.replace(column.strip('"'), "Something else").encode())
    assert gone != body
    for board, snapshot in boards_of(name, body, role).items():
        without = boards_of(name, gone, role)[board]
        assert [(e.name, e.score) for e in without.entries] == [(e.name, e.score) for e in snapshot.entries]
        assert any(getattr(entry, field) is not None for entry in snapshot.entries)
        assert {getattr(entry, field) for entry in without.entries} == {None}


@pytest.mark.parametrize("column", ["rating_lower", "rating_upper", "rank", "vote_count", "organization", "license"])
def test_a_page_of_arena_without_it_is_read(column: str) -> None:
    """Parquet."""
    body, sink = parquet(csv_rows(SAVED / "arena" / "webdev.csv")), io.BytesIO()
    pq.write_table(pq.read_table(pa.BufferReader(body)).drop_columns([column]), sink)
    (whole,), (without,) = (boards_of("arena", page, "webdev").values() for page in (body, sink.getvalue()))
    assert [(e.name, e.score) for e in without.entries] == [(e.name, e.score) for e in whole.entries]


def snapshot(organization: str | None) -> Snapshot:
    """A board of SuperCLUE with ten rows."""
    entries = [Entry(name=f"model {number}", score=90.0 - number, organization=organization) for number in range(10)]
    return Snapshot("superclue_total", "2023-06", None, tuple(entries))


def test_a_column_that_the_board_has_had_since_a_day_is_expected_from_then_on() -> None:
    """SuperCLUE names organisations since June 2023: without a neighbour, too, the page that lacks them is named."""
    source = declared("superclue")
    since = source.boards["superclue_total"].expectations.filled["organization"]
    assert since == date(2023, 6, 1)
    assert validate.fault_of(source, snapshot(None), since - timedelta(days=1)) is None
    assert validate.fault_of(source, snapshot("百度"), since) is None
    assert validate.fault_of(source, snapshot(None), since) == (
        "no row has a value in the column organization, as it had since 2023-06-01"
    )


BREAK = """
breaks = [{ day = 2026-03-02, reason = "they are not named any more", link = "https://example.org" }]
"""


def place_with_organisations(folder: Path, more: str = "", expectations: str = "") -> Place:
    """A place with a board whose page has a column of organisations."""
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "small.toml").write_text(
        f"""
title = "Small"
publisher = "A test"
homepage = "https://example.org/"
licence = "CC0-1.0"
redistribute = "pages"
licence_page = "https://example.org/licence"
pages = [{{ role = "plain", format = "csv", address = "https://example.org/plain.csv" }}]
[boards.small_plain]
page = "plain"
metric = "points"
columns = {{ name = "model", score = "points", organization = "org" }}
{more}
[boards.small_plain.expectations]
score = [0, 100]
{expectations}
"""
    )
    return Place(folder, more='source_folders = ["sources"]')


def body(*organisations: str | None) -> bytes:
    """A page with a row for each; None for a page without the column."""
    if None in organisations:
        return "\n".join(["model,points", *(f"m{n},{90 - n}" for n, _ in enumerate(organisations)), ""]).encode()
    return "\n".join(["model,points,org", *(f"m{n},{90 - n},{o}" for n, o in enumerate(organisations)), ""]).encode()


def test_a_column_that_vanishes_is_named(tmp_path: Path) -> None:
    """The page before had three values: this one is kept, and not believed until somebody says so."""
    place = place_with_organisations(tmp_path)
    assert put(place, body("a", "b", "c"), "2026-03-01")["state"] == "accepted"
    outcome = put(place, body(None, None, None), "2026-03-02")
    assert (outcome["state"], outcome["reason"]) == (
        "quarantined", "small_plain: the column organization had 3 values on 2026-03-01, now none",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expectations", "pages"),
    [
        ("", "", [body(None, None, None)]),
        ("", "", [body(None, None, None), body("a", "b", "c")]),
        ("", "", [body("a", "", ""), body("", "", "")]),
        (BREAK, "", [body("a", "b", "c"), body(None, None, None)]),
        ("", 'may_vanish = ["organization"]', [body("a", "b", "c"), body(None, None, None)]),
    ],
    ids=["never had it", "has it later", "few had it", "a declared break", "comes and goes"],
)
def test_a_page_that_has_reason_to_lack_it_is_accepted(
    tmp_path: Path, more: str, expectations: str, pages: list[bytes]
) -> None:
    """It is drift where the page before had it, and nowhere else."""
    place = place_with_organisations(tmp_path, more, expectations)
    for number, content in enumerate(pages, 1):
        assert put(place, content, f"2026-03-0{number}")["state"] == "accepted"
