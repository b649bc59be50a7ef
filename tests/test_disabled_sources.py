"""Sources that are off, boards of several providers, keys."""

from __future__ import annotations

from scrapers.spec import SOURCES, load_sources
from storage import declarations
from tests.saved_pages import declared


def test_a_board_of_several_witnesses_has_one_that_says_what_it_measures() -> None:
    """The others name the same adjustment: another adjustment is another board, never a second provider."""
    sources = load_sources((SOURCES,))
    for name, (primary, board) in declarations.primary(sources).items():
        board_providers = [source for source in sources.values() if name in source.boards]
        assert board.metric, name
        if len(board_providers) > 1:
            assert set(board.trust) >= {source.name for source in board_providers} - {primary.name}, name
            assert {source.boards[name].adjustment for source in board_providers} == {board.adjustment}, name


def test_what_is_off_says_why_and_keys_come_from_the_environment() -> None:
    """The value of a key is in no declaration."""
    off = ["arc_prize", "artificial_analysis", "openrouter_rankings", "openrouter_weekly", "openrouter_empty"]
    assert all(not declared(name).enabled and declared(name).disabled_reason for name in [*off, "seal_swebench_pro"])
    assert {name: (declared(name).key, declared(name).key_header) for name in off if declared(name).key} == {
        "artificial_analysis": ("AA_API_KEY", "x-api-key"),
        "openrouter_rankings": ("OPENROUTER_API_KEY", "Authorization"),
    }
