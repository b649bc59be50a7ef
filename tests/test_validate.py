"""When a snapshot is believed: row range by day, score range, landmarks, loss of rows against the neighbour."""

from __future__ import annotations

from datetime import date

import pytest

from scrapers.spec import Board, Break, Expectations, Rows
from storage.validate import SnapshotStats, drop, fault

DAY = date(2026, 3, 10)


def seen(
    rows: int = 50, *, day: date = DAY, names: str = "", low: float | None = 1, high: float | None = 99
) -> SnapshotStats:
    """A snapshot as the judgement sees it; `names` by their letters."""
    return SnapshotStats(day, rows, set(names), low, high)


@pytest.mark.parametrize(
    ("day", "rows", "message"),
    [
        (date(2023, 11, 1), 8, "8 rows, at least 9 are expected"),
        (date(2023, 11, 1), 9, None),
        (date(2023, 11, 1), 60, None),
        (date(2023, 11, 1), 61, "61 rows, at most 60 are expected"),
        (date(2024, 3, 31), 9, None),
        (date(2024, 4, 1), 24, "24 rows, at least 25 are expected"),
        (date(2024, 4, 1), 400, None),
        (date(2030, 1, 1), 44, "44 rows, at least 45 are expected"),
        (date(2030, 1, 1), 401, "401 rows, at most 400 are expected"),
    ],
)
def test_the_row_range_in_force_on_the_day_decides(day: date, rows: int, message: str | None) -> None:
    """Ranges hold from their day on, bounds included, whatever order they are declared in."""
    expect = Expectations(
        rows=(
            Rows(since=date(2025, 11, 18), min=45, max=400),
            Rows(min=9, max=60),
            Rows(since=date(2024, 4, 1), min=25, max=400),
        )
    )
    assert fault(expect, seen(rows, day=day)) == message


def test_before_the_first_range_one_row_is_enough() -> None:
    """A day that no declared range covers falls back on 'at least one row'."""
    expect = Expectations(rows=(Rows(since=date(2025, 1, 1), min=20),))
    assert fault(expect, seen(1, day=date(2024, 1, 1))) is None
    assert fault(expect, seen(0, day=date(2024, 1, 1))) == "0 rows, at least 1 are expected"


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        (0, 100, None),
        (-0.1, 50, "scores from -0.1 to 50, expected from 0 to 100"),
        (0.5, 1504, "scores from 0.5 to 1504, expected from 0 to 100"),
        (None, None, "no row has a score"),
    ],
)
def test_scores_outside_the_range_are_named(low: float | None, high: float | None, message: str | None) -> None:
    """Bounds included; a snapshot without one score is no ranking."""
    assert fault(Expectations(score=(0, 100)), seen(low=low, high=high)) == message


@pytest.mark.parametrize(
    ("unit", "score", "low", "high", "message"),
    [
        ("%", (0, 60), 0.006, 0.299, "scores from 0.006 to 0.299: fractions of 1, where the unit is %"),
        ("points of 100", (0, 100), 0, 1, "scores from 0 to 1: fractions of 1, where the unit is points of 100"),
        ("%", (0, 100), 0, 0, "scores from 0 to 0: fractions of 1, where the unit is %"),
        ("%", (0, 100), 0, 1.1, None),
        ("%", (0, 100), 0.6, 29.9, None),
        ("%", (0, 1), 0, 0.9, None),
        ("share, 0 to 1", (0, 1), 0, 0.98, None),
        ("points", (0, 100), 0.1, 0.9, None),
        ("", (0, 100), 0.1, 0.9, None),
    ],
)
def test_a_percentage_that_turns_into_fractions_is_not_believed(
    unit: str, score: tuple[float, float], low: float, high: float, message: str | None
) -> None:
    """No row above 1, where 100 is the most: unless the board's declared range ends at 1, or its unit is another."""
    assert fault(Expectations(score=score), seen(low=low, high=high), unit) == message


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("abcd", None),
        ("ab", None),
        ("axyz", "3 of 4 landmark names are missing: b, c, d"),
        ("", "4 of 4 landmark names are missing: a, b, c, d"),
    ],
)
def test_half_of_the_landmarks_must_be_there(names: str, message: str | None) -> None:
    """Exactly half is enough, one fewer is not; the sentence names those that are missing."""
    assert fault(Expectations(landmarks=("a", "b", "c", "d")), seen(names=names)) == message


