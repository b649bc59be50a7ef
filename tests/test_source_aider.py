"""Aider: rows of one name, rows of several models."""

from __future__ import annotations

from tests.saved_pages import by_board


def test_aider_keeps_two_rows_of_one_name_and_rows_of_several_models() -> None:
    """A name published twice is two entries, and a pair of models is one, under the name as published."""
    entries = [(entry.name, entry.score) for entry in by_board("aider", "polyglot.yml")["aider_polyglot"].entries]
    assert sorted(score for name, score in entries if name == "Qwen2.5-Coder-32B-Instruct" and score) == [8.0, 16.4]
    assert ("DeepSeek R1 + claude-3-5-sonnet-20241022", 64.0) in entries
    assert ("o3 (high) + gpt-4.1", 78.2) in entries
    assert len(entries) == 6
