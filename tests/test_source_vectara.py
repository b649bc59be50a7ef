"""Vectara: columns by name, and the page's own day."""

from __future__ import annotations

from datetime import date

import pytest

from tests.saved_pages import by_board


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
