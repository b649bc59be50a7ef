"""ARC Prize: people and hidden evaluations are no rows."""

from __future__ import annotations

from collections import Counter

from tests.saved_pages import by_board


def test_people_and_hidden_evaluations_are_no_rows_of_arc_prize() -> None:
    """A row that is published twice stays twice."""
    names = Counter(entry.name for entry in by_board("arc_prize", "leaderboard.json")["arc_agi_2"].entries)
    assert "Human Panel" not in names
    assert names["GPT-5 (Low)"] == 2
    assert sum(names.values()) == 6
