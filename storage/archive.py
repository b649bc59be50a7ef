"""The source of truth: the bytes of every fetch, by sha256, and a ledger with one line for each fetch.

    blobs/ab/abcd....zst      zstandard; written to a temporary name (blobs/.tmp-*), fsynced, renamed, never rewritten
    ledger/YYYY-MM.jsonl      append-only, by the month of the fetch

A line is acknowledged once it ends in a newline on disk. A line without one is the trace of a kill; it is cut
off at the next write. A blob without a line is harmless: the same bytes take the same place again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import orjson
import zstandard

from scrapers.errors import TrackerError
from storage.origins import Origin, of_evidence

IMPORTED = "import"  # the run_id of every page that no run of collecting fetched


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


class Archive:
    """The archive under one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._blobs, self._ledger = root / "blobs", root / "ledger"

    def writer(self) -> BlobWriter:
        """Streams one body in; `keep()` makes it permanent."""
        self._blobs.mkdir(parents=True, exist_ok=True)
        return BlobWriter(self._blobs)

    def sweep(self) -> None:
        """Takes away the halves of blobs that a killed writer left. The caller holds the writer's lock."""
        for torn in self._blobs.glob(".tmp-*"):
            torn.unlink()

    def put(self, body: bytes) -> str:
        """Keeps a whole body; returns its sha256."""
        with self.writer() as blob:
            blob.write(body)
            return blob.keep()

    def read(self, sha256: str) -> bytes:
        """The bytes of that sha256; a blob that is gone or damaged is an error, never another body."""
        path = self._blobs / sha256[:2] / f"{sha256}.zst"
        try:
            with path.open("rb") as file:
                body = zstandard.ZstdDecompressor().stream_reader(file).read()
        except (OSError, zstandard.ZstdError) as error:
            raise TrackerError(f"{path}: cannot be read from the archive: {error}") from None
        if hashlib.sha256(body).hexdigest() != sha256:
            raise TrackerError(f"{path}: the archived bytes do not have that sha256")
        return body

    def append(self, lines: Sequence[Line]) -> None:
        """Acknowledges these fetches, durably, in one write for each month."""
        self._ledger.mkdir(parents=True, exist_ok=True)
        months: dict[str, list[bytes]] = {}
        for line in lines:
            encoded = orjson.dumps(asdict(line), option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC) + b"\n"
            months.setdefault(f"{line.fetched_at:%Y-%m}", []).append(encoded)
        for month, told_lines in months.items():
            with (self._ledger / f"{month}.jsonl").open("a+b") as file:
                _cut_torn_end(file)
                file.write(b"".join(told_lines))
                file.flush()
                os.fsync(file.fileno())
        _sync_directory(self._ledger)

    def lines(self, after: dict[str, int] | None = None) -> Iterator[tuple[str, int, Line]]:
        """Every acknowledged line as (file, offset behind it, line), from the given offsets on."""
        for path in sorted(self._ledger.glob("*.jsonl")):
            offset = (after or {}).get(path.name, 0)
            with path.open("rb") as file:
                file.seek(offset)
                for number, raw in enumerate(file):
                    if not raw.endswith(b"\n"):
                        break
                    offset += len(raw)
                    yield path.name, offset, _line(raw, path, number)


class BlobWriter:
    """One body on its way in: hashed and packed as it comes. Without `keep()` nothing stays."""

    def __init__(self, blobs: Path) -> None:
        self._blobs = blobs
        handle, name = tempfile.mkstemp(prefix=".tmp-", dir=blobs)
        self._file, self._path = os.fdopen(handle, "wb"), Path(name)
        self._hash, self._packer = hashlib.sha256(), zstandard.ZstdCompressor(level=6).compressobj()
        self.size = 0

    def write(self, part: bytes) -> None:
        """Adds a part of the body."""
        self._hash.update(part)
        self.size += len(part)
        self._file.write(self._packer.compress(part))

    def keep(self) -> str:
        """The body is whole: durable under its sha256, which is returned."""
        sha256 = self._hash.hexdigest()
        path = self._blobs / sha256[:2] / f"{sha256}.zst"
        if path.exists():
            self.drop()
            return sha256
        self._file.write(self._packer.flush())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        path.parent.mkdir(exist_ok=True)
        os.replace(self._path, path)
        _sync_directory(path.parent)
        return sha256

    def drop(self) -> None:
        """Forgets the body."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> BlobWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()


def _line(raw: bytes, path: Path, number: int) -> Line:
    try:
        fields = orjson.loads(raw)
        if "evidence" in fields:  # as lines were written before origins were kept
            fields["origin"], fields["origin_detail"] = of_evidence(fields.pop("evidence"))
        return Line(**{**fields, "fetched_at": datetime.fromisoformat(fields["fetched_at"])})
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError) as error:
        raise TrackerError(f"{path}: line {number + 1} after the last read is no ledger line: {error}") from None


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


def _sync_directory(path: Path) -> None:
    """Makes a rename or a new file in this directory durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
