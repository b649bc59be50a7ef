"""What a board lacks between two days: captures that failed, were refused or are not believed (docs/provenance.md).

An outage moves no share: where no page of a day was accepted, the newest snapshot before it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from storage import database

if TYPE_CHECKING:
    import duckdb

SHOWN = 5  # sentences about gaps; JSON has every one


@dataclass(frozen=True, slots=True)
class Missed:
    """A page of one day that is not in the series. `what`: failed, refused (could not be read) or quarantined."""

    day: date
    source: str
    page: str | None
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class End:
    """A day that was asked for. `seen`: when an accepted page was last seen by then; `missed`: what came after that."""

    asked: date
    seen: date | None
    missed: tuple[Missed, ...]

    def sentence(self) -> str | None:
        """Said where the end is an outage; None where nothing was missed since."""
        if not self.missed:
            return None
        many = "one capture" if len(self.missed) == 1 else f"{len(self.missed)} captures"
        return (
            f"Outage: {self.asked} has no accepted page; it stands on what was last seen on {self.seen}, and {many}"
            " since then failed or were not accepted."
        )


def gaps(connection: duckdb.DuckDBPyConnection, board: str, since: date, until: date) -> tuple[list[Missed], list[End]]:
    """What was missed since the last accepted page of the first day up to the second; and both days as ends."""
    seen = [
        connection.execute(
            "SELECT CAST(max(g.seen_at) AS DATE) FROM snapshots AS s"
            " JOIN observations AS g ON g.snapshot_key = s.snapshot_key"
            " WHERE s.board = ? AND s.state = 'accepted' AND CAST(g.seen_at AS DATE) <= ?",
            [board, day],
        ).fetchall()[0][0]
        for day in (since, until)
    ]
    rows = connection.execute(database.sql("missed"), [board, seen[0] or since, until]).fetchall()
    missed = [Missed(*row) for row in rows]
    ends = [
        End(day, last, tuple(each for each in missed if last is not None and last < each.day <= day))
        for day, last in zip((since, until), seen, strict=True)
    ]
    return missed, ends


def sentences(missed: Sequence[Missed]) -> list[str]:
    """One for each page and reason, with its days, the newest last; of many the first few, and how many more."""
    days: dict[tuple[str, str | None, str, str], list[date]] = {}
    for each in missed:
        days.setdefault((each.source, each.page, each.what, each.reason), []).append(each.day)
    lines = []
    for (source, page, what, reason), missing in days.items():
        when = f"{missing[0]}" if len(missing) == 1 else f"{len(missing)} days from {missing[0]} to {missing[-1]}"
        lines.append(
            f"Gap: {source}{f', page {page},' if page else ''} {what} on {when}{f': {reason}' if reason else ''}."
        )
    more = [f"{len(lines) - SHOWN} more gaps: --format json has them all."] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more
