"""The writer's DuckDB file: one process writes it, nobody else opens it. Everything in it can be rebuilt.

A batch of snapshots goes in as Arrow tables inside the caller's transaction; identities that the database
hands out (snapshot_key, name_key) never leave it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from scrapers.errors import NothingPublished, TrackerError
from scrapers.model import Snapshot
from scrapers.spec import Board, Source
from storage import freshness
from storage.archive import Line
from storage.origins import IN_WORDS, STRONGEST_FIRST

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


@contextmanager
def writing(
    data: Path, tell: Callable[[str], object] = lambda _sentence: None, seconds: float = LOCK_SECONDS
) -> Iterator[None]:
    """Holds the data directory for one writer; TrackerError where another holds it too long. `tell` is told of a wait.

    Who holds it stands in the file `lock`, for people. What counts is the lock on that file: it ends with its holder.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        with (data / "lock").open("a+", encoding="utf-8", errors="replace") as file:
            _locked(file, data, tell, seconds)
            file.truncate(0)
            json.dump(_holder(), file)
            file.flush()
            yield
            file.truncate(0)
    except OSError as error:
        error.filename = error.filename or str(data)  # a full disk names no file
        raise


def _locked(file: IO[str], data: Path, tell: Callable[[str], object], seconds: float) -> None:
    """Waits for the lock on the file, for so many seconds."""
    until, waits = time.monotonic() + seconds, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise TrackerError(f"{data}: gave up after {seconds:g} s: {_named(file)} is writing here") from None
            time.sleep(min(0.1, seconds))  # who has just taken it has its name there by then
            if not waits:
                tell(f"waiting for {_named(file)}; gives up after {seconds:g} s")
            waits = True


def _holder() -> dict[str, Any]:
    """This process, as another one is told of it."""
    command = shlex.join(["tracker", *sys.argv[1:]])
    return {"pid": os.getpid(), "command": command, "host": platform.node(), "since": f"{datetime.now(UTC):%F %T} UTC"}


def _named(file: IO[str]) -> str:
    """The holder of the lock: `tracker schedule` (pid 123, since 12:00:03 UTC); host and day where they are others."""
    file.seek(0)
    try:
        holder = json.loads(file.read(4096))
        command, pid, host, since = (str(holder[key]) for key in ("command", "pid", "host", "since"))
    except (ValueError, TypeError, KeyError):  # written by another version, or not yet
        return "another tracker"
    elsewhere = f" on {host}" if host != platform.node() else ""
    return f"`{command[:200]}` (pid {pid}{elsewhere}, since {since.removeprefix(f'{datetime.now(UTC):%F} ')})"


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


def replace_declarations(connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]) -> None:
    """Boards, their providers, breaks and origins as they are declared."""
    import pyarrow as pa

    text = pa.string()
    board_rows, provider_rows, break_rows = [], [], []
    for name, (source, board) in sorted(primary(sources).items()):
        of_source = (source.name, source.publisher, source.homepage, source.licence, source.redistribute)
        of_board = (board.operator, board.operator_country, board.metric, board.unit, board.direction, board.adjustment,
                    board.category, board.kind, board.editions_comparable)  # fmt: skip
        bounds = (board.expectations.max_drop, board.expectations.max_shift, board.bridge_days)
        board_rows.append((name, board.title or name, *of_source, *of_board, *bounds))
        break_rows += [(name, known.day, known.reason, known.link) for known in board.breaks]
        for provider in sources.values():
            if name in provider.boards:
                order = board.trust.index(provider.name) if provider.name in board.trust else len(board.trust)
                order = -1 if provider.name == source.name and provider.name not in board.trust else order
                roles = enumerate(provider.boards[name].page)
                dating = provider.dates_content, provider.page_set
                provider_rows += [(name, provider.name, role, (order + 1) * 100 + at, *dating) for at, role in roles]
    for table in ("boards", "board_providers", "breaks"):
        connection.execute(f"DELETE FROM {table}")
    names = [row[0] for row in connection.execute("DESCRIBE boards").fetchall()]
    flags = dict.fromkeys(("redistribute", "editions_comparable"), pa.bool_())
    limits = {**dict.fromkeys(("max_drop", "max_shift"), pa.float64()), "bridge_days": pa.int32()}
    insert(connection, "boards", dict.fromkeys(names, text) | flags | limits, board_rows)
    insert(
        connection,
        "board_providers",
        {
            "board": text,
            "source": text,
            "role": text,
            "trust": pa.int32(),
            "dates_content": pa.bool_(),
            "page_set": pa.bool_(),
        },
        provider_rows,
    )
    replace_origins(connection)
    insert(connection, "breaks", {"board": text, "day": pa.date32(), "reason": text, "link": text}, break_rows)


