"""What a figure rests on: its rows, what their names resolve to and why, the snapshot, and the pages that showed it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from scrapers.model import Entry
from tracker.analysis.figure_ids import Figure
from tracker.analysis.filter import Where
from tracker.analysis.margin import Margins, units_of
from tracker.analysis.top_n import Cut, RankedRow, cuts
from tracker.definition import Question

if TYPE_CHECKING:
    import duckdb

CAPTURE = (
    "capture", "fetched_at", "run_id", "source", "role", "method", "address", "body_sha256", "status", "etag",
    "last_modified", "content_sha256", "bytes", "origin", "origin_detail",
)  # fmt: skip
NAME_COLUMNS = (
    "name",
    "organization",
    "licence",
    "country",
    "openness",
    "models",
)  # cells of a row that stand in `names`
_CELLS = ", ".join(f"{'n' if cell.name in NAME_COLUMNS else 'e'}.{cell.name}" for cell in fields(Entry))
_FACTS = (
    "r.release, r.variant, r.release_how, r.developer, r.developer_how, r.country, r.subdivision, r.released_on,"
    " r.licence, r.terms, r.steps,"
    " (SELECT list({'since': o.since, 'until': o.until, 'value': o.value, 'how': o.how} ORDER BY o.since)"
    " FROM openness AS o WHERE o.name_key = e.name_key AND o.meant_since = r.since) AS openness"
)


def cut_of(connection: duckdb.DuckDBPyConnection, figure: Figure) -> Cut:
    """The rows that were counted."""
    figure_id = figure.figure_id
    today = figure_id.today or figure_id.day
    return cuts(connection, [Question(figure_id.board, figure_id.top, figure_id.definition, figure_id.day, today)])[0]


def margins(connection: duckdb.DuckDBPyConnection, figure: Figure) -> Margins:
    """How far the figure is from another one: of its low count, and of its high one."""
    figure_id = figure.figure_id
    units = units_of(
        connection, figure_id.board, figure_id.definition, as_of=figure_id.day, today=figure_id.today or figure_id.day
    )
    return units.margins(figure_id.top, Where(figure_id.definition.by, figure_id.value))


def rows(connection: duckdb.DuckDBPyConnection, figure: Figure) -> list[dict[str, Any]]:
    """Every row down to the cut: place, how much of it is in, whether it is counted, its cells as published, its facts.

    A row that stands above the cut and has no place of its own (a second row of a release, or one that the definition
    leaves out) is listed without a place.
    """
    cut = cut_of(connection, figure)
    placed = {row.row: row for row in cut.rows}
    published, resolved = (_by_row(connection, figure, columns) for columns in (_CELLS, _FACTS))
    by_rank = figure.figure_id.definition.rank_by != "score"
    direction = connection.execute("SELECT direction FROM boards WHERE board = ?", [figure.figure_id.board]).fetchall()

    def key(cells: dict[str, Any]) -> float | None:
        value: float | None = cells["published_rank" if by_rank else "score"]
        return -value if value is not None and not by_rank and direction[0][0] != "lower" else value

    last = key(published[cut.rows[-1].row])
    keys = {row: at for row, cells in published.items() if (at := key(cells)) is not None and last is not None}
    down = sorted((at, row) for row, at in keys.items() if last is not None and at <= last)
    return [
        {
            **_row_record(placed[row] if row in placed else None, cut, figure),
            "published": published[row],
            "facts": resolved[row],
        }
        for _, row in down
    ]


def _row_record(row: RankedRow | None, cut: Cut, figure: Figure) -> dict[str, Any]:
    """Place, weight and values of a row, and whether the figure counts it: yes, no, or may be."""
    if row is None:
        return {"place": None, "in": "0", "counted": "no", "values": None}
    values = {"developer": row.developer, "country": row.country, "openness": row.openness, "open": row.open}
    counted = "no"
    if cut.weight(row):
        wanted, row_values = figure.figure_id.value, row.values(figure.figure_id.definition.by)
        fits = any(all(a in {b, "unknown"} for a, b in zip(value, wanted, strict=True)) for value in row_values)
        counted = "yes" if wanted in row_values else "may be" if fits else "no"
    return {"place": row.place, "in": str(cut.weight(row)), "counted": counted, "values": values}


def _by_row(connection: duckdb.DuckDBPyConnection, figure: Figure, columns: str) -> dict[int, dict[str, Any]]:
    done = connection.execute(
        f"SELECT e.row, {columns} FROM series AS s JOIN entries AS e ON e.snapshot_key = s.snapshot_key"
        " JOIN names AS n ON n.name_key = e.name_key JOIN names_resolved AS r ON r.name_key = e.name_key"
        " AND r.since <= coalesce(e.released_on, s.day) AND coalesce(e.released_on, s.day) < r.until"
        " WHERE s.board = ? AND s.day = ? ORDER BY e.row",
        [figure.share.board, figure.share.day],
    )
    names = [column[0] for column in done.description][1:]
    return {row: dict(zip(names, cells, strict=True)) for row, *cells in done.fetchall()}


def capture(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> dict[str, Any]:
    """The capture that first showed the snapshot of that day."""
    cells = ", ".join(f"c.{name}" for name in CAPTURE)
    done = connection.execute(
        f"SELECT {cells} FROM series AS s JOIN captures AS c ON c.capture = s.capture WHERE s.board = ? AND s.day = ?",
        [board, day],
    ).fetchall()
    return dict(zip(CAPTURE, done[0], strict=True))


def observations(connection: duckdb.DuckDBPyConnection, snapshot: str) -> dict[str, Any]:
    """How often, and from when to when, the snapshot was seen."""
    done = connection.execute(
        "SELECT count(*), min(g.seen_at), max(g.seen_at) FROM observations AS g"
        " JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key WHERE s.snapshot = ?",
        [snapshot],
    ).fetchall()
    return dict(zip(("times", "first", "last"), done[0], strict=True))
