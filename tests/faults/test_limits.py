"""A page costs at most so much: one that costs more is refused by the name of the limit, and the rest goes on."""

from __future__ import annotations

import io
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrapers.errors import TrackerError
from scrapers.limits import Limits
from scrapers.sources.livebench import REPOSITORIES
from storage.over_limit import NAME
from storage.parse_jobs import PageKey
from storage.parse_pool import ParsePool
from tests.place import Place, page, put, small, with_source_code
from tests.saved_pages import SAVED, declared
from tests.upstream import PAGES, Upstream, local

GOOD = ("aider", "superclue", "vectara")
GSO, TERMINAL_BENCH, SUPERCLUE = (
    local(declared(name).pages[0].address) for name in ("gso", "terminal_bench", "superclue")
)

LINKS = REPOSITORIES[0] + "src/Table/modelLinks.js"

# What is added to the parser of superclue, and how its page is refused then.
EXPENSIVE = {
    "loops": ("while True:\n        pass", "took longer than 1 s to read ([limits] seconds in config.toml)"),
    "loops in C": (
        "import re\n    re.match('(a+)+$', 'a' * 60 + 'b')", "took longer than 1 s to read ([limits] seconds in config.toml)",
    ),
    "allocates": (
        "kept = []\n    while True:\n        kept.append(bytes(1 << 20))",
        "took more than 64 MB to read ([limits] memory_mb in config.toml)",
    ),
    "exits": ("import os\n    os._exit(3)", "ended the process that read it: exit code 3"),
    "crashes": ("import os\n    os.abort()", "ended the process that read it: SIGABRT"),
    "gives many rows": (
        "return [Snapshot('superclue_total', None, None, (Entry(name='A', score=1.0),) * 5_001)]",
        "has more than 5,000 rows ([limits] rows in config.toml)",
    ),
    "gives many cells": (
        "return [Snapshot('superclue_total', None, None, (Entry(name='A', score=1.0, models=('a',)),) * 4_000)]",
        "has more than 10,000 cells ([limits] cells in config.toml)",
    ),
}  # fmt: skip
LOW = "[limits]\nseconds = {seconds}\nmemory_mb = 64\nrows = 5000\ncells = 10000"


def limited(folder: Path, upstream: Upstream, seconds: float = 1) -> Place:
    """A place with low limits."""
    return Place(folder, upstream.mirror, more=LOW.format(seconds=seconds))


def run(place: Place, *words: str, code: Path | None = None) -> tuple[int, list[str]]:
    """Exit code of a command in a process of its own, and the lines of its stderr."""
    process = place.start(*words, code=code)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err
    return process.returncode, err.splitlines()


def expensive(folder: Path, body: str) -> tuple[Path, Callable[[], int]]:
    """A parser of superclue that does this, and a count of how often it was called."""
    tries = folder / "tries"
    code = (
        f"def parse(pages):\n    with open({str(tries)!r}, 'a') as file:\n        file.write('.')\n    {body}\n"
        "from scrapers.model import Entry, Snapshot\n"
    )
    return with_source_code(folder / "code", "superclue", code), lambda: len(tries.read_text()) if tries.exists() else 0


@pytest.mark.parametrize("kind", EXPENSIVE)
def test_a_parser_that_costs_too_much_is_a_refusal_of_its_page(upstream: Upstream, tmp_path: Path, kind: str) -> None:
    """One line names page and limit; the others are stored and published; no later run tries it again, nor a rebuild."""
    body, reason = EXPENSIVE[kind]
    code, tries = expensive(tmp_path, body)
    place = limited(tmp_path / "place", upstream)
    assert run(place, "collect", *GOOD, code=code) == (1, [f"problem: superclue: readme refused: {reason}"])
    assert {"aider_polyglot", "vectara_hallucination"} <= set(place.days())
    assert "superclue_total" not in place.days()
    assert place.sql("SELECT state, reason FROM captures WHERE source = 'superclue'") == [("refused", reason)]
    first = tries()
    assert first >= 1
    assert run(place, "collect", *GOOD, code=code) == (1, [f"problem: superclue: readme refused: {reason}"])
    exported = place.exported()
    returned, lines = run(place, "rebuild", code=code)
    assert (returned, lines) == (0, ["rebuilt from 9 captures, 2 of them refused"])
    assert place.exported() == exported
    assert tries() == first


