"""A hostile world: whatever an upstream sends, its source is named, nothing wrong is stored, all else goes on."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from tests.place import Done, Place
from tests.upstream import FAULTS, NEWEST, PAGES, Upstream

LATER = f"{NEWEST}T06:00:00Z"
TIMEOUT = 3.0
# Half of a Markdown page may hold its whole table: then it is the page, and accepting it is right.
MAY_PASS = {("half", "vectara")}
DATA = ("entries.csv", "shares.csv")
QUICK = [kind for kind in FAULTS if kind not in {"slow", "bomb"}]  # those two have tests of their own


@pytest.fixture(scope="module")
def good(simulated: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place that collected everything before the faults begin."""
    simulated.day(NEWEST)
    place = Place(tmp_path_factory.mktemp("good") / "place", simulated.mirror, timeout=TIMEOUT)
    assert place.run("collect", *PAGES).code == 0
    return place


@pytest.fixture(scope="module")
def expected(good: Place) -> dict[str, bytes]:
    """What it exports."""
    return good.exported()


def named(done: Done) -> set[str]:
    """Sources that the problems on stderr name; every line is one clear sentence."""
    lines = done.err.splitlines()
    assert all(re.fullmatch(r"problem: \w+: .{10,400}", line) for line in lines), done.err
    return {line.split(": ")[1] for line in lines}


def rows(content: bytes) -> set[tuple[str, ...]]:
    """The rows of a CSV file, without its header."""
    return {tuple(row) for row in csv.reader(io.StringIO(content.decode()))} - {()}


@pytest.mark.parametrize("kind", QUICK)
def test_every_page_is_faulty_over_earlier_data(
    upstream: Upstream, good: Place, expected: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    """Exit code 1, every source is named, and what was served before is served after."""
    place = good.copy(tmp_path / "place")
    upstream.fault("*", kind)
    done = place.run("collect", *PAGES, "--format", "json", now=LATER)
    assert done.code == 1
    problems = {row["source"] for row in done.json() if row["problem"]}
    assert named(done) == problems
    assert {(kind, source) for source in set(PAGES) - problems} <= MAY_PASS
    stored = place.exported()
    assert {name: stored[name] for name in DATA} == {name: expected[name] for name in DATA}
    top = place.run("top", "vectara_hallucination", "--format", "json")
    assert (top.code, len(top.json())) == (0, 20)
    assert place.run("status").code == 1


@pytest.mark.parametrize("kind", QUICK)
def test_every_page_is_faulty_from_the_first(
    upstream: Upstream, expected: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    """With no earlier data to compare with: the same, and nothing is believed that a good run would not have."""
    place = Place(tmp_path / "place", upstream.mirror, timeout=TIMEOUT)
    upstream.fault("*", kind)
    done = place.run("collect", *PAGES, "--format", "json")
    assert done.code == 1
    problems = {row["source"] for row in done.json() if row["problem"]}
    assert named(done) == problems
    assert {(kind, source) for source in set(PAGES) - problems} <= MAY_PASS
    stored = place.exported()
    believed = {board for board, _ in place.sql("SELECT board, day FROM series")}
    assert believed <= ({"vectara_hallucination"} if kind == "half" else set())
    assert rows(stored["entries.csv"]) <= rows(expected["entries.csv"])
    if not believed:
        assert place.run("top", "vectara_hallucination").code == 1


@pytest.mark.parametrize("kind", ["404", "challenge"])
@pytest.mark.parametrize("source", PAGES)
def test_one_page_is_faulty(
    upstream: Upstream, good: Place, expected: dict[str, bytes], tmp_path: Path, source: str, kind: str
) -> None:
    """The source is named and no other; its earlier data stays, and the others are collected."""
    place = good.copy(tmp_path / "place")
    upstream.fault(PAGES[source], kind)
    done = place.run("collect", *PAGES, "--format", "json", now=LATER)
    assert (done.code, named(done)) == (1, {source})
    assert all(row["unchanged"] for row in done.json() if row["source"] != source)
    stored = place.exported()
    assert {name: stored[name] for name in DATA} == {name: expected[name] for name in DATA}


@pytest.mark.parametrize("source", PAGES)
def test_one_page_is_faulty_from_the_first(
    upstream: Upstream, good: Place, expected: dict[str, bytes], tmp_path: Path, source: str
) -> None:
    """A bot check instead of one page, on a fresh data directory: the other sources are all there."""
    place = Place(tmp_path / "place", upstream.mirror, timeout=TIMEOUT)
    upstream.fault(PAGES[source], "challenge")
    done = place.run("collect", *PAGES)
    assert (done.code, named(done)) == (1, {source})
    stored, expected = ({row for row in rows(entries) if not row[0].startswith(source)}
                        for entries in (place.exported()["entries.csv"], expected["entries.csv"]))  # fmt: skip
    assert stored == expected
    believed = "SELECT snapshot FROM snapshots WHERE state = 'accepted'"
    assert set(place.sql(believed)) <= set(good.sql(believed))


@pytest.mark.parametrize("earlier", [True, False], ids=["over earlier data", "from the first"])
def test_a_bomb_takes_little_memory(upstream: Upstream, good: Place, tmp_path: Path, earlier: bool) -> None:
    """A response that unpacks to a gigabyte: its source is named, and the process stays under 300 MB."""
    place = good.copy(tmp_path / "place") if earlier else Place(tmp_path / "place")
    place.configure(upstream.mirror, timeout=30)  # the simulator takes seconds to pack one
    driver = tmp_path / "driver.py"
    driver.write_text(
        "import sys\nfrom tracker.cli import main\ntry:\n    main()\nfinally:\n"
        "    print(open('/proc/self/status').read(), file=sys.stderr)\n"
    )
    upstream.fault(PAGES["vectara"], "bomb")
    process = place.start("collect", *PAGES, driver=driver, now=LATER)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    problems = [line.split(": ")[1] for line in err.splitlines() if line.startswith("problem: ")]
    assert problems == ["vectara"]
    assert "unpacks to more than" in err
    peak = re.search(r"VmHWM:\s+(\d+) kB", err)
    assert peak
    assert int(peak[1]) < 300_000
    assert not list(place.archive.rglob(".tmp-*"))


@pytest.mark.parametrize("earlier", [True, False], ids=["over earlier data", "from the first"])
def test_a_slow_page_is_given_up_in_time(
    upstream: Upstream, good: Place, expected: dict[str, bytes], tmp_path: Path, earlier: bool
) -> None:
    """A byte a second keeps every single read alive; the time of the whole response is what counts.

    Only its source is late: not even one that asks the same host, and waits for its turn, pays for it.
    """
    place = good.copy(tmp_path / "place") if earlier else Place(tmp_path / "place", upstream.mirror, timeout=TIMEOUT)
    upstream.fault(PAGES["vectara"], "slow")
    done = place.run("collect", "aider", "vectara", "--format", "json", now=LATER)
    assert done.code == 1
    assert named(done) == {"vectara"}
    took = {row["source"]: row["seconds"] for row in done.json()}
    assert TIMEOUT - 0.5 < took["vectara"] < TIMEOUT + 2
    assert not list(place.archive.rglob(".tmp-*"))
    assert {board for board in place.days() if board.startswith("aider")} == {"aider_edit", "aider_polyglot"}
    assert ("vectara_hallucination" in place.days()) == earlier
