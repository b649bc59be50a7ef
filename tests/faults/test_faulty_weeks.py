"""Weeks in which one request in five is answered by a fault: what is published is what would have been, or is missing."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from pathlib import Path

from tests.place import Place
from tests.upstream import FAULTS, Upstream

WEEKS = int(os.environ.get("TRACKER_WEEKS", "4"))
SOURCES = ("aider", "arena", "livebench", "opencompass", "swebench", "tau2", "vectara")
FIRST = date(2026, 8, 24)
# Slow answers and bombs cost seconds each and have tests of their own.
KINDS = [kind for kind in FAULTS if kind not in {"slow", "bomb"}]
SET_OF_PAGES = ("livebench", "tau2")


def collected(place: Place, upstream: Upstream, week: int) -> dict[str, str]:
    """One run in that week: the problem of each source that had one."""
    day = FIRST + timedelta(weeks=week)
    upstream.day(str(day))
    done = place.run("collect", *SOURCES, "--format", "json", now=f"{day}T06:00:00Z")
    assert "Traceback" not in done.out + done.err
    return {row["source"]: row["problem"] for row in done.json() if row["problem"]}


def points(place: Place) -> list[tuple[str, date, str]]:
    """(board, day, snapshot) of every point."""
    return place.sql("SELECT board, day, snapshot FROM series ORDER BY board, day")


def test_no_point_is_wrong_and_every_failure_is_said(upstream: Upstream, tmp_path: Path) -> None:
    """Against the same weeks without a fault: each point is what stood there on its day, and no failure is silent."""
    flawless, faulty = (Place(tmp_path / name, upstream.mirror, timeout=30) for name in ("flawless", "faulty"))
    dice = random.Random(20261124)
    for week in range(WEEKS):
        upstream.chance = str
        assert collected(flawless, upstream, week) == {}
        upstream.log()
        upstream.chance = lambda: dice.choice(KINDS) if dice.random() < 0.2 else ""
        problems = collected(faulty, upstream, week)
        day = f"{FIRST + timedelta(weeks=week)}"
        failed = faulty.sql(
            "SELECT DISTINCT source FROM captures WHERE state IN ('failed', 'refused') AND source <> ''"
            f" AND run_id <> 'import' AND fetched_at::DATE = DATE '{day}'"
        )
        in_time = {source for (source,) in failed} - problems.keys()
        # A page that failed at first and came at the second try is no problem of the run.
        assert all(came_later(faulty, source, day) for source in in_time), (day, in_time, problems)
    right = points(flawless)
    for board, day, snapshot in points(faulty):
        standing = [known for name, at, known in right if name == board and at <= day]
        assert snapshot in standing[-1:], (board, day)
    boards = {board for board, *_ in right}
    assert {board for board, *_ in points(faulty)} >= {board for board in boards if not board.startswith(SET_OF_PAGES)}
    if WEEKS >= 4:  # by then every page of a set has come once
        assert {board for board, *_ in points(faulty)} == boards


def came_later(place: Place, source: str, day: str) -> bool:
    """Whether each page of a source that failed on that day was read on the same day, too."""
    (missing,) = place.sql(
        "SELECT count(*) FROM (SELECT address FROM captures"
        f" WHERE source = '{source}' AND fetched_at::DATE = DATE '{day}'"
        " GROUP BY address HAVING NOT bool_or(state IN ('read', 'absent')))"
    )[0]
    return bool(missing == 0)
