"""Processes in which pages are read, so that a page costs no more than config allows: its refusal names the limit.

Everything that a source's code does with the bytes of a page is asked for here. A process is started when there is
something to read, and lives as long as the pool; one that was ended at a limit is replaced. Each may use its part of
memory_mb; a page that needs more is read once more with all of it, while the other processes rest.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from scrapers import table_parser
from scrapers.errors import Damaged, OverLimit, PageError, TrackerError
from scrapers.limits import Limits
from scrapers.model import Entry, Fact, Request, Snapshot
from scrapers.spec import Source
from storage.archive import Archive
from storage.over_limit import Notes
from storage.parse_jobs import PageKey
from storage.parse_worker import FIELDS, decoded, receive, send

_LOG = logging.getLogger("tracker")
_MOST = 4  # processes
_AHEAD = 4  # answers for each process that may wait for the one before them
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT}  # by a person, or for want of memory


@dataclass(frozen=True, slots=True)
class ParsedSnapshot:
    """A snapshot as it came from a process; its rows are not looked at until `snapshot` is asked for."""

    id: str
    content: str
    board: str
    edition: str | None
    published_on: str | None
    rows: list[list[Any]]
    newest_row_day: str | None

    @property
    def newest_row(self) -> date | None:
        """The newest of the days that the page prints beside its rows."""
        return date.fromisoformat(self.newest_row_day) if self.newest_row_day else None

    def snapshot(self) -> Snapshot:
        """With its entries."""
        on = date.fromisoformat(self.published_on) if self.published_on else None
        return Snapshot(self.board, self.edition, on, tuple(map(_entry, self.rows)), self.newest_row)


@dataclass(frozen=True, slots=True)
class ParsedPages:
    """What pages that were read together gave: snapshots, or why they were refused."""

    snapshots: tuple[ParsedSnapshot, ...]
    reason: str | None
    damaged: Damaged | None = None  # where the archived bytes could not be read


def _entry(row: list[Any]) -> Entry:
    cells = dict(zip(FIELDS, row, strict=True))
    on = cells["released_on"]
    return Entry(**cells | {"models": tuple(cells["models"]), "released_on": date.fromisoformat(on) if on else None})


class ParsePool:
    """The processes that read the pages of one archive."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self.archive, self.limits = archive, limits
        self.set_aside: Mapping[str, str] = {}  # sha256 of bytes that are not read, with the reason
        self._notes = Notes(archive.root, limits)
        self._sources: Mapping[str, Source] = {}
        self._code: Mapping[str, str] = {}
        self._declarations: dict[str, str] = {}
        self._count = min(os.cpu_count() or 1, _MOST)
        self._permits = threading.Semaphore(self._count)
        self._turn, self._search, self._lock = threading.Lock(), threading.Lock(), threading.Lock()
        self._idle: list[_Process] = []
        self._processes: set[_Process] = set()
        self._closed = False

    def __enter__(self) -> ParsePool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        with self._lock:
            self._closed = True
            for process in self._idle:
                process.end()
            for process in self._processes.difference(self._idle):
                process.kill()
            self._idle.clear()

    def set_sources(self, sources: Mapping[str, Source], code: Mapping[str, str]) -> None:
        """The sources as they are read from now on, and a fingerprint of what each is read with."""
        self._sources, self._code = sources, code
        self._declarations = {name: source.model_dump_json() for name, source in sources.items()}

    @classmethod
    @contextmanager
    def for_one(cls, source: Source, limits: Limits) -> Iterator[ParsePool]:
        """For pages of one source that are not kept: the archive goes with the pool."""
        with tempfile.TemporaryDirectory(prefix="tracker-") as folder, cls(Archive(Path(folder)), limits) as pool:
            pool.set_sources({source.name: source}, {})
            yield pool

    def parse_all(self, jobs: Iterable[Sequence[PageKey]]) -> Iterator[ParsedPages]:
        """`parse` of each job, side by side; in the order of the jobs, whichever is done first."""
        waiting: deque[Future[ParsedPages]] = deque()
        with ThreadPoolExecutor(self._count, thread_name_prefix="parse") as threads:
            try:
                for pages in jobs:
                    waiting.append(threads.submit(self.parse, pages))
                    if len(waiting) >= _AHEAD * self._count:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BaseException:
                self.close()  # else the threads would wait for what nobody wants any more
                threads.shutdown(cancel_futures=True)
                raise

    def parse(self, pages: Sequence[PageKey]) -> ParsedPages:
        """What these pages give when they are read together."""
        try:
            snapshots = self._together("parse", pages)["snapshots"]
        except PageError as error:
            return ParsedPages((), str(error))
        except Damaged as error:
            return ParsedPages((), str(error), error)
        return ParsedPages(tuple(ParsedSnapshot(*snapshot) for snapshot in snapshots), None)

    def check(self, page: PageKey) -> None:
        """PageError where the page is not what it should be, as far as it tells by itself."""
        self._together("check", [page])

    def sets(self, pages: Sequence[PageKey]) -> list[list[PageKey]]:
        """The sets as the source's module parts these pages; PageError where they do not say."""
        return [[pages[at] for at in part] for part in self._together("sets", pages)["sets"]]

    def facts(self, pages: Sequence[PageKey]) -> list[Fact]:
        """What these pages of a feed say."""
        return [Fact(*fact) for fact in self._together("facts", pages)["facts"]]

    def requests(self, name: str) -> Generator[Request, str | None, None]:
        """What a source asks for. It is sent the sha256 of each archived body, or None where there is none."""
        source = self._sources[name]
        if not hasattr(source.module, "pages"):  # then no request follows from a body
            for declared in table_parser.requests(source):  # noqa: UP028 - what is sent is of another kind
                yield declared
            return
        came: list[str | None] = []
        last: tuple[PageKey, ...] = ()
        while request := self._next_request(name, came, last):
            sha256 = yield request
            came.append(sha256)
            last = ((name, request.role, request.address, sha256),) if sha256 else ()

    def _next_request(self, name: str, came: Sequence[str | None], last: Sequence[PageKey]) -> Request | None:
        """The request that follows from the bodies that came; what it costs is the cost of the last of them."""
        try:
            request = self._once("pages", name, last, {"came": came})["request"]
        except PageError as error:
            raise PageError(f"{last[0][1]} refused: {error}" if last else str(error)) from None
        return decoded(request) if request else None

    def _together(self, call: str, pages: Sequence[PageKey]) -> Any:
        """The answer for pages that are read together."""
        name = pages[0][0]
        if name not in self._sources:
            raise PageError(f"source {name!r} is not declared")
        return self._once(call, name, pages, {"pages": pages})

    def _once(self, call: str, name: str, pages: Sequence[PageKey], order: dict[str, Any]) -> Any:
        """The answer to an order; OverLimit where it costs too much, at once where that is noted from before.

        Of several pages that cost too much together, each is tried alone: the next set may hold the one at fault, too.
        """
        for *_, sha256 in pages:
            if sha256 in self.set_aside:
                raise PageError(self.set_aside[sha256])
        self._refuse_noted(call, name, pages)
        try:
            return self._asked({"call": call, "source": name} | order)
        except OverLimit as error:
            if len(pages) > 1:
                with self._search:  # another set with the same page may be at this point, too
                    self._refuse_noted(call, name, pages)
                    for page in pages:
                        with suppress(PageError):
                            self._together(call, [page])
                self._refuse_noted(call, name, pages)
            self._notes.add(call, self._code.get(name, ""), pages, str(error))
            raise

    def _refuse_noted(self, call: str, name: str, pages: Sequence[PageKey]) -> None:
        if reason := self._notes.reason(call, self._code.get(name, ""), pages):
            raise OverLimit("", reason)

    def _asked(self, order: dict[str, Any]) -> Any:
        """The answer to an order, or the error that stands for it."""
        share = self.limits.memory_mb // self._count
        with self._permits:
            answer = self._ask(order | {"memory_mb": share})
        if answer.keys() & {"out_of_memory", "crashed"} and self._count > 1:
            with self._others_at_rest():
                answer = self._ask(order | {"memory_mb": self.limits.memory_mb})
        for text in answer.get("log", ()):
            _LOG.error("%s", text)
        if "over" in answer:
            raise OverLimit("", answer["over"])
        if "late" in answer:
            raise OverLimit("seconds", f"took longer than {self.limits.seconds:g} s to read")
        if "out_of_memory" in answer:
            raise OverLimit("memory_mb", f"took more than {self.limits.memory_mb:,} MB to read")
        if "crashed" in answer:
            raise OverLimit("", f"ended the process that read it: {answer['crashed']}")
        if "damaged" in answer:
            raise Damaged(*answer["damaged"])
        if "refused" in answer:
            raise PageError(answer["refused"])
        if "failed" in answer:
            raise TrackerError(answer["failed"])
        return answer["answer"]

    @contextmanager
    def _others_at_rest(self) -> Iterator[None]:
        """Waits until no process works; then none begins until the block is done."""
        with self._turn:
            for _ in range(self._count):
                self._permits.acquire()
            try:
                yield
            finally:
                self._permits.release(self._count)

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """What a process answers, or how it ended."""
        process = self._free(order["source"])
        answer = process.ask(order | {"limits": self.limits.model_dump()}, self._declarations[order["source"]])
        if answer is not None and "out_of_memory" not in answer:
            self._set_free(process)
            return answer
        ended = self._ended(process)
        if self._closed:
            raise TrackerError("stopped while pages were read")
        if answer is not None:
            return answer
        if ended == -signal.SIGALRM:
            return {"late": True}
        if ended < 0 and -ended in _FROM_OUTSIDE:
            return {"refused": f"the process that read it was ended by {signal.Signals(-ended).name}"}
        return {"crashed": signal.Signals(-ended).name if ended < 0 else f"exit code {ended}"}

    def _free(self, name: str) -> _Process:
        """A process that rests, one that runs the source's `pages` where there is one; or a new one."""
        with self._lock:
            self._idle.sort(key=lambda process: process.last == name)
            while self._idle:
                process = self._idle.pop()
                if process.lives():
                    process.last = name
                    return process
                self._processes.discard(process)
                process.end()
            if self._closed:
                raise TrackerError("stopped while pages were read")
            process = _Process(self.archive.root)
            self._processes.add(process)
        process.last = name
        try:
            process.wait_for_start()
        except TrackerError:
            self._ended(process)
            raise
        return process

    def _ended(self, process: _Process) -> int:
        """Lets go of a process; how it ended."""
        with self._lock:
            self._processes.discard(process)
            return process.end()

    def _set_free(self, process: _Process) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(process)
                return
        self._ended(process)


