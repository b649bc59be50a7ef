"""The archive: bytes by their sha256, never rewritten; a ledger whose whole lines are what was acknowledged."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import Damaged, TrackerError
from storage import archive as archive_module
from storage.archive import Archive, Junk, Line


def line(
    at: str = "2026-01-02T03:04:05", role: str = "page", sha256: str | None = None, error: str | None = None
) -> Line:
    """A ledger line of that moment."""
    return Line(
        fetched_at=datetime.fromisoformat(at).replace(tzinfo=UTC), run_id="r", source="small", role=role, method="GET",
        address="https://example.org/", body_sha256="", status=200, etag='"e"', last_modified=None, content_sha256=sha256,
        bytes=3, origin="fetched", origin_detail="", error=error,
    )  # fmt: skip


def files(folder: Path) -> list[Path]:
    """Every file under a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def read(archive: Archive, after: dict[str, int] | None = None) -> list[Line]:
    """The lines alone."""
    return [result for _, _, result in archive.lines(after) if isinstance(result, Line)]


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_what_is_put_in_comes_out(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    """Any bytes come back as they were, under their sha256; the same bytes are kept once."""
    archive = Archive(tmp_path_factory.mktemp("archive"))
    for body in bodies:
        sha256 = archive.put(body)
        assert sha256 == hashlib.sha256(body).hexdigest()
        assert archive.read(sha256) == body
    assert len(files(archive.root)) == len(set(bodies))


def test_a_body_that_comes_in_parts_is_one_body(tmp_path: Path) -> None:
    """Streamed or whole, the same bytes are the same blob, at blobs/ab/abcd....zst."""
    archive = Archive(tmp_path)
    with archive.writer() as blob:
        for part in (b"one ", b"", b"two"):
            blob.write(part)
        sha256 = blob.keep()
    assert blob.size == 7
    assert sha256 == archive.put(b"one two")
    assert files(tmp_path) == [tmp_path / "blobs" / sha256[:2] / f"{sha256}.zst"]


def test_a_blob_is_never_rewritten(tmp_path: Path) -> None:
    """The same bytes again leave the file that is there: same inode, same time."""
    archive = Archive(tmp_path)
    archive.put(b"body")
    (before,) = [path.stat() for path in files(tmp_path)]
    archive.put(b"body")
    (after,) = [path.stat() for path in files(tmp_path)]
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_body_that_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    """A fetch that breaks off leaves no file, not even a temporary one."""
    archive = Archive(tmp_path)
    with archive.writer() as blob:
        blob.write(b"half")
        assert len(files(tmp_path)) == 1
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: b"",
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        lambda raw: zstandard.compress(b"another body"),
    ],
    ids=["half", "empty", "one bit", "another body"],
)
def test_a_damaged_blob_is_refused(tmp_path: Path, damage: object) -> None:
    """What is not the bytes of that sha256 is an error that names the file, never another body."""
    archive = Archive(tmp_path)
    sha256 = archive.put(b"body " * 1000)
    (blob,) = files(tmp_path)
    blob.write_bytes(damage(blob.read_bytes()))  # type: ignore[operator]
    with pytest.raises(Damaged, match=sha256):
        archive.read(sha256)
    # The same bytes take the place again: here put in, from a site fetched, from a copy imported.
    assert archive.put(b"body " * 1000) == sha256
    assert archive.read(sha256) == b"body " * 1000
    assert files(tmp_path) == [blob]


