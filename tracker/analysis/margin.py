"""The margin of a count: how far it is from another one, and which two units stand there (docs/methodology.md).

A count moves only where a unit that has the asked value and one that has not change places across the cut. Of all
such pairs the margin is the smallest difference of scores. All of it is exact: scores as decimals, counts as fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import TYPE_CHECKING

from tracker.analysis.curve import EVERY
from tracker.analysis.filter import Where
from tracker.analysis.top_n import Cut, RankedRow, cuts
from tracker.definition import Definition, Question

if TYPE_CHECKING:
    import duckdb

# A difference of two doubles as published has at most some 650 digits. One that would be rounded is an error.
_EXACT = Context(prec=1000, traps=[Inexact])
_PLACES = 4  # decimals that a sentence prints of scores that are not rounded
_NO_RULE = "a margin is given only where the cut goes by score and the rows tied at it share the places left"
_PLURAL = {"entry": "rows", "release": "releases", "developer": "developers"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its best row: the name that is published there, its score and its published interval."""

    name: str
    score: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a count is from another one, in the unit of the board; it is no probability.

    While no two scores shift against each other by as much as `difference`, the count stands. Without a difference
    there are no two units either, and `why` says why. Two units with difference 0 tie across the cut.
    """

    count: Fraction
    why: str = ""  # a part of a sentence; empty where there is a margin
    difference: Decimal | None = None
    inside: Unit | None = None  # it holds a place, or a part of one
    outside: Unit | None = None  # it misses one, or a part of one
    exchanged: Fraction | None = None  # the count after the two have exchanged their scores
    step: Decimal = Decimal(1)  # one step of the last digit in which the scores of the board are given

    @property
    def one_step(self) -> bool:
        """Whether the difference is the least that scores given in so many digits can have."""
        return self.difference == self.step

    @property
    def overlap(self) -> bool | None:
        """Whether the published intervals of the two units overlap; None where either has none."""
        if self.inside is None or self.outside is None:
            return None
        inner, outer = self.inside, self.outside
        if inner.low is None or inner.high is None or outer.low is None or outer.high is None:
            return None
        return max(inner.low, outer.low) <= min(inner.high, outer.high)

    def record(self) -> dict[str, object]:
        """The margin as one flat object."""
        inner, outer = self.inside, self.outside
        return {
            "count": float(self.count),
            "margin": None if self.difference is None else float(self.difference),
            "why_none": self.why,
            "inside": inner and inner.name,
            "inside_score": inner and float(inner.score),
            "outside": outer and outer.name,
            "outside_score": outer and float(outer.score),
            "exchanged": None if self.exchanged is None else float(self.exchanged),
            "one_step": self.one_step,
            "overlap": self.overlap,
        }


# Of the low count (no unknown has the value), and of the high one (every unknown has it).
Margins = tuple[Margin, Margin]


@dataclass(frozen=True, slots=True)
class Units:
    """Every unit of a board at one point, in order, and one step of the last digit of the board's scores."""

    cut: Cut
    step: Decimal

    def margins(self, top: int, where: Where) -> Margins:
        """The margins of one count in the top N."""
        return margins(self.cut, top, where, self.step)


def units_of(
    connection: duckdb.DuckDBPyConnection, board: str, definition: Definition, *, as_of: date, today: date
) -> Units:
    """The units of the newest point of the board on or before `as_of`, from one query.

    The `by` of the definition has no part in it: each count has its own.
    """
    asked = [definition]
    if definition.unit != "entry" or definition.without_operator:
        asked.append(Definition())  # the digits of the board are those of all its rows
    units, *_ = units_and_cuts = cuts(connection, [Question(board, EVERY, each, as_of, today) for each in asked])
    return Units(units, last_digit(row.score for row in units_and_cuts[-1].rows if row.score is not None))


def margins(units: Cut, top: int, where: Where, step: Decimal) -> Margins:
    """The margins of one count in the top N, low and high; they are equal where nothing is unknown.

    `units` holds every unit of the board, as the cut at an N that all of them reach.
    """
    names = where.by.split(",")
    values = {row.row: row.values(where.by) for row in units.rows}
    distinct = frozenset[tuple[str, ...]]().union(*values.values())
    having = []
    for unknown in (False, True):
        held = {value for value in distinct if where.holds(dict(zip(names, value, strict=True)), unknown)}
        having.append(frozenset(row for row, each in values.items() if not held.isdisjoint(each)))
    low, high = (_margin(units, top, rows, step) for rows in having)
    return low, high


def last_digit(scores: Iterable[float]) -> Decimal:
    """One step of the last digit in which any of the scores is given: 0.1 where none has more than one decimal."""
    exponents = (int(_decimal(score).normalize().as_tuple().exponent) for score in scores)
    return Decimal(1).scaleb(min([0, *exponents]))


def sentence(margin: Margin, what: str, unit: str) -> str:
    """`a 51.9 over b 51.8: 0.1 points of 100, one step of the last digit; exchanged, CN 13`.

    `what` names the counted value, `unit` that of the board.
    """
    inside, outside, difference = margin.inside, margin.outside, margin.difference
    if inside is None or outside is None or difference is None:
        return f"no margin: {margin.why}"
    places = _places(margin)
    first, second = (f"{row.name} {_as_published(row.score, places)}" for row in (inside, outside))
    if not difference:
        return f"{first} and {second} tie across the cut: margin 0, any change of either moves {what} {_count(margin)}"
    distance = f"{_as_published(difference, places)} {f'({unit})' if ',' in unit else unit}".strip()
    distance += ", one step of the last digit" if margin.one_step else ""
    if margin.overlap is not None:
        distance += f", and their published intervals {'overlap' if margin.overlap else 'do not overlap'}"
    return f"{first} over {second}: {distance}; exchanged, {what} {_count(margin, exchanged=True)}"


