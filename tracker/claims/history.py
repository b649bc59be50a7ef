"""The same sentence at every known point of its board, which shows whether a day was picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tracker.analysis.margin import smallest
from tracker.claims.files import Claim
from tracker.claims.outcomes import Bound
from tracker.claims.verdicts import Basis, Verdict, bases, judge

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Point:
    """The claim as of the day of one edition or snapshot. `of` is the number of places that were counted."""

    basis: Basis
    verdict: Verdict
    bounds: tuple[Bound, ...]  # empty where no row has a place under the claim's own definition
    of: Fraction

    @property
    def margin(self) -> float | None:
        """The smallest margin of the counts, in the unit of the board."""
        least = smallest(self.verdict.margins)
        return None if least is None or least.difference is None else float(least.difference)

    @property
    def whole(self) -> bool:
        """Whether there are as many places as the claim speaks of: a count out of fewer is another figure."""
        return self.of >= self.verdict.claim.top


@dataclass(frozen=True, slots=True)
class History:
    """Every point, in order of day. Counts are compared over editions, scores never."""

    claim: Claim
    points: tuple[Point, ...]

    @property
    def whats(self) -> list[str]:
        """The counts of the claim in words, as columns."""
        return [count.words() for count in self.claim.counts]

    def rows(self) -> list[dict[str, Any]]:
        """One flat record for each point; an unknown makes a count a range."""
        return [
            {
                "day": point.basis.day, "edition": point.basis.edition, "of": float(point.of),
                **dict.fromkeys(self.whats),
                **{bound.what: _span(bound) for bound in point.bounds},
                "verdict": point.verdict.verdict, "margin": point.margin, "origin": point.basis.origin,
                "snapshot": point.basis.snapshot, "sha256": point.basis.sha256,
            }
            for point in self.points
        ]  # fmt: skip

    def ranks(self) -> list[dict[str, Any]]:
        """How each claimed figure stands among the counts of all points that have that many places."""
        summaries = []
        for number, count in enumerate(self.claim.counts):
            counts = [point.bounds[number] for point in self.points if point.whole and point.bounds]
            summaries.append({
                "what": count.words(), "claimed": count.count, "points": len(counts),
                "higher": sum(bound.low > count.count for bound in counts),
                "equal": sum(bound.low == bound.high == count.count for bound in counts),
                "lower": sum(bound.high < count.count for bound in counts),
                "lowest": float(min(bound.low for bound in counts)) if counts else None,
                "highest": float(max(bound.high for bound in counts)) if counts else None,
            })  # fmt: skip
        return summaries

    def sentences(self) -> list[str]:
        """The ranks in words, and which points have fewer places than the claim speaks of."""
        lines = [_rank_words(rank) for rank in self.ranks() if rank["points"]]
        fewer = [point for point in self.points if not point.whole]
        if fewer:
            named = ", ".join(f"{point.basis.edition or point.basis.day} ({float(point.of):g})" for point in fewer)
            lines.append(f"Not compared, for fewer than {self.claim.top} places: {named}.")
        return lines

    def record(self) -> dict[str, Any]:
        """As one object."""
        points = [
            {
                "day": point.basis.day, "edition": point.basis.edition, "of": float(point.of), "whole": point.whole,
                "verdict": point.verdict.verdict, "why": point.verdict.why, "snapshot": point.basis.snapshot,
                "sha256": point.basis.sha256, "origin": point.basis.origin, "margin": point.margin,
                "counts": [bound.record() for bound in point.bounds],
            }
            for point in self.points
        ]  # fmt: skip
        claim = self.claim
        return {
            "id": claim.id, "text": claim.text, "board": claim.board, "day": claim.day, "top": claim.top,
            "unit": claim.unit, "points": points, "ranks": self.ranks(), "sentences": self.sentences(),
        }  # fmt: skip


def history(
    connection: duckdb.DuckDBPyConnection,
    claim: Claim,
    today: date,
    progress: Callable[[int, int], object] = lambda _done, _all: None,
) -> History:
    """Judges the claim, on its first board alone, as of the day of every point; `progress` gets (done, all)."""
    points = []
    known = bases(connection, claim.board)
    for number, basis in enumerate(known, 1):
        then = claim.model_copy(update={"day": basis.day, "other_boards": (), "origin": None})
        verdict = judge(connection, then, today)
        of = verdict.cut.of() if verdict.cut else Fraction(0)
        points.append(Point(basis, verdict, verdict.bounds, of))
        progress(number, len(known))
    return History(claim, tuple(points))


def _span(bound: Bound) -> float | str:
    low, high = float(bound.low), float(bound.high)
    return low if low == high else f"{float(bound.count):.4g} ({low:.4g} to {high:.4g})"


def _rank_words(rank: dict[str, Any]) -> str:
    """`CN 14: the highest of 13 points (0 higher, 1 equal, 12 lower; from 7 to 14).`"""
    among = f"{rank['what']} {rank['claimed']}"
    others = rank["points"] - rank["higher"] - rank["equal"] - rank["lower"]
    alone = rank["equal"] == 1
    if not rank["equal"]:
        place = f"so at none of {rank['points']} points"
    elif not rank["higher"] and not others:
        place = f"the highest of {rank['points']} points" if alone else f"none of {rank['points']} points is higher"
    elif not rank["lower"] and not others:
        place = f"the lowest of {rank['points']} points" if alone else f"none of {rank['points']} points is lower"
    else:
        place = f"{rank['higher']} of {rank['points']} points are higher"
    open_ = f", {others} may be either" if others else ""
    return (
        f"{among}: {place} ({rank['higher']} higher, {rank['equal']} equal, {rank['lower']} lower{open_};"
        f" from {rank['lowest']:g} to {rank['highest']:g})."
    )
