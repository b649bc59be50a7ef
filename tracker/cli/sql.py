"""`tracker sql`: any question to the published database."""

from __future__ import annotations

from itertools import count

import click

from tracker import output
from tracker.cli.options import Setting, common


@click.command("sql")
@click.argument("query")
@common
def sql_command(setting: Setting, query: str) -> None:
    """Ask the published database, read-only.

    Example: tracker sql "FROM latest LIMIT 5"
    """
    import duckdb

    from storage.database import is_damage

    with setting.database() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            done = connection.execute(query)
            if done is None or not done.description:
                raise click.UsageError("a query is expected, such as: FROM latest LIMIT 5")
            names = _apart([column[0] for column in done.description])
            rows = [dict(zip(names, row, strict=True)) for row in done.fetchall()]
        except duckdb.Error as error:
            if is_damage(error):
                raise
            lines = [line for line in str(error).splitlines() if line.strip()]
            likely = [line for line in lines[1:] if line.startswith("Did you mean")]
            raise click.UsageError(" ".join([lines[0], *likely])) from None
    output.write(rows, names, setting.format)


def _apart(names: list[str]) -> list[str]:
    """Column names of a query, told apart where it gives two the same: a, a_1."""
    distinct: list[str] = []
    for name in names:
        other = (f"{name}_{number}" for number in count(1))
        distinct.append(
            name
            if name not in distinct
            else next(candidate for candidate in other if candidate not in {*distinct, *names})
        )
    return distinct