def test_a_landmark_that_stands_alone_must_be_there() -> None:
    """Half of one is one."""
    assert fault(Expectations(landmarks=("a",)), seen(names="b")) == "1 of 1 landmark names are missing: a"


def test_landmarks_hold_from_their_day_on() -> None:
    """Before it they were not yet on the board."""
    expect = Expectations(landmarks=("a",), landmarks_since=DAY)
    assert fault(expect, seen(day=date(2026, 3, 9))) is None
    assert fault(expect, seen(day=DAY)) is not None


def board(*breaks: date, max_drop: float = 0.25) -> Board:
    """A board with these breaks."""
    declared = tuple(Break(day=day, reason="reset", link="https://example.org") for day in breaks)
    return Board(page=("page",), expectations=Expectations(max_drop=max_drop), breaks=declared)


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (380, 71, "71 rows after 380 on 2026-03-01: a larger loss than 25%"),
        (100, 74, "74 rows after 100 on 2026-03-01: a larger loss than 25%"),
        (100, 75, None),
        (100, 100, None),
        (75, 100, None),
    ],
)
def test_a_loss_of_rows_is_judged_against_the_neighbour(before: int, now: int, message: str | None) -> None:
    """Up to the declared part is believed, growth always."""
    assert drop(board(), seen(before, day=date(2026, 3, 1)), seen(now)) == message


def test_the_believable_loss_is_declared_by_the_board() -> None:
    """A board whose editions come and go in large steps says so."""
    assert drop(board(max_drop=0.7), seen(27), seen(9)) is None
    assert drop(board(max_drop=0.7), seen(27), seen(8)) is not None


@pytest.mark.parametrize(
    ("day_of_break", "judged"),
    [
        (date(2026, 2, 28), True),
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), False),
        (date(2026, 3, 10), False),
        (date(2026, 3, 11), True),
    ],
)
def test_a_loss_across_a_break_is_not_judged(day_of_break: date, judged: bool) -> None:
    """From the day of a break on, the board before it is no measure; a break elsewhere changes nothing."""
    message = drop(board(day_of_break), seen(171, day=date(2026, 3, 1)), seen(62, day=date(2026, 3, 10)))
    assert (message is not None) == judged


def counted(rows: int, scored: int, different: int, day: date = DAY) -> SnapshotStats:
    """A snapshot of which rows with a score and different names were counted, too."""
    return SnapshotStats(day, rows, set(), 1, 99, None, scored, different)


@pytest.mark.parametrize(
    ("scored", "different", "message"),
    [
        (25, 50, None),
        (24, 50, "only 24 of 50 rows have a score"),
        (50, 38, None),
        (50, 37, "only 37 different names in 50 rows"),
    ],
)
def test_a_page_whose_rows_lost_their_scores_or_repeat_is_not_believed(
    scored: int, different: int, message: str | None
) -> None:
    """Some boards leave scores out and print a name twice; none does so for most of its rows."""
    assert fault(Expectations(), counted(50, scored, different)) == message


def test_a_loss_of_scores_is_judged_like_a_loss_of_rows() -> None:
    """Rows without a score have no place: without the best ones, another model is first."""
    before = counted(100, 100, 100, date(2026, 3, 1))
    assert drop(board(), before, counted(100, 75, 100)) is None
    assert drop(board(), before, counted(100, 74, 100)) == (
        "74 rows with a score after 100 on 2026-03-01: a larger loss than 25%"
    )
