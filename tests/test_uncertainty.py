"""Published uncertainty: counts that can be worked out by hand, and what must hold whatever the intervals."""

from __future__ import annotations

from math import erf, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scored_rows import board, row
from tracker.analysis.filter import parse
from tracker.analysis.uncertainty import reach, uncertainty

CN = parse("country=CN")


def test_two_rows_one_place() -> None:
    """A CN row one point behind: it wins as often as a normal of the difference is above zero."""
    result = uncertainty(board(row("a", 1, 1.96), row("b", 0, 1.96, "CN")), CN, 1)
    assert result
    chance = 0.5 * (1 - erf(1 / sqrt(2) / sqrt(2)))  # both deviations are 1, the difference has sqrt(2)
    assert result.counts[1] == pytest.approx(chance, abs=0.015)
    assert (result.certain, result.possible, result.draws) == (0, 1, 10_000)


def test_lower_is_better() -> None:
    """The smaller score holds the place."""
    result = uncertainty(board(row("a", 1, 0.1), row("b", 5, 0.1, "CN"), direction="lower"), CN, 1)
    assert result
    assert result.counts == {0: 1.0}
    assert (result.certain, result.possible) == (0, 0)


def test_the_same_seed_draws_the_same() -> None:
    """And another seed another sample."""
    rows = [row(str(n), n, 5, "CN" if n % 2 else "US") for n in range(12)]
    same = [uncertainty(board(*rows), CN, 5, seed=seed) for seed in (1, 1, 2)]
    assert same[0] == same[1] != same[2]


def test_unknown_rows_widen_the_count() -> None:
    """A row of unknown country is in `counts_high` alone."""
    result = uncertainty(board(row("a", 9, 0.1, "CN"), row("x", 8, 0.1, "unknown"), row("b", 1, 0.1)), CN, 2)
    assert result
    assert (result.counts, result.counts_high) == ({1: 1.0}, {2: 1.0})
    assert (result.certain, result.possible, result.possible_high) == (1, 1, 2)


def test_no_intervals_no_answer() -> None:
    """Nothing is made up where nothing is published."""
    assert uncertainty(board(row("a", 1, None), row("b", 0, None, "CN")), CN, 1) is None


def test_equal_scores_without_interval_share_the_place() -> None:
    """Two of three rows tie exactly on the one place, so each holds it in half of the draws."""
    result = uncertainty(board(row("a", 5, None), row("b", 5, None, "CN"), row("c", 1, 0.5)), CN, 1)
    assert result
    assert result.counts[1] == pytest.approx(0.5, abs=0.02)
    assert result.without == 2


def test_certain_and_possible_places_by_hand() -> None:
    """Top 2: `a` is clear of all; `b`, `c` and `d` overlap and one of them has the other place."""
    result = board(row("a", 10, 1), row("b", 7, 1), row("c", 6, 1), row("d", 5.5, 1), row("e", 1, 1))
    assert reach(result, 2) == ([True, False, False, False, False], [True, True, True, True, False])


rows_with_intervals = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from([None, 0.0, 0.5, 2.0]), st.sampled_from(["CN", "US", "unknown"])),
    min_size=1,
    max_size=8,
)


@given(rows_with_intervals, st.integers(1, 9), st.sampled_from(["higher", "lower"]))
def test_draws_are_whole_and_certain_is_at_most_possible(
    cells: list[tuple[int, float | None, str]], top: int, direction: str
) -> None:
    """Shares of draws sum to 1; a row that is certain is possible; certain rows are at most N."""
    result = board(*(row(str(n), *cell) for n, cell in enumerate(cells)), direction=direction)
    certain, possible = reach(result, top)
    assert sum(certain) <= top
    assert all(may for sure, may in zip(certain, possible, strict=True) if sure)
    assert sum(possible) >= min(top, len(cells))
    known = uncertainty(result, CN, top, draws=50)
    if known:
        assert sum(known.counts.values()) == pytest.approx(1)
        assert sum(known.counts_high.values()) == pytest.approx(1)
        assert max(known.counts) <= max(known.counts_high) <= min(top, len(cells))