class _Process:
    """One process, and the pipes between it and this one."""

    def __init__(self, archive: Path) -> None:
        # The same modules as here, whatever the working directory. Arrow's own allocator reserves a gigabyte.
        where = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "ARROW_DEFAULT_MEMORY_POOL": "system"}
        code = "import sys; from storage.parse_worker import main; main(*sys.argv[1:])"
        alive, self._alive = os.pipe()  # closed with this process, however it ends
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._errors, errors = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-P", "-c", code, str(archive.resolve()), str(orders), str(answers)],
            stdin=alive, stdout=errors, stderr=errors, pass_fds=(orders, answers),
            start_new_session=True,  # Ctrl-C is for the process that people see
            env={**os.environ, **where, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        for theirs in (alive, orders, answers, errors):
            os.close(theirs)
        self._declared: dict[str, str] = {}
        self.last = ""  # the source that it was asked for last

    def wait_for_start(self) -> None:
        """TrackerError where it does not start: that is no fault of a page."""
        if receive(self._answers) is None:
            words = os.read(self._errors, 1 << 16).decode("utf-8", "replace").strip().splitlines()
            raise TrackerError(
                f"no process to read pages in could be started: {words[-1] if words else 'it was ended'}"
            )

    def ask(self, order: dict[str, Any], declaration: str) -> dict[str, Any] | None:
        """The answer; None where it ended instead."""
        known = self._declared.get(order["source"]) == declaration
        self._declared[order["source"]] = declaration
        try:
            send(self._orders, orjson.dumps(order | {"declaration": "" if known else declaration}))
        except BrokenPipeError:
            return None
        answer = receive(self._answers)
        return dict(orjson.loads(answer)) if answer is not None else None

    def lives(self) -> bool:
        """Whether it did not end while it rested."""
        return self._process.poll() is None

    def end(self) -> int:
        """Ends it where it lives; how it ended, as subprocess has it. To be called once."""
        self._process.kill()
        for pipe in (self._alive, self._orders, self._answers, self._errors):
            os.close(pipe)
        return self._process.wait()

    def kill(self) -> None:
        """Ends it, while another thread may wait for its answer."""
        self._process.kill()
