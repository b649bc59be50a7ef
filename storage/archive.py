"""The source of truth: the bytes of every fetch, by sha256, and a ledger with one line for each fetch.

    blobs/ab/abcd....zst      zstandard; written to a temporary name (blobs/.tmp-*), fsynced, renamed, never rewritten
    blobs/damaged/            blobs that `tracker check-archive --repair` moved aside
    ledger/YYYY-MM.jsonl      append-only, by the month of the fetch
    ledger/damaged.txt        what it took out of the ledger

A line is acknowledged once it ends in a newline on disk. A line without one is the trace of a kill; it is cut
off at the next write. A blob without a line is harmless: the same bytes take the same place again. Bytes that come
again heal a blob that is damaged. What is no line of the ledger (`Junk`) is passed over and named, and stops no other.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import IO

import orjson
import zstandard

from scrapers.errors import Damaged, TrackerError
from storage.origins import STRONGEST_FIRST, Origin, of_evidence

IMPORTED = "import"  # the run_id of every page that no run of collecting fetched
PART = 1 << 20  # bytes of a body that are unpacked at a time
LEDGER_FILE = re.compile(r"[0-9]{4}-[0-9]{2}\.jsonl")
TEMPORARY = ".tmp-"
_BEGINNING = b'{"fetched_at":'  # of every line; inside a JSON text its quotes would be escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fetch. `content_sha256` names the bytes: those that came, or with 304 those that were had before."""

    fetched_at: datetime
    run_id: str
    source: str
    role: str
    method: str
    address: str
    body_sha256: str
    status: int | None
    etag: str | None
    last_modified: str | None
    content_sha256: str | None
    bytes: int | None
    origin: Origin
    origin_detail: str  # a commit, the address of a copy, a file's name; empty for what was fetched
    error: str | None

    def capture(self) -> str:
        """Id of this capture: what was asked, when, and what came. A page that was imported twice is one capture."""
        run = "" if self.run_id == IMPORTED else self.run_id
        fields = [
            run,
            self.fetched_at.isoformat(), self.source, self.role, self.method, self.address, self.body_sha256,
            self.status, self.content_sha256, self.error,
        ]  # fmt: skip
        return hashlib.sha256(orjson.dumps(fields)).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Junk:
    """What stands in a file of the ledger and is no line of it. A part that follows the last newline is torn."""

    file: str
    number: int  # of the line in its file, from 1 on
    raw: bytes
    reason: str
    is_torn: bool = False


@dataclass
class _Batch:
    """Lines of threads that wait together: the first of them writes all."""

    lines: list[Line] = field(default_factory=list)
    is_written: bool = False
    error: TrackerError | None = None


