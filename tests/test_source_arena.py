"""The Arena's dataset: Parquet, rows of many days and categories."""

from __future__ import annotations

import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrapers import table_parser
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Page
from tests import grown_pages
from tests.saved_pages import SAVED, by_board, csv_rows, declared, page, parquet, read, replaced


def test_arena_gives_a_snapshot_for_each_published_day_of_the_overall_category() -> None:
    """The history holds many days and categories; each day of `overall` is a snapshot, rows in their order."""
    result = read("arena", page(SAVED / "arena" / "text_full.csv"))
    assert [
        (snapshot.board, snapshot.published_on, [entry.name for entry in snapshot.entries]) for snapshot in result
    ] == [
        ("arena_text_raw", date(2026, 6, 25), ["intellect-3", "vicuna-7b"]),
        ("arena_text_raw", date(2026, 8, 19), ["claude-opus-5-high", "qwen3.8-max", "intellect-3", "vicuna-7b"]),
    ]
    first = result[1].entries[0]
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
    assert result[1].entries[2].organization is None  # published blank


def test_arena_keeps_a_row_that_is_printed_twice() -> None:
    """webdev of 2026-08-19 prints one model in two rows; the snapshot does, too."""
    names = [entry.name for entry in by_board("arena", "webdev.csv")["arena_webdev"].entries]
    assert names.count("gpt-5.3-codex (codex-harness)") == 2


@pytest.mark.parametrize("column", ["model_name", "rating", "category", "leaderboard_publish_date"])
def test_a_column_that_arena_dropped_is_refused_by_name(column: str) -> None:
    """Those that no row can be read without."""
    rows = pq.read_table(pa.BufferReader(parquet(csv_rows(SAVED / "arena" / "webdev.csv"))))
    sink = io.BytesIO()
    pq.write_table(rows.drop_columns([column]), sink)
    with pytest.raises(MissingColumn, match=f"no column '{column}'"):
        read("arena", Page("webdev", "", sink.getvalue()))


def test_a_category_that_has_no_rows_is_refused() -> None:
    """A page whose rows are all of other categories is not an empty board."""
    with pytest.raises(PageError, match="no rows of arena_webdev"):
        read("arena", replaced(page(SAVED / "arena" / "webdev.csv"), "overall", "0verall"))


def test_a_source_without_python_asks_for_its_declared_pages() -> None:
    """Role, address and flags as the TOML has them."""
    asked = list(table_parser.requests(declared("arena")))
    assert [(request.role, request.fetch_once) for request in asked] == [
        ("text_style_control", False), ("text", False), ("vision_style_control", False), ("vision", False),
        ("webdev", False), ("text_style_control_full", True), ("text_full", True),
        ("vision_style_control_full", True), ("vision_full", True), ("webdev_full", True),
    ]  # fmt: skip
    assert {request.method for request in asked} == {"GET"}


@pytest.mark.parametrize("role", ["text", "text_style_control", "vision", "vision_style_control", "webdev"])
def test_the_history_has_the_days_of_the_latest_pages(role: str) -> None:
    """Each day that a `latest` page published is in `full`, row by row: the same snapshot, by the same identity."""
    pages, folder = grown_pages.arena(), f"{grown_pages.ARENA}/{role}"
    latest = {
        snapshot.id()
        for body in pages[f"{folder}/latest-00000-of-00001.parquet"]
        for snapshot in read("arena", Page(role, "", body.content))
    }
    whole = pages[f"{folder}/full-00000-of-00001.parquet"][-1].content
    history = [snapshot.id() for snapshot in read("arena", Page(f"{role}_full", "", whole))]
    assert len(history) == 2
    assert latest == set(history)
