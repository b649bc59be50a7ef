"""What published intervals say of a count in the top N: resampled, and as certain and possible places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.analysis.board_rows import LEVEL, Point
from tracker.analysis.filter import Where

DRAWS = 10_000
AT_ONCE = 1_000_000  # numbers held in memory at a time
CAVEAT = "sensitivity to published uncertainty, independence assumed; not a probability"


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The count of one value in the top N by entry, under redrawn scores.

    `counts`: count -> share of the draws (0 to 1), the unknown left out; `counts_high`: every unknown counted in.
    `certain` rows are in the top N wherever all scores lie within their intervals, `possible` ones may be (the
    unknown among them counted in `possible_high`). `without` rows print no interval and stay at their score.
    """

    board: str
    day: date
    top: int
    draws: int
    seed: int
    level: float
    counts: dict[int, float]
    counts_high: dict[int, float]
    certain: int
    possible: int
    possible_high: int
    without: int


def uncertainty(
    point: Point, where: Where, top: int, *, draws: int = DRAWS, seed: int = 0, level: float = LEVEL
) -> Uncertainty | None:
    """Redraws every score from a normal around it, as wide as its interval of that level; None without intervals.

    By entry and score. Rows whose redrawn scores are equal stand in the order of a further draw.
    """
    import numpy as np

    deviations = [row.deviation(level) for row in point.rows]
    if not any(deviations):
        return None
    scores = np.array([point.ahead(row.score) for row in point.rows])
    # A row without an interval moves by so little that only exact ties fall either way.
    least = 1e-9 * max(float(np.ptp(scores)), 1.0)
    spread = np.array([max(deviation or 0.0, least) for deviation in deviations])
    among = np.array([
        [where.holds(row.values) for row in point.rows],
        [where.holds(row.values, unknown=True) for row in point.rows],
    ])  # fmt: skip
    places = min(top, len(scores))
    generator = np.random.default_rng(seed)
    tallies = np.zeros((2, places + 1), dtype=np.int64)
    batch = max(1, AT_ONCE // len(scores))
    for start in range(0, draws, batch):
        drawn = generator.normal(scores, spread, (min(batch, draws - start), len(scores)))
        best = np.argpartition(drawn, len(scores) - places, axis=1)[:, len(scores) - places :]
        for which, has in enumerate(among):
            tallies[which] += np.bincount(has[best].sum(axis=1), minlength=places + 1)
    counts, counts_high = (
        {count: float(times / draws) for count, times in enumerate(tally) if times} for tally in tallies
    )
    certain, possible = reach(point, top)
    return Uncertainty(
        point.board, point.day, places, draws, seed, level, counts, counts_high,
        certain=_number(where, point, certain),
        possible=_number(where, point, possible),
        possible_high=_number(where, point, possible, unknown=True),
        without=sum(deviation is None for deviation in deviations),
    )  # fmt: skip


def reach(point: Point, top: int) -> tuple[list[bool], list[bool]]:
    """For each row: is it among the top N wherever every score lies in its interval, and may it be.

    Certain: fewer than N other rows reach its worst score. Possible: fewer than N rows are surely above its best.
    """
    from bisect import bisect_left, bisect_right

    worst, best = [], []
    for row in point.rows:
        low = row.score if row.low is None else row.low
        high = row.score if row.high is None else row.high
        ends = sorted((point.ahead(low), point.ahead(high)))
        worst.append(ends[0])
        best.append(ends[1])
    by_worst, by_best = sorted(worst), sorted(best)
    certain = [len(best) - bisect_left(by_best, end) - 1 < top for end in worst]
    possible = [len(worst) - bisect_right(by_worst, end) < top for end in best]
    return certain, possible


def _number(where: Where, point: Point, marked: Sequence[bool], unknown: bool = False) -> int:
    return sum(counted and where.holds(row.values, unknown) for counted, row in zip(marked, point.rows, strict=True))
