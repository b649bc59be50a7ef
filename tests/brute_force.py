"""Shares of tiny boards by brute force, written from the definitions (docs/methodology.md) and from nothing else.

It tries every order in which tied units could stand and every value that unknown ones could have, which a program for
whole boards cannot. `cases/boards.csv` holds boards, `cases/shares.csv` what this gives for them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path
from statistics import fmean

from tests.tiny import Row

TOPS = (1, 2, 3, 4, 10)
TIES = ("fractional", "include", "exclude")
BY = ("country", "openness")
RULES = (("entry", "score"), ("entry", "published_rank"), ("release", "score"), ("developer", "score"))  # unit, rank_by
COLUMNS = ["board", "unit", "rank_by", "ties", "top", "by", "value", "count", "low", "high", "of"]
Key = tuple[str, str, str, str, str]  # board, unit, rank_by, ties, by
Figures = dict[Key, dict[str, tuple[float, float, float, float]]]  # key -> "top value" -> count, low, high, of


@dataclass(frozen=True)
class Unit:
    """What is counted: where it stands (smaller is better) and its value; empty is unknown."""

    place: float
    value: str


def read_boards(file: Path, rank: str = "published_rank") -> dict[str, tuple[str, list[Row]]]:
    """Boards of a CSV file: name -> (direction, rows). `rank` is the column of the published rank."""
    boards: dict[str, tuple[str, list[Row]]] = {}
    with file.open(newline="", encoding="utf-8") as opened:
        for line in csv.DictReader(opened):
            score, place = (float(line[name]) if line[name] else None for name in ("score", rank))
            cells = [line[name] for name in ("release", "developer", "country", "openness")]
            boards.setdefault(line["board"], (line["direction"], []))[1].append(Row(line["name"], score, place, *cells))
    return boards


def read_figures(file: Path) -> Figures:
    """The figures of a CSV file."""
    result: Figures = {}
    with file.open(newline="", encoding="utf-8") as opened:
        for line in csv.DictReader(opened):
            key = (line["board"], line["unit"], line["rank_by"], line["ties"], line["by"])
            count, low, high, of = (float(line[name]) for name in ("count", "low", "high", "of"))
            result.setdefault(key, {})[f"{line['top']} {line['value']}"] = (count, low, high, of)
    return result


def units(rows: Sequence[Row], direction: str, unit: str, rank_by: str, by: str) -> list[Unit]:
    """The units of a board. A release or a developer stands where its best row stands; nobody's row is its own unit."""
    best: dict[str, Unit] = {}
    alone: list[Unit] = []
    for row in rows:
        place = row.published_rank if rank_by == "published_rank" else row.score
        identity = {"entry": "", "release": row.release, "developer": row.developer}[unit]
        if place is None or identity == "*":
            continue
        result = Unit(-place if rank_by == "score" and direction == "higher" else place, getattr(row, by))
        if not identity:
            alone.append(result)
        elif identity not in best or result.place < best[identity].place:
            best[identity] = result
    return sorted([*alone, *best.values()], key=lambda item: item.place)


def chosen(ranked: Sequence[Unit], top: int, ties: str) -> Iterator[list[Unit]]:
    """Every top that there could be: one for each order of the units that tie at place `top`."""
    if len(ranked) <= top:
        yield list(ranked)
        return
    at = ranked[top - 1].place
    before, tied = [item for item in ranked if item.place < at], [item for item in ranked if item.place == at]
    if ties == "include" or len(before) + len(tied) == top:
        yield before + tied
    elif ties == "exclude":
        yield before
    else:
        for order in permutations(tied):
            yield (before + list(order))[:top]


def shares(rows: Sequence[Row], direction: str, key: Key, top: int) -> dict[str, tuple[float, float, float, float]]:
    """value -> (count, low, high, of) of one question; values that do not occur are left out."""
    _, unit, rank_by, ties, by = key
    tops = list(chosen(units(rows, direction, unit, rank_by, by), top, ties))
    values = {item.value for each in tops for item in each}
    result = {}
    for value in values:
        # What the unknown could turn out to be: any value of the board, or another. What is unknown now stays counted so.
        could_be = [
            fmean(sum((item.value or turned_out) == value for item in each) for each in tops)
            for turned_out in ({*values, "another"} - {""} if value else {""})
        ]
        count = fmean(sum(item.value == value for item in each) for each in tops)
        result[value or "unknown"] = (count, min(could_be), max(could_be), fmean(map(len, tops)))
    return result


def figures(boards: dict[str, tuple[str, list[Row]]]) -> Figures:
    """Every question about these boards, answered."""
    result: Figures = {}
    for board, (unit, rank_by), ties, by in product(boards, RULES, TIES, BY):
        direction, rows = boards[board]
        key = (board, unit, rank_by, ties, by)
        result[key] = {
            f"{top} {value}": four for top in TOPS for value, four in shares(rows, direction, key, top).items()
        }
    return result


def write_figures(file: Path, result: Figures) -> None:
    """The figures as a CSV file, in the order of the questions."""
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(COLUMNS)
        for (board, unit, rank_by, ties, by), answers in result.items():
            for asked, four in sorted(answers.items(), key=lambda item: (int(item[0].split()[0]), item[0])):
                top, _, value = asked.partition(" ")
                writer.writerow([board, unit, rank_by, ties, top, by, value, *(f"{number:.9g}" for number in four)])
