"""The archive: bytes by their sha256, never rewritten; a ledger whose whole lines are what was acknowledged."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import TrackerError
from storage.archive import Archive, Line


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
    return [result for _, _, result in archive.lines(after)]


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
    with pytest.raises(TrackerError, match=sha256):
        archive.read(sha256)


def test_a_blob_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """A sha256 without a blob is an error, not an empty body."""
    with pytest.raises(TrackerError, match="cannot be read"):
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


def test_a_whole_line_that_is_none_is_an_error(tmp_path: Path) -> None:
    """An acknowledged line that cannot be read is not passed over: the file is named."""
    archive = Archive(tmp_path)
    archive.append([line()])
    (ledger,) = files(tmp_path)
    ledger.write_bytes(ledger.read_bytes() + b'{"fetched_at": "2026-01-02T03:04:05Z"}\n')
    with pytest.raises(TrackerError, match=r"2026-01\.jsonl"):
        read(archive)


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