def test_other_limits_or_other_code_make_it_tried_again(upstream: Upstream, tmp_path: Path) -> None:
    """With the reason of the new limit; and once the code is mended, the page is read."""
    code, tries = expensive(tmp_path, EXPENSIVE["loops"][0])
    place = limited(tmp_path / "place", upstream)
    run(place, "collect", "superclue", code=code)
    place.configure(upstream.mirror, more=LOW.format(seconds=0.5))
    before = tries()
    run(place, "publish", code=code)
    assert tries() == before + 1
    ((reason,),) = place.sql("SELECT reason FROM captures WHERE state = 'refused'")
    assert reason == "took longer than 0.5 s to read ([limits] seconds in config.toml)"
    assert len((place.archive / NAME).read_text().splitlines()) == 1
    assert place.run("publish").code == 0
    assert "superclue_total" in place.days()


def nested_tables() -> bytes:
    """1,000 tables, one in another."""
    return b"<!DOCTYPE html><html><body>" + b"<table><tr><td>" * 1000 + b"x" + b"</td></tr></table>" * 1000


def parquet_bomb() -> bytes:
    """2,000 rows that share one text of a megabyte: 2 GB as Python values."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["x" * (1 << 20)]))
    sink = io.BytesIO()
    columns = {"model_name": values, "category": pa.array(["overall"] * 2000), "rating": pa.array([1.0] * 2000)}
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def many_rows() -> bytes:
    """Two million rows of one value."""
    rows, sink = pa.nulls(2_000_000, pa.int32()).fill_null(0), io.BytesIO()
    pq.write_table(pa.table({"category": pa.DictionaryArray.from_arrays(rows, pa.array(["overall"]))}), sink)
    return sink.getvalue()


def test_pages_that_are_bombs(upstream: Upstream, tmp_path: Path) -> None:
    """Each is refused by what is wrong with it; the good source beside them is published."""
    upstream.instead |= {
        TERMINAL_BENCH: nested_tables(),
        PAGES["arena"]: parquet_bomb(),
        GSO: b"[" * 100_000 + b"]" * 100_000,
        PAGES["aider"]: b"a: &a [x, x]\nb: &b [*a, *a]\n" + b"c: [*b, *b]\n",
    }
    place = limited(tmp_path / "place", upstream, seconds=20)
    code, lines = run(place, "collect", "aider", "arena", "gso", "terminal_bench", "vectara")
    assert code == 1
    problems = dict(line.removeprefix("problem: ").split(": ", 1) for line in lines)
    assert problems["terminal_bench"] == "leaderboard refused: HTML with tables nested deeper than 8 levels"
    assert problems["arena"] == "text refused: took more than 64 MB to read ([limits] memory_mb in config.toml)"
    assert problems["gso"].startswith("leaderboard refused: not JSON: ")
    assert problems["aider"] == "polyglot refused: YAML with aliases"
    assert "vectara_hallucination" in place.days()
    assert "aider_edit" in place.days()


def test_a_parquet_page_that_claims_many_rows_is_not_read(upstream: Upstream, tmp_path: Path) -> None:
    """What its metadata says is enough."""
    upstream.instead[PAGES["arena"]] = many_rows()
    place = limited(tmp_path / "place", upstream)
    _, lines = run(place, "collect", "arena")
    assert "has more than 5,000 rows ([limits] rows in config.toml)" in lines[0]


def test_a_manifest_that_costs_too_much(upstream: Upstream, tmp_path: Path) -> None:
    """`pages` gets it first: its source is given up, the others come; the next run does not try it again."""
    tries = tmp_path / "tries"
    code = with_source_code(
        tmp_path / "code", "tau2",
        f"def listed(manifest):\n    with open({str(tries)!r}, 'a') as file:\n        file.write('.')\n    while True:\n        pass\n",
    )  # fmt: skip
    place = limited(tmp_path / "place", upstream)
    expected = (1, ["problem: tau2: manifest refused: took longer than 1 s to read ([limits] seconds in config.toml)"])
    assert run(place, "collect", "tau2", "vectara", code=code) == expected
    assert "vectara_hallucination" in place.days()
    first = len(tries.read_text())
    assert run(place, "collect", "tau2", "vectara", code=code) == expected
    assert run(place, "rebuild", code=code)[0] == 0
    assert len(tries.read_text()) == first


def test_one_page_of_a_set_that_costs_too_much_is_named(upstream: Upstream, tmp_path: Path) -> None:
    """The pages of the set are refused with the page that is at fault, and another set with it is not tried."""
    tries = tmp_path / "tries"
    code = with_source_code(
        tmp_path / "code", "livebench",
        "def models(body):\n    if b'MARK' in body:\n"
        f"        with open({str(tries)!r}, 'a') as file:\n            file.write('.')\n        while True:\n            pass\n    return {{}}\n",
    )  # fmt: skip
    upstream.instead[local(LINKS)] = b"export const modelLinks = {MARK: 1};"
    place = limited(tmp_path / "place", upstream)
    returned, lines = run(place, "collect", "livebench", code=code)
    assert returned == 1
    reason = "took longer than 1 s to read ([limits] seconds in config.toml)"
    (line,) = lines
    assert line == f"problem: livebench: links refused: {reason}"
    first = len(tries.read_text())
    assert 1 <= first <= 2  # looked at by itself, before any set is read with it
    exported = place.exported()
    assert run(place, "rebuild", code=code)[0] == 0
    assert len(tries.read_text()) == first
    assert place.exported() == exported


def test_two_runs_over_one_archive_give_the_same_bytes(upstream: Upstream, tmp_path: Path) -> None:
    """Whichever process was done first, with a page that is refused at a limit among them."""
    upstream.instead[PAGES["arena"]] = parquet_bomb()
    place = limited(tmp_path / "place", upstream, seconds=20)
    assert run(place, "collect")[0] == 1
    exported = place.exported()
    (place.archive / NAME).unlink()  # so that the page is tried once more
    assert run(place, "rebuild")[0] == 0
    assert place.exported() == exported
    assert (place.archive / NAME).exists()


def test_what_ended_the_process_from_outside_is_not_noted(upstream: Upstream, tmp_path: Path) -> None:
    """As the system does for want of memory: the page is refused, and a rebuild tries it again."""
    code, tries = expensive(tmp_path, "import os\n    os.kill(os.getpid(), 9)")
    place = limited(tmp_path / "place", upstream)
    expected = ["problem: superclue: readme refused: the process that read it was ended by SIGKILL"]
    assert run(place, "collect", "superclue", code=code) == (1, expected)
    assert run(place, "collect", "superclue", code=code) == (1, expected)
    assert tries() == 1  # the same bytes are not read again
    assert not (place.archive / NAME).exists()
    assert run(place, "rebuild", code=code)[0] == 0
    assert tries() > 1


def test_facts_that_cost_too_much(upstream: Upstream, tmp_path: Path) -> None:
    """The page is refused though its parser accepts it; a rebuild agrees, and does not try it again."""
    tries = tmp_path / "tries"
    code = with_source_code(
        tmp_path / "code", "epoch_models",
        f"def facts(pages):\n    with open({str(tries)!r}, 'a') as file:\n        file.write('.')\n    while True:\n        pass\n",
    )  # fmt: skip
    place = limited(tmp_path / "place", upstream)
    place.configure(upstream.mirror, more=LOW.format(seconds=1).replace("5000", "500_000").replace("10000", "500_000"))
    returned, lines = run(place, "collect", "epoch_models", code=code)
    assert returned == 1
    assert [line.partition(" refused: ")[2] for line in lines] == [
        "took longer than 1 s to read ([limits] seconds in config.toml)"
    ]
    states = "SELECT DISTINCT state FROM captures WHERE source = 'epoch_models'"
    assert place.sql(states) == [("refused",)]
    assert run(place, "rebuild", code=code)[0] == 0
    assert run(place, "collect", "epoch_models", code=code)[0] == 1
    assert place.sql(states) == [("refused",)]
    assert tries.read_text() == "."


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("score=1.0, organization=['a']", "organization of 'A' is ['a']"),
        ("score=True", "score of 'A' is True"),
        ("score=1.0, votes=2**60", "votes of 'A' is 1152921504606846976"),
        ("score=1.0, models=(1,)", "the models of 'A' are not all texts"),
    ],
)
def test_a_cell_of_another_kind_is_a_refusal_of_its_page(
    upstream: Upstream, tmp_path: Path, cells: str, reason: str
) -> None:
    """A source's code that passes on what the page has stops no other source."""
    code, _ = expensive(tmp_path, f"return [Snapshot('superclue_total', None, None, (Entry(name='A', {cells}),))]")
    place = limited(tmp_path / "place", upstream)
    assert run(place, "collect", *GOOD, code=code) == (1, [f"problem: superclue: readme refused: {reason}"])
    assert "vectara_hallucination" in place.days()


