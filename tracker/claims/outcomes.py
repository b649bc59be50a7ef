"""What the counts of a claim can come to, over the orders of tied rows and the values of what is not known.

The bounds of each count by itself are not enough for several counts: a tied row is in or out for all of them, and an
unknown has one value for all of them. So the joint outcomes are enumerated row by row; a state is (rows taken of the
tie group, counts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Literal

from tracker.analysis.top_n import Cut, RankedRow
from tracker.claims.files import Count

Rule = Literal["any order", "include", "exclude", "fractional"]
RULES: tuple[Rule, ...] = ("any order", "include", "exclude", "fractional")
OTHER = "another"  # a country that no count names
Counts = tuple[int, ...]
Path = tuple["Path | None", str]  # the choices that led to a state, the last first


@dataclass(frozen=True, slots=True)
class Bound:
    """A claimed count, what it is as shares state it, and the least and most that it comes to."""

    what: str
    claimed: int
    count: Fraction  # rows tied at the cut share the places left; what is unknown is left out
    low: Fraction
    high: Fraction

    def exact(self) -> bool:
        """Whether it is as claimed, whatever the order of ties and the unknowns."""
        return self.low == self.high == self.claimed

    def record(self) -> dict[str, Any]:
        """As one object."""
        return {"what": self.what, "claimed": self.claimed, "count": float(self.count), "low": float(self.low),
                "high": float(self.high)}  # fmt: skip

    def words(self) -> str:
        """`CN 7, claimed 8`; `CN 12.33 (12 to 13), claimed 14`."""
        span = "" if self.low == self.high else f" ({float(self.low):.4g} to {float(self.high):.4g})"
        return f"{self.what} {float(self.count):.4g}{span}" + ("" if self.exact() else f", claimed {self.claimed}")


def bounds(cut: Cut, counts: Sequence[Count], rule: Rule = "any order") -> tuple[Bound, ...]:
    """Least and most of each count by itself."""
    results = []
    whole, group, left = _parts(cut, rule)
    for count in counts:
        may = [_may(row, count) for row in whole], [_may(row, count) for row in group]
        must = [_must(row, count) for row in whole], [_must(row, count) for row in group]
        if rule == "fractional" and group:
            part = Fraction(left, len(group))
            low, high = sum(must[0]) + sum(must[1]) * part, sum(may[0]) + sum(may[1]) * part
        else:
            low = Fraction(sum(must[0]) + max(0, left - (len(group) - sum(must[1]))))
            high = Fraction(sum(may[0]) + min(left, sum(may[1])))
        results.append(Bound(count.words(), count.count, _shared(cut, count), Fraction(low), Fraction(high)))
    return tuple(results)


def _shared(cut: Cut, count: Count) -> Fraction:
    """The count as a share states it: by the tie rule of the definition, without the unknown."""
    return sum((cut.weight(row) for row in cut.rows if _must(row, count)), Fraction(0))


def example(cut: Cut, counts: Sequence[Count], rule: Rule) -> tuple[str, ...] | None:
    """One order of the tied and one value of each unknown for which all counts are as claimed; None: there is none."""
    whole, group, left = _parts(cut, rule)
    wanted, steps = tuple(count.count for count in counts), (1, 1)
    if rule == "fractional" and group:  # in parts of a row, so that counts stay whole numbers
        wanted, steps = tuple(count.count * len(group) for count in counts), (len(group), left)
        whole, group, left = [*whole, *group], [], 0
    tied, shared = {row.row for row in group}, {row.row for row in cut.group}
    states: dict[tuple[int, Counts], Path | None] = {(0, (0,) * len(counts)): None}
    for rows in _rows_with_shared_facts(whole, group):
        reached: dict[tuple[int, Counts], Path | None] = {}
        for country, openness in _values(rows, counts):
            now = states
            for row in rows:
                step = steps[1] if rule == "fractional" and row.row in shared else steps[0]
                adds = tuple(step * _holds(row, count, country, openness) for count in counts)
                now = _add(now, adds, row, wanted, left if row.row in tied else None)
            words = _describe(rows, counts, country, openness)
            for state, path in now.items():
                reached.setdefault(state, (path, words) if words else path)
        states = reached
    end = (left, wanted)
    return tuple(_steps(states[end])) if end in states else None


def _parts(cut: Cut, rule: Rule) -> tuple[list[RankedRow], list[RankedRow], int]:
    """Rows that are in, rows tied at the cut, and the places that are left for these."""
    whole, group = list(cut.whole), list(cut.group)
    if rule == "include":
        return whole + group, [], 0
    return (whole, [], 0) if rule == "exclude" else (whole, group, cut.left)


def _add(
    states: dict[tuple[int, Counts], Path | None], adds: Counts, row: RankedRow, wanted: Counts, left: int | None
) -> dict[tuple[int, Counts], Path | None]:
    """The states behind one more row; of a tied row (`left` places) both with it and without it."""
    reached: dict[tuple[int, Counts], Path | None] = dict(states) if left is not None else {}
    for (taken, counted), path in states.items():
        more = tuple(map(sum, zip(counted, adds, strict=True)))
        if any(a > b for a, b in zip(more, wanted, strict=True)) or (left is not None and taken == left):
            continue
        if left is None:
            reached.setdefault((taken, more), path)
        else:
            reached.setdefault((taken + 1, more), (path, f"{row.name} is in"))
    return reached


def _rows_with_shared_facts(whole: Iterable[RankedRow], group: Iterable[RankedRow]) -> list[list[RankedRow]]:
    """Rows of one release or of one published name: what is not known of them is the same. The known come first."""
    groups: dict[object, list[RankedRow]] = {}
    for row in (*whole, *group):
        groups.setdefault(row.release or row.name_key, []).append(row)
    return sorted(groups.values(), key=lambda rows: any(_unknown(row) != (False, False) for row in rows))


def _unknown(row: RankedRow) -> tuple[bool, bool]:
    return row.bases() == ("unknown",), row.open == "unknown"


def _asked(rows: list[RankedRow], counts: Sequence[Count]) -> tuple[bool, bool]:
    """Whether country and openness are unknown of one of these rows, and are counted."""
    country = any(_unknown(row)[0] for row in rows) and any(count.country for count in counts)
    openness = any(_unknown(row)[1] for row in rows) and any(count.open is not None for count in counts)
    return country, openness


def _values(rows: list[RankedRow], counts: Sequence[Count]) -> Iterator[tuple[str, bool]]:
    """Every value that matters for what is not known of these rows."""
    named = sorted({count.country for count in counts if count.country})
    country, openness = _asked(rows, counts)
    yield from product([OTHER, *named] if country else [OTHER], [False, True] if openness else [False])


def _holds(row: RankedRow, count: Count, country: str, openness: bool) -> bool:
    """Whether the row is counted, its unknowns being these."""
    unknown_country, unknown_open = _unknown(row)
    bases = (country,) if unknown_country else row.bases()
    opened = {True: "open", False: "closed"}[openness] if unknown_open else row.open
    wanted = None if count.open is None else {True: "open", False: "closed"}[count.open]
    return (count.country is None or count.country in bases) and (wanted is None or wanted == opened)


def _may(row: RankedRow, count: Count) -> bool:
    return any(_holds(row, count, country, openness) for country, openness in _values([row], [count]))


def _must(row: RankedRow, count: Count) -> bool:
    return all(_holds(row, count, country, openness) for country, openness in _values([row], [count]))


def _describe(rows: list[RankedRow], counts: Sequence[Count], country: str, openness: bool) -> str:
    """What these rows' unknowns are taken to be; empty where nothing that is counted is unknown."""
    unknown_country, unknown_open = _asked(rows, counts)
    values = [country if country != OTHER else "of another country"] if unknown_country else []
    values += [{True: "open", False: "closed"}[openness]] if unknown_open else []
    return f"{rows[0].name} is {' and '.join(values)}" if values else ""


def _steps(path: Path | None) -> list[str]:
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return steps[::-1]
