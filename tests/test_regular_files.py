"""Files that somebody names: regular files within a limit, and of an index only those in its own folder."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_file, read_regular_text
from tests.place import Done, Place, page, points, small

PLAIN = "https://example.org/plain.csv"


@pytest.fixture(autouse=True)
def _ends_in_time() -> Iterator[None]:
    """Waiting for somebody who writes to a named pipe is a failure, and no end of the whole run."""

    def waited(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, waited)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty place."""
    return small(tmp_path / "place")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nobody writes to."""
    path = tmp_path / "2026-01-05.pipe"
    os.mkfifo(path)
    return path


def test_a_file_of_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    """Also over a link, which a person may have made."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"12345")
    link.symlink_to(file)
    assert read_regular_file(file, 5) == read_regular_file(link, 5) == b"12345"
    with pytest.raises(DeclarationError, match="link: cannot be read: it is larger than 4 bytes"):
        read_regular_file(link, 4)
    file.write_bytes(b"a\r\nb\xff")
    with pytest.raises(DeclarationError, match=r"no UTF-8 text \(byte 4\)"):
        read_regular_text(file)
    file.write_bytes(b"a\r\nb")
    assert read_regular_text(file) == "a\r\nb"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev", "/proc/self/mem", "absent", "a\0b"])
def test_what_is_no_regular_file_is_refused(path: str, tmp_path: Path) -> None:
    """Devices, folders, what cannot be read from its beginning, and what is not there."""
    with pytest.raises(DeclarationError, match="cannot be read"):
        read_regular_file(tmp_path / path)


def test_a_named_pipe_is_refused_at_once(pipe: Path, tmp_path: Path) -> None:
    """Also over a link."""
    link = tmp_path / "link"
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(DeclarationError, match="cannot be read: it is no regular file"):
            read_regular_file(path)


