"""The rows behind a share, from the same chain of relations as the share (storage/share_query.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from storage import share_query
from tracker.definition import Definition, Question, asked

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One unit of the cut by its best row. `place` is shared by the `tied` units of its tie group."""

    snapshot: str
    day: date
    row: int
    name_key: int
    name: str
    place: int
    tied: int
    score: float | None
    published_rank: float | None
    release: str | None
    developer: str
    country: str
    openness: str
    open: str
    countries: tuple[str, ...]  # under the country rule `multi`: every published country of a joint model
    score_low: float | None = None  # the published interval around the score, where there is one
    score_high: float | None = None

    def values(self, by: str) -> list[tuple[str, ...]]:
        """The values under which the row is counted, for a `by` of a definition."""
        seconds = {"country,openness": [self.openness], "country,open": [self.open]}
        if by in seconds:
            return [(first, second) for first in self.bases() for second in seconds[by]]
        first = {"openness": [self.openness], "open": [self.open], "developer": [self.developer]}
        return [(value,) for value in (first[by] if by in first else self.bases())]

    def bases(self) -> tuple[str, ...]:
        """Its country, or its countries under `multi`."""
        return self.countries or (self.country,)


@dataclass(frozen=True, slots=True)
class Cut:
    """The units that stand in the top N, or in the tie group that holds place N, in order."""

    definition: Definition
    top: int
    rows: tuple[RankedRow, ...]

    def at(self, top: int) -> Cut:
        """The cut at a smaller N, of the same units by the same definition."""
        by_rank = self.definition.rank_by == "published_rank_at_most"
        last = [row.published_rank if by_rank else row.place for row in self.rows]
        kept = (row for row, at in zip(self.rows, last, strict=True) if at is not None and at <= top)
        return replace(self, top=top, rows=tuple(kept))

    @property
    def group(self) -> tuple[RankedRow, ...]:
        """The tie group across the cut; empty where the cut falls between two groups."""
        if self.definition.rank_by == "published_rank_at_most":
            return ()
        return tuple(row for row in self.rows if row.place + row.tied - 1 > self.top)

    @property
    def whole(self) -> tuple[RankedRow, ...]:
        """The units that are in for certain."""
        group = {row.row for row in self.group}
        return tuple(row for row in self.rows if row.row not in group)

    @property
    def left(self) -> int:
        """Places that the tie group shares."""
        return self.top - self.group[0].place + 1 if self.group else 0

    def weight(self, row: RankedRow) -> Fraction:
        """How much of the row is in, by the tie rule of the definition: exact."""
        if self.definition.rank_by == "published_rank_at_most" or row.place + row.tied - 1 <= self.top:
            return Fraction(1)
        shared = Fraction(self.top - row.place + 1, row.tied)
        return {"fractional": shared, "include": Fraction(1), "exclude": Fraction(0)}[self.definition.ties]

    def of(self) -> Fraction:
        """The denominator."""
        return sum((self.weight(row) for row in self.rows), Fraction(0))

    def count(self, value: Sequence[str]) -> Fraction:
        """The count of a value of the definition's `by`, as the share states it (unknown left out)."""
        wanted, by = tuple(value), self.definition.by
        return sum(
            (self.weight(row) for row in self.rows for counted in row.values(by) if counted == wanted), Fraction(0)
        )


def cuts(connection: duckdb.DuckDBPyConnection, questions: Sequence[Question]) -> list[Cut]:
    """The cut of each question, at the newest point of its board on or before its day; in one query."""
    text, values = asked(questions)
    rows: dict[int, list[RankedRow]] = {number: [] for number in range(len(questions))}
    for number, *row, countries, low, high in connection.execute(share_query.top_n(text), values).fetchall():
        rows[number].append(RankedRow(*row, tuple(countries or ()), low, high))  # type: ignore[call-arg]
    return [Cut(question.definition, question.top, tuple(rows[number])) for number, question in enumerate(questions)]