def test_sources_check_names_the_limit(upstream: Upstream, tmp_path: Path) -> None:
    """A page that costs too much is unparsed; nothing is stored."""
    code, _ = expensive(tmp_path, EXPENSIVE["loops"][0])
    place = limited(tmp_path / "place", upstream)
    returned, lines = run(place, "sources", "check", "superclue", code=code)
    assert (returned, lines[-1]) == (1, f"problem: superclue, readme: {EXPENSIVE['loops'][1]}")
    assert not place.data.exists()


def test_the_rows_of_a_table_are_counted(tmp_path: Path) -> None:
    """Of a page that needs no code of its own."""
    place = small(tmp_path / "place")
    place.config.write_text(place.config.read_text().replace("[http]", "[limits]\nrows = 5\n\n[http]"))
    assert put(place, page([5, 4, 3, 2, 1]), "2026-01-01")["state"] == "accepted"
    outcome = put(place, page([6, 5, 4, 3, 2, 1]), "2026-01-02")
    assert outcome["reason"] == "has more than 5 rows ([limits] rows in config.toml)"


def test_a_note_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """It names file and line."""
    place = small(tmp_path / "place")
    put(place, page([5, 4]), "2026-01-01")
    (place.archive / NAME).write_text("{}\n")
    done = place.run("rebuild")
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert f"{NAME}: line 1 is no note of a page; take it out" in done.err


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[ParsePool]:
    """Processes for the pages of gso."""
    with ParsePool.for_one(declared("gso"), Limits()) as pool:
        yield pool


