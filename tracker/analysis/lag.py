"""How many days one group needs to reach the records of another, within one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from tracker.analysis.board_rows import Point, Row
from tracker.analysis.filter import UNKNOWN


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the leading group. `days` until it was reached, or so far where `reached_by` is None (censored).

    Days are negative where the trailing group was there first.
    """

    name: str
    released_on: date
    score: float
    days: int
    reached_by: str | None


@dataclass(frozen=True, slots=True)
class Lag:
    """The records of the leading group and the Kaplan-Meier median of the days until they were reached.

    `median` is None where so many are censored that half is never reached. Rows without a day of release (`undated`)
    or without a known group (`unknown`) are left out.
    """

    board: str
    day: date
    of: str
    behind: str
    days_from: str  # "board" or "registry": whose days of release
    median: int | None
    censored: int
    undated: int
    unknown: int
    records: Sequence[Record]


def lag(point: Point, by: str, of: str, behind: str) -> Lag:
    """How far `of` trails `behind` (values of a property): for each record of the leader, strictly best so far by day
    of release, the days until the first release of the trailing group with at least that score.

    Of several releases of one day the best counts. A record never reached is censored at the day of the snapshot.
    """
    led, trailing = dated(point, by, behind), dated(point, by, of)
    records: list[Record] = []
    for on, released in groupby(led, key=lambda pair: pair[0]):
        top = max((row for _, row in released), key=lambda row: point.ahead(row.score))
        if records and point.ahead(top.score) <= point.ahead(records[-1].score):
            continue
        reached = ((day, row.name) for day, row in trailing if point.ahead(row.score) >= point.ahead(top.score))
        until, by_whom = next(reached, (max(point.day, on), None))
        records.append(Record(top.name, on, top.score, (until - on).days, by_whom))
    return Lag(
        point.board, point.day, of, behind, "board" if point.days_printed else "registry",
        median=median([(record.days, record.reached_by is not None) for record in records]),
        censored=sum(record.reached_by is None for record in records),
        undated=sum(row.released_on is None and row.values[by] in (of, behind) for row in point.rows),
        unknown=sum(row.values[by] == UNKNOWN for row in point.rows),
        records=records,
    )  # fmt: skip


def dated(point: Point, by: str, value: str) -> list[tuple[date, Row]]:
    """The rows of a value that have a day of release, in the order of those days."""
    pairs = [(row.released_on, row) for row in point.rows if row.released_on and row.values[by] == value]
    return sorted(pairs, key=lambda pair: pair[0])


def median(observed: Sequence[tuple[int, bool]]) -> int | None:
    """The Kaplan-Meier median of (days, whether it ended then): the first day on which half or fewer go on.

    >>> median([(1, True), (2, True), (3, False), (4, True)]), median([(1, True), (5, False), (5, False)])
    (2, None)
    """
    surviving = Fraction(1)
    for day in sorted({days for days, ended in observed if ended}):
        at_risk = sum(days >= day for days, _ in observed)
        surviving *= 1 - Fraction(sum(days == day and ended for days, ended in observed), at_risk)
        if surviving <= Fraction(1, 2):
            return day
    return None
