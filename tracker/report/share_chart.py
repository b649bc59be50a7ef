"""A share over time: a step for each point, and nothing where no page was seen.

A point is a dot; hollow where another provider speaks than before. The line runs as long as the content is known to
have stood: until it was last seen, or, of an edition, until the next one. It is dashed where more than GAP days passed
without a page. What is unknown is a band above it. Points that do not compare are not joined, and each break is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, Any

from tracker.analysis.figure_ids import figure_id
from tracker.analysis.filter import Where, share_of
from tracker.analysis.shares import Share, shares
from tracker.definition import Definition
from tracker.report import style
from tracker.report.words import Counted, age, counted, finding, origin_words, source

if TYPE_CHECKING:
    import altair as alt
    import duckdb

GAP = 14  # days
NAMED = 6  # breaks that are named at the foot; more than that are counted
LABEL_ROOM = 34  # pixels that the label of an edition needs
LETTER = 8  # pixels of a letter of a label, at the most


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the line. `until`: the last day on which its content is known to have stood."""

    day: date
    until: date
    edition: str | None
    break_before: str | None
    switched: bool
    share: Share


def points(
    connection: duckdb.DuckDBPyConnection, board: str, top: int, where: Where, definition: Definition, until: date,
    today: date,
) -> list[Point]:  # fmt: skip
    """Every point of the series up to a day, with 0 where nothing has the value."""
    seen = {
        day: (last_seen.date(), source, in_force)
        for day, last_seen, source, in_force in connection.execute(
            "SELECT s.day, s.last_seen_at, s.source, NOT b.editions_comparable AND s.edition IS NOT NULL"
            " FROM series AS s JOIN boards AS b ON b.board = s.board WHERE s.board = ? ORDER BY s.day",
            [board],
        ).fetchall()
    }
    by_day: dict[date, list[Share]] = {}
    for share in shares(connection, [board], [top], definition, as_of=until, today=today, every_day=True):
        by_day.setdefault(share.day, []).append(share)
    results: list[Point] = []
    days = sorted(by_day)
    for day, after in zip_longest(days, days[1:]):
        last_seen, source, in_force = seen[day]
        stood = after or max(last_seen, day) if in_force else max(last_seen, day)
        share = share_of(by_day[day], where)
        switched = bool(results) and seen[results[-1].day][1] != source
        end = min(stood, after or until, until)
        results.append(Point(day, max(end, day), share.edition, share.break_before, switched, share))
    return results


