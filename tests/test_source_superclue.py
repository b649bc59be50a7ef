"""SuperCLUE: the table of totals among tables of the same columns."""

from __future__ import annotations

import pytest

from scrapers.errors import PageError
from tests.saved_pages import SAVED, boards_of, by_board


def test_the_total_of_superclue_is_told_by_its_heading() -> None:
    """The table of open models has the same columns; without the heading nothing is taken for the total."""
    entries = by_board("superclue", "readme.2023-08.md")["superclue_total"].entries
    assert (entries[0].name, entries[0].score) == ("GPT-4 ↗", 81.03)
    assert all(
        entry.name != "人类" for entry in by_board("superclue", "readme.2023-06-02.md")["superclue_total"].entries
    )
    body = (SAVED / "superclue" / "readme.2023-08.md").read_bytes().replace("总排行榜".encode(), "榜".encode())
    with pytest.raises(PageError, match="no heading of a table of totals"):
        boards_of("superclue", body, "readme")
