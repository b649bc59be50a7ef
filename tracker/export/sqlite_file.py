"""Tables as one SQLite file with keys, indexes and full-text search on names, ready for Datasette.

Beside the tables of the export it has the names of the published database: `series`, `entries_resolved`, `latest` and
`shares_by_day` are views here, so that the queries of the cookbook run in both. Days are text (2026-08-19), times too.
When something was last seen is in last_seen.csv alone: the file has the same bytes as long as there is no news.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.export.tables import VOLATILE, Table, known

if TYPE_CHECKING:
    import duckdb

FILE = "leaderboards.sqlite"
_KINDS = {"INTEGER": "INTEGER", "BIGINT": "INTEGER", "BOOLEAN": "INTEGER", "DOUBLE": "REAL"}
_MORE = """
CREATE INDEX entries_by_name ON entries (name);
CREATE INDEX entries_by_release ON entries (release);
CREATE INDEX entries_by_developer ON entries (developer);
CREATE INDEX entries_by_snapshot ON entries (snapshot);
CREATE INDEX aliases_by_release ON aliases (release);
CREATE INDEX releases_by_developer ON releases (developer);
CREATE VIRTUAL TABLE names USING fts5 (name, board UNINDEXED, release UNINDEXED, developer UNINDEXED);
INSERT INTO names SELECT DISTINCT name, board, release, developer FROM entries ORDER BY name, board, release, developer;
CREATE VIEW series AS
SELECT
    board, day, snapshot, published_on, edition, rows, source, origin, captured_at, content_since, break_before
FROM snapshots;
CREATE VIEW entries_resolved AS
SELECT
    e.board, e.day, s.published_on, s.edition, s.captured_at, s.origin, e.snapshot, e.row, e.rank, e.published_rank,
    e.name, e.release, coalesce(e.variant, '') AS variant, e.developer, e.country, e.subdivision, e.openness, e.licence,
    e.score, e.score_low, e.score_high, e.votes, e.released_on, e.published_organization, e.published_licence,
    e.release_how, e.developer_how, e.openness_how
FROM entries AS e JOIN snapshots AS s USING (board, day);
CREATE VIEW latest AS
SELECT e.* FROM entries_resolved AS e
JOIN (SELECT board, max(day) AS day FROM snapshots GROUP BY board) AS newest USING (board, day);
CREATE VIEW shares_by_day AS
SELECT
    h.board, h.day, s.published_on, s.captured_at, h.snapshot, s.edition, h.top, h."of", h.unit, h.ties, h.rank_by,
    h.openness_as_of, h.by_value, h.value AS first, coalesce(h.second_value, '') AS second, h.count, h.low, h.high,
    h.share, h.share_low, h.share_high, s.break_before, s.origin, s.content_since
FROM shares AS h JOIN snapshots AS s USING (board, day);
"""


def write(connection: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[Table]) -> Iterator[tuple[str, int]]:
    """Writes the file below the folder; gives it with the rows of all tables."""
    total = 0
    with closing(sqlite3.connect(folder / FILE)) as sqlite:
        sqlite.execute("PRAGMA page_size = 4096")
        sqlite.execute("PRAGMA journal_mode = OFF")  # it is written beside, and put in its place once it is whole
        for table in tables:
            if table.name == VOLATILE:
                continue
            sqlite.execute(_definition(table))
            marks = ", ".join("?" * len(table.columns))
            for query in _parts(connection, table):
                rows = connection.execute(f"SELECT {_cells(table)} FROM ({query})").fetchall()
                sqlite.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
                total += len(rows)
        sqlite.executescript(_MORE)
        sqlite.commit()
        sqlite.execute("VACUUM")
    yield FILE, total


def _definition(table: Table) -> str:
    """CREATE TABLE with its key and what it refers to."""
    parts = [f'"{column.name}" {_KINDS.get(column.kind, "TEXT")}' for column in table.columns]
    parts.append(f"PRIMARY KEY ({', '.join(table.key)})")
    parts += [f"FOREIGN KEY ({', '.join(each.columns)}) REFERENCES {each.table}" for each in table.references]
    return f"CREATE TABLE {table.name} ({', '.join(parts)})"


def _parts(connection: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """The query of the table; one for each leaderboard where it has the rows of all: they need not all be held."""
    return [table.of_board(board) for board in known(connection, table)] if table.name == "entries" else [table.query]


def _cells(table: Table) -> str:
    """The columns as SQLite holds them: days and times as text."""
    shown: dict[str, Any] = {"DATE": "strftime({}, '%Y-%m-%d')", "TIMESTAMP": "strftime({}, '%Y-%m-%d %H:%M:%S')"}
    return ", ".join(shown.get(column.kind, "{}").format(f'"{column.name}"') for column in table.columns)
