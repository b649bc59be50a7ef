"""Boards in memory whose rows have a score and an interval, for what is worked out of these alone."""

from __future__ import annotations

from datetime import date

from tracker.analysis.board_rows import Point, Row


def row(name: str, score: float, half: float | None, country: str = "US", released_on: date | None = None) -> Row:
    """One row with a symmetric interval, or with none."""
    low, high = (None, None) if half is None else (score - half, score + half)
    return Row(name, score, low, high, released_on, {"country": country})


def board(*rows: Row, direction: str = "higher", metric: str = "points") -> Point:
    """A board of these rows."""
    ordered = sorted(rows, key=lambda item: item.score if direction == "lower" else -item.score)
    return Point("tiny", date(2026, 1, 2), direction, metric, True, None, False, ordered)
