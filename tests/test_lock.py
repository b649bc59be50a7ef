"""One writer at a time: who waits is told for whom, and a lock ends with its holder."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.errors import TrackerError
from storage.lock import writing

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of this process, as if it were a schedule."""
    monkeypatch.setattr(sys, "argv", ["/usr/bin/tracker", "schedule", "--data", "my data"])


def test_the_holder_stands_in_the_file(tmp_path: Path) -> None:
    """Process, command, machine and time; once it is done, nobody."""
    with writing(tmp_path / "data"):
        holder = json.loads((tmp_path / "data" / "lock").read_text())
    assert holder.pop("since") >= f"{NOW:%F %T} UTC"
    assert holder == {"pid": os.getpid(), "command": "tracker schedule --data 'my data'", "host": platform.node()}
    assert (tmp_path / "data" / "lock").read_text() == ""


def test_who_waits_is_told_once_and_who_gives_up_is_told_again(tmp_path: Path) -> None:
    """The sentence names command, process and time."""
    heard: list[str] = []
    with writing(tmp_path):
        since = json.loads((tmp_path / "lock").read_text())["since"].split(" ", 1)[1]
        with pytest.raises(TrackerError) as caught, writing(tmp_path, heard.append, 0.3):
            pass
        with writing(tmp_path / "another"):
            pass
    holder = f"`tracker schedule --data 'my data'` (pid {os.getpid()}, since {since})"
    assert heard == [f"waiting for {holder}; gives up after 0.3 s"]
    assert str(caught.value) == f"{tmp_path}: gave up after 0.3 s: {holder} is writing here"


def test_a_name_that_is_left_over_holds_nobody_up(tmp_path: Path) -> None:
    """A killed process leaves its name, and not its lock."""
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "command": "tracker x", "host": "h", "since": "then"}) * 3)
    heard: list[str] = []
    with writing(tmp_path, heard.append, 0):
        assert json.loads((tmp_path / "lock").read_text())["pid"] == os.getpid()
    assert heard == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "another tracker"),
        ("[]", "another tracker"),
        ("\x1b[31m\ud800", "another tracker"),
        ('{"pid": 7, "command": "tracker demo", "host": "else.where", "since": "2020-01-02 03:04:05 UTC"}',
         "`tracker demo` (pid 7 on else.where, since 2020-01-02 03:04:05 UTC)"),
    ],
    ids=["nothing", "another version", "no text", "another machine"],
)  # fmt: skip
def test_whatever_stands_there_the_lock_counts(tmp_path: Path, content: str, name: str) -> None:
    """It is named as far as it can be."""
    heard: list[str] = []
    with writing(tmp_path):
        (tmp_path / "lock").write_bytes(content.encode("utf-8", "surrogatepass"))
        with pytest.raises(TrackerError, match="gave up"), writing(tmp_path, heard.append, 0.2):
            pass
    assert heard == [f"waiting for {name}; gives up after 0.2 s"]
