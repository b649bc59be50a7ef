"""Is a snapshot the board that it claims to be? Answers with the reason why not, or None.

What a page says of itself (row range, score range and unit, rows without a score, names that repeat, landmarks) is
judged alone; a loss of rows, or of rows with a score, is judged against the accepted neighbour before it by day,
unless a declared break or a new edition lies between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date

from scrapers.declare import Board, Expect

OF_100 = frozenset({"%", "points of 100"})  # units in which a whole board of fractions of 1 is in another unit


@dataclass(frozen=True, slots=True)
class Seen:
    """What the judgement needs of a snapshot. `names` may be limited to the board's landmarks."""

    day: date
    rows: int
    names: Set[str]
    lowest: float | None
    highest: float | None
    edition: str | None = None
    scored: int | None = None  # rows with a score; None where nobody counted
    different: int | None = None  # names, each counted once


def fault(expect: Expect, seen: Seen, unit: str = "") -> str | None:
    """What is wrong with the snapshot by itself; `unit` is that of the board's scores."""
    return next(_faults(expect, seen, unit), None)


def _faults(expect: Expect, seen: Seen, unit: str) -> Iterator[str]:
    rows = expect.rows_on(seen.day)
    if seen.rows < rows.min:
        yield f"{seen.rows} rows, at least {rows.min} are expected"
    if seen.rows > rows.max:
        yield f"{seen.rows} rows, at most {rows.max} are expected"
    if seen.lowest is None or seen.highest is None:
        if expect.scored:
            yield "no row has a score"
    elif not expect.score[0] <= seen.lowest <= seen.highest <= expect.score[1]:
        low, high = expect.score
        yield f"scores from {seen.lowest:g} to {seen.highest:g}, expected from {low:g} to {high:g}"
    elif unit in OF_100 and seen.highest <= 1 < expect.score[1]:
        yield f"scores from {seen.lowest:g} to {seen.highest:g}: fractions of 1, where the unit is {unit}"
    elif seen.scored is not None and 2 * seen.scored < seen.rows:
        yield f"only {seen.scored} of {seen.rows} rows have a score"
    if seen.different is not None and 4 * seen.different < 3 * seen.rows:
        yield f"only {seen.different} different names in {seen.rows} rows"
    if expect.landmarks and seen.day >= expect.landmarks_since:
        missing = [name for name in expect.landmarks if name not in seen.names]
        if 2 * len(missing) > len(expect.landmarks):
            yield f"{len(missing)} of {len(expect.landmarks)} landmark names are missing: {', '.join(missing)}"


def drop(board: Board, before: Seen, seen: Seen) -> str | None:
    """Whether more rows were lost since the accepted snapshot before than is believable."""
    if not board.editions_comparable and before.edition != seen.edition:
        return None
    if any(before.day < known.day <= seen.day for known in board.breaks):
        return None
    counts = [("rows", before.rows, seen.rows), ("rows with a score", before.scored, seen.scored)]
    for what, then, now in counts:
        if then is not None and now is not None and now < then * (1 - board.expect.max_drop):
            return f"{now} {what} after {then} on {before.day}: a larger loss than {board.expect.max_drop:.0%}"
    return None