def replace_origins(connection: duckdb.DuckDBPyConnection) -> None:
    """The origins that a capture may have, in order and in words."""
    import pyarrow as pa

    connection.execute("DELETE FROM origins")
    kinds = {"origin": pa.string(), "strength": pa.int32(), "words": pa.string()}
    insert(connection, "origins", kinds, [(origin, at, IN_WORDS[origin]) for at, origin in enumerate(STRONGEST_FIRST)])


def primary(sources: Mapping[str, Source]) -> dict[str, tuple[Source, Board]]:
    """Each board with the source that declares what it measures; other sources are further board_providers."""
    primaries: dict[str, tuple[Source, Board]] = {}
    for source in sources.values():
        for name, board in source.boards.items():
            if board.metric and name in primaries and primaries[name][1].metric:
                raise TrackerError(f"board {name!r} is declared by {primaries[name][0].name} and by {source.name}")
            if name not in primaries or board.metric:
                primaries[name] = (source, board)
    return primaries


def add_captures(connection: duckdb.DuckDBPyConnection, lines: list[Line]) -> None:
    """Ledger lines as captures; those that are there already are left out."""
    import pyarrow as pa

    text = pa.string()
    columns = {
        "capture": text, "fetched_at": pa.timestamp("us"), "run_id": text, "source": text, "role": text,
        "method": text, "address": text, "body_sha256": text, "status": pa.int32(), "etag": text,
        "last_modified": text, "content_sha256": text, "bytes": pa.int64(), "origin": text, "origin_detail": text,
        "error": text,
        "state": text, "reason": text,
    }  # fmt: skip
    rows = {}
    for line in lines:
        state = "failed" if line.error else "waiting" if line.content_sha256 else "absent"
        state = "kept" if line.role == "robots" else state  # nothing to parse
        rows[line.capture()] = (
            line.capture(), naive(line.fetched_at), line.run_id, line.source, line.role, line.method, line.address,
            line.body_sha256, line.status, line.etag, line.last_modified, line.content_sha256, line.bytes,
            line.origin, line.origin_detail, line.error, state, line.error,
        )  # fmt: skip
    connection.execute("CREATE OR REPLACE TEMP TABLE come AS FROM captures LIMIT 0")
    insert(connection, "come", columns, rows.values())
    connection.execute("INSERT INTO captures FROM come WHERE capture NOT IN (SELECT capture FROM captures)")


def add_snapshots(connection: duckdb.DuckDBPyConnection, snapshots: Mapping[str, Snapshot]) -> None:
    """Snapshots by id, with their entries and names; those that are there already are left out."""
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    heads, cells = [], []
    for snapshot_id, snapshot in snapshots.items():
        scores = [entry.score for entry in snapshot.entries if entry.score is not None]
        heads.append((snapshot_id, snapshot.board, snapshot.content(), snapshot.published_on, len(snapshot.entries),
                      len(scores), len({entry.name for entry in snapshot.entries}),
                      snapshot.filled(), snapshot.name_sample(),
                      min(scores, default=None), max(scores, default=None)))  # fmt: skip
        cells += [(snapshot_id, number, *row) for number, row in enumerate(snapshot.canonical())]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE heads AS SELECT * EXCLUDE (snapshot_key, state, reason) FROM snapshots LIMIT 0"
    )
    whole = pa.int32()
    insert(connection, "heads", {
        "snapshot": text, "board": text, "content": text, "published_on": pa.date32(), "rows": whole, "scored": whole,
        "different": whole, "filled": pa.list_(whole), "name_sample": pa.list_(pa.uint32()),
        "lowest": real, "highest": real,
    }, heads)  # fmt: skip
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cells AS SELECT s.snapshot, e.row, n.name, e.score, e.score_low, e.score_high,"
        " e.published_rank, e.votes, n.organization, n.licence, n.country, n.openness, n.models, e.released_on"
        " FROM snapshots AS s, entries AS e, names AS n LIMIT 0"
    )
    insert(connection, "cells", {
        "snapshot": text, "row": pa.int32(), "name": text, "score": real, "score_low": real, "score_high": real,
        "published_rank": real, "votes": real, "organization": text, "licence": text, "country": text,
        "openness": text, "models": pa.list_(text), "released_on": pa.date32(),
    }, cells)  # fmt: skip
    for statement in sql("load").split(";\n"):
        if statement.strip():
            connection.execute(statement)


def naive(moment: datetime) -> datetime:
    """The moment as DuckDB's TIMESTAMP has it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