COMMANDS = {
    "import": ("import", "small", "FILE", "--role", "plain"),
    "index": ("import", "--index", "FILE"),
    "bundle": ("verify", "FILE"),
    "cases": ("registry", "evaluate", "FILE"),
    "groups": ("registry", "evaluate", "--aliases", "FILE"),
    "config": ("sources", "list", "--config", "FILE"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_command_refuses_what_is_no_regular_file(
    place: Place, pipe: Path, command: tuple[str, ...], kind: str
) -> None:
    """A named pipe and /dev/zero: one sentence, exit code 1 or 2, and nothing came in."""
    file = pipe
    if kind == "device":
        pipe.unlink()
        pipe.symlink_to("/dev/zero")
    words = [str(file) if word == "FILE" else word for word in command]
    if "--config" in words:
        place = Place(place.folder)
        place.config = file
        words = words[:-2]
    done = place.run(*words)
    assert done.code in {1, 2}
    assert "is no regular file" in done.err
    assert len(done.err.splitlines()) == 1
    assert not place.archive.exists()


@pytest.mark.parametrize("name", ["claims.toml", "sources/other.toml", "registry/families.csv", "decisions.csv"])
def test_a_folder_with_a_named_pipe_in_it_is_refused(place: Place, pipe: Path, name: str) -> None:
    """A file of claims, a declaration, a file of the registry, and the decisions."""
    (place.folder / name).unlink(missing_ok=True)
    pipe.rename(place.folder / name)
    command = {
        "claims.toml": ("claim", "check", str(place.folder / name)),
        "sources/other.toml": ("sources", "list"),
        "registry/families.csv": ("registry", "lookup", "gpt-4o"),
        "decisions.csv": ("import", "small", saved(place, "2026-01-05.csv"), "--role", "plain"),
    }[name]
    done = place.run(*command)
    assert done.code == 2
    assert "it is no regular file" in done.err
    assert "Traceback" not in done.err


def saved(place: Place, name: str, body: bytes = page([50, 40])) -> Path:
    """A saved page in the folder of the index."""
    file = place.folder / "saved" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(body)
    return file


def imported(place: Place, *names: str) -> Done:
    """What comes of an index that lists these files, one a day."""
    lines = [f"2026-01-{day:02}T12:00:00Z,{PLAIN},{name}" for day, name in enumerate(names, 1)]
    index = saved(place, "index.csv", "\n".join(["captured_at,url,file", *lines, ""]).encode())
    return place.run("import", "--index", index, "--format", "json")


def test_an_index_lists_files_of_its_own_folder(place: Place, pipe: Path) -> None:
    """What leads out of it, by name or by link, and what is no regular file is refused by name; the others come in."""
    folder = place.folder / "saved"
    (folder / "below").mkdir(parents=True)
    secret = place.folder / "secret.csv"
    secret.write_bytes(page([60, 30]))
    (folder / "out.csv").symlink_to(secret)
    (folder / "far").symlink_to(place.folder)
    (folder / "ring").symlink_to(folder / "ring")
    (folder / "zero").symlink_to("/dev/zero")
    pipe.rename(folder / "pipe")
    saved(place, "page.csv")
    saved(place, "below/page.csv.gz", gzip.compress(page([45, 40])))
    (folder / "in.csv").symlink_to(folder / "below" / ".." / "page.csv")
    out = [
        "../secret.csv",
        "below/../../secret.csv",
        "out.csv",
        "far/secret.csv",
        "ring",
        "zero",
    ]
    inside = ["pipe", "below", "absent.csv", "/dev/zero", "/dev/null"]  # or named by a full path
    done = imported(place, *out, *inside, "page.csv", "below/page.csv.gz", "in.csv")
    outcomes = done.json()
    assert [outcome["state"] for outcome in outcomes] == ["refused"] * 11 + ["accepted", "accepted", "unchanged"]
    assert [outcome["reason"] for outcome in outcomes[:6]] == [
        f"{name}: is not in the folder of the index" for name in out
    ]
    assert all("cannot be read: " in outcome["reason"] for outcome in outcomes[6:11])
    assert points(place, "small_plain") == [("2026-01-12", 50), ("2026-01-13", 45), ("2026-01-14", 50)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"captured_at,url,file\n2026-01-05,https://example.org/plain.csv\n", "line 2: not as many cells"),
        (b"captured_at,url,file\n2026-01-05,https://example.org/plain.csv,a,b\n", "line 2: not as many cells"),
        (b'captured_at,url,file\n2026-01-05,"https://example.org/\n', "line 2: not CSV"),
        (b"captured_at,url,file\n2026-01-05,https://example.org/\xff,a\n", "cannot be read: no UTF-8 text (byte 52)"),
        (b"captured_at,url,file\n2026-01-05,,%s\n" % (b"a" * 200_000), "line 2: not CSV: field larger than"),
        (b"captured_at,url,file\n2026-01-05,https://example.org/plain.csv,a\0b\n", "is not in the folder of the index"),
    ],
)
def test_an_index_that_is_none_is_refused_with_its_line(place: Place, body: bytes, message: str) -> None:
    """A cell too few or too many, half a line, other bytes, a NUL in a name: one sentence, nothing comes in."""
    done = place.run("import", "--index", saved(place, "index.csv", body))
    assert done.code in {1, 2}
    assert message in done.err + done.out
    assert "Traceback" not in done.err


def test_a_packed_page_of_an_index_has_the_limit_of_a_fetched_one(place: Place) -> None:
    """Packed or not."""
    place.config.write_text(place.config.read_text().replace("[http]\n", "[http]\nmax_unpacked = 1000\n"))
    saved(place, "packed.csv.gz", gzip.compress(b"a,b\n" + b"0" * 100_000))
    saved(place, "large.csv", b"0" * 1001)
    first, second = imported(place, "packed.csv.gz", "large.csv").json()
    assert first["reason"].endswith("packed.csv.gz: unpacks to more than 1,000 bytes")
    assert second["reason"].endswith("large.csv: cannot be read: it is larger than 1,000 bytes")
