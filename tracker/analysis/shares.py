"""Shares of the top N: the definition as a value, and the one query that every figure comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from storage import database, share_query
from storage.origins import Origin
from tracker.definition import Definition, Question, asked

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one value on one day. Counts are of units and may be fractional; shares are 0 to 1.

    `count` leaves the unknown out of every value, `high` adds them.
    """

    board: str
    day: date
    published_on: date | None
    captured_at: datetime
    snapshot: str
    edition: str | None
    top: int
    of: float
    unit: str
    ties: str
    rank_by: str
    openness_as_of: str
    values: dict[str, str]  # each of `by` -> the value
    count: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float
    break_before: str | None  # why this day cannot be compared with the point before it
    unresolved: float  # units in the top N whose release is not known: bounds do not cover identity
    origin: Origin | None = None  # where the bytes behind it come from (storage.origins)
    content_since: date | None = None  # since when these very rows are known: the age of the data, not of the page

    def record(self) -> dict[str, object]:
        """The share as one flat object, in the order of the documented columns."""
        flat: dict[str, object] = {}
        for key, value in asdict(self).items():
            if key == "values":
                flat |= value
            elif key == "break_before":
                flat["break"] = value
            else:
                flat[key] = value
        return flat


def shares(
    connection: duckdb.DuckDBPyConnection,
    boards: Sequence[str],
    tops: Sequence[int],
    definition: Definition,
    *,
    as_of: date,
    today: date,
    every_day: bool = False,
    only_common: tuple[tuple[int, date], tuple[int, date]] | None = None,
) -> list[Share]:
    """Shares of each board at each N, newest point on or before `as_of`, or every point up to it.

    `only_common`: two points, each its snapshot key and its day; only the rows that both have are counted, placed
    anew (storage/sql/common_rows).
    """
    questions = [
        Question(board, top, definition, as_of, today, every_day=every_day) for board in boards for top in tops
    ]
    asked_text, values = asked(questions)
    names = definition.by.split(",")
    rows_of_both = {name: database.sql(f"common_rows/{name}") for name in ("keyed", "common", "entries")}
    query = share_query.shares(asked_text, rows_of_both if only_common else None)
    if only_common:
        (first_key, first_day), (key, day) = only_common
        values = [first_key, first_day, day, first_key, key, first_key, key, *values]
    results = []
    # With the joins in the order of the text: a handful of points finds its rows among millions, not the reverse.
    connection.execute("SET disabled_optimizers = 'join_order'")
    for row in connection.execute(query, values).fetchall():
        _, *leading, _, first, second = row[:16]
        results.append(Share(*leading, dict(zip(names, (first, second), strict=False)), *row[16:]))  # type: ignore[call-arg]
    connection.execute("RESET disabled_optimizers")
    return results
