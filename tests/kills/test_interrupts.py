"""Ctrl-C: it ends a run within seconds, whatever that is doing, and says what was kept; a second one ends it at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.lock import writing
from tests.place import Place
from tests.upstream import Upstream
from tracker import signals

# The command, with one function that does not come back and drops Ctrl-C, as compiled code may.
STUBBORN = """
import importlib, sys, time

module, name, grace = sys.argv.pop(1), sys.argv.pop(1), float(sys.argv.pop(1))

def stubborn(*_, **__):
    word = "there"
    while True:
        try:
            print(word, flush=True)
            time.sleep(100)
        except KeyboardInterrupt:
            word = "dropped"

from tracker import signals
signals.GRACE = grace
setattr(importlib.import_module(module), name, stubborn)
from tracker.cli import main
main()
"""
GOES_ON = "what was fetched is kept, the next run goes on"


def interrupted(process: subprocess.Popen[str]) -> tuple[float, str]:
    """Ctrl-C: (seconds until it ended, its last words); exit code 130, and no traceback."""
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    return time.monotonic() - started, err.strip().rpartition("\n")[2]


def test_a_server_that_trickles_holds_nothing_up(upstream: Upstream, tmp_path: Path) -> None:
    """A byte a second would take hours: what is under way is given up, and the next run is as any other."""
    place = Place(tmp_path / "place", upstream.mirror, timeout=600)
    upstream.fault("*", "slow")
    process = place.start("collect", "aider", "vectara")
    until = time.monotonic() + 60
    while not upstream.log() and time.monotonic() < until:
        time.sleep(0.01)
    seconds, words = interrupted(process)
    assert seconds < 5
    assert words == f"stopped: 0 of 2 sources fetched; {GOES_ON}"
    upstream.fault("*", "none")
    done = place.run("collect", "aider", "vectara")
    assert (done.code, done.err) == (0, "")


def test_while_it_loads_nothing_is_begun(tmp_path: Path) -> None:
    """From the first word of the command on."""
    driver = tmp_path / "driver.py"
    driver.write_text(STUBBORN)
    process = Place(tmp_path / "place").start("tracker.cli.sources", "known_sources", "0", "collect", driver=driver)
    assert process.stdout
    assert process.stdout.readline() == "there\n"
    assert interrupted(process)[1] == "stopped: nothing was begun"


def test_waiting_for_another_run_is_no_reason_to_wait(tmp_path: Path) -> None:
    """It says for whom it waits as soon as it does."""
    place = Place(tmp_path / "place")
    with writing(place.data):
        process = place.start("collect", "aider")
        assert process.stderr
        assert f"(pid {os.getpid()}, since " in process.stderr.readline()
        seconds, words = interrupted(process)
    assert seconds < 5
    assert words == "stopped: nothing was begun"


@pytest.mark.parametrize(
    ("module", "function", "words"),
    [
        ("tracker.pipeline", "fetch_all", "stopped: nothing was begun"),
        ("storage.load", "_read_batch", f"stopped: 2 of 2 sources fetched; {GOES_ON}"),
        ("storage.publish", "prepare", f"stopped: every page is read, and not yet published; {GOES_ON}"),
        ("storage.publish", "swap", f"stopped: every page is read, and not yet published; {GOES_ON}"),
    ],
)
def test_code_that_drops_it_is_ended_all_the_same(
    upstream: Upstream, tmp_path: Path, module: str, function: str, words: str
) -> None:
    """Fetching, reading or publishing: two seconds are its own, then the process ends; the next run heals."""
    place = Place(tmp_path / "place", upstream.mirror)
    driver = tmp_path / "driver.py"
    driver.write_text(STUBBORN)
    process = place.start(module, function, str(signals.GRACE), "collect", "aider", "vectara", driver=driver)
    assert process.stdout
    assert process.stdout.readline() == "there\n"
    seconds, last = interrupted(process)
    assert seconds < 5
    assert last == words
    done = place.run("collect", "aider", "vectara", now="2026-11-05")
    assert (done.code, done.err) == (0, "")


def test_a_second_one_ends_it_there_and_then(upstream: Upstream, tmp_path: Path) -> None:
    """Though the first would have left it a thousand seconds."""
    place = Place(tmp_path / "place", upstream.mirror)
    driver = tmp_path / "driver.py"
    driver.write_text(STUBBORN)
    process = place.start("tracker.pipeline", "fetch_all", "1000", "collect", "aider", driver=driver)
    assert process.stdout
    assert process.stdout.readline() == "there\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "dropped\n"
    seconds, last = interrupted(process)
    assert seconds < 5
    assert last == ""


def test_what_was_switched_off_stays_so() -> None:
    """SIGHUP under nohup, Ctrl-C for a job in the background: as SIGUSR2 here."""
    before = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    heard: list[str] = []
    try:
        with signals.heard((signal.SIGUSR2,), lambda *_: heard.append("main"), lambda: heard.append("thread")):
            os.kill(os.getpid(), signal.SIGUSR2)
            assert signal.getsignal(signal.SIGUSR2) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert heard == []


def test_every_signal_is_heard_in_a_thread_of_its_own() -> None:
    """Before the block ends, and not after it."""
    before = signal.getsignal(signal.SIGUSR2)
    heard: list[str] = []
    with signals.heard((signal.SIGUSR2,), lambda *_: None, lambda: heard.append("thread")):
        os.kill(os.getpid(), signal.SIGUSR2)
        os.kill(os.getpid(), signal.SIGUSR2)
    assert heard in (["thread"], ["thread"] * 2)  # the system may make one of two
    assert signal.getsignal(signal.SIGUSR2) is before


FORKED = """
import json, os, signal, sys
from tracker import signals

heard = []
with signals.heard((signal.SIGTERM,), lambda *_: None, lambda: heard.append("parent")):
    child = os.fork()
    if not child:
        signal.pause()
    os.kill(child, signal.SIGTERM)
    status = os.waitpid(child, 0)[1]
print(json.dumps([heard, os.WTERMSIG(status)]))
"""


def test_a_forked_process_is_told_by_itself() -> None:
    """SIGTERM ends it, and is no message to the one that forked it."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKED], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == [[], signal.SIGTERM]