class Archive:
    """The archive under one directory. Its threads, and several of its kind, may write at the same time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs, self.ledger = root / "blobs", root / "ledger"
        self._joining, self._writing, self._next = threading.Lock(), threading.Lock(), _Batch()

    def writer(self) -> BlobWriter:
        """Streams one body in; `keep()` makes it permanent."""
        with sentence(self.blobs, "written"):
            _make(self.blobs)
            return BlobWriter(self)

    def sweep(self) -> None:
        """Takes away the halves of files that a killed writer left. The caller holds the writer's lock."""
        for folder in (self.blobs, self.ledger):
            for torn in folder.glob(f"{TEMPORARY}*"):
                torn.unlink()

    def put(self, body: bytes) -> str:
        """Keeps a whole body; returns its sha256."""
        with self.writer() as blob:
            blob.write(body)
            return blob.keep()

    def blob(self, sha256: str) -> Path:
        """Where the bytes of that sha256 lie."""
        return self.blobs / sha256[:2] / f"{sha256}.zst"

    def read(self, sha256: str) -> bytes:
        """The bytes of that sha256; Damaged where the blob is gone or has others, never another body."""
        return b"".join(self._parts(sha256))

    def fault(self, sha256: str) -> Damaged | None:
        """What is wrong with the blob of that sha256; None where its bytes are all there."""
        try:
            for _ in self._parts(sha256):
                pass
        except Damaged as damaged:
            return damaged
        return None

    def _parts(self, sha256: str) -> Iterator[bytes]:
        """The bytes of that sha256, part by part; Damaged at the latest behind the last."""
        path, digest = self.blob(sha256), hashlib.sha256()
        shown = path.relative_to(self.root.parent)
        try:
            with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as body:
                while part := body.read(PART):
                    digest.update(part)
                    yield part
        except FileNotFoundError:
            raise Damaged(str(shown), "is missing", sha256) from None
        except OSError as error:
            raise Damaged(str(shown), f"cannot be read ({error.strerror})", sha256) from None
        except zstandard.ZstdError as error:
            raise Damaged(str(shown), f"is damaged ({error})", sha256) from None
        if digest.hexdigest() != sha256:
            raise Damaged(str(shown), "is damaged (its bytes have another sha256)", sha256)

    def append(self, lines: Sequence[Line]) -> None:
        """Acknowledges these fetches, durably. Threads that wait for each other are written and synced together."""
        if not lines:
            return
        with self._joining:
            batch = self._next
            batch.lines += lines
        with self._writing:
            if not batch.is_written:  # no other thread wrote it while this one waited
                with self._joining:
                    self._next = _Batch()
                try:
                    self._write(batch.lines)
                except TrackerError as error:
                    batch.error = error
                batch.is_written = True
        if batch.error:
            raise TrackerError(str(batch.error))

    def _write(self, lines: Sequence[Line]) -> None:
        months: dict[str, list[bytes]] = {}
        for line in lines:
            encoded = orjson.dumps(asdict(line), option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC) + b"\n"
            months.setdefault(f"{line.fetched_at:%Y-%m}.jsonl", []).append(encoded)
        with sentence(self.ledger, "written"):
            _make(self.ledger)
            with self.locked():
                is_new = [not (self.ledger / month).exists() for month in months]
                for month, encoded_lines in months.items():
                    with (self.ledger / month).open("a+b") as file:
                        _cut_torn_end(file)
                        file.write(b"".join(encoded_lines))
                        file.flush()
                        os.fsync(file.fileno())
                if any(is_new):
                    sync_directory(self.ledger)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the ledger for one writer: a second one would take a line that is being written for a torn one."""
        handle = os.open(self.ledger, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def ledger_files(self) -> list[Path]:
        """The files of the ledger, month by month; other files there are none of it."""
        try:
            names = os.listdir(self.ledger)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise TrackerError(f"{self.ledger}: cannot be read: {error.strerror}") from None
        return sorted(self.ledger / name for name in names
                      if LEDGER_FILE.fullmatch(name) and (self.ledger / name).is_file())  # fmt: skip

    def lines(self, after: dict[str, int] | None = None) -> Iterator[tuple[str, int, Line | Junk]]:
        """Every acknowledged line as (file, offset behind it, line), from the given offsets on, and what is none."""
        for path in self.ledger_files():
            for offset, _, line in ledger_parts(path, (after or {}).get(path.name, 0)):
                if isinstance(line, Line) or not line.is_torn:
                    yield path.name, offset, line

    def has_lines(self) -> bool:
        """Whether any fetch was acknowledged here."""
        return any(isinstance(line, Line) for *_, line in self.lines())

    def mark(self, file: str, offset: int) -> str | None:
        """A fingerprint of what stands before that offset of a ledger file; None where the file ends before it."""
        try:
            with (self.ledger / file).open("rb") as ledger:
                start = max(0, offset - 4096)
                ledger.seek(start)
                before = ledger.read(offset - start)
        except OSError:
            return None
        return hashlib.sha256(before).hexdigest() if len(before) == offset - start else None


class BlobWriter:
    """One body on its way in: hashed and packed as it comes. Without `keep()` nothing stays."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=archive.blobs)
        self._file, self._path = os.fdopen(handle, "wb"), Path(name)
        self._hash, self._packer = hashlib.sha256(), zstandard.ZstdCompressor(level=6).compressobj()
        self.size = 0

    def write(self, part: bytes) -> None:
        """Adds a part of the body."""
        self._hash.update(part)
        self.size += len(part)
        with sentence(self._path, "written"):
            self._file.write(self._packer.compress(part))

    def keep(self) -> str:
        """The body is whole: durable under its sha256, which is returned. It heals a blob that is damaged there."""
        sha256 = self._hash.hexdigest()
        path = self._archive.blob(sha256)
        if path.exists() and not self._archive.fault(sha256):
            self.drop()
            return sha256
        with sentence(path, "written"):
            self._file.write(self._packer.flush())
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            _make(path.parent)
            os.replace(self._path, path)
            sync_directory(path.parent)
        return sha256

    def drop(self) -> None:
        """Forgets the body."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> BlobWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


def ledger_parts(path: Path, offset: int = 0) -> Iterator[tuple[int, bytes, Line | Junk]]:
    """All that stands in a file of the ledger from an offset on: (offset behind it, its bytes, what it is).

    Where a line was cut and the next stands right behind its half, the next is a line still.
    """
    with sentence(path, "read"), path.open("rb") as file:
        file.seek(offset)
        first: int | None = None  # the number of the line at the given offset, once it is asked for
        for number, raw in enumerate(file):
            offset += len(raw)
            is_torn = not raw.endswith(b"\n")
            whole: Line | str = "it does not end in a newline" if is_torn else _line(raw)
            if isinstance(whole, Line):
                yield offset, raw, whole
                continue
            first = first or 1 + path.read_bytes()[: offset - len(raw)].count(b"\n") - number
            for part in [raw] if is_torn else _parts_of(raw):
                line = whole if part == raw else _line(part)
                if isinstance(line, str):
                    yield offset, part, Junk(path.name, first + number, part, line, is_torn)
                else:
                    yield offset, part, line


def _parts_of(raw: bytes) -> list[bytes]:
    """What may be lines in a line that is none, each from where a line begins."""
    starts = [match.start() for match in re.finditer(re.escape(_BEGINNING), raw)]
    return [raw[start:end] for start, end in pairwise(sorted({0, *starts, len(raw)}))]


# What each field of a line may be.
_TYPES: dict[object, tuple[type, ...]] = {
    "str": (str,), "Origin": (str,), "datetime": (str,), "str | None": (str, type(None)),
    "int | None": (int, type(None)),
}  # fmt: skip
_MAY_BE = {each.name: _TYPES[each.type] for each in fields(Line)}


def _line(raw: bytes) -> Line | str:
    """A line of the ledger, or why it is none."""
    try:
        values = orjson.loads(raw)
        if "evidence" in values:  # as lines were written before origins were kept
            values["origin"], values["origin_detail"] = of_evidence(values.pop("evidence"))
        line = Line(**{**values, "fetched_at": datetime.fromisoformat(values["fetched_at"])})
    except orjson.JSONDecodeError:
        return "it is no JSON"
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        return f"it has not the fields of a fetch: {error}"
    for name, types in _MAY_BE.items():
        if type(values[name]) not in types:
            return f"{name} is {str(values[name])[:40]!r}"
    fitting = {
        "fetched_at": line.fetched_at.utcoffset() == timedelta(0),
        "origin": line.origin in STRONGEST_FIRST,
        "status": 0 <= (line.status or 0) < 1000,
        "bytes": 0 <= (line.bytes or 0) < 1 << 62,
        "content_sha256": re.fullmatch(r"[0-9a-f]{64}", line.content_sha256 or "0" * 64),
    }
    wrong = next((name for name, fits in fitting.items() if not fits), None)
    return f"{wrong} is {str(values[wrong])[:80]!r}" if wrong else line


def _cut_torn_end(file: IO[bytes]) -> None:
    """Cuts off what follows the last newline: a line that was never acknowledged."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    start = end
    while start and b"\n" not in tail:
        start = max(0, start - 4096)
        file.seek(start)
        tail = file.read(end - start)
    whole = start + tail.rfind(b"\n") + 1
    if whole != end:
        file.truncate(whole)
    file.seek(0, os.SEEK_END)


@contextmanager
def sentence(path: Path, done: str) -> Iterator[None]:
    """What the system refuses becomes a sentence that names the file; `done`: what could not be done with it."""
    try:
        yield
    except OSError as error:
        raise TrackerError(f"{path}: cannot be {done}: {error.strerror}") from None


def _make(folder: Path) -> None:
    """Makes a folder, durably, unless it is there."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_directory(folder.parent)


def sync_directory(path: Path) -> None:
    """Makes a rename or a new file in this directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
