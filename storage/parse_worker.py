"""The process in which pages are read, so that a page costs no more than config allows; storage.parse_pool starts it.

It gets orders through one pipe and answers through another, each a JSON text behind its length. Nothing that a page
holds becomes an object of the other process except texts, numbers and lists. The system ends this process when an order
takes too long, and when the other process is gone.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import logging
import os
import resource
import select
import signal
import struct
from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from scrapers import limits, table_parser
from scrapers.errors import Damaged, OverLimit, PageError, TrackerError, source_code
from scrapers.limits import Limits
from scrapers.model import Entry, Page, Pages, Request
from scrapers.spec import Source
from storage.archive import Archive
from storage.memory import release_memory

MEGABYTE = 1 << 20
_KEPT = 16 * MEGABYTE  # bodies that are kept for the next order: sets and pages() ask for the same ones again and again
_PART = 16  # an answer may have this part of memory_mb, as the other process holds several; larger bodies are large
_WORDS = 1000  # characters of a reason
_LIBRARIES = {  # what scrapers.formats imports when it is needed
    "html": ("bs4", "lxml.etree"),
    "markdown": ("markdown_it",),
    "parquet": ("pyarrow.compute", "pyarrow.parquet"),
    "yaml": ("scrapers.yaml_text",),
}
_LENGTH = struct.Struct("<Q")
_NUMBER, _TEXT = int | float | None, str | None
_EXACT = 1 << 53  # whole numbers above this are none of the database's numbers
FIELDS = [field.name for field in fields(Entry)]
_MODELS = FIELDS.index("models")
_KINDS = [str, *[_NUMBER] * 5, *[_TEXT] * 4, tuple, date | None]


def send(pipe: int, message: bytes) -> None:
    """Writes a message whole."""
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def receive(pipe: int) -> bytes | None:
    """The next message; None where the other side is gone."""
    length = _exactly(pipe, _LENGTH.size)
    return _exactly(pipe, *_LENGTH.unpack(length)) if length else None


def _exactly(pipe: int, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(pipe, min(count - len(parts), MEGABYTE))
        if not part:
            return None
        parts += part
    return bytes(parts)


def encoded(request: Request) -> list[Any]:
    """A request as JSON has it; its body is any bytes."""
    body = request.body.decode("latin-1") if request.body is not None else None
    return [request.role, request.address, request.method, body, list(map(list, request.headers)),
            request.optional, request.fetch_once, request.fallback]  # fmt: skip


def decoded(request: Sequence[Any]) -> Request:
    """The request of these fields."""
    role, address, method, body, headers, optional, fetch_once, fallback = request
    return Request(
        role=role,
        address=address,
        method=method,
        body=body.encode("latin-1") if body is not None else None,
        headers=tuple((name, value) for name, value in headers),
        optional=optional,
        fetch_once=fetch_once,
        fallback=fallback,
    )


class Worker:
    """What one process keeps between orders: declarations, bodies, and the generators of pages()."""

    def __init__(self, archive: Path) -> None:
        self._archive = Archive(archive)
        self.largest = 0  # bytes of the largest body of this order
        self._sources: dict[str, Source] = {}
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._generators: dict[str, tuple[list[str | None], Generator[Request, bytes | None, None]]] = {}

    def add_source(self, declaration: str) -> None:
        """Takes in a source, and imports what it is read with: that is no cost of a page."""
        source = Source.model_validate_json(declaration)
        self._sources[source.name] = source
        self._generators.pop(source.name, None)
        _ = source.module
        for library in {library for page in source.pages for library in _LIBRARIES.get(page.format, ())}:
            importlib.import_module(library)

    def answer(self, order: dict[str, Any]) -> dict[str, Any]:
        """What the source's code makes of the pages."""
        self.largest = 0
        calls = {
            "parse": self._parse,
            "check": self._check,
            "sets": self._sets,
            "facts": self._facts,
            "pages": self._pages,
        }
        source = self._sources[order["source"]]
        return calls[order["call"]](source, source.module, order)

    def _body(self, sha256: str) -> bytes:
        if sha256 in self._bodies:
            self._bodies.move_to_end(sha256)
            return self._bodies[sha256]
        body = self._archive.read(sha256)
        self.largest = max(self.largest, len(body))
        if len(body) <= MEGABYTE:
            self._bodies[sha256] = body
            while sum(map(len, self._bodies.values())) > _KEPT:
                self._bodies.popitem(last=False)
        return body

    def _body_or_none(self, sha256: str) -> bytes:
        try:
            return self._body(sha256)
        except Damaged:
            return b""

    def _read(self, order: dict[str, Any]) -> Pages:
        return Pages([Page(role, address, self._body(sha256)) for _, role, address, sha256 in order["pages"]])

    def _parse(self, source: Source, module: Any, order: dict[str, Any]) -> dict[str, Any]:
        """Snapshots as (id, content, board, edition, published day, rows, newest of the days of rows)."""
        pages = self._read(order)
        if not hasattr(module, "pages"):  # a module that chooses its pages chooses their roles, too
            declared = {page.role for page in source.pages}
            for page in pages:
                if page.role not in declared:
                    raise PageError(f"{source.name} declares no page of role {page.role!r}")
        if source.page_set and len(pages) == 1 and hasattr(module, "check"):
            module.check(pages[0])
        snapshots = table_parser.snapshots(source, pages)
        rows = [row for snapshot in snapshots for row in snapshot.rows()]
        limits.check(len(rows), sum(cell is not None and cell != () for row in rows for cell in row))
        for row in rows:
            _check_kinds(row)
        return {
            "snapshots": [
                (
                    snapshot.id(),
                    snapshot.content(),
                    snapshot.board,
                    snapshot.edition,
                    snapshot.published_on,
                    snapshot.rows(),
                    snapshot.newest_row,
                )
                for snapshot in snapshots
            ]
        }

    def _check(self, _: Source, module: Any, order: dict[str, Any]) -> dict[str, Any]:
        """Nothing, where the page is what it should be as far as it tells by itself."""
        if hasattr(module, "check"):
            module.check(self._read(order)[0])
        return {}

    def _sets(self, _: Source, module: Any, order: dict[str, Any]) -> dict[str, Any]:
        """Sets of pages, each page by its place in the order. A damaged page stays in its set, which is refused."""
        pages = Pages([Page(role, address, self._body_or_none(sha256)) for _, role, address, sha256 in order["pages"]])
        at = {(page.role, page.address): number for number, page in enumerate(pages)}
        return {"sets": [[at[page.role, page.address] for page in part] for part in module.sets(pages)]}

    def _facts(self, _: Source, module: Any, order: dict[str, Any]) -> dict[str, Any]:
        facts = [(fact.name, fact.property, fact.value) for fact in module.facts(self._read(order))]
        limits.check(len(facts), 3 * len(facts))
        return {"facts": facts}

    def _pages(self, source: Source, _: Any, order: dict[str, Any]) -> dict[str, Any]:
        """The request that follows from the bodies that came. A process without the one before starts over."""
        came: list[str | None] = order["came"]
        known, generator = self._generators.pop(source.name, ([], None))
        if generator is None or known != came[: len(known)] or len(known) >= len(came):
            known, generator = [], table_parser.requests(source)
            request = next(generator, None)
        try:
            for sha256 in came[len(known) :]:
                request = generator.send(self._body(sha256) if sha256 else None)
        except StopIteration:
            request = None
        if request is not None:
            self._generators[source.name] = came, generator
        return {"request": encoded(request) if request else None}


