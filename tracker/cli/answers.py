"""Commands that read the published database."""

from __future__ import annotations

import os
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING

import click

from storage.origins import IN_WORDS
from tracker import output
from tracker.cli.common import Setting, as_of, common

if TYPE_CHECKING:
    pass
from tracker.cli.board import known_board, missing, records


@click.command("boards")
@common
def boards_command(setting: Setting) -> None:
    """Boards: what each measures, and its newest point."""
    with setting.database() as connection:
        found = records(
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
    output.write(found, columns, setting.format, "", least)


TOP = [
    "position",
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
@click.option("--n", type=click.IntRange(1), default=20, show_default=True, help="How many places; ties are all shown.")
@as_of
@common
def top_command(setting: Setting, board: str, n: int, as_of: date | None) -> None:
    """The first places of BOARD, with what each name resolves to."""
    day = as_of or setting.today
    with setting.database() as connection:
        known_board(connection, board)
        found = records(
            connection,
            "SELECT r.* FROM entries_resolved AS r WHERE r.board = $1 AND r.position <= $2"
            " AND r.day = (SELECT max(s.day) FROM series AS s WHERE s.board = $1 AND s.day <= $3)"
            " ORDER BY r.position, r.row",
            [board, n, day],
        )
        if not found:
            output.write([], TOP, setting.format)
            output.say(missing(connection, board, day))
            raise click.exceptions.Exit(1)
    first = found[0]
    title = (
        f"{board}, {first['day']} ({(setting.today - first['day']).days} days ago),"
        f"{' edition ' + first['edition'] + ',' if first['edition'] else ''} captured {first['captured_at']:%Y-%m-%d},"
        f" snapshot {first['snapshot'][:12]}, {IN_WORDS[first['origin']]}"
    )
    least = ("published_rank", "score_low", "score_high", "licence", "variant", "release", "developer")
    output.write(found, TOP, setting.format, title, least)


@click.command("sql")
@click.argument("query")
@common
def sql_command(setting: Setting, query: str) -> None:
    """Ask the published database, read-only: tracker sql "FROM latest LIMIT 5"."""
    import duckdb

    with setting.database() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            done = connection.execute(query)
            if done is None or not done.description:
                raise click.UsageError("a query is expected, such as: FROM latest LIMIT 5")
            names = _apart([column[0] for column in done.description])
            found = [dict(zip(names, row, strict=True)) for row in done.fetchall()]
        except duckdb.Error as error:
            raise click.UsageError(str(error).splitlines()[0]) from None
    output.write(found, names, setting.format)


def _apart(names: list[str]) -> list[str]:
    """Column names of a query, told apart where it gives two the same: a, a_1."""
    found: list[str] = []
    for name in names:
        other = (f"{name}_{number}" for number in count(1))
        found.append(name if name not in found else next(one for one in other if one not in {*found, *names}))
    return found


STATUS = ["board", "source", "last_success", "published_on", "rows", "age_days", "state", "reason"]


@click.command("status")
@common
def status_command(setting: Setting) -> None:
    """How each board stands. Exit code 1 where one is not ok."""
    from tracker.config import interval

    sources = setting.config.declared()
    with setting.database() as connection:
        found = records(connection, "SELECT * FROM health")
    for board in found:
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
        if board["state"] == "never":
            board["reason"] = (
                "never collected" if on else f"off: {source.disabled_reason}" if source else "no such source"
            )
            if on and source and source.key and not os.environ.get(source.key):
                board["reason"] = f"needs a key in {source.key}"
    if setting.format == "table":
        output.table(found, STATUS[:-1], drop_first=("published_on", "source", "last_success", "rows"))
        for board in found:
            if board["reason"]:
                output.paragraph(f"{board['board']}: {output.shown(board['reason'])}")
    else:
        output.write(found, STATUS, setting.format)
    if any(board["state"] not in {"ok", "never"} for board in found):
        raise click.exceptions.Exit(1)


@click.command("unresolved")
@click.option("--top", type=click.IntRange(1), default=50, show_default=True, help="Only names that stood this high.")
@common
def unresolved_command(setting: Setting, top: int) -> None:
    """Printed names of which developer, country, openness or release is not known, the weightiest first."""
    with setting.database() as connection:
        found = records(
            connection,
            "SELECT u.name, u.published_organization, u.best_position, u.places, u.boards, u.last_day,"
            " u.without_developer, u.without_country, u.without_openness, u.without_release"
            " FROM unresolved AS u WHERE u.best_position <= ?"
            " ORDER BY u.without_country DESC, u.without_openness DESC, u.best_position, u.places DESC, u.name",
            [top],
        )
    for row in found:
        words = ("developer", "country", "openness", "release")
        row["unknown"] = ", ".join(word for word in words if row.pop(f"without_{word}"))
    columns = ["name", "published_organization", "unknown", "best_position", "places", "boards", "last_day"]
    output.write(found, columns, setting.format)


@click.command("breaks")
@click.argument("board", required=False)
@common
def breaks_command(setting: Setting, board: str | None) -> None:
    """Where a series is not comparable: breaks that are declared, and jumps that nobody has declared."""
    from storage.database import sql

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        found = records(connection, sql("suspected_breaks"), [board])
    columns = ["board", "day_before", "day", "state", "rows_before", "rows", "common_names", "median_shift", "reason"]
    output.write(found, columns, setting.format)


@click.command("disagreements")
@click.argument("board", required=False)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True)
@common
def disagreements_command(setting: Setting, board: str | None, top: int) -> None:
    """Days that two sources showed of one board, with different models in the top N.

    Where a page was typed by somebody and also had as bytes, every score that differs is named; the bytes stand.
    """
    from storage.database import sql

    with setting.database() as connection:
        if board:
            known_board(connection, board)
        found = records(connection, sql("disagreements"), [board, top])
    output.write(found, ["board", "day", "chosen", "other", "only_chosen", "only_other", "scores"], setting.format)


@click.command("sources")
@common
def sources_command(setting: Setting) -> None:
    """Sources: on or off and why, how often, which boards, under which licence."""
    found = []
    for source in setting.config.declared().values():
        lacks = bool(source.key) and not os.environ.get(source.key)
        needs = f"needs a key in {source.key}" if lacks else ""
        found.append({
            "source": source.name, "title": source.title, "state": "on" if source.enabled else "off",
            "why": "; ".join(filter(None, (source.disabled_reason, needs))),
            "every": source.every, "boards": list(source.boards), "licence": source.licence,
            "redistribute": source.redistribute, "homepage": source.homepage,
        })  # fmt: skip
    least = ("homepage", "title", "redistribute", "why", "boards", "licence")
    output.write(found, list(found[0]) if found else [], setting.format, "", least)
