"""What moved on a board between two of its days: which row of the one is which of the other, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from storage import database

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row's name resolves to, on the day that was asked for. None is unknown."""

    release: str | None
    variant: str | None
    developer: str | None
    country: str | None
    subdivision: str | None
    countries: tuple[str, ...]
    openness: str | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One published row. `rank` is by score, None without one."""

    row: int
    name_key: int
    name: str
    organization: str | None
    rank: int | None
    score: float | None
    published_rank: float | None
    votes: float | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Point:
    """A board on one of its days."""

    day: date
    snapshot: str
    edition: str | None
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A row before and after: None where it is not on the board. `renamed`: under another published name."""

    before: BoardRow | None
    after: BoardRow | None
    renamed: bool = False


def point(connection: duckdb.DuckDBPyConnection, board: str, day: date, facts_on: date | None = None) -> Point | None:
    """The board at its newest point on or before a day; facts of that point's day, or of the given one."""
    fetched = connection.execute(database.sql("rows_on"), [board, day, facts_on]).fetchall()
    if not fetched:
        return None
    rows = []
    for cells in fetched:
        facts = Facts(*cells[12:17], tuple(cells[17] or ()), cells[18])  # type: ignore[call-arg]
        rows.append(BoardRow(*cells[4:12], facts))  # type: ignore[call-arg]
    day, snapshot, edition = fetched[0][:3]
    return Point(day, snapshot, edition, tuple(rows))


def pairs(before: Sequence[BoardRow], after: Sequence[BoardRow]) -> list[Pair]:
    """Every row of both, once: by the row as published, by its name, then as renamed.

    Renamed is what has another published name and the same registered release in the same variant, or exactly the
    same score and number of votes, where that is one row on each side. Nothing is matched by likeness.
    """
    keys: tuple[tuple[bool, Callable[[BoardRow], Hashable]], ...] = (
        (False, lambda row: (row.name_key, row.score)),
        (False, lambda row: row.name_key),
        (False, lambda row: row.name),
        (True, lambda row: row.facts.release and (row.facts.release, row.facts.variant)),
        (True, lambda row: None if row.votes is None or row.score is None else (row.score, row.votes)),
    )
    old, new = list(before), list(after)
    matched: list[Pair] = []
    for renamed, key in keys:
        olds, news = _by_key(old, key), _by_key(new, key)
        for each in olds.keys() & news.keys():
            if renamed and (len(olds[each]) > 1 or len(news[each]) > 1):
                continue  # which of them it was, nothing says
            matched += [Pair(a, b, renamed) for a, b in zip(olds[each], news[each], strict=False)]
        gone, come = {p.before.row for p in matched if p.before}, {p.after.row for p in matched if p.after}
        old, new = [row for row in old if row.row not in gone], [row for row in new if row.row not in come]
    matched += [Pair(row, None) for row in old] + [Pair(None, row) for row in new]
    return sorted(matched, key=_order)


def _by_key(rows: Sequence[BoardRow], key: Callable[[BoardRow], Hashable]) -> dict[Hashable, list[BoardRow]]:
    groups: dict[Hashable, list[BoardRow]] = {}
    for row in rows:
        if key(row) is not None:
            groups.setdefault(key(row), []).append(row)
    return groups


def _order(pair: Pair) -> tuple[bool, list[tuple[bool, int, int]]]:
    """By the place after, what left behind, by the place before."""
    rows = [row for row in (pair.after, pair.before) if row]
    return pair.after is None, [(row.rank is None, row.rank or 0, row.row) for row in rows]


def moves(matched: Sequence[Pair], top: int) -> list[dict[str, object]]:
    """What became of every row that stands in the top N by score on one of the days; what stayed is left out."""

    def inside(row: BoardRow | None) -> bool:
        return row is not None and row.rank is not None and row.rank <= top

    records = []
    for pair in matched:
        before, after = pair.before, pair.after
        if not inside(before) and not inside(after):
            continue
        what = ["entered"] if not inside(before) else ["left"] if not inside(after) else []
        if before and after:
            what += ["moved"] if not what and before.rank != after.rank else []
            what += ["rescored"] if before.score != after.score else []
            what += ["renamed"] if pair.renamed else []
        elif what:
            what.append("new on the board" if after else "no longer on the board")
        if what:
            records.append({
                "change": ", ".join(what),
                "name": (after or before).name,  # type: ignore[union-attr]
                "name_before": before.name if before and pair.renamed else None,
                "place_before": before.rank if before else None, "place": after.rank if after else None,
                "score_before": before.score if before else None, "score": after.score if after else None,
            })  # fmt: skip
    return records