def _check_kinds(row: tuple[Any, ...]) -> None:
    """PageError where a cell is not of the kind that its column holds: a source's code may pass on what a page has."""
    for field, kind, cell in zip(FIELDS, _KINDS, row, strict=True):
        if not isinstance(cell, kind) or isinstance(cell, bool) or (isinstance(cell, int) and abs(cell) > _EXACT):
            raise PageError(f"{field} of {str(row[0])[:60]!r} is {cell!r:.60}")
    if not all(isinstance(model, str) for model in row[_MODELS]):
        raise PageError(f"the models of {str(row[0])[:60]!r} are not all texts")


def main(archive: str, orders: str, answers: str) -> None:
    """Answers the orders that come through one pipe on the other; both are file descriptors.

    stdin is a pipe that nobody writes to: it is closed with the process that has its other end.
    """
    worker, tracebacks = Worker(Path(archive)), _Tracebacks()
    logging.getLogger("tracker").addHandler(tracebacks)
    _end_with(0)
    send(int(answers), b"")  # it started: from here on what goes wrong is of the page
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    while (message := receive(int(orders))) is not None:
        tracebacks.texts.clear()
        answer = _within_limits(worker, orjson.loads(message))
        send(int(answers), orjson.dumps(answer | {"log": tracebacks.texts}))


def _end_with(pipe: int) -> None:
    """The system ends this process when the other end of the pipe is closed. No code of ours need run for it, which a
    parser may not allow for long."""
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)  # SIGIO, which nobody handles
    closed_before = select.poll()
    closed_before.register(pipe, select.POLLHUP)
    if closed_before.poll(0):
        os._exit(0)


def _within_limits(worker: Worker, order: dict[str, Any]) -> Any:  # noqa: PLR0911 - one return for each way it ends
    """The answer to an order, or why there is none. The system kills this process if it comes too late."""
    most = Limits.model_validate(order["limits"])
    limits.CURRENT.set(most)
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    before = 0
    try:
        if order["declaration"]:
            worker.add_source(order["declaration"])
        signal.setitimer(signal.ITIMER_REAL, most.seconds)
        if before := _data_bytes():
            allowed = before + order["memory_mb"] * MEGABYTE
            resource.setrlimit(
                resource.RLIMIT_DATA, (allowed if hard == resource.RLIM_INFINITY else min(allowed, hard), hard)
            )
        with source_code(order["source"]):
            answer = orjson.dumps(worker.answer(order))
        if len(answer) > most.memory_mb * MEGABYTE // _PART:
            raise OverLimit("memory_mb", f"gives rows of more than {most.memory_mb // _PART} MB")
        return {"answer": orjson.Fragment(answer)}
    except MemoryError:
        return {"out_of_memory": True}
    except OverLimit as error:
        return {"over": _words(error)}
    except PageError as error:
        # Some libraries have other words for it: a large page gets a second chance with all memory.
        if order["memory_mb"] < most.memory_mb and worker.largest > order["memory_mb"] * MEGABYTE // _PART:
            return {"out_of_memory": True}
        return {"refused": _words(error)}
    except Damaged as error:
        return {"damaged": [error.file, error.what, error.sha256]}
    except (TrackerError, ValidationError, ImportError) as error:
        return {"failed": _words(error)}
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        signal.setitimer(signal.ITIMER_REAL, 0)
        if _data_bytes() - before > _KEPT:
            gc.collect()  # trees of HTML hold themselves
            release_memory()


def _words(error: Exception) -> str:
    """The text of an error, as JSON can have it."""
    return str(error)[:_WORDS].encode("utf-8", "replace").decode()


def _data_bytes() -> int:
    """What the system counts as this process's data; 0 where it does not say (then memory has no limit)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


class _Tracebacks(logging.Handler):
    """Keeps what is logged as texts: the other process writes the log."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps it, cut where it is long."""
        self.texts.append(self.format(record)[-20_000:].encode("utf-8", "replace").decode())
