"""How far the best of one group stands before the best of another, on one board and one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import hypot
from statistics import NormalDist

from tracker.analysis.board_rows import LEVEL, Point, Row
from tracker.analysis.filter import UNKNOWN

BRADLEY_TERRY = "Bradley-Terry rating"  # the metric of boards on which a gap is a chance to win


@dataclass(frozen=True, slots=True)
class Gap:
    """Best of one minus best of the other, in the unit of the board, positive where the first is better.

    `half` is half of the interval of `level`, None where either prints none. `win` (with `win_low`, `win_high`) is
    the chance that the first wins a comparison, 0 to 1, on Bradley-Terry boards alone. `unknown_above` rows whose
    group is not known score at least as high as the worse of the two, and could be the best of either.
    """

    board: str
    day: date
    between: str
    other: str
    best: str
    best_other: str
    gap: float
    half: float | None
    level: float
    win: float | None
    win_low: float | None
    win_high: float | None
    unknown_above: int


def gap(point: Point, by: str, between: str, other: str, *, level: float = LEVEL) -> Gap | None:
    """The gap between two values of a property (`country`: US and CN); None where either has no row with a score."""
    first, second = best(point, by, between), best(point, by, other)
    if first is None or second is None:
        return None
    difference = point.ahead(first.score) - point.ahead(second.score)
    spreads = first.deviation(level), second.deviation(level)
    half = None
    if spreads[0] is not None and spreads[1] is not None:
        half = hypot(spreads[0], spreads[1]) * NormalDist().inv_cdf((1 + level) / 2)
    wins = point.metric == BRADLEY_TERRY
    worse = min(point.ahead(first.score), point.ahead(second.score))
    return Gap(
        point.board, point.day, between, other, first.name, second.name, difference, half, level,
        win=win(difference) if wins else None,
        win_low=win(difference - half) if wins and half is not None else None,
        win_high=win(difference + half) if wins and half is not None else None,
        unknown_above=sum(
            row.values[by] == UNKNOWN and point.ahead(row.score) >= worse for row in point.rows
        ),
    )  # fmt: skip


def best(point: Point, by: str, value: str) -> Row | None:
    """The best row of a value; of equal ones the first by row."""
    return next((row for row in point.rows if row.values[by] == value), None)


def win(difference: float) -> float:
    """The chance to win at that difference of Bradley-Terry ratings in Elo points: 1 / (1 + 10^(-d/400))."""
    return float(1 / (1 + 10 ** (-difference / 400)))