def chart(
    connection: duckdb.DuckDBPyConnection,
    board: Mapping[str, Any],
    top: int,
    wheres: Sequence[Where],
    definition: Definition,
    *,
    until: date,
    today: date,
) -> alt.VConcatChart:
    """The chart of the shares that `wheres` ask of a board, at least one; ValueError where it has no point by then."""
    altair = style.library()
    named = [counted(where) for where in wheres]
    lines = {
        each: points(connection, board["board"], top, where, replace(definition, by=where.by), until, today)
        for each, where in zip(named, wheres, strict=True)
    }
    if not any(lines.values()):
        raise ValueError(f"{board['board']}: no point on or before {until}")
    first, newest = min(line[0].day for line in lines.values()), max(line[-1].until for line in lines.values())
    days = max((newest - first).days, 1)
    # The labels at the ends have room to the right of the newest point.
    letters = max(len(f"{each.short} {each.of(line[-1].share)}") for each, line in lines.items())
    room = days * LETTER * letters // (style.WIDTH - LETTER * letters) + 2
    domain = [str(first - timedelta(days=days // 40 + 1)), str(newest + timedelta(days=room))]
    across = {"type": "temporal", "scale": altair.Scale(domain=domain), "title": None, "axis": style.days(days + room)}
    high = max(point.share.share_high for line in lines.values() for point in line)
    most = min(100, 10 * (int(10.5 * high) + 1))
    up = {"type": "quantitative", "title": "share, %", "scale": altair.Scale(domain=[0, most])}
    own = altair.Scale(
        domain=[each.short for each in named], range=style.colours([each.country or each.short for each in named])
    )
    colour = altair.Color("name:N", title=None, legend=None, scale=own)

    def drawn(values: list[dict[str, Any]], mark: Mapping[str, Any], **more: Any) -> Any:
        return altair.Chart(altair.Data(values=values), mark=altair.MarkDef(**mark)).encode(color=colour, **more)

    segments, rises, bands, dots = _pieces(lines)
    x, x2, y, y2 = altair.X("from:T", **across), altair.X2("to:T"), altair.Y("share:Q", **up), altair.Y2("high:Q")
    dash = altair.StrokeDash(
        "kind:N", legend=None, scale=altair.Scale(domain=["seen", "unseen"], range=[[1, 0], [3, 4]])
    )
    layers = [
        drawn(bands, {"type": "rect", "opacity": 0.18}, x=x, x2=x2, y=y, y2=y2),
        drawn(segments, {"type": "rule", "size": 2}, x=x, x2=x2, y=y, strokeDash=dash),
        drawn(rises, {"type": "rule", "size": 2}, x=x, y=y, y2=y2),
        *(
            drawn([dot for dot in dots if dot["hollow"] is hollow],
                  {"type": "point", "size": 38, "opacity": 1, **look}, x=x, y=y, tooltip=_tooltip(altair))
            for hollow, look in ((False, {"filled": True}), (True, {"fill": "white", "strokeWidth": 2}))
        ),
        drawn(_ends(lines, most), {"type": "text", "align": "left", "dx": 8, "fontWeight": "bold", "fontSize": 12}, x=x,
              y=altair.Y("at:Q", **up), text="label:N"),
    ]  # fmt: skip
    layers += _editions(altair, next(iter(lines.values())), across, days)
    rules, named_breaks = _breaks(altair, next(iter(lines.values())), across)
    whole = altair.layer(*rules, *layers).properties(width=style.WIDTH, height=300)
    line = lines[named[0]]
    return style.framed(whole, _title(named, lines, board), _details(board, line, today),
                        _foot(named, lines, definition, wheres, board, line, named_breaks, today))  # fmt: skip


def _pieces(lines: Mapping[Counted, Sequence[Point]]) -> tuple[list[dict[str, Any]], ...]:
    """Horizontal segments, rises between points that compare, bands of the unknown, and dots."""
    segments: list[dict[str, Any]] = []
    rises: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    dots: list[dict[str, Any]] = []
    for counted_, line in lines.items():
        name = counted_.short
        for point, after in zip_longest(line, line[1:]):
            share, high = 100 * point.share.share, 100 * point.share.share_high
            unseen = after is not None and (after.day - point.until).days > GAP
            end = point.until if unseen or after is None else after.day
            pieces = [(point.day, end, "seen")] + ([(end, after.day, "unseen")] if unseen and after else [])
            for begin, stop, kind in pieces:
                if stop > begin:
                    segments.append({"name": name, "from": str(begin), "to": str(stop), "share": share, "kind": kind})
            if high > share and end > point.day:
                bands.append({"name": name, "from": str(point.day), "to": str(end), "share": share, "high": high})
            if after is not None and not after.break_before and not unseen:
                rises.append({"name": name, "from": str(after.day), "share": share, "high": 100 * after.share.share})
            dots.append({
                "name": name, "from": str(point.day), "share": share, "hollow": point.switched,
                "day": str(point.day), "figure": counted_.of(point.share), "edition": point.edition or "",
                "break": point.break_before or "", "origin": origin_words(point.share.origin),
            })  # fmt: skip
    return segments, rises, bands, dots


def _tooltip(altair: Any) -> list[Any]:
    return [altair.Tooltip(f"{field}:N") for field in ("day", "figure", "edition", "break", "origin")]


def _ends(lines: Mapping[Counted, Sequence[Point]], most: float) -> list[dict[str, Any]]:
    """What stands at the right end of each line; `at` is its height, apart from the others and from the axis."""
    labels = [
        {"name": each.short, "from": str(line[-1].until), "at": max(100 * line[-1].share.share, 0.04 * most),
         "label": f"{each.short} {each.of(line[-1].share)}"}
        for each, line in lines.items() if line
    ]  # fmt: skip
    labels.sort(key=lambda label: float(str(label["at"])))
    for below, label in pairwise(labels):
        label["at"] = max(float(str(label["at"])), float(str(below["at"])) + 0.06 * most)
    return labels


def _editions(altair: Any, line: Sequence[Point], across: Mapping[str, Any], days: int) -> list[Any]:
    """The names of editions above, as many as have room."""
    per_day, values, last = style.WIDTH / days, [], -1e9
    for point in line:
        at = (point.day - line[0].day).days * per_day
        if point.edition and at - last >= LABEL_ROOM:
            values.append({"from": str(point.day), "label": point.edition})
            last = at
    if not values:
        return []
    mark = altair.MarkDef("text", dy=-4, baseline="bottom", fontSize=9, color=style.GREY)
    return [altair.Chart(altair.Data(values=values), mark=mark).encode(
        x=altair.X("from:T", **across), y=altair.value(0), text="label:N")]  # fmt: skip


def _breaks(altair: Any, line: Sequence[Point], across: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    """A rule with a number for each break that is no new edition, and the sentences of the numbers."""
    broken = [point for point in line if point.break_before and not point.break_before.startswith("new edition")]
    if not broken:
        return [], []
    values = [{"from": str(point.day), "label": str(number)} for number, point in enumerate(broken, 1)]
    shown = values if len(values) <= NAMED else [value | {"label": ""} for value in values]
    x = altair.X("from:T", **across)
    rules = altair.Chart(
        altair.Data(values=values), mark=altair.MarkDef("rule", color="#BBBBBB", strokeDash=[2, 3])
    ).encode(x=x)
    numbers = altair.Chart(
        altair.Data(values=shown), mark=altair.MarkDef("text", dy=-4, baseline="bottom", fontSize=10, color=style.GREY)
    ).encode(x=x, y=altair.value(0), text="label:N")
    if len(broken) > NAMED:
        return [rules, numbers], [f"{len(broken)} breaks (dotted): tracker breaks {line[0].share.board} names each."]
    return [rules, numbers], [f"{number} {point.day}: {point.break_before}." for number, point in enumerate(broken, 1)]


def _title(named: Sequence[Counted], lines: Mapping[Counted, Sequence[Point]], board: Mapping[str, Any]) -> str:
    """The finding at the newest point, in a sentence."""
    newest = lines[named[0]][-1].share
    edition = f", edition {newest.edition}" if newest.edition else ""
    return f"{finding([(each, lines[each][-1].share) for each in named])} of {board['title']}{edition}"


def _details(board: Mapping[str, Any], line: Sequence[Point], today: date) -> list[str]:
    from tracker.analysis.lookups import headline

    newest = line[-1].share
    return [
        headline(dict(board)),
        f"Newest point {newest.day}, {age(newest, today)}; {len(line)} points since {line[0].day}.",
    ]


def _foot(
    named: Sequence[Counted], lines: Mapping[Counted, Sequence[Point]], definition: Definition, wheres: Sequence[Where],
    board: Mapping[str, Any], line: Sequence[Point], named_breaks: Sequence[str], today: date,
) -> list[str]:  # fmt: skip
    """Breaks, what the marks mean, the definition, the source with its licence, and the ids of the newest figures."""
    marks = []
    if any(point.share.share_high > point.share.share for each in lines.values() for point in each):
        marks.append("band: what is unknown may turn out to be it")
    if any(point.switched for point in line):
        marks.append("hollow: another provider than before")
    if any(after.day > point.until + timedelta(days=GAP) for point, after in pairwise(line)):
        marks.append(f"dashed: no page was seen for more than {GAP} days")
    if any((point.break_before or "").startswith("new edition") for point in line):
        marks.append("editions do not compare, and are not joined")
    ids = [
        figure_id(lines[each][-1].share, replace(definition, by=where.by), today)
        for each, where in zip(named, wheres, strict=True)
    ]
    return [
        *named_breaks,
        *(["; ".join(marks).capitalize() + "."] if marks else []),
        f"Counted: {replace(definition, by=wheres[0].by).words()}.",
        f"{source(board)}; {origin_words(line[-1].share.origin)}.",
        f"Figure: {'; '.join(ids)}",
    ]
