"""The writer's DuckDB file: one process writes it, nobody else opens it. Everything in it can be rebuilt.

A batch of snapshots goes in as Arrow tables inside the caller's transaction; identities that the database
hands out (snapshot_key, name_key) never leave it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapers.errors import NothingPublished, TrackerError
from storage import freshness

if TYPE_CHECKING:
    import duckdb

_LOG = logging.getLogger("tracker")
# Two processes that collect into one directory would race for the file; the second waits this long.
LOCK_SECONDS = 600.0
MUCH = 500_000  # entries, from which on a publish uses all cores
PUBLISHED = "tracker.duckdb"  # the symbolic link to the newest published copy
WAREHOUSE = "warehouse.duckdb"  # the writer's
# How DuckDB words that a file is no database, or has not the bytes that it wrote.
_DAMAGE = ("Corrupt database file", "not a valid DuckDB database file", "Could not read enough bytes")


class Broken(TrackerError):
    """The writer's database turned out to be damaged, and was taken away: all of it can be derived again."""


def sql(name: str) -> str:
    """The text of `storage/sql/<name>.sql`."""
    return resources.files("storage").joinpath("sql", f"{name}.sql").read_text("utf-8")


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection that fetches nothing from anywhere; a new file is made readable for older shells."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    if read_only:
        try:
            return duckdb.connect(str(path), read_only=True, config=config)
        except duckdb.Error as error:
            raise unreadable(path, error) from None
    # Batches are small: more threads would cost more memory (30 MB at the peak of a collect) than they save in time.
    connection = duckdb.connect(config=config | {"threads": 1})
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{quoted}' AS warehouse (STORAGE_VERSION 'v1.5.0')")
        connection.execute("USE warehouse")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def is_damage(error: Exception) -> bool:
    """Whether an exception of DuckDB says that its file is damaged; not that it is locked, or the disk full."""
    import duckdb

    kinds = (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
    return any(words in str(error) for words in _DAMAGE) or (
        isinstance(error, kinds) and "No space left" not in str(error)
    )


def unreadable(path: Path, error: Exception) -> TrackerError:
    """What to say, and to do, where a published database cannot be read."""
    if is_damage(error):
        return TrackerError(f"{path} is damaged: run `tracker publish`, which writes it anew")
    return TrackerError(f"{path}: cannot be opened: {_first_line(error)}")


def all_threads_for_much(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets the writer use every core where what follows goes through many rows."""
    if connection.execute("SELECT count(*) FROM entries").fetchall()[0][0] > MUCH:
        connection.execute(f"SET threads = {os.cpu_count() or 1}")


def published(data: Path) -> Path:
    """The published database; NothingPublished says how to get one."""
    path = data / PUBLISHED
    if not path.exists():
        raise NothingPublished(f"{path} is not there yet: run `tracker collect` or `tracker import` first")
    return path


def holds_captures(data: Path) -> bool:
    """Whether a database of this data directory, the writer's or the published one, was read from an archive."""
    import duckdb

    for name in (WAREHOUSE, PUBLISHED):
        try:
            if (data / name).exists():
                with connect(data / name, read_only=True) as connection:
                    if connection.execute("SELECT 1 FROM captures LIMIT 1").fetchall():
                        return True
        except (duckdb.Error, TrackerError):
            continue  # there is nothing in it that could be lost
    return False


@contextmanager
def opened(
    path: Path, is_current: Callable[[duckdb.DuckDBPyConnection], bool] = lambda _: True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The writer's database. One that is new, damaged, made with other tables, or not current is made afresh.

    Nothing is lost by that: the next ingestion reads everything again from the archive. So there are no migrations.
    Where the damage shows while the block runs, the database is taken away, and Broken raised.
    """
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    schema = freshness.fingerprint(sql("schema"))
    connection = _kept(path, schema, is_current)
    if connection is None:
        remove(path)
        connection = connect(path)
    try:
        if not _has_tables(connection):
            with transaction(connection):
                connection.execute(sql("schema"))
                freshness.record(connection, "schema", schema)
        yield connection
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        connection.close()
        remove(path)
        reason = f"{path} is damaged ({_first_line(error)}), and was taken away: all is derived again from the archive"
        _LOG.warning("%s", reason)
        raise Broken(reason) from None
    finally:
        connection.close()


def _kept(
    path: Path, schema: str, is_current: Callable[[duckdb.DuckDBPyConnection], bool]
) -> duckdb.DuckDBPyConnection | None:
    """The database that is there; None where there is none, or none that can be kept."""
    import duckdb

    if not path.exists():
        return None
    try:
        connection = connect(path)
    except duckdb.Error as error:
        if not is_damage(error):
            raise TrackerError(f"{path}: cannot be opened: {_first_line(error)}") from None
        _LOG.warning("%s is damaged (%s): all is derived again from the archive", path, _first_line(error))
        return None
    try:
        has_schema = not _has_tables(connection) or _has_schema(connection, schema)
        if has_schema and (not _has_tables(connection) or is_current(connection)):
            return connection
        if has_schema:
            _LOG.warning("the ledger is not as %s read it (restored, or repaired): all is derived again", path)
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        _LOG.warning("%s is damaged (%s): all is derived again from the archive", path, _first_line(error))
    connection.close()
    return None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def read_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Reads every row of every table: where one is damaged, this shows it, and no copy of it is published."""
    of_this = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND NOT temporary"
    for (table,) in connection.execute(of_this).fetchall():
        connection.execute(f"SELECT bit_xor(hash(t)) FROM warehouse.{table} AS t").fetchall()


def remove(path: Path) -> None:
    """Takes a database away with its write-ahead log, where they are there."""
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


def replace(fresh: Path, path: Path) -> None:
    """Puts a whole, closed database in the place of another."""
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    os.replace(fresh, path)


def _has_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    any_table = "SELECT 1 FROM duckdb_tables() WHERE database_name = 'warehouse' AND NOT temporary LIMIT 1"
    return bool(connection.execute(any_table).fetchall())


def has_our_tables(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this database was made by this version of the program."""
    return _has_schema(connection, freshness.fingerprint(sql("schema")))


def _has_schema(connection: duckdb.DuckDBPyConnection, schema: str) -> bool:
    """Whether the tables are those of this program."""
    import duckdb

    try:
        return freshness.is_fresh(connection, "schema", schema)
    except duckdb.CatalogException:
        return False


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Any], rows: Iterable[Any]) -> None:
    """Rows into a table as one Arrow batch; `columns` maps names to Arrow types, in the order of the cells."""
    from storage.columns import table as arrow

    connection.register("batch", arrow(columns, rows))
    names = ", ".join(columns)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM batch")
    connection.unregister("batch")


def naive(moment: datetime) -> datetime:
    """The moment as DuckDB's TIMESTAMP has it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
