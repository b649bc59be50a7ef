"""The specification curve: one question under every definition that can be defended, and which choice moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Literal

from tracker.analysis.figure_ids import figure_id
from tracker.analysis.filter import Figure, Where, figure, share_of
from tracker.analysis.shares import shares
from tracker.definition import Definition

if TYPE_CHECKING:
    import duckdb

Unit = Literal["entry", "release", "developer"]
Ties = Literal["fractional", "include"]
Terms = Literal["any", "permissive"]
UNITS: tuple[Unit, ...] = ("entry", "release", "developer")
TIES: tuple[Ties, ...] = ("fractional", "include")  # `exclude` is for checks: it may leave next to nothing
EVERY = 1_000_000_000  # more places than any board has
TOPS = (5, 10, 20, 50, EVERY)
TOPS_BY_DEVELOPER = (5, 10)
CHOICES = {"unit": "the unit", "top": "N", "ties": "the tie rule", "open_means": "the meaning of open"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One definition on the curve. `top` is None for the whole board; `open_means` where openness is asked."""

    unit: Unit
    top: int | None
    ties: Ties
    open_means: Terms | None

    def words(self) -> str:
        """The choice, short enough for a sentence."""
        phrases = [f"by {self.unit}", "the whole board" if self.top is None else f"top {self.top}"]
        phrases += ["ties all in"] if self.ties == "include" else []
        phrases += [f"open on {'any' if self.open_means == 'any' else 'permissive'} terms"] if self.open_means else []
        return ", ".join(phrases)


@dataclass(frozen=True, slots=True)
class Curve:
    """Every point of the curve of one board on one day.

    `moves`: option -> mean absolute change of the share (0 to 1) when that option alone varies, the largest first.
    `definitions` and `ids`: those of each point.
    """

    board: str
    day: date
    where: Where
    points: dict[Choice, Figure]
    moves: dict[str, float]
    definitions: dict[Choice, Definition] = field(default_factory=dict)
    ids: dict[Choice, str] = field(default_factory=dict)

    @property
    def low(self) -> float:
        """The lowest share of all points, the unknown left out."""
        return min(point.share for point in self.points.values())

    @property
    def high(self) -> float:
        """The highest share of all points, every unknown counted in."""
        return max(point.share_high for point in self.points.values())


def curve(
    connection: duckdb.DuckDBPyConnection,
    board: str,
    where: Where,
    *,
    as_of: date,
    today: date,
    base: Definition | None = None,
) -> Curve | None:
    """The share under unit x ties x meaning of open x N; None where the board has nothing on or before the day.

    `base` gives the options that do not vary.

    By developer N is 5 and 10. The whole board stands under N = None, once, and by developer only where N reaches
    the number of developers. A tie rule stands apart only where it changes the figure.
    """
    terms: tuple[Terms | None, ...] = ("any", "permissive") if "open" in where.by.split(",") else (None,)
    grid: dict[Choice, Figure] = {}
    definitions: dict[Choice, Definition] = {}
    ids: dict[Choice, str] = {}
    day = None
    for unit in UNITS:
        for ties in TIES:
            for means in terms:
                asked = replace(base or Definition(), by=where.by, unit=unit, ties=ties, open_means=means or "any")
                results = shares(connection, [board], TOPS, asked, as_of=as_of, today=today)
                whole = max((share.of for share in results), default=0)
                for top in TOPS:
                    at_top = [share for share in results if share.top == top]
                    known = figure(at_top, where)
                    named = None if top >= whole else top
                    if known and (unit != "developer" or top in TOPS_BY_DEVELOPER):
                        choice = Choice(unit, named, ties, means)
                        share = replace(share_of(at_top, where), top=named or round(whole))
                        grid[choice], definitions[choice] = known, asked
                        ids[choice] = figure_id(share, asked, today)
                day = results[0].day if results else day
    if day is None:
        return None
    shared = {choice: grid[replace(choice, ties="fractional")] for choice in grid}
    apart = [choice for choice in grid if choice.ties == "fractional" or grid[choice] != shared[choice]]
    points = {choice: grid[choice] for choice in sorted(apart, key=_order)}
    return Curve(board, day, where, points, moves(grid), definitions, ids)


def _order(choice: Choice) -> tuple[int, str, int, int]:
    return UNITS.index(choice.unit), choice.open_means or "", choice.top or EVERY, TIES.index(choice.ties)


def moves(grid: dict[Choice, Figure]) -> dict[str, float]:
    """Option -> mean absolute change of the share over all pairs that differ in that option alone, the largest first.

    Pairs between which nothing changes count as well: a tie rule that matters once in ten moves little.
    """
    names = [field.name for field in fields(Choice)]
    differences: dict[str, list[float]] = {}
    for (choice, first), (other, second) in combinations(grid.items(), 2):
        differ = [name for name in names if getattr(choice, name) != getattr(other, name)]
        if len(differ) == 1:
            differences.setdefault(differ[0], []).append(abs(first.share - second.share))
    means = {name: fmean(changes) for name, changes in differences.items()}
    return dict(sorted(means.items(), key=lambda pair: (-pair[1], names.index(pair[0]))))


def sentence(curve: Curve) -> str:
    """The range in words, where its ends lie, and which choice moves the share most."""
    points = curve.points
    lowest = min(points, key=lambda choice: points[choice].share)
    highest = max(points, key=lambda choice: points[choice].share_high)
    subject = f"{curve.where} on {curve.board}, {curve.day}"
    if f"{curve.low:.1%}" == f"{curve.high:.1%}":
        return f"{subject}: {curve.low:.1%} under each of {len(points)} definitions."
    moving = {option: change for option, change in curve.moves.items() if change}
    if not moving:
        return f"{subject}: between {curve.low:.1%} and {curve.high:.1%}, by what is unknown alone."
    unknown = points[highest].high > points[highest].count
    text = (
        f"{subject}: between {curve.low:.1%} ({lowest.words()}) and {curve.high:.1%} ({highest.words()})"
        f"{', if every unknown is one' if unknown else ''}, depending on"
        f" {_listed([CHOICES[option] for option in moving])}."
    )
    (most, by), *others = moving.items()
    rest = "; ".join(f"{CHOICES[option]} {100 * change:.1f}" for option, change in others)
    return (
        f"{text} {CHOICES[most][0].upper()}{CHOICES[most][1:]} moves it most: by {100 * by:.1f} points in the mean when"
        f" it alone varies{f' ({rest})' if rest else ''}."
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
