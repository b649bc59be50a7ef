"""`tracker schedule`, as the process that it is: collects at its times, publishes, catches up, stops when told."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.spec import load_sources
from storage.database import connect, published
from tests.place import Place, free_port, page, put, small
from tests.upstream import Upstream
from tracker import config as configs
from tracker.scheduler import due, trigger

DAYS = ["2025-08-20", "2025-11-10", "2026-08-22"]


def scheduled(place: Place, upstream_mirror: str, **every: str) -> subprocess.Popen[str]:
    """A running schedule of these sources; all others are off."""
    overrides = {name: f'{{ every = "{every[name]}" }}' if name in every else '{ enabled = false, disabled_reason = "a test" }'
                 for name in load_sources()}  # fmt: skip
    lines = "\n".join(f"{name} = {message}" for name, message in overrides.items())
    place.configure(upstream_mirror)
    place.config.write_text(f"{place.config.read_text()}[schedule]\njitter = 0\n[sources]\n{lines}\n")
    return place.start("schedule", now="")  # the real clock


def until(message: Callable[[], bool], seconds: float = 20) -> bool:
    """Waits for it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if message():
            return True
        time.sleep(0.01)
    return False


def snapshots(place: Place) -> int:
    """How many snapshots are published; 0 where nothing is."""
    if not (place.data / "tracker.duckdb").exists():
        return 0
    return int(place.sql("SELECT count(*) FROM snapshots")[0][0])


