"""Is a snapshot the board that it claims to be? Answers with the reason why not, or None.

What a page says of itself (row range, landmarks, score range) is judged alone; a loss of rows is judged
against the accepted neighbour before it by day, unless a declared break or a new edition lies between them.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from scrapers.declare import Board, Expect


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judgement needs of a snapshot. `names` may be limited to the board's landmarks."""

    day: date
    rows: int
    names: Set[str]
    lowest: float | None
    highest: float | None
    edition: str | None = None


def fault(expect: Expect, seen: Seen) -> str | None:
    """What is wrong with the snapshot by itself."""
    rows = expect.rows_on(seen.day)
    if seen.rows < rows.min:
        return f"{seen.rows} rows, at least {rows.min} are expected"
    if seen.rows > rows.max:
        return f"{seen.rows} rows, at most {rows.max} are expected"
    if seen.lowest is None or seen.highest is None:
        if expect.scored:
            return "no row has a score"
    elif not expect.score[0] <= seen.lowest <= seen.highest <= expect.score[1]:
        low, high = expect.score
        return f"scores from {seen.lowest:g} to {seen.highest:g}, expected from {low:g} to {high:g}"
    if expect.landmarks and seen.day >= expect.landmarks_since:
        missing = [name for name in expect.landmarks if name not in seen.names]
        if 2 * len(missing) > len(expect.landmarks):
            return f"{len(missing)} of {len(expect.landmarks)} landmark names are missing: {', '.join(missing)}"
    return None


def drop(board: Board, before: Seen, seen: Seen) -> str | None:
    """Whether more rows were lost since the accepted snapshot before than is believable."""
    if not board.editions_comparable and before.edition != seen.edition:
        return None
    if any(before.day < known.day <= seen.day for known in board.breaks):
        return None
    if seen.rows < before.rows * (1 - board.expect.max_drop):
        return f"{seen.rows} rows after {before.rows} on {before.day}: a larger loss than {board.expect.max_drop:.0%}"
    return None