def gso_page(pool: ParsePool, file: str = "leaderboard.json") -> PageKey:
    """A saved page in the archive of the pool."""
    return "gso", "leaderboard", GSO, pool.archive.put((SAVED / "gso" / file).read_bytes())


def test_results_come_in_the_order_of_the_pages(pool: ParsePool) -> None:
    """More of them than wait at once, good ones and others in turns."""
    pages = [[gso_page(pool)], [("gso", "leaderboard", GSO, pool.archive.put(b"{}"))]] * 20
    results = list(pool.parse_all(pages))
    assert [bool(result.snapshots) for result in results] == [True, False] * 20


def test_a_process_that_ended_while_it_rested_is_replaced(pool: ParsePool) -> None:
    """That is no fault of the next page."""
    assert pool.parse([gso_page(pool)]).snapshots
    (process,) = pool._idle
    process.kill()
    until(lambda: not process.lives())
    assert pool.parse([gso_page(pool)]).snapshots


def test_processes_that_do_not_start_are_no_fault_of_a_page(
    pool: ParsePool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence with the reason; nothing is refused for it."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such library' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(TrackerError, match="no process to read pages in could be started: no such library"):
        pool.parse([gso_page(pool)])


def alive(pid: int) -> bool:
    """Whether this process is there and did not end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def until(reached: Callable[[], bool]) -> None:
    """Waits for something that is bound to come."""
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("work", ["while True:\n        pass", EXPENSIVE["loops in C"][0]], ids=["Python", "C"])
def test_no_process_is_left_behind(upstream: Upstream, tmp_path: Path, ending: signal.Signals, work: str) -> None:
    """Whatever ends the command, the process that reads a page for it ends, too; nothing is said of it."""
    note = tmp_path / "pid"
    code = with_source_code(
        tmp_path / "code", "superclue",
        f"def parse(pages):\n    import os\n    with open({str(note)!r}, 'w') as file:\n        file.write(str(os.getpid()) + '.')\n    {work}\n",
    )  # fmt: skip
    place = limited(tmp_path / "place", upstream, seconds=600)
    process = place.start("collect", "superclue", code=code)
    until(lambda: note.exists() and note.read_text().endswith("."))
    reader = int(note.read_text().rstrip("."))
    assert alive(reader)
    process.send_signal(ending)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in err or ending == signal.SIGINT
    until(lambda: not alive(reader))