def stopped(process: subprocess.Popen[str]) -> tuple[float, str]:
    """SIGTERM: (seconds until it ended, what it said); exit code 0."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, err
    return time.monotonic() - started, err


def test_it_collects_as_the_days_go_by(upstream: Upstream, tmp_path: Path) -> None:
    """Every two seconds, two sources, while the world moves on twice and an analyst keeps a connection open."""
    place = Place(tmp_path / "place")
    upstream.day(DAYS[0])
    upstream.log()
    process = scheduled(place, upstream.mirror, aider="2s", vectara="2s")
    try:
        assert until(lambda: snapshots(place) == 3)  # caught up at the start: it was never collected
        reader = connect(published(place.data), read_only=True)
        seen = [3]
        for day in DAYS[1:]:
            upstream.day(day)
            assert until(lambda: snapshots(place) > seen[-1]), day
            seen.append(snapshots(place))
        assert reader.execute("SELECT count(*) FROM snapshots").fetchall() == [(3,)]
        reader.close()
        time.sleep(2.5)
    finally:
        seconds, err = stopped(process)
    assert seconds < 5
    assert "catching up: aider, vectara" in err
    assert err.rstrip().endswith("stopped")
    assert "Traceback" not in err
    # To the clock it is all one day: the rows that a new judge cost this board in November 2025 look like a cut page.
    cut = "problem: vectara_hallucination quarantined: 54 rows after 79"
    assert [line for line in err.splitlines() if "problem" in line and cut not in line] == []
    lines = place.sql("SELECT source, run_id, count(*) FROM captures WHERE role <> 'robots' GROUP BY ALL")
    runs = {source: len({run for name, run, _ in lines if name == source}) for source in ("aider", "vectara")}
    assert min(runs.values()) >= 2
    assert max(runs.values()) >= 3
    # Never two of one source at once: each run asked for all of its pages, and none of them between another's.
    times = place.sql("SELECT run_id, min(fetched_at), max(fetched_at) FROM captures WHERE source = 'aider'"
                      " GROUP BY run_id ORDER BY 2")  # fmt: skip
    assert all(earlier[2] < later[1] for earlier, later in itertools.pairwise(times))
    assert place.run("top", "aider_polyglot", now="").code == 0


def test_it_stops_in_the_middle_of_a_slow_page(upstream: Upstream, tmp_path: Path) -> None:
    """A fetch that would take a minute does not hold up SIGTERM; the next run finds all in order."""
    place = Place(tmp_path / "place")
    upstream.fault("*", "slow")
    upstream.log()
    process = scheduled(place, upstream.mirror, vectara="1h")
    asked: list[object] = []
    assert until(lambda: bool(asked.extend(upstream.log()) or asked))
    seconds, err = stopped(process)
    assert seconds < 5
    assert "Traceback" not in err
    upstream.fault("*", "none")
    assert place.run("collect", "vectara", now="").code == 0


def test_an_upstream_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """Nothing answers: it says so, goes on, and stops when told."""
    place = Place(tmp_path / "place")
    process = scheduled(place, f"http://127.0.0.1:{free_port()}/{{host}}", vectara="1s")
    assert until(lambda: len(list((place.data / "published").glob("*.duckdb"))) > 0 if place.data.exists() else False)
    time.sleep(2)
    assert process.poll() is None
    seconds, err = stopped(process)
    assert seconds < 5
    assert err.count("cannot be reached") >= 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs the list of threads in /proc")
def test_a_signal_that_another_thread_is_given_stops_it(tmp_path: Path) -> None:
    """The system may deliver SIGTERM to any thread; a sleeping main thread would never hear of it."""
    place = Place(tmp_path / "place")
    process = scheduled(place, f"http://127.0.0.1:{free_port()}/{{host}}", vectara="1h")
    threads = Path(f"/proc/{process.pid}/task")
    assert until((place.data / "tracker.duckdb").exists)
    other = next(int(task.name) for task in threads.iterdir() if int(task.name) != process.pid)
    os.kill(other, signal.SIGTERM)
    try:
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert err.rstrip().endswith("stopped")


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("6h", ["2026-01-01 06:00", "2026-01-01 12:00"]),
        ("cron 15 6 * * *", ["2026-01-01 06:15", "2026-01-02 06:15"]),
        ("cron 0 8 * * mon", ["2026-01-05 08:00", "2026-01-12 08:00"]),
    ],
)
def test_when_a_source_runs(every: str, expected: list[str]) -> None:
    """An interval, or a cron expression in UTC: the two next times, by hand."""
    source = load_sources()["aider"].model_copy(update={"every": every})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    result = trigger(source, 0)
    first = result.get_next_fire_time(now, now) if every == "6h" else result.get_next_fire_time(None, now)
    second = result.get_next_fire_time(first, first)
    times = [f"{at:%Y-%m-%d %H:%M}" for at in (first, second)]
    assert times == expected


def test_what_is_due(tmp_path: Path) -> None:
    """Never collected, or longer ago than its interval."""
    place = small(tmp_path / "place")
    config = configs.load(place.config, None)
    sources = config.declared()
    assert due(config, sources, datetime(2026, 1, 1, tzinfo=UTC)) == list(sources)
    put(place, page([50, 40]), "2026-01-01")
    assert "small" not in due(config, sources, datetime(2026, 1, 1, 23, 59, tzinfo=UTC))
    assert "small" in due(config, sources, datetime(2026, 1, 2, tzinfo=UTC))
    put(place, b"<html>moved</html>", "2026-01-02")  # what was refused is no success
    assert "small" in due(config, sources, datetime(2026, 1, 2, tzinfo=UTC))


def listens(process: subprocess.Popen[str]) -> bool:
    """Whether the process has taken SIGTERM upon itself, as it does before it loads anything else."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the signals in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", range(4))
def test_it_ends_at_any_moment(
    upstream: Upstream, tmp_path: Path, number: signal.Signals, moment: int
) -> None:  # fmt: skip
    """While it loads, before it collects, while it does and while it waits: code 0 within five seconds, and all is whole."""
    place = Place(tmp_path / "place")
    upstream.log()
    process = scheduled(place, upstream.mirror, aider="1h", vectara="1h")
    arrived = [
        lambda: listens(process),
        (place.data / "lock").exists,
        lambda: bool(upstream.log()),
        lambda: snapshots(place) == 3,
    ][moment]
    try:
        assert until(arrived, 60)
        time.sleep(random.Random(f"{number}{moment}").random() * 0.3)
        started = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert time.monotonic() - started < 5
    assert place.run("collect", "aider", "vectara", now="").code == 0
    assert snapshots(place) == 3


def test_a_data_directory_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """A full disk may have room again: the problem is said, and the next time is tried."""
    place = Place(tmp_path / "place")
    (place.data / "lock").mkdir(parents=True)
    process = scheduled(place, f"http://127.0.0.1:{free_port()}/{{host}}", vectara="1s")
    assert process.stderr
    sentence = f"problem: vectara: {place.data}/lock: Is a directory\n"
    assert all(any(line.endswith(sentence) for line in process.stderr) for _ in range(2))
    assert process.poll() is None
    stopped(process)
