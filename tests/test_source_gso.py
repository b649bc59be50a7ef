"""GSO: one try counts, and efforts are told apart."""

from __future__ import annotations

from tests.saved_pages import SAVED, by_board


def test_gso_counts_one_try_and_tells_efforts_apart() -> None:
    """Opt@10 is another metric: 15.7 of ten tries is no score of the board."""
    entries = by_board("gso", "leaderboard.json")["gso"].entries
    assert b'"score": 15.7,' in (SAVED / "gso" / "leaderboard.json").read_bytes()
    assert 15.7 not in {entry.score for entry in entries}
    assert {"Claude Opus 4.6 (high)", "Claude Opus 4.6"} <= {entry.name for entry in entries}