def sentences(margins: Sequence[tuple[str, Margins]], unit: str) -> list[str]:
    """The margins of several counts in words, the smallest first; counts that one pair of units changes stand together.

    `found` holds what is counted and its margins; where unknowns make them differ, each of the two has its sentence.
    """
    parts: list[tuple[str, Margin]] = []
    for what, (low, high) in margins:
        parts += [(what, low)] if low == high else [(f"{what} at least", low), (f"{what} at most", high)]
    pairs: dict[object, list[tuple[str, Margin]]] = {}
    for what, margin in parts:
        pairs.setdefault((margin.inside, margin.outside, margin.why), []).append((what, margin))
    lines = []
    for (what, first), *others in sorted(pairs.values(), key=lambda pair: _size(pair[0][1])):
        also = "".join(f", {name} {_count(margin, exchanged=True)}" for name, margin in others)
        if first.why:
            lines.append(f"{', '.join([what, *(name for name, _ in others)])}: {sentence(first, what, unit)}")
        else:
            lines.append(sentence(first, what, unit) + also)
    return lines


def smallest(margins: Sequence[Margins]) -> Margin | None:
    """The smallest margin of several counts, which is that of the claim that they make; None where there is none."""
    there = [margin for pair in margins for margin in pair if margin.difference is not None]
    return min(there, key=_size, default=None)


def _size(margin: Margin) -> tuple[bool, Decimal]:
    return margin.difference is None, margin.difference or Decimal(0)


def _margin(units: Cut, top: int, having: frozenset[int], step: Decimal) -> Margin:
    """The margin of the count of the units whose rows are `having`."""
    cut = units.at(top)
    weights = {row.row: cut.weight(row) for row in cut.rows}
    count = sum((weight for row, weight in weights.items() if row in having), Fraction(0))
    if (units.definition.ties, units.definition.rank_by) != ("fractional", "score"):
        return Margin(count, _NO_RULE)
    inside = [row for row in units.rows if row.row in weights]
    outside = [row for row in units.rows if row.row not in weights or weights[row.row] < 1]
    pairs = _nearest(inside, outside, having)
    if not pairs:
        return Margin(count, _why(units, outside, having))
    difference, inner, outer = min(pairs, key=lambda pair: pair[0])
    exchanged = _exchanged(units, top, inner, outer, having)
    return Margin(count, "", difference, _unit(inner), _unit(outer), exchanged, step)


def _nearest(
    inside: Sequence[RankedRow], outside: Sequence[RankedRow], having: frozenset[int]
) -> list[tuple[Decimal, RankedRow, RankedRow]]:
    """The pair nearest to each other of a unit inside that has the value and one outside that has not, and of the
    reverse. Units are in order, so that these are the last one inside and the first one outside."""
    pairs = []
    for has in (True, False):
        last_inside = next((row for row in reversed(inside) if (row.row in having) is has), None)
        other = next((row for row in outside if (row.row in having) is not has), None)
        if last_inside and other:
            pairs.append((_EXACT.abs(_EXACT.subtract(_score(last_inside), _score(other))), last_inside, other))
    return pairs


def _why(units: Cut, outside: Sequence[RankedRow], having: frozenset[int]) -> str:
    """Why no two units can change the count. Units inside and outside are then all alike, or there are none of one."""
    many, plural = len(units.rows), _PLURAL[units.definition.unit]
    if not many:
        return "nothing on the board has a place"
    if not outside:
        return f"the whole board is in, all {many} {plural}"
    return f"{'all' if having else 'none'} of the {many} {plural} on the board {'have' if having else 'has'} the value"


def _exchanged(units: Cut, top: int, gone: RankedRow, other: RankedRow, having: frozenset[int]) -> Fraction:
    """The count where the two have each other's score, and with it each other's place and tie group."""
    of = {gone.row: other, other.row: gone}
    rows = [
        replace(row, score=of[row.row].score, place=of[row.row].place, tied=of[row.row].tied) if row.row in of else row
        for row in units.rows
    ]
    cut = replace(units, rows=tuple(sorted(rows, key=lambda row: (row.place, row.row)))).at(top)
    return sum((cut.weight(row) for row in cut.rows if row.row in having), Fraction(0))


def _decimal(number: float) -> Decimal:
    """The number as it is published: 51.9, where the double is a little less."""
    return Decimal(repr(number))


def _score(row: RankedRow) -> Decimal:
    assert row.score is not None, "cut by score, a unit without a score has no place"  # noqa: S101 - share.sql leaves it out
    return _decimal(row.score)


def _unit(row: RankedRow) -> Unit:
    low, high = (None if end is None else _decimal(end) for end in (row.score_low, row.score_high))
    return Unit(row.name, _score(row), low, high)


def _places(margin: Margin) -> int:
    """Decimals to print: those of the board where its scores are rounded, else enough for four digits of the margin."""
    given = -int(margin.step.adjusted())
    needed = 3 - margin.difference.adjusted() if margin.difference else 0
    return min(given, max(_PLACES, needed))


def _as_published(number: Decimal, places: int) -> str:
    return f"{number:.{places}f}"


def _count(margin: Margin, exchanged: bool = False) -> str:
    count = margin.exchanged if exchanged and margin.exchanged is not None else margin.count
    return str(count) if count.denominator == 1 else f"{float(count):.4g}"
