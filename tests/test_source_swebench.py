"""SWE-bench: rows are agents, which run one model, several, or nobody knows which."""

from __future__ import annotations

import pytest

from registry.load import load_registry
from registry.resolve import PublishedName, Resolved, resolve
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Snapshot
from tests.saved_pages import SAVED, boards_of, by_board


def resolved(snapshot: Snapshot) -> dict[str, Resolved]:
    """Each row of an agent by the shipped registry."""
    registry = load_registry()
    return {entry.name: resolve(PublishedName(entry.name, entry.models), registry) for entry in snapshot.entries}


def test_rows_of_several_models_are_mixed_where_they_differ_and_rows_of_none_are_unknown() -> None:
    """Two models of ByteDance agree; Claude and GPT differ in the maker alone; an agent's maker is nobody's model."""
    rows = resolved(by_board("swebench", "leaderboards.json")["swebench_verified"])
    message = {name: (row.developer, row.country) for name, row in rows.items()}
    assert message["TRAE + Doubao-Seed-Code"] == ("bytedance", "CN")
    assert message["Atlassian Rovo Dev (2025-09-02)"] == ("mixed", "US")
    assert message["Nemotron-CORTEXA"] == ("mixed", "mixed")
    assert message["OpenHands + Claude 4 Sonnet"] == ("anthropic", "US")
    assert message["Amazon Q Developer Agent (v20250405-dev)"] == (None, None)


def test_the_maker_of_an_agent_and_its_flags_are_not_passed_on() -> None:
    """`Org:` is not the model's; os_model was true for gemini-2.5-pro, and false for Qwen3-Coder-480B, for months."""
    for snapshot in by_board("swebench", "leaderboards.json").values():
        assert {(entry.organization, entry.openness) for entry in snapshot.entries} == {(None, None)}


@pytest.mark.parametrize(
    ("body", "role", "message"),
    [
        (b"<html><body>nothing</body></html>", "index", "the page holds no leaderboard"),
        (b'{"leaderboards": [{"name": "Lite", "results": []}]}', "leaderboards", "no column 'Verified'"),
        (b'{"leaderboards": [{"name": "Verified", "results": [{"name": "a"}]}]}', "leaderboards", "no column 'resolved'"),
    ],
)  # fmt: skip
def test_a_swe_bench_page_without_its_board_is_refused(body: bytes, role: str, message: str) -> None:
    """Each by what it lacks."""
    with pytest.raises(PageError, match=message):
        boards_of("swebench", body, role)


def test_a_swe_bench_table_without_its_column_is_refused() -> None:
    """The tables of the front page of June 2025."""
    body = (SAVED / "swebench" / "index.2025-06-04.html").read_bytes().replace(b"% Resolved", b"Score")
    with pytest.raises(MissingColumn, match="no column '% Resolved'"):
        boards_of("swebench", body, "index")
