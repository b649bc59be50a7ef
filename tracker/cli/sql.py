"""`tracker sql`: any question to the published database, within a time and a memory, and to nothing else."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrapers.errors import TrackerError
from tracker import output
from tracker.cli.options import Number, Setting, common

if TYPE_CHECKING:
    import duckdb

PAGE = resource.getpagesize()
MEMORY = min(2 << 30, os.sysconf("SC_PHYS_PAGES") * PAGE * 6 // 10)  # bytes that a query and its rows may take
AT_ONCE = 2_048  # rows that are fetched before the memory is looked at: as many as DuckDB has in a piece
MARGIN = 128 << 20  # bytes that are to be left then


@click.command("sql")
@click.argument("query")
@click.option(
    "--timeout", type=Number(0, 86_400, min_open=True), default=60, show_default=True, metavar="SECONDS",
    help="How long the query may take.",
)  # fmt: skip
@common
def sql_command(setting: Setting, query: str, timeout: float) -> None:
    """Ask the published database, read-only. Exit code 1 where the query takes too long, or more than 2 GB of memory.

    Example: tracker sql "FROM latest LIMIT 5"
    """
    with setting.database() as connection:
        _shut(connection)
        try:
            with _limited_memory(MEMORY):
                names, rows = _answer(connection, query, timeout)
                output.write(rows, names, setting.format)
        except MemoryError:
            raise TrackerError(
                f"the query needs more than {MEMORY / (1 << 30):.2g} GB of memory; ask for less, or open tracker.duckdb"
                " in the data directory with DuckDB itself"
            ) from None


def _shut(connection: duckdb.DuckDBPyConnection) -> None:
    """No file, no network, no variable of this program is in reach of a query, and no query changes that."""
    for setting in (
        "TimeZone = 'UTC'",
        f"memory_limit = '{MEMORY}B'",
        "temp_directory = ''",  # else it would go on in a file of any size
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _answer(
    connection: duckdb.DuckDBPyConnection, query: str, timeout: float
) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and rows of a query. MemoryError, however DuckDB says it; TrackerError once the time is over."""
    import duckdb

    from storage.database import is_damage

    over = threading.Event()

    def interrupt() -> None:
        over.set()
        connection.interrupt()

    timer = threading.Timer(timeout, interrupt)
    timer.daemon = True
    timer.start()
    try:
        done = connection.execute(query)
        if done is None or not done.description:
            raise click.UsageError("a query is expected, such as: FROM latest LIMIT 5")
        names = _apart([column[0] for column in done.description])
        return names, [dict(zip(names, row, strict=True)) for row in _rows(done)]
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except duckdb.Error as error:
        if is_damage(error):
            raise
        if over.is_set():
            raise TrackerError(
                f"the query did not end within {timeout:g} s; ask for less, or give it more time with --timeout"
            ) from None
        lines = [line for line in str(error).splitlines() if line.strip()]
        likely = [line for line in lines[1:] if line.startswith("Did you mean")]
        raise click.UsageError(" ".join([lines[0], *likely])) from None
    finally:
        timer.cancel()


def _rows(done: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """All rows, some at a time; MemoryError well before the limit, where the process may crash: DuckDB does not look
    whether there was memory for each cell that it makes for Python."""
    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    while rows := done.fetchmany(AT_ONCE):
        yield from rows
        if limit != resource.RLIM_INFINITY and limit - _data_bytes() < min(MARGIN, MEMORY // 4):
            raise MemoryError


def _data_bytes() -> int:
    """What the system counts as this process's data; OSError where it does not say."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * PAGE


@contextmanager
def _limited_memory(more: int) -> Iterator[None]:
    """Lets the process take so many bytes more than it has; MemoryError, or DuckDB's own, beyond that.

    DuckDB's limit knows neither of the texts that a function makes nor of the rows that Python is given. Where there is
    no Linux, it is the only one.
    """
    try:
        taken = _data_bytes()
    except OSError:
        yield
        return
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = min(limit for limit in (taken + more, before, most) if limit != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


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
