"""What a share costs with ten million entries, as a ratio to a bare scan of the same rows in the same run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from storage import database, publish
from tracker.analysis.shares import shares
from tracker.definition import DEFAULTS, Definition

BOARDS, DAYS, ROWS, NAMES = 50, 500, 400, 20_000
TODAY = date(2026, 11, 1)


def fill(path: Path) -> None:
    """The tables of a database with made-up boards: every name resolved, one row in fifty unknown."""
    with database.opened(path) as connection:
        connection.execute(
            f"INSERT INTO boards BY NAME SELECT 'board_' || i AS board, 'board_' || i AS title, 'made' AS source,"
            f" 'higher' AS direction, true AS editions_comparable FROM range({BOARDS}) AS r(i)"
        )
        connection.execute(
            "INSERT INTO snapshots BY NAME SELECT (b * $2 + d)::INTEGER AS snapshot_key,"
            " md5(b || '-' || d) AS snapshot, 'board_' || b AS board, DATE '2025-01-01' + d::INTEGER AS published_on,"
            " $3 AS rows, 'accepted' AS state FROM range($1) AS x(b), range($2) AS y(d)",
            [BOARDS, DAYS, ROWS],
        )
        connection.execute(
            "INSERT INTO observations BY NAME SELECT snapshot AS capture, snapshot_key,"
            " published_on::TIMESTAMP AS seen_at, 'made' AS source, 'page' AS role FROM snapshots"
        )
        connection.execute(
            f"INSERT INTO entries BY NAME SELECT s.snapshot_key, r::INTEGER AS row, (r + 1)::INTEGER AS rank,"
            f" (hash(s.snapshot_key, r) % {NAMES})::INTEGER AS name_key, 1500.0 - r AS score"
            f" FROM snapshots AS s, range({ROWS}) AS x(r) ORDER BY s.snapshot_key, r"
        )
        connection.execute(
            f"INSERT INTO names_resolved BY NAME SELECT i::INTEGER AS name_key, 'release_' || i % 5000 AS release,"
            f" 'developer_' || i % 90 AS developer,"
            f" CASE WHEN i % 50 = 0 THEN NULL WHEN i % 3 = 0 THEN 'CN' ELSE 'US' END AS country"
            f" FROM range({NAMES}) AS x(i)"
        )
        connection.execute(
            f"INSERT INTO openness BY NAME SELECT i::INTEGER AS name_key, DATE '0001-01-01' AS since,"
            f" DATE '9999-12-31' AS until, 'proprietary' AS value FROM range({NAMES}) AS x(i)"
        )
        connection.execute(
            f"INSERT INTO names BY NAME SELECT i::INTEGER AS name_key, 'name_' || i AS name, [] AS models"
            f" FROM range({NAMES}) AS x(i)"
        )
        connection.execute(database.sql("series"))
        connection.execute("CHECKPOINT")


def median(task: Callable[[], object], runs: int = 5) -> float:
    """Seconds, the median of some runs after one that is not counted."""
    task()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        task()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def main() -> None:
    """Fills, measures, prints."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        fill(path)
        connection = database.connect(path, read_only=True)
        total = connection.execute("SELECT count(*) FROM entries").fetchall()[0][0]

        def share(every_day: bool = False, **options: str) -> Callable[[], object]:
            definition = Definition(**options)  # type: ignore[arg-type]
            return lambda: shares(
                connection, ["board_7"], [20], definition, as_of=TODAY, today=TODAY, every_day=every_day
            )

        scan = median(lambda: connection.execute("SELECT sum(score), sum(name_key) FROM entries").fetchall())
        asked = {
            "a board's newest share": share(),
            "the same by release": share(unit="release"),
            "every day of a board": share(every_day=True),
            "every day of a board, by release": share(every_day=True, unit="release"),
        }
        print(f"{total:,} entries; a bare scan of two columns: {scan * 1000:.0f} ms = 1")
        for name, task in asked.items():
            took = median(task)
            print(f"{name:36} {took * 1000:7.0f} ms  {took / scan:6.2f} scans")
        connection.close()
        with database.opened(path) as writer:
            for name in ("series and daily shares, at first", "the same, nothing new"):
                started = time.perf_counter()
                publish.derive(writer, DEFAULTS)
                took = time.perf_counter() - started
                print(f"{name:36} {took * 1000:7.0f} ms  {took / scan:6.2f} scans")


if __name__ == "__main__":
    main()
