"""Gaps of scores and lags of days, on boards worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from storage import database, publish
from tests.scored_rows import board, row
from tests.tiny import Row, tiny_database
from tracker.analysis.gap import BRADLEY_TERRY, gap, win
from tracker.analysis.lag import lag, median
from tracker.cli import cli

ARENA = board(row("a", 1500, 3, "US"), row("b", 1460, 4, "CN"), row("c", 1400, 1, "US"), metric=BRADLEY_TERRY)


def test_a_gap_by_hand() -> None:
    """40 points; halves of 3 and 4 make 5; 40 points win 55.7 % of comparisons."""
    result = gap(ARENA, "country", "US", "CN")
    assert result
    assert (result.best, result.best_other, result.gap) == ("a", "b", 40)
    assert result.half == pytest.approx(5)
    assert result.win == pytest.approx(1 / (1 + 10**-0.1))
    assert (result.win_low, result.win_high) == (pytest.approx(win(35)), pytest.approx(win(45)))


def test_a_gap_without_intervals_or_arena() -> None:
    """No interval is made up; a chance to win is of Bradley-Terry boards alone; lower is better."""
    result = gap(board(row("a", 2, None), row("b", 5, 1, "CN"), direction="lower"), "country", "US", "CN")
    assert result
    assert (result.gap, result.half, result.win) == (3, None, None)
    assert gap(ARENA, "country", "US", "FR") is None


def test_unknown_rows_may_be_the_best_of_either() -> None:
    """Of two rows of unknown country one scores above the worse best."""
    result = gap(board(row("a", 9, 1), row("x", 7, 1, "unknown"), row("b", 5, 1, "CN"), row("y", 1, 1, "unknown")),
                "country", "US", "CN")  # fmt: skip
    assert result
    assert result.unknown_above == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0.5, 2.0]), st.sampled_from(["CN", "US"])), min_size=1))
def test_a_gap_turned_round_is_its_negative(cells: list[tuple[int, float, str]]) -> None:
    """A over B is minus B over A, with the same interval, and the chances to win sum to 1."""
    result = board(*(row(str(n), *cell) for n, cell in enumerate(cells)), metric=BRADLEY_TERRY)
    item, other = gap(result, "country", "US", "CN"), gap(result, "country", "CN", "US")
    assert (item is None) == (other is None)
    if item and other and item.win is not None and other.win is not None:
        assert (item.gap, item.half) == (-other.gap, other.half)
        assert item.win + other.win == pytest.approx(1)


def day(number: int) -> date:
    """A day of December 2025."""
    return date(2025, 12, number)


def test_a_lag_by_hand() -> None:
    """Records of US on days 1, 5 and 9; CN reaches the first on day 4, was before the second on 4, never the third."""
    result = lag(
        board(
            row("us1", 10, None, "US", day(1)),
            row("us worse", 9, None, "US", day(2)),
            row("us same", 10, None, "US", day(3)),  # not strictly better: no record
            row("us2", 20, None, "US", day(5)),
            row("us2 small", 15, None, "US", day(5)),  # the best of a day counts
            row("us3", 40, None, "US", day(9)),
            row("cn1", 25, None, "CN", day(4)),
            row("cn2", 30, None, "CN", day(7)),
            row("no day", 99, None, "CN"),
            row("nobody", 99, None, "unknown", day(1)),
        ),
        "country",
        "CN",
        "US",
    )
    assert [(r.name, r.days, r.reached_by) for r in result.records] == [
        ("us1", 3, "cn1"),
        ("us2", -1, "cn1"),
        ("us3", 24, None),  # until the day of the snapshot, 2026-01-02
    ]
    assert (result.censored, result.undated, result.unknown, result.median) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([(1, True), (2, True), (3, True)], 2),
        ([(1, True), (2, True), (3, True), (4, True)], 2),
        ([(5, False), (5, False), (1, True)], None),  # a third ended: half is never reached
        ([(1, False), (2, False), (3, True)], 3),  # those that were let go before are not at risk
        ([(2, True), (2, False), (9, True)], 9),  # censored on the day of an end is still at risk then
        ([], None),
    ],
)
def test_kaplan_meier_medians(observed: list[tuple[int, bool]], expected: int | None) -> None:
    """Worked out on paper."""
    assert median(observed) == expected


@given(st.lists(st.integers(-50, 500), min_size=1))
def test_without_censoring_it_is_the_lower_median(days: list[int]) -> None:
    """Nothing censored: the middle, of two the lower."""
    assert median([(item, True) for item in days]) == sorted(days)[(len(days) - 1) // 2]


@pytest.mark.parametrize("command", ["gap tiny --between US --and CN", "lag tiny --of CN --behind US"])
def test_boards_whose_scores_do_not_compare_are_refused_by_name(tmp_path: Path, command: str) -> None:
    """Scores are refused with exit code 2; the share of the same board is given."""
    tiny_database(tmp_path, {"tiny": ("higher", [Row("a", 2, country="US"), Row("b", 1, country="CN")])})
    file = tmp_path / "warehouse.duckdb"
    with database.opened(file) as connection:
        connection.execute("UPDATE boards SET editions_comparable = false")
        connection.execute("CHECKPOINT")
    publish.swap(tmp_path)
    words = [*command.split(), "--data", str(tmp_path)]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 2
    assert "tiny: its scores are not comparable across editions" in refused.output
    assert CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path)]).exit_code == 0
