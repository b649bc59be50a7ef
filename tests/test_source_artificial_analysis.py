"""Artificial Analysis: a cut page is not believed."""

from __future__ import annotations

from datetime import date

from tests.saved_pages import by_board, doubted


def test_a_cut_page_of_artificial_analysis_is_quarantined() -> None:
    """Recordings of April 2026 hold 56 models of five creators, where nine days later there are 513 of all."""
    snapshot = by_board("artificial_analysis", "models.json")["aa_intelligence"]
    assert doubted("artificial_analysis", snapshot, date(2026, 4, 28)) == "4 rows, at least 150 are expected"
