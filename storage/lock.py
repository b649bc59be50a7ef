"""One process at a time writes into a data directory; the others wait, and are told for whom."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from scrapers.errors import TrackerError

# Two processes that collect into one directory would race for the file; the second waits this long.
LOCK_SECONDS = 600.0


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