def test_a_blob_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A sha256 without a blob is an error, not an empty body."""
    with pytest.raises(Damaged, match=r"blobs/00/0{64}\.zst is missing: see tracker check-archive"):
        Archive(tmp_path).read("0" * 64)


def test_lines_come_back_in_order_with_their_offsets(tmp_path: Path) -> None:
    """Lines go by the month of their fetch and come back month by month as written; an offset reads on behind it."""
    archive = Archive(tmp_path)
    written = [
        line("2026-02-01T00:00:00", "a"),
        line("2026-01-31T23:59:59", "b", error="no"),
        line("2026-02-01T00:00:00", "c"),
    ]
    archive.append(written)
    archive.append([line("2026-01-05T00:00:00", "d")])
    assert [path.name for path in files(tmp_path)] == ["2026-01.jsonl", "2026-02.jsonl"]
    assert read(archive) == [written[1], line("2026-01-05T00:00:00", "d"), written[0], written[2]]
    first = next(iter(archive.lines()))
    assert [result.role for result in read(archive, {first[0]: first[1]})] == ["d", "a", "c"]
    every = {name: offset for name, offset, _ in archive.lines()}
    assert every == {path.name: path.stat().st_size for path in files(tmp_path)}
    assert read(archive, every) == []


@given(cut=st.integers(min_value=1, max_value=10_000))
def test_a_torn_last_line_was_never_acknowledged(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """Cut anywhere, the lines that are whole stay; the torn one is not read, and the next write cuts it off."""
    archive = Archive(tmp_path_factory.mktemp("archive"))
    long = "x" * 5000  # longer than the block that the torn end is looked for in
    archive.append([line(role="a"), line(role=long), line(role="c")])
    (ledger,) = files(archive.root)
    raw = ledger.read_bytes()[: -1 - cut % (len(ledger.read_bytes()) - 1)]
    ledger.write_bytes(raw)
    whole = [orjson.loads(text)["role"] for text in raw.split(b"\n")[:-1]]
    assert [result.role for result in read(archive)] == whole
    archive.append([line(role="next")])
    assert [result.role for result in read(archive)] == [*whole, "next"]
    assert ledger.read_bytes().startswith(raw[: raw.rfind(b"\n") + 1])


WHOLE = {
    "fetched_at": "2026-01-02T03:04:05Z", "run_id": "r", "source": "small", "role": "b", "method": "GET",
    "address": "https://example.org/", "body_sha256": "", "status": 200, "etag": None, "last_modified": None,
    "content_sha256": "0" * 64, "bytes": 3, "origin": "fetched", "origin_detail": "", "error": None,
}  # fmt: skip


def changed(**fields: object) -> bytes:
    """A line with these fields instead of good ones."""
    return orjson.dumps({**WHOLE, **fields})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "it is no JSON"),
        (b"hello", "it is no JSON"),
        (b"\0" * 5000, "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        (b"null", "it has not the fields of a fetch"),
        (b"[1]", "it has not the fields of a fetch"),
        (b'{"fetched_at": "2026-01-02T03:04:05Z"}', "it has not the fields of a fetch"),
        (changed(more=1), "it has not the fields of a fetch"),
        (changed(fetched_at="yesterday"), "it has not the fields of a fetch"),
        (changed(fetched_at=5), "it has not the fields of a fetch"),
        (changed(fetched_at="2026-01-02T03:04:05"), "fetched_at is '2026-01-02T03:04:05'"),
        (changed(status="200"), "status is '200'"),
        (changed(status=True), "status is 'True'"),
        (changed(status=1 << 60), "status is '1152921504606846976'"),
        (changed(bytes=-1), "bytes is '-1'"),
        (changed(source=None), "source is 'None'"),
        (changed(origin="hearsay"), "origin is 'hearsay'"),
        (changed(content_sha256="../../../etc/passwd"), "content_sha256 is '../../../etc/passwd'"),
    ],
)
def test_what_is_no_line_is_passed_over_and_named(tmp_path: Path, raw: bytes, reason: str) -> None:
    """In the middle of a file: with its file, its number and what is wrong; the lines around it count."""
    archive = Archive(tmp_path)
    archive.append([line(role="a"), line(role="c")])
    (ledger,) = files(tmp_path)
    first, second = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(first + raw + b"\n" + second)
    assert [each.role for each in read(archive)] == ["a", "c"]
    (junk,) = [each for *_, each in archive.lines() if isinstance(each, Junk)]
    assert (junk.file, junk.number, junk.raw, junk.is_torn) == ("2026-01.jsonl", 2, raw + b"\n", False)
    assert junk.reason.startswith(reason)
    # Read on from behind the first line, the number is that in the file.
    (again,) = [each for *_, each in archive.lines({ledger.name: len(first)}) if isinstance(each, Junk)]
    assert again.number == 2
    assert orjson.loads(changed()) == WHOLE
    ledger.write_bytes(first + changed() + b"\n" + second)
    assert [each.role for each in read(archive)] == ["a", "b", "c"]


@given(cut=st.integers(min_value=1, max_value=400))
def test_of_a_line_that_is_cut_in_half_the_neighbours_count(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """The end of the second of three lines is gone, newline and all, so that the third stands right behind its half."""
    archive = Archive(tmp_path_factory.mktemp("archive"))
    archive.append([line(role=role) for role in "abc"])
    (ledger,) = files(archive.root)
    lines = ledger.read_bytes().splitlines(keepends=True)
    half = lines[1][: -2 - cut % (len(lines[1]) - 2)]
    ledger.write_bytes(lines[0] + half + lines[2])
    assert [each.role for each in read(archive)] == ["a", "c"]
    assert [each.raw for *_, each in archive.lines() if isinstance(each, Junk)] == ([half] if half else [])


def test_lines_without_a_newline_between_them_both_count(tmp_path: Path) -> None:
    """Nothing of them is lost but the newline."""
    archive = Archive(tmp_path)
    archive.append([line(role=role) for role in "abc"])
    (ledger,) = files(tmp_path)
    ledger.write_bytes(ledger.read_bytes().replace(b"}\n{", b"}{", 1))
    assert [each.role for each in read(archive)] == ["a", "b", "c"]


def test_other_files_of_the_ledger_are_read_by_nobody(tmp_path: Path) -> None:
    """Copies that some program left, notes, folders."""
    archive = Archive(tmp_path)
    archive.append([line(role="a")])
    (ledger,) = files(tmp_path)
    for name in ("2026-01 (copy).jsonl", "2026-01.jsonl.bak", "notes.txt", "damaged.txt"):
        (ledger.parent / name).write_bytes(ledger.read_bytes())
    (ledger.parent / "2026-02.jsonl").mkdir()
    assert [each.role for each in read(archive)] == ["a"]


def test_a_ledger_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    """It is no empty one."""
    (tmp_path / "ledger").write_bytes(b"")
    with pytest.raises(TrackerError, match="ledger: cannot be read: Not a directory"):
        read(Archive(tmp_path))
    with pytest.raises(TrackerError, match="ledger: cannot be written: "):
        Archive(tmp_path).append([line()])


class SlowToTruncate:
    """A file that hesitates before it is cut."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def truncate(self, size: int) -> int:
        """Cuts, a moment later."""
        time.sleep(0.05)
        return self._file.truncate(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("archives", [1, 8], ids=["one archive", "an archive for each"])
def test_threads_lose_no_line_to_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archives: int) -> None:
    """Eight threads append to a ledger with a torn end, and a repair may take its time: it cuts no line of another."""
    cut = archive_module._cut_torn_end
    monkeypatch.setattr(archive_module, "_cut_torn_end", lambda file: cut(SlowToTruncate(file)))  # type: ignore[arg-type]
    Archive(tmp_path).append([line(role="first")])
    (ledger,) = files(tmp_path)
    ledger.write_bytes(ledger.read_bytes() + b'{"fetched_at":"2026-01-02T03')
    several = [Archive(tmp_path) for _ in range(archives)]

    def append(thread: int) -> None:
        for number in range(25):
            several[thread % archives].append([line(role=f"{thread} {number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(8)))
    expected = ["first", *(f"{thread} {number}" for thread in range(8) for number in range(25))]
    assert sorted(each.role for each in read(Archive(tmp_path))) == sorted(expected)
    assert len(ledger.read_bytes().splitlines()) == 201


def test_threads_that_wait_are_synced_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one line is being synced seven more threads come: one sync for all of these, and none returns before it."""
    archive = Archive(tmp_path)
    archive.append([line(role="first")])
    (ledger,) = files(tmp_path)
    begun, go_on, synced = threading.Event(), threading.Event(), list[int]()
    fsync = os.fsync

    def slow(handle: int) -> None:
        begun.set()
        assert go_on.wait(20)
        fsync(handle)
        synced.append(os.fstat(handle).st_size)

    def append(number: int) -> bool:
        archive.append([line(role=f"thread {number}")])
        return ledger.read_bytes().index(f"thread {number}".encode()) < synced[-1]

    monkeypatch.setattr(os, "fsync", slow)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(append, 0)
        assert begun.wait(20)
        others = [pool.submit(append, number) for number in range(1, 8)]
        until = time.monotonic() + 20
        while len(archive._next.lines) < 7 and time.monotonic() < until:
            time.sleep(0.001)
        assert not any(each.done() for each in [first, *others])
        go_on.set()
        assert all(each.result(20) for each in [first, *others])
    assert len(synced) == 2
    assert len(read(archive)) == 9


def test_a_write_that_fails_fails_for_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full: no thread believes that its line is there; once there is room, lines are whole again."""
    archive = Archive(tmp_path)
    archive.append([line(role="first")])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(archive.append, [line(role=f"{number}")]) for number in range(8)]
        errors = [each.exception() for each in waiting]
    assert {type(error) for error in errors} == {TrackerError}
    assert {str(error) for error in errors} == {f"{tmp_path}/ledger: cannot be written: No space left on device"}
    archive.append([line(role="last")])
    assert [read(archive)[at].role for at in (0, -1)] == ["first", "last"]


def test_a_capture_is_what_was_asked_when_and_what_came() -> None:
    """The run that asked is not in the id; the moment and the bytes are."""
    item = line()
    assert item.capture() == line().capture()
    assert (
        len(
            {
                item.capture(),
                line(role="b").capture(),
                line("2026-01-02T03:04:06").capture(),
                line(sha256="0" * 64).capture(),
            }
        )
        == 4
    )
