"""The kinds of charts, as the command and the Python API ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from scrapers.errors import TrackerError
from tracker.analysis.filter import Where, parse
from tracker.analysis.lookups import UnknownName, known_board, records, suggestion
from tracker.definition import Definition
from tracker.report import dot_plots, gap_chart, share_chart, top_chart

if TYPE_CHECKING:
    import altair as alt
    import duckdb

Kind = Literal["share", "curve", "top", "gap", "boards"]
KINDS: tuple[str, ...] = get_args(Kind)


def chart(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    board: str | None,
    *,
    top: int,
    wheres: Sequence[Where],
    definition: Definition,
    as_of: date,
    today: date,
    restricted: bool = False,
) -> alt.VConcatChart:
    """A chart of a kind; ValueError where there is nothing to draw, for a wrong kind, for a board too many or too few.

    `wheres` is what is counted [country=CN]; several for `share`, two for `gap`. TrackerError where the terms of a
    source forbid to pass on its rows, unless `restricted` is asked for.
    """
    if kind not in KINDS:
        raise UnknownName(f"no chart {kind!r}{suggestion(kind, KINDS)}; there are: {', '.join(KINDS)}")
    usual = ("country=US", "country=CN") if kind == "gap" else ("country=CN",)
    counted = list(wheres) or [parse(text) for text in usual]
    if kind == "gap" and (len(counted) != 2 or counted[0].by != counted[1].by or "," in counted[0].by):
        raise ValueError("a chart of gap is between two values of one property, such as country=US and country=CN")
    if kind not in ("share", "gap") and len(counted) > 1:
        raise ValueError(f"a chart of {kind} counts one thing")
    if kind == "boards":
        if board:
            raise ValueError("a chart of boards is of all leaderboards: it takes none by name")
        boards = records(connection, "SELECT * FROM boards ORDER BY board")
        return dot_plots.boards_chart(connection, boards, top, counted[0], definition, as_of=as_of, today=today)
    if not board:
        raise ValueError(f"a chart of {kind} is of one leaderboard: name it")
    info = known_board(connection, board)
    if kind == "share":
        return share_chart.chart(connection, info, top, counted, definition, until=as_of, today=today)
    if kind == "curve":
        return dot_plots.curve_chart(connection, info, top, counted[0], definition, as_of=as_of, today=today)
    if kind == "gap":
        (between,), (other,) = counted[0].values, counted[1].values
        return gap_chart.chart(connection, info, counted[0].by, between, other, as_of=as_of, today=today)
    if info["redistribute"] == "shares" and not restricted:
        raise TrackerError(
            f"the terms of {board} ({info['licence_page']}) allow no row to be passed on; for your own use there is"
            " --include-restricted"
        )
    return top_chart.chart(connection, info, top, as_of=as_of, today=today)
