"""A full disk, missing rights, another encoding, a folder where a file is expected: one sentence that names the file."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from registry import whole_file
from storage.archive import Archive
from tests.place import PROOF, Place, page, put, small
from tests.upstream import Upstream
from tracker import output

# The command, in a process none of whose files may become longer: writing more fails as on a full disk.
SMALL_DISK = """
import resource, sys
from tracker.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
main()
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A board with a snapshot, and one that is not believed."""
    place = small(tmp_path_factory.mktemp("filled") / "place")
    place.config.write_text('decisions = "decisions.csv"\n' + place.config.read_text())
    put(place, page([50, 40, 30, 20, 10]), "2026-01-01")
    put(place, page([60, 50]), "2026-01-02")
    return place


@pytest.fixture
def place(filled: Place, tmp_path: Path) -> Place:
    """The same, for one test to spoil."""
    return filled.copy(tmp_path / "place")


def one_sentence(code: int, err: str, *parts: str) -> str:
    """Exit code 1 or, for what is declared wrongly, 2; one line on stderr, with these parts."""
    assert code in (1, 2), err
    assert err.startswith("tracker: ")
    assert err.count("\n") == 1
    assert "fault of the tracker" not in err
    assert [part for part in parts if part not in err] == []
    return err


def figure(place: Place) -> str:
    """The id of a figure."""
    return str(place.run("share", "small_plain", "--format", "json").json()[0]["id"])


WRITING: dict[str, tuple[int, Callable[[Place], tuple[str | Path, ...]], str]] = {
    "lock": (0, lambda place: ("publish",), "data"),
    "archive": (300, lambda place: ("import", "small", place.folder / "2026-02-03.csv", "--role", "plain"), "data"),
    "database": (20_000, lambda place: ("import", "small", place.folder / "2026-02-03.csv", "--role", "plain"),
                 "warehouse.duckdb"),
    "published copy": (100_000, lambda place: ("rebuild",), "warehouse.new"),
    "export": (100, lambda place: ("export", place.folder / "out"), "out"),
    "bundle": (2500, lambda place: ("bundle", figure(place), place.folder / "figure.zip"), "figure.zip"),
    "decision": (100, lambda place: ("quarantine", "accept", quarantined(place), "--reason", "why"), "decisions.csv"),
    "registry": (100, lambda place: ("registry", "review", "--accept", "A", "openai/gpt-4o", "--evidence", PROOF.split(",")[0]),
                 "aliases.csv"),
    "chart": (100, lambda place: ("chart", "curve", "small_plain", "--out", place.folder / "c.svg"), "c.svg"),
    "board": (100, lambda place: ("import", "--board", "mine", place.folder / "2026-02-03 own.csv"), "mine.toml"),
}  # fmt: skip


def quarantined(place: Place) -> str:
    """The id of the snapshot that is not believed."""
    return str(place.run("quarantine", "list", "--format", "json").json()[0]["id"])


@pytest.mark.parametrize("case", WRITING)
def test_a_full_disk_is_one_sentence(place: Place, tmp_path: Path, case: str) -> None:
    """With the file; nothing that was there is lost, no half of a file stays, and with room again all goes on."""
    room, words, file = WRITING[case]
    (place.folder / "2026-02-03.csv").write_bytes(
        page([51, 41, 31, 21, 11]) + os.urandom(400).hex().encode() + b",9,18\n"
    )
    (place.folder / "2026-02-03 own.csv").write_text("name,score\na,1\n")
    driver = tmp_path / "driver.py"
    driver.write_text(SMALL_DISK)
    command = words(place)
    before = {path: path.read_bytes() for path in [*place.registry.iterdir(), place.config]}
    process = place.start(str(room), *map(str, command), driver=driver)
    _, err = process.communicate(timeout=60)
    one_sentence(process.returncode, err, "File too large", file)
    assert {path: path.read_bytes() for path in before} == before
    assert {path.name for path in place.folder.rglob("*.tmp")} == set()
    done = place.run(*command)
    assert "tracker: " not in done.err
    assert place.run("top", "small_plain").code == 0


def test_a_full_disk_ends_a_collect_with_one_sentence(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not told of every source, as if each had a page of an unexpected shape."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    place = Place(tmp_path / "place", upstream.mirror)
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "append", full)
        done = place.run("collect", "aider", "vectara")
    assert done.code == 1
    one_sentence(1, done.err, f"{place.archive}: No space left on device")
    assert place.run("collect", "aider", "vectara").code == 0


@pytest.mark.parametrize("format_", ["table", "csv", "json"])
def test_stdout_on_a_full_disk(place: Place, format_: str) -> None:
    """/dev/full is one."""
    with Path("/dev/full").open("w") as full:
        words = ["top", "small_plain", "--format", format_, "--config", str(place.config)]
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", *words], stdout=full, stderr=subprocess.PIPE, text=True
        )
    one_sentence(done.returncode, done.stderr, "standard output: No space left on device")


@pytest.mark.parametrize("format_", ["table", "csv", "json"])
def test_a_reader_that_leaves_is_told_nothing(place: Place, format_: str) -> None:
    """As `| head -1` does: silence, and the code that a shell gives for SIGPIPE."""
    words = ["sql", "SELECT range AS n FROM range(100000)", "--format", format_, "--config", str(place.config)]
    with subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == output.READER_LEFT


def test_what_nobody_can_be_told_is_not_told(place: Place) -> None:
    """A closed stdout or stderr changes no exit code."""
    command = f"{sys.executable} -m tracker.cli top"
    for words, closed, code in (
        ("small_plain", "1", 0),
        ("small_plain", "2", 0),
        ("nothing", "1", 2),
        ("nothing", "2", 2),
    ):
        shell = f"{command} {words} --config '{place.config}' {closed}>&-"
        done = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True)
        assert done.returncode == code
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("config.toml", ("boards",)),
        ("decisions.csv", ("publish",)),
        ("decisions.csv", ("quarantine", "accept", "QUARANTINED", "--reason", "why")),
        ("claims.toml", ("claim", "check", "claims.toml")),
        ("registry/aliases.csv", ("registry", "lookup", "A")),
        ("registry/aliases.csv", ("publish",)),
        ("registry/aliases.csv", ("registry", "review", "--accept", "A", "openai/gpt-4o", "--evidence", "https://example.org/")),
        ("sources/small.toml", ("sources", "list")),
        ("names.csv", ("registry", "evaluate", "names.csv")),
        ("names.csv", ("registry", "evaluate", "names.csv", "--aliases")),
        ("2026-01-01.csv", ("import", "--board", "mine", "2026-01-01.csv")),
    ],
)  # fmt: skip
def test_another_encoding_is_one_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch, file: str, command: tuple[str, ...]
) -> None:
    """UTF-16 with its mark, as some editors save; a folder of that name is as wrong."""
    words = [quarantined(place) if word == "QUARANTINED" else word for word in command]
    monkeypatch.chdir(place.folder)
    path = place.folder / file
    path.write_bytes((path.read_text() if path.exists() else "a,b\n1,2\n").encode("utf-16"))
    done = place.run(*words)
    one_sentence(done.code, done.err, path.name)
    assert "UTF-8" in done.err or "utf-8" in done.err
    path.unlink()
    path.mkdir()
    done = place.run(*words)
    assert done.code in (1, 2)
    assert path.name in done.err or "--board takes CSV files" in done.err
    assert "Traceback" not in done.err
    assert "fault of the tracker" not in done.err


@pytest.mark.parametrize("folder", ["lock", "warehouse.duckdb", "archive", "tracker.duckdb"])
def test_a_data_directory_that_is_none(place: Place, folder: str) -> None:
    """A folder where a file is expected, or the other way round."""
    path = place.data / folder
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.write_text("") if folder == "archive" else path.mkdir()
    done = place.run("publish")
    if folder != "archive":
        one_sentence(done.code, done.err, folder)
    assert "Traceback" not in done.err
    place.data.rename(place.data.with_name("moved"))
    place.data.write_text("no directory")
    done = place.run("publish")
    one_sentence(done.code, done.err, "data: ")


def test_a_word_that_is_no_text(place: Place) -> None:
    """Bytes that are not UTF-8, as a file may be named: no ledger takes them, nor does DuckDB."""
    for command in (("top", "\udcff"), ("sql", "SELECT '\udcff'"), ("registry", "lookup", "a\udcff"), ("export", "\udcff"),
                    ("import", "small", f"{place.folder}/2026-01-01\udcff.csv")):  # fmt: skip
        done = place.run(*command)
        assert done.code == 2
        assert re.search(r"\\udcff.* is not UTF-8\n$", done.err)


def test_what_nobody_foresaw_is_one_sentence_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where that was; a run that writes has the whole traceback in the log of its data directory."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("nothing\x1b[31m")

    monkeypatch.setattr("storage.publish.prepare", broken)
    done = place.run("publish")
    assert done.code == 1
    assert done.err.startswith("tracker: 'nothing\\x1b[31m' (KeyError in test_system_errors.py, line ")
    assert done.err.endswith("that is a fault of the tracker, please report it\n")
    log = (place.data / "tracker.log").read_text()
    assert "Traceback (most recent call last)" in log
    assert "\x1b" not in log


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.EROFS, os.strerror(errno.EROFS), "/a/b"), "/a/b: Read-only file system"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/a/b"), "/a/b: Permission denied"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/a", None, "/b"), "/a -> /b: No space left on device"),
        (OSError("no reason"), "no reason"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device"),
        (duckdb.IOException('IO Error: Cannot open file "/a/b": Permission denied\nmore'),
         'Cannot open file "/a/b": Permission denied'),
        (duckdb.IOException('IO Error: Async write failed: {"exception_type":"IO","exception_message":"Could not write '
                            'file \\"/a/b\\": No space left on device","errno":"28"}'),
         'Could not write file "/a/b": No space left on device'),
    ],
)  # fmt: skip
def test_the_sentence_of_an_error(error: Exception, sentence: str) -> None:
    """The file and the reason, without the number of the error."""
    assert output.sentence(error) == sentence


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays, nothing is beside it, and the error names the file."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = tmp_path / "file"
    whole_file.write(file, b"before")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/file'"):
        whole_file.write(file, b"after")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]
