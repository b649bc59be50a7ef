"""What the boards show: which there are, their first rows, and how each stands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from storage.origins import IN_WORDS
from tracker import output
from tracker.analysis.lookups import missing, records
from tracker.cli.lookups import known_board
from tracker.cli.options import Integer, Setting, as_of, common

if TYPE_CHECKING:
    import duckdb


@click.command("boards")
@common
def boards_command(setting: Setting) -> None:
    """Boards: what each measures, and its newest point.

    Example: tracker boards --format csv
    """
    with setting.database() as connection:
        rows = records(
            connection,
            "SELECT b.board, b.title, b.kind, b.adjustment, b.direction, b.operator, b.source, count(s.day) AS points,"
            " min(s.day) AS first_day, max(s.day) AS last_day, arg_max(s.rows, s.day) AS rows"
            " FROM boards AS b LEFT JOIN series AS s ON s.board = b.board GROUP BY ALL ORDER BY b.board",
        )
    columns = [
        "board",
        "title",
        "kind",
        "adjustment",
        "direction",
        "operator",
        "source",
        "points",
        "first_day",
        "last_day",
        "rows",
    ]
    least = ("direction", "operator", "source", "title", "adjustment", "first_day")
    output.write(rows, columns, setting.format, "", least)


TOP = [
    "rank",
    "name",
    "release",
    "variant",
    "developer",
    "country",
    "openness",
    "licence",
    "score",
    "score_low",
    "score_high",
    "published_rank",
]


@click.command("top")
@click.argument("board")
@click.option("--n", type=Integer(1), default=20, show_default=True, help="How many places; ties are all shown.")
@as_of
@common
def top_command(setting: Setting, board: str, n: int, as_of: date | None) -> None:
    """The first places of BOARD, with what each name resolves to.

    Example: tracker top arena_text --n 20
    """
    day = as_of or setting.today
    with setting.database() as connection:
        known_board(connection, board)
        rows = records(
            connection,
            "SELECT r.* FROM entries_resolved AS r WHERE r.board = $1 AND r.rank <= $2"
            " AND r.day = (SELECT max(s.day) FROM series AS s WHERE s.board = $1 AND s.day <= $3)"
            " ORDER BY r.rank, r.row",
            [board, n, day],
        )
        if not rows:
            output.write([], TOP, setting.format)
            output.say(missing(connection, board, day))
            raise click.exceptions.Exit(1)
    first = rows[0]
    title = (
        f"{board}, {first['day']} ({(setting.today - first['day']).days} days ago),"
        f"{' edition ' + first['edition'] + ',' if first['edition'] else ''} captured {first['captured_at']:%Y-%m-%d},"
        f" snapshot {first['snapshot'][:12]}, {IN_WORDS[first['origin']]}"
    )
    least = ("published_rank", "score_low", "score_high", "licence", "variant", "release", "developer")
    output.write(rows, TOP, setting.format, title, least)


def archive_notes(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What of the archive is not in the boards: what could not be read, and captures from the future."""
    pages, lines, first = connection.execute(
        "SELECT count(*) FILTER (WHERE line IS NULL), count(*) FILTER (WHERE line IS NOT NULL),"
        " min(file || coalesce(', line ' || line, '')) FROM unreadable"
    ).fetchall()[0]
    if pages + lines:
        yield (
            f"problem: {pages} archived pages and {lines} lines of the ledger cannot be read, the first: {first};"
            " see tracker check-archive"
        )
    for source, count, newest in connection.execute(
        "SELECT source, count(*), max(fetched_at) FROM captures WHERE state = 'future' GROUP BY source ORDER BY source"
    ).fetchall():
        yield (
            f"problem: {source or 'robots.txt'}: {count} captures are set aside: their time, up to {newest:%Y-%m-%d},"
            " lies in the future"
        )


STATUS = [
    "board", "source", "last_success", "published_on", "rows", "age_days", "state", "content_since", "data", "reason"
]  # fmt: skip


@click.command("status")
@common
def status_command(setting: Setting) -> None:
    """How each board stands: whether its page comes and is believed (state), and whether its rows are old (data).

    Rows are old when nothing in them has changed for twice as long as ever before. Exit code 1 where a state is not ok.

    Example: tracker status
    """
    from tracker.config import interval

    sources = setting.config.declared()
    with setting.database() as connection:
        rows = records(connection, "SELECT * FROM health")
        notes = list(archive_notes(connection))
    for board in rows:
        source = sources.get(board["source"])
        board["age_days"] = (setting.today - board["day"]).days if board["day"] else None
        on = source is not None and source.enabled
        if board["state"] == "ok" and source and on:
            limit = interval(source) * setting.config.schedule.stale_after + timedelta(days=1)
            if setting.clock().replace(tzinfo=None) - board["last_success"] > limit:
                board["state"] = "stale"
                board["reason"] = (
                    f"nothing came since {board['last_success']:%Y-%m-%d}; the source is due every {source.every}"
                )
        board["data"] = (
            None if board["data_old_from"] is None else "old" if setting.today >= board["data_old_from"] else "fresh"
        )
        if board["state"] == "never":
            board["reason"] = (
                "never collected" if on else f"off: {source.disabled_reason}" if source else "no such source"
            )
            if on and source and source.key and not os.environ.get(source.key, "").strip():
                board["reason"] = f"needs a key in {source.key}"
    if setting.format == "table":
        output.table(rows, STATUS[:-1], drop_first=("published_on", "source", "last_success", "rows", "age_days"))
        for board in rows:
            if board["reason"]:
                output.paragraph(f"{board['board']}: {output.shown(board['reason'])}")
            if board["data"] == "old":
                output.paragraph(f"{board['board']}: {age_of_rows(board)}")
    else:
        output.write(rows, STATUS, setting.format)
    for note in notes:
        output.say(note)
    if any(board["state"] not in {"ok", "never"} for board in rows):
        raise click.exceptions.Exit(1)


def age_of_rows(board: dict[str, Any]) -> str:
    """Why the rows of a board are called old."""
    before = (
        "" if board["longest_days"] is None else f"; before, at most {board['longest_days']} days passed without one"
    )
    return f"no new row since {board['content_since']}{before}"
