"""The first places of a leaderboard: score with its published interval, country as colour, openness as shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from tracker.analysis.lookups import headline, records
from tracker.report import style
from tracker.report.words import number, origin_words, source

if TYPE_CHECKING:
    import altair as alt
    import duckdb

ROW = 22  # pixels
NAMED = 5  # countries with a colour of their own
OPEN = {"open_source": "open", "open_weights": "open", "restricted_weights": "restricted", "proprietary": "proprietary"}
SHAPES = {"open": "circle", "restricted": "diamond", "proprietary": "square", "unknown": "cross"}
NAME = 34  # letters of a name


def chart(
    connection: duckdb.DuckDBPyConnection, board: Mapping[str, Any], top: int, *, as_of: date, today: date
) -> alt.VConcatChart:
    """The rows of the first `top` places; ValueError where the newest point by a day has none."""
    altair = style.library()
    rows = records(
        connection,
        "SELECT r.day, r.edition, r.rank, r.name, r.country, r.openness, r.score, r.score_low, r.score_high,"
        " r.developer, r.origin, r.snapshot FROM entries_resolved AS r WHERE r.board = $1 AND r.rank <= $2"
        " AND r.day = (SELECT max(s.day) FROM series AS s WHERE s.board = $1 AND s.day <= $3) ORDER BY r.rank, r.row",
        [board["board"], top, as_of],
    )
    if not rows:
        raise ValueError(f"{board['board']}: no row with a score on or before {as_of}")
    often: dict[str, int] = {}
    for row in rows:
        often[row["country"]] = often.get(row["country"], 0) + 1
    countries = sorted(often, key=lambda country: (country == "unknown", -often[country], country))
    shown = countries if len(countries) <= NAMED + 1 else [*countries[:NAMED], "other"]
    values = [
        {
            "place": f"{at:03}", "label": f"{row['rank']}  {_cut(row['name'])}", "score": row["score"],
            "low": row["score_low"], "high": row["score_high"],
            "country": row["country"] if row["country"] in shown else "other",
            "openness": OPEN.get(row["openness"], "unknown"), "text": number(row["score"]),
            "name": row["name"], "developer": row["developer"] or "unknown",
        }
        for at, row in enumerate(rows)
    ]  # fmt: skip
    base = altair.Chart(altair.Data(values=values))
    names = {value["place"]: value["label"] for value in values}
    expression = " : ".join([*(f"datum.value == '{place}' ? {_quoted(label)}" for place, label in names.items()), "''"])
    lines = altair.Axis(labelExpr=expression, labelLimit=300, labelPadding=8, ticks=False, domain=False, grid=True)
    down = altair.Y("place:N", title=None, axis=lines)
    unit = f", {board['unit']}" if board["unit"] and board["unit"] not in board["metric"] else ""
    across = altair.X(
        "score:Q", title=f"{board['metric']}{unit}", scale=altair.Scale(zero=False, padding=12, nice=False)
    )
    colour = altair.Color("country:N", sort=shown, scale=altair.Scale(domain=shown, range=style.colours(shown)),
                          legend=altair.Legend(title="country", orient="bottom"))  # fmt: skip
    present = [kind for kind in SHAPES if any(value["openness"] == kind for value in values)]
    shape = altair.Shape("openness:N", scale=altair.Scale(domain=present, range=[SHAPES[kind] for kind in present]),
                         legend=altair.Legend(title="weights", orient="bottom"))  # fmt: skip
    layers = [
        base.mark_rule(size=2, opacity=0.5).encode(y=down, x=altair.X("low:Q"), x2="high:Q", color=colour),
        base.mark_point(filled=True, opacity=1, size=75).encode(
            y=down, x=across, color=colour, shape=shape,
            tooltip=[altair.Tooltip(f"{field}:N") for field in ("name", "developer", "country", "openness", "text")],
        ),
    ]  # fmt: skip
    first = rows[0]
    edition = f", edition {first['edition']}" if first["edition"] else ""
    title = f"{first['name']} leads {board['title']}{edition}"
    if len(rows) > 1 and rows[1]["rank"] == first["rank"]:
        title = f"{sum(row['rank'] == 1 for row in rows)} models share the first place of {board['title']}{edition}"
    days = (today - first["day"]).days
    details = [headline(dict(board)), f"The first {len(rows)} rows of {first['day']}, {days} days ago."]
    foot = [
        *(
            ["Bars: the intervals that the leaderboard publishes."]
            if any(row["score_low"] is not None for row in rows)
            else []
        ),
        "Country: primary base of the releasing organisation on the day of release. Weights: published under free terms"
        " (open), under others (restricted), or not (proprietary), on the day of the point.",
        f"{source(board)}; {origin_words(first['origin'])}; snapshot {first['snapshot'][:12]}.",
    ]
    return style.framed(
        altair.layer(*layers).properties(width=style.WIDTH - 260, height=altair.Step(ROW)), title, details, foot
    )


def _cut(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}\N{HORIZONTAL ELLIPSIS}"


def _quoted(text: str) -> str:
    """A text as a literal of Vega's expressions, which have those of JSON."""
    return json.dumps(text)
