"""`kill -9` of whatever writes, wherever it strikes: the next run heals, and nothing that was acknowledged is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from scrapers.spec import load_sources
from tests.grown_pages import pages
from tests.place import Place, free_port
from tests.upstream import NEWEST, Upstream

BEFORE = "2025-08-20"
SOURCES = ("aider", "vectara")
KILLS = int(os.environ.get("TRACKER_KILLS", "12"))  # how many random moments are tried, command by command in turn
SEED = int(os.environ.get("TRACKER_KILL_SEED", "1"))

# The command, with one function patched so that the process kills itself the n-th time that it gets there.
DRIVER = """
import os, shutil, signal, sys
from contextlib import contextmanager

import orjson
from dataclasses import asdict
from storage import database
from storage.archive import Archive
from tracker.cli import main

point, nth = sys.argv.pop(1), int(sys.argv.pop(1))
here = 0


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def reached():
    global here
    here += 1
    return here == nth


def before(owner, name, act=lambda *_: None):
    was = getattr(owner, name)

    def patched(*args, **kwargs):
        if reached():
            act(*args)
            die()
        return was(*args, **kwargs)

    setattr(owner, name, patched)


def torn_line(archive, lines):
    archive.ledger.mkdir(parents=True, exist_ok=True)
    told = orjson.dumps(asdict(lines[0]), option=orjson.OPT_UTC_Z)
    with (archive.ledger / f"{lines[0].fetched_at:%Y-%m}.jsonl").open("ab") as file:
        file.write(told[: len(told) // 2])


def torn_copy(source, target):
    with open(source, "rb") as whole, open(target, "wb") as copy:
        copy.write(whole.read(os.path.getsize(source) // 2))


def replacing(ending, after):
    was = os.replace

    def patched(source, target):
        found = str(target).endswith(ending) and reached()
        if found and not after:
            die()
        was(source, target)
        if found:
            die()

    os.replace = patched


def committing(after):
    @contextmanager
    def patched(connection):
        connection.execute("BEGIN")
        yield
        last = reached()
        if last and not after:
            die()
        connection.execute("COMMIT")
        if last:
            die()

    database.transaction = patched


{
    "in a blob": lambda: replacing(".zst", False),
    "behind a blob": lambda: replacing(".zst", True),
    "before a line": lambda: before(Archive, "append"),
    "in a line": lambda: before(Archive, "append", torn_line),
    "before a commit": lambda: committing(False),
    "behind a commit": lambda: committing(True),
    "in the copy": lambda: before(shutil, "copyfile", torn_copy),
    "before the copy has its name": lambda: replacing(".duckdb", False),
    "between copy and swap": lambda: replacing("tracker.duckdb", False),
    "behind the swap": lambda: replacing("tracker.duckdb", True),
}[point]()
main()
"""


@pytest.fixture(scope="module")
def before(simulated: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place that collected on an earlier day."""
    simulated.day(BEFORE)
    place = Place(tmp_path_factory.mktemp("kill") / "before", simulated.mirror)
    (place.folder / "driver.py").write_text(DRIVER)
    assert place.run("collect", *SOURCES, now=BEFORE).code == 0
    simulated.day(NEWEST)
    return place


@pytest.fixture(scope="module")
def undisturbed(before: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """What the next run gives if nothing happens to it, and how many seconds its process takes."""
    place = before.copy(tmp_path_factory.mktemp("undisturbed") / "place")
    started = time.monotonic()
    process = place.start("collect", *SOURCES)
    process.communicate()
    assert process.returncode == 0
    return place.exported(), time.monotonic() - started


def heals(place: Place, earlier: dict[str, set[str]], expected: dict[str, bytes]) -> None:
    """What is published is whole, what was acknowledged stays, and the next run comes to what it should be."""
    for board, days in earlier.items():
        assert days <= place.days()[board]
    assert place.run("top", "aider_polyglot").code == 0
    acknowledged = place.ledger()
    done = place.run("collect", *SOURCES)
    assert done.code == 0, done.err
    assert place.ledger()[: len(acknowledged)] == acknowledged
    assert place.exported() == expected
    assert len(list((place.data / "published").iterdir())) <= 2
    assert not list(place.archive.rglob(".tmp-*"))


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("in a blob", 2),
        ("before a line", 3),
        ("in a line", 2),
        # commits: 1 what the earlier runs left; then, with the new pages, 2 the ledger, 3 the pages, 4 their
        # validation, 5 names and shares
        ("before a commit", 2),
        ("before a commit", 3),
        ("behind a commit", 3),
        ("before a commit", 4),
        ("before a commit", 5),
        ("in the copy", 1),
        ("before the copy has its name", 1),
        ("between copy and swap", 1),
        ("behind the swap", 1),
    ],
)
def test_a_kill_at_this_point_heals(
    upstream: Upstream, before: Place, undisturbed: tuple[dict[str, bytes], float], tmp_path: Path, point: str, nth: int
) -> None:
    """The process dies there; the run after it gives what an undisturbed run would have given."""
    place = before.copy(tmp_path / "place")
    process = place.start(point, str(nth), "collect", *SOURCES, driver=place.folder / "driver.py")
    _, err = process.communicate()
    assert process.returncode == -signal.SIGKILL, err
    heals(place, before.days(), undisturbed[0])


# What each command is killed as, and what is run after it: it gives what it would have given without the kill.
COMMANDS: dict[str, tuple[str, ...]] = {
    "collect": ("collect", *SOURCES),
    "import": ("import", "--index", "index.csv"),
    "publish": ("publish",),
    "rebuild": ("rebuild",),
    "backfill": ("backfill", "opencompass", "--from", "bundled"),
    "schedule": ("schedule",),
}
NEXT = COMMANDS | {"schedule": COMMANDS["collect"]}


@pytest.fixture(scope="module")
def ready(before: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The earlier day, and something to do for each command: pages to import, a changed registry, a schedule."""
    place = before.copy(tmp_path_factory.mktemp("ready") / "place")
    lines = ["captured_at,url,file"]
    for number, (address, versions) in enumerate(sorted(pages().items())):
        for body in versions:
            if address.endswith(("polyglot_leaderboard.yml", "hallucination-leaderboard/main/README.md")):
                (place.folder / f"{number}-{body.since}").write_bytes(body.content)
                lines.append(f"{body.since},{address},{number}-{body.since}")
    assert len(lines) > 4
    (place.folder / "index.csv").write_text("\n".join([*lines, ""]))
    developers = place.registry / "developers.csv"
    developers.write_text(developers.read_text().replace("alibaba,Alibaba,CN", "alibaba,Alibaba,SG"))
    off = "\n".join(f'{name} = {{ enabled = false, disabled_reason = "a test" }}'
                    for name in load_sources() if name not in SOURCES)  # fmt: skip
    place.config.write_text(f"{place.config.read_text()}[schedule]\njitter = 0\n[sources]\n{off}\n")
    return place


@pytest.fixture(scope="module")
def finished(ready: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, bytes], float]]:
    """What each command gives if nothing happens to it, and how many seconds its process takes; under "", what is there."""
    outcomes = {"": (ready.exported(), 0.0)}
    for command, words in NEXT.items():
        place = ready.copy(tmp_path_factory.mktemp("finished") / "place")
        started = time.monotonic()
        process = place.start(*words)
        _, err = process.communicate()
        assert process.returncode == 0, err
        seconds = time.monotonic() - started
        outcomes[command] = place.exported(), seconds * 1.5 if command == "schedule" else seconds  # it starts later
    return outcomes


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_at_any_moment_heals(
    upstream: Upstream, ready: Place, finished: dict[str, tuple[dict[str, bytes], float]], tmp_path: Path, number: int
) -> None:
    """Moments spread over the whole of a run (TRACKER_KILLS says how many, TRACKER_KILL_SEED which), of every command."""
    command, turn = list(COMMANDS)[number % len(COMMANDS)], number // len(COMMANDS)
    expected, seconds = finished[command]
    place, turns = ready.copy(tmp_path / "place"), -(-KILLS // len(COMMANDS))
    process = place.start(*COMMANDS[command])
    # An even spread, shaken: each part of the run is struck whatever the number.
    time.sleep(seconds * (turn + random.Random(SEED + number).random()) / turns)
    process.kill()
    process.communicate()
    assert place.exported() in (finished[""][0], expected)  # what is published is whole: the old, or already the new
    acknowledged = place.ledger()
    assert set(ready.ledger()) <= set(acknowledged)
    done = place.run(*(place.folder / word if word == "index.csv" else word for word in NEXT[command]))
    assert done.code == 0, done.err
    assert set(acknowledged) <= set(place.ledger())
    assert place.exported() == expected
    assert len(list((place.data / "published").iterdir())) <= 2
    assert not list(place.archive.rglob(".tmp-*"))
    findings = {finding["kind"] for finding in place.run("check-archive", "--format", "json").json()}
    assert findings <= {"unreferenced blob", "torn line"}  # what was not acknowledged, where nothing was written since
    assert place.run("rebuild").code == 0
    assert place.exported() == expected


def test_what_was_acknowledged_needs_no_network(
    upstream: Upstream, before: Place, undisturbed: tuple[dict[str, bytes], float], tmp_path: Path
) -> None:
    """Killed with its pages in the archive and none in the warehouse: they are published though nothing answers now."""
    place = before.copy(tmp_path / "place")
    process = place.start("before a commit", "2", "collect", *SOURCES, driver=place.folder / "driver.py")
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(place.ledger()) > len(before.ledger())
    place.configure(f"http://127.0.0.1:{free_port()}/{{host}}")
    assert place.run("collect", *SOURCES).code == 75
    assert place.exported() == undisturbed[0]


def test_a_first_run_that_was_killed_heals(upstream: Upstream, tmp_path: Path) -> None:
    """In a new data directory, killed while the tables are made: nothing is published, and the next run is a first run."""
    place = Place(tmp_path / "place", upstream.mirror)
    driver = tmp_path / "driver.py"
    driver.write_text(DRIVER)
    for point, nth in (("before a commit", "1"), ("in the copy", "1")):
        process = place.start(point, nth, "collect", "aider", driver=driver)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert place.run("boards").code == 1
    assert place.run("collect", "aider").code == 0
    assert place.days() == {"aider_polyglot": {NEWEST}, "aider_edit": {NEWEST}}
