"""The best of one group minus the best of another at every point, with its interval where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tracker.analysis.board_rows import point
from tracker.analysis.gap import Gap, gap
from tracker.analysis.lookups import headline
from tracker.report import style
from tracker.report.words import number, source

if TYPE_CHECKING:
    import altair as alt
    import duckdb

JOINED = 31  # days between two points, at the most, that a line joins: nobody knows what was between others
NAMED = 6  # breaks that are named at the foot; more than that are counted


def gaps(
    connection: duckdb.DuckDBPyConnection, board: str, by: str, between: str, other: str, until: date
) -> list[tuple[Gap, str | None]]:
    """The gap at every point up to a day at which both groups have a score, with the break before it."""
    days = connection.execute(
        "SELECT s.day, s.break_before FROM series AS s WHERE s.board = ? AND s.day <= ? ORDER BY s.day", [board, until]
    ).fetchall()
    results: list[tuple[Gap, str | None]] = []
    broken = None
    for day, break_before in days:
        broken = break_before or broken
        at = point(connection, board, day)
        difference = gap(at, by, between, other) if at else None
        if difference:
            results.append((difference, broken))
            broken = None
    return results


def chart(
    connection: duckdb.DuckDBPyConnection, board: Mapping[str, Any], by: str, between: str, other: str, *,
    as_of: date, today: date,
) -> alt.VConcatChart:  # fmt: skip
    """The chart; ValueError where no point by that day has both groups."""
    altair = style.library()
    results = gaps(connection, board["board"], by, between, other, as_of)
    if not results:
        raise ValueError(f"{board['board']}: no point on or before {as_of} has a score of {between} and one of {other}")
    unit = board["unit"] or "points"
    dots = [
        {
            "day": str(each.day), "gap": each.gap, "low": each.gap - (each.half or 0),
            "high": each.gap + (each.half or 0), "best": each.best, "best_other": each.best_other,
        }
        for each, _ in results
    ]  # fmt: skip
    joined = [
        {"day": str(each.day), "to": str(after.day), "gap": each.gap, "gap_to": after.gap}
        for (each, _), (after, broken_before) in pairwise(results)
        if not broken_before and (after.day - each.day).days <= JOINED
    ]
    across = altair.X("day:T", title=None, axis=style.days((results[-1][0].day - results[0][0].day).days))
    up = altair.Y("gap:Q", title=f"{between} minus {other}, {unit}")
    zero = altair.Chart(altair.Data(values=[{}])).mark_rule(color=style.GREY).encode(y=altair.datum(0))
    base = altair.Chart(altair.Data(values=dots))
    lines = altair.Chart(altair.Data(values=joined)).mark_rule(size=2, opacity=0.6, color=style.COLOURS[0])
    layers = [
        zero,
        lines.encode(x=across, x2="to:T", y=up, y2="gap_to:Q"),
        base.mark_rule(size=2, opacity=0.35, color=style.COLOURS[0]).encode(x=across, y=altair.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, opacity=1, size=38, color=style.COLOURS[0]).encode(
            x=across, y=up, tooltip=[altair.Tooltip(f"{name}:N") for name in ("day", "gap", "best", "best_other")]
        ),
    ]
    newest, _ = results[-1]
    ahead, behind = (between, other) if newest.gap >= 0 else (other, between)
    leader, follower = (newest.best, newest.best_other) if newest.gap >= 0 else (newest.best_other, newest.best)
    title = f"{ahead} leads {behind} by {number(abs(newest.gap))} {unit} on {board['title']}"
    days = (today - newest.day).days
    interval = ""
    if newest.half is not None:
        ends = f"{number(newest.gap - newest.half)} to {number(newest.gap + newest.half)}"
        interval = f" ({newest.level:.0%} interval: {ends})"
    details = [
        headline(dict(board)),
        f"Newest point {newest.day}, {days} days ago: {leader} over {follower}{interval}.",
    ]
    broken = [(each.day, reason) for each, reason in results if reason]
    foot = [f"{day}: {reason}." for day, reason in broken] if len(broken) <= NAMED else [f"{len(broken)} breaks."]
    foot += [
        *(["Points on two sides of a break do not compare, and are not joined."] if broken else []),
        *(
            ["Bars: from the intervals that the leaderboard publishes."]
            if any(each.half for each, _ in results)
            else []
        ),
        f"Counted: the best row of each, by {by}.",
        f"{source(board)}.",
    ]
    return style.framed(altair.layer(*layers).properties(width=style.WIDTH, height=280), title, details, foot)
