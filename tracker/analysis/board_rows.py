"""The rows of one board on one day, resolved: what gaps, lags and uncertainty are worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

LEVEL = 0.95  # of published intervals, unless said otherwise


@dataclass(frozen=True, slots=True)
class Row:
    """One row with a score, in the unit of the board. `released_on` is the published day, else the registry's."""

    name: str
    score: float
    low: float | None
    high: float | None
    released_on: date | None
    values: dict[str, str]  # country, openness, open, developer

    def deviation(self, level: float) -> float | None:
        """The standard deviation that the published interval of that level stands for; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2 / NormalDist().inv_cdf((1 + level) / 2)


@dataclass(frozen=True, slots=True)
class Point:
    """One board on one day; rows from the best score to the worst."""

    board: str
    day: date
    direction: str
    metric: str
    editions_comparable: bool
    edition: str | None
    days_printed: bool  # the board prints days of release itself
    rows: Sequence[Row]

    def ahead(self, score: float) -> float:
        """A score such that more is better."""
        return -score if self.direction == "lower" else score


QUERY = """
SELECT r.name, r.score, r.score_low, r.score_high, r.published_released_on, r.released_on,
       coalesce(r.country, 'unknown'), coalesce(r.openness, 'unknown'), coalesce(r.developer, 'unknown')
FROM entries_resolved AS r
WHERE r.board = $1 AND r.day = $2 AND r.score IS NOT NULL
ORDER BY r.rank, r.row
"""
HEADER = """
SELECT s.day, b.direction, b.metric, b.editions_comparable, s.edition
FROM series AS s
JOIN boards AS b ON b.board = s.board
WHERE s.board = $1 AND s.day <= $2
ORDER BY s.day DESC
LIMIT 1
"""
OPEN = {"open_source": "open", "open_weights": "open", "restricted_weights": "open", "proprietary": "closed"}


def point(connection: duckdb.DuckDBPyConnection, board: str, as_of: date) -> Point | None:
    """The newest point of a board on or before a day; None where there is none. Openness is as of its day."""
    header = connection.execute(HEADER, [board, as_of]).fetchall()
    if not header:
        return None
    day, direction, metric, comparable, edition = header[0]
    fetched = connection.execute(QUERY, [board, day]).fetchall()
    # days of release come from one hand: the board's own where it prints any
    published = any(row[4] for row in fetched)
    rows = [
        Row(name, score, low, high, on_page if published else known, {
            "country": country, "openness": openness, "open": OPEN.get(openness, openness), "developer": developer,
        })
        for name, score, low, high, on_page, known, country, openness, developer in fetched
    ]  # fmt: skip
    return Point(board, day, direction, metric or "", comparable is not False, edition, published, rows)
