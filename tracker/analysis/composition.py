"""Which rows a board lists: is it full of a value anyway, and did the share move because the list did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from storage import database
from tracker.analysis.curve import EVERY
from tracker.analysis.filter import Figure, Where, figure
from tracker.analysis.shares import shares
from tracker.analysis.top_n import Cut, cuts
from tracker.definition import Definition, Question

if TYPE_CHECKING:
    import duckdb

MANY = 0.1  # of the rows before: dropped or added at once


@dataclass(frozen=True, slots=True)
class Representation:
    """The share of the top N over the share of the whole board. `low` and `high` hold for every value of unknowns.

    `ratio` is None where the whole board has none of the value for certain, all three where it cannot have any.
    """

    board: str
    day: date
    top: Figure
    whole: Figure
    ratio: float | None
    low: float | None
    high: float | None


def representation(
    connection: duckdb.DuckDBPyConnection,
    board: str,
    where: Where,
    top: int,
    *,
    as_of: date,
    today: date,
    base: Definition | None = None,
) -> Representation | None:
    """The ratio by entry, above 1 where the value is commoner in the top N than on the board as a whole.

    `base` gives the options beside property, unit and ties.
    """
    asked = replace(base or Definition(), by=where.by)
    results = shares(connection, [board], [top, EVERY], asked, as_of=as_of, today=today)
    first = figure([share for share in results if share.top == top], where)
    whole = figure([share for share in results if share.top == EVERY], where)
    if first is None or whole is None:
        return None
    cut = cuts(connection, [Question(board, top, asked, as_of, today)])[0]
    reached = _corners(_unknown(cut, where), first, whole)
    now = ratio(first.count, first.of, whole.count, whole.of)
    return Representation(
        board, results[0].day, first, whole, now, min(reached, default=None), max(reached, default=None)
    )


def _unknown(cut: Cut, where: Where) -> list[Fraction]:
    """How much of each row in the top N is in it, of those that may turn out to have the value."""
    named = [(row, [dict(zip(where.by.split(","), value, strict=True)) for value in row.values(where.by)])
             for row in cut.rows]  # fmt: skip
    return [cut.weight(row) for row, values in named
            if any(where.holds(value, unknown=True) and not where.holds(value) for value in values)]  # fmt: skip


def _corners(unknown: Sequence[Fraction], first: Figure, whole: Figure) -> list[float]:
    """The ratios where all or none of each kind of unknown rows have the value: its least and most are among them.

    An unknown row of the top N is unknown on the board too. One tied at the cut adds less than one to the top, and
    one to the board; one below the cut adds to the board alone.
    """
    ins, tied = sum(weight == 1 for weight in unknown), [weight for weight in unknown if weight != 1]
    below = whole.high - whole.count - len(unknown)
    shares_ = [
        ratio(first.count + i + float(sum(t)), first.of, whole.count + i + len(t) + b, whole.of)
        for i, t, b in product((0, ins), ([], tied), (0, below))
    ]
    return [each for each in shares_ if each is not None]


def ratio(count: float, of: float, whole: float, whole_of: float) -> float | None:
    """(count / of) / (whole / whole_of); None where the whole has none."""
    return (count / of) / (whole / whole_of) if whole else None


@dataclass(frozen=True, slots=True)
class Change:
    """What left and came between two neighbouring points; rows of unknown release are told apart by their names."""

    day_before: date
    day: date
    source_before: str
    source: str
    rows_before: int
    rows: int
    dropped: int
    added: int

    def is_break(self, many: float = MANY) -> bool:
        """Whether so many left or came at once that a share may move by that alone."""
        return max(self.dropped, self.added) >= many * self.rows_before


@dataclass(frozen=True, slots=True)
class Composition:
    """A share on two days, on the rows of each day (`before`, `after`) and on those that both days have.

    `common` counts rows that both have, which are not always as many on either day (a name may stand twice).
    """

    board: str
    day_before: date
    day: date
    before: Figure
    after: Figure
    common_before: Figure | None
    common_after: Figure | None
    dropped: int
    added: int
    common: int
    changes: Sequence[Change]


def composition(
    connection: duckdb.DuckDBPyConnection,
    board: str,
    where: Where,
    top: int,
    *,
    since: date,
    until: date,
    today: date,
    base: Definition | None = None,
) -> Composition | None:
    """The share at the newest points on or before two days, as it was and on the rows that both have.

    None where the board has no place on either. `changes` are all steps between the two points; `base` gives the
    options beside the property.
    """
    query = "SELECT s.day, s.snapshot_key FROM series AS s WHERE s.board = ? AND s.day <= ? ORDER BY s.day DESC LIMIT 1"
    ends = [row for day in (since, until) for row in connection.execute(query, [board, day]).fetchall()]
    if len(ends) < 2:
        return None
    (first, key_before), (last, key_after) = ends
    definition = replace(base or Definition(), by=where.by)

    def on(day: date, common: tuple[tuple[int, date], tuple[int, date]] | None = None) -> Figure | None:
        results = shares(connection, [board], [top], definition, as_of=day, today=today, only_common=common)
        return figure(results, where)

    before, after = on(first), on(last)
    if before is None or after is None:
        return None
    points = ((key_before, first), (key_after, last))
    steps = connection.execute(database.sql("composition_changes"), [board, first, last]).fetchall()
    dropped, added, common = connection.execute(
        database.sql("composition_common"), [*points[0], *points[1]]
    ).fetchall()[0]
    return Composition(
        board, first, last, before, after, on(first, points), on(last, points), dropped, added, common,
        [Change(*step) for step in steps],
    )  # fmt: skip
