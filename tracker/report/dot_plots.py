"""Shares side by side: one figure under every definition, or every leaderboard on one day. No mean is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from tracker.analysis.curve import Choice, sentence
from tracker.analysis.curve import curve as every_definition
from tracker.analysis.filter import Where, share_of
from tracker.analysis.lookups import headline
from tracker.analysis.shares import Share, shares
from tracker.definition import Definition
from tracker.report import style
from tracker.report.words import counted, number, source, span

if TYPE_CHECKING:
    import altair as alt
    import duckdb

ROW = 22  # pixels


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its label, its share and what it may be, and whether it is the one that was asked for."""

    label: str
    share: float
    high: float
    figure: str
    asked: bool = False


def curve_chart(
    connection: duckdb.DuckDBPyConnection, board: Mapping[str, Any], top: int, where: Where, definition: Definition, *,
    as_of: date, today: date,
) -> alt.VConcatChart:  # fmt: skip
    """The share under every definition that can be defended, the asked one marked; ValueError where there is none."""
    result = every_definition(connection, board["board"], where, as_of=as_of, today=today, base=definition)
    if result is None:
        raise ValueError(f"{board['board']}: no point on or before {as_of}")
    several_terms = len({choice.open_means for choice in result.points}) > 1
    lines = [
        Line(_words(choice, several_terms), point.share, point.share_high,
             f"{span(point.count, point.high)} of {number(point.of)}", _is_asked(choice, top, definition))
        for choice, point in result.points.items()
    ]  # fmt: skip
    named = counted(where)
    asked = next((line for line in lines if line.asked), None)
    low, high = (f"{100 * share:.0f} %" for share in (result.low, result.high))
    title = f"{named.subject} hold {low} to {high} of {board['title']}, by definition"
    if low == high:
        title = f"{named.subject} hold {low} of {board['title']}, under every definition"
    details = [headline(dict(board)), sentence(result)]
    foot = [
        *([f"Marked: the one that was asked for, {asked.label}, {asked.figure}."] if asked else []),
        f"The same throughout: {'; '.join([*definition.of_cut(), *replace(definition, by=where.by).of_properties()])}.",
        f"{source(board)}, point of {result.day}.",
    ]
    return style.framed(_dots(lines, f"share of {where}, %"), title, details, foot)


def boards_chart(
    connection: duckdb.DuckDBPyConnection, boards: Sequence[Mapping[str, Any]], top: int, where: Where,
    definition: Definition, *, as_of: date, today: date,
) -> alt.VConcatChart:  # fmt: skip
    """The share on every leaderboard at its newest point by a day; ValueError where none has one."""
    by_board: dict[str, list[Share]] = {}
    asked = replace(definition, by=where.by)
    for share in shares(connection, [board["board"] for board in boards], [top], asked, as_of=as_of, today=today):
        by_board.setdefault(share.board, []).append(share)
    if not by_board:
        raise ValueError(f"no leaderboard has a point on or before {as_of}")
    titles = {board["board"]: board["title"] for board in boards}
    named, lines = counted(where), []
    for name, results in by_board.items():
        share = share_of(results, where)
        # Two rows of one label would be one row of the chart.
        alone = list(titles.values()).count(titles[name]) == 1
        label = f"{titles[name]}{'' if alone else f', {name}'} ({share.day})"
        lines.append(Line(label, share.share, share.share_high, named.of(share)))
    lines.sort(key=lambda line: (-line.share, line.label))
    low, high = min(line.share for line in lines), max(line.share for line in lines)
    title = (
        f"{named.subject} hold between {100 * low:.0f} % and {100 * high:.0f} %"
        f" of the top {top} of {len(lines)} leaderboards"
    )
    details = [
        f"Each at its newest point by {as_of}, whose day stands beside it. They measure different things: no mean."
    ]
    return style.framed(_dots(lines, f"share of {where}, %"), title, details, [f"Counted: {asked.words()}."])


def _words(choice: Choice, several_terms: bool) -> str:
    """`by entry, top 20`; the terms of open where they differ."""
    top = "all" if choice.top is None else f"top {choice.top}"
    more = ", ties all in" if choice.ties == "include" else ""
    more += f", {choice.open_means} terms" if several_terms and choice.open_means else ""
    return f"by {choice.unit}, {top}{more}"


def _is_asked(choice: Choice, top: int, definition: Definition) -> bool:
    own = (choice.unit, choice.top, choice.ties) == (definition.unit, top, definition.ties)
    return own and choice.open_means in (None, definition.open_means)


def _dots(lines: Sequence[Line], title: str) -> Any:
    """A dot for each line, a bar to what it may be, its count beside it; the asked one in colour."""
    altair = style.library()
    values = [
        {"label": line.label, "share": 100 * line.share, "high": 100 * line.high, "figure": line.figure,
         "asked": line.asked}
        for line in lines
    ]  # fmt: skip
    order = [line.label for line in lines]
    rows = altair.Axis(labelLimit=330, labelPadding=10, ticks=False, domain=False, grid=True)
    down = altair.Y("label:N", sort=order, title=None, axis=rows)
    percent = altair.Axis(values=list(range(0, 101, 20)))
    across = altair.X("share:Q", title=title, scale=altair.Scale(domain=[0, 112]), axis=percent)
    marked = any(line.asked for line in lines)
    colour = altair.condition("datum.asked", altair.value(style.COLOURS[1]), altair.value(style.COLOURS[0]))
    base = altair.Chart(altair.Data(values=values))
    layers = [
        base.mark_rule(size=7, opacity=0.25, color=style.COLOURS[0]).encode(y=down, x=across, x2="high:Q"),
        base.mark_point(filled=True, opacity=1, size=70).encode(
            y=down, x=across, color=colour if marked else altair.value(style.COLOURS[0]),
            tooltip=[altair.Tooltip("label:N"), altair.Tooltip("figure:N")],
        ),
        base.mark_text(align="left", dx=8, fontSize=11, color=style.INK).encode(
            y=down, x=altair.X("high:Q"), text="figure:N"
        ),
    ]  # fmt: skip
    return altair.layer(*layers).properties(width=style.WIDTH - 330, height=altair.Step(ROW))
