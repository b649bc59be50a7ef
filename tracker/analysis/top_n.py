"""The rows behind a share: the same text as the share (storage/sql/share.sql), with another last SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from storage import database
from tracker.analysis.shares import Definition

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
    countries: tuple[str, ...]  # under the country rule `multi`: every printed country of a joint model
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
        return sum((self.weight(row) for row in self.rows for found in row.values(by) if found == wanted), Fraction(0))


def cuts(
    connection: duckdb.DuckDBPyConnection,
    board: str,
    questions: Sequence[tuple[int, Definition]],
    *,
    as_of: date,
    today: date,
) -> list[Cut]:
    """The cut of each (N, definition), at the newest point of the board on or before `as_of`; in one query."""
    return cuts_of(connection, [(board, *question) for question in questions], as_of=as_of, today=today)


def cuts_of(
    connection: duckdb.DuckDBPyConnection,
    questions: Sequence[tuple[str, int, Definition]],
    *,
    as_of: date,
    today: date,
) -> list[Cut]:
    """The same for questions of several boards: (board, N, definition)."""
    columns = ["by_value" if name == "by" else name for name in asdict(Definition())]
    names = ["ask", "board", "top", "as_of", "today", "every_day", *columns]
    kinds = {"as_of": "DATE", "today": "DATE"}
    cells = ", ".join(f"CAST(? AS {kinds[name]}) AS {name}" if name in kinds else f"? AS {name}" for name in names)
    values: list[object] = []
    for ask, (board, top, definition) in enumerate(questions):
        values += [ask, board, top, as_of, today, False, *asdict(definition).values()]
    asked = " UNION ALL ".join(f"SELECT {cells}" for _ in questions)
    found: dict[int, list[RankedRow]] = {ask: [] for ask in range(len(questions))}
    rows = connection.execute(f"WITH asked AS ({asked}) {_text()}", values).fetchall()
    for ask, *row, countries, low, high in rows:
        found[ask].append(RankedRow(*row, tuple(countries or ()), low, high))  # type: ignore[call-arg]
    return [Cut(definition, top, tuple(found[ask])) for ask, (_, top, definition) in enumerate(questions)]


def _text() -> str:
    """share.sql with cut.sql in place of its last SELECT, the one that stands at the margin."""
    kept, found, _ = database.sql("share").rpartition("\nSELECT ")
    assert found, "share.sql has no last SELECT"  # noqa: S101 - a change of our own file, held by the tests
    return f"{kept}\n{database.sql('cut')}"
