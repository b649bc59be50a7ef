"""What the Python API answers with: typed records, and what makes a frame of them where somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Record = TypeVar("Record")


class Answer(Sequence[Record], Generic[Record]):
    """Records of one kind, in the order of the command. `why` says why there is none; `definition` what was counted."""

    def __init__(
        self,
        rows: Iterable[Record],
        columns: Sequence[str] = (),
        *,
        why: str = "",
        definition: str = "",
        flat: Callable[[Any], Mapping[str, Any]] = lambda record: dict(vars_of(record)),
    ) -> None:
        self._rows, self._columns, self._flat = tuple(rows), tuple(columns), flat
        self.why, self.definition = why, definition

    @overload
    def __getitem__(self, at: int) -> Record: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Record]: ...

    def __getitem__(self, at: int | slice) -> Record | Sequence[Record]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} records{f': {self.why}' if self.why else ''}>"

    def records(self) -> list[dict[str, Any]]:
        """Each record as a flat dict, as the command prints it with --format json."""
        return [dict(self._flat(row)) for row in self._rows]

    def columns(self) -> list[str]:
        """The names of the columns, also where there is no record."""
        return list(self.records()[0]) if self._rows else list(self._columns)

    def df(self) -> pd.DataFrame:
        """A frame of pandas, a row for each record; ImportError where pandas is not installed."""
        import pandas as pd

        return pd.DataFrame(self.records(), columns=self.columns())

    def arrow(self) -> pa.Table:
        """A table of Arrow, a row for each record."""
        import pyarrow as pa

        return pa.Table.from_pylist(self.records()) if self._rows else pa.table({name: [] for name in self.columns()})

    def pl(self) -> pl.DataFrame:
        """A frame of polars, a row for each record; ImportError where polars is not installed."""
        import polars as pl

        return pl.DataFrame(self.records(), schema=None if self._rows else self.columns(), infer_schema_length=None)


def vars_of(record: Any) -> Mapping[str, Any]:
    """A record as a flat mapping; one that says itself how it is shown is asked."""
    if isinstance(record, Mapping):
        return record
    return dict(record.record()) if hasattr(record, "record") else asdict(record)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a leaderboard, as published, with what its name resolves to. Unknown is None, or `unknown`."""

    board: str
    day: date
    edition: str | None
    snapshot: str
    rank: int | None
    name: str
    release: str | None
    variant: str | None
    developer: str | None
    country: str
    openness: str
    licence: str | None
    score: float | None
    score_low: float | None
    score_high: float | None
    published_rank: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard: what it measures, and its newest point (None where no page of it was ever accepted)."""

    board: str
    title: str
    source: str
    metric: str
    unit: str | None
    direction: str
    kind: str | None
    adjustment: str | None
    operator: str | None
    operator_country: str | None
    licence: str
    redistribute: str
    headline: str
    points: int
    first_day: date | None
    day: date | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The share under one definition. `top` is None for the whole leaderboard."""

    unit: str
    top: int | None
    ties: str
    open_means: str | None
    count: float
    of: float
    share: float
    share_high: float
    definition: str
    id: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a row that stands in the top N on one of two days."""

    change: str
    name: str
    name_before: str | None
    place_before: int | None
    place: int | None
    score_before: float | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a published name means today. `how` says how each is known; `evidence` are the steps with their sources."""

    name: str
    release: str | None
    variant: str | None
    developer: str | None
    country: str
    openness: str
    how: str | None
    evidence: tuple[str, ...]
    suggestions: tuple[str, ...]
