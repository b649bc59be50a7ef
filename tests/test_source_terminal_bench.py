"""Terminal-Bench: pairs of agent and model."""

from __future__ import annotations

from tests.saved_pages import by_board


def test_terminal_bench_gives_the_organisation_of_the_model_and_none_to_multiple() -> None:
    """A half-width that is N/A is missing, the score beside it is not."""
    entries = by_board("terminal_bench", "leaderboard.html")["terminal_bench"].entries
    assert (entries[0].name, entries[0].score, entries[0].score_low) == ("Codex CLI + GPT-5.5", 82.0, 79.8)
    several = [entry for entry in entries if entry.name.endswith("+ Multiple")]
    assert [(entry.organization, entry.models) for entry in several] == [(None, ("-",))]
    assert [(entry.score, entry.score_low) for entry in entries if entry.score == 66.9] == [(66.9, None)]
