"""Somebody else's git repository, read without a word of its configuration, nor of the system's or the user's.

Git runs what a configuration names: hooks, monitors, filters, pagers, programs that check signatures or fetch what is
missing. So git is pointed to a directory of our own, with a configuration of our own, in which the objects and the
refs of the repository are linked. Every command has a time, a memory, and an amount that it may print.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scrapers.errors import DeclarationError, TrackerError
from scrapers.regular_files import read_regular_file, read_regular_text
from tracker.config import Config

SECONDS = 600.0  # for one command: the longest history known takes a minute to be cloned, without contents
MEMORY = 4 << 30  # bytes
OUR_SETTINGS = """[core]
	repositoryFormatVersion = 1
	bare = true
	hooksPath = /dev/null
	attributesFile = /dev/null
	fsmonitor = false
[gc]
	auto = 0
[maintenance]
	auto = false
[transfer]
	bundleURI = false
[extensions]
"""
# What may be missing is fetched from the address that the environment names.
CLONED = """	partialClone = origin
[remote "origin"]
	promisor = true
	partialCloneFilter = blob:none
"""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git directory of our own: of a repository on disk, or a clone, to which `address` adds what it lacks."""

    folder: Path
    name: str  # as messages call it
    largest: int  # bytes of a page, and of what a command may print
    seconds: float  # for one page
    address: str = ""

    def environment(self) -> dict[str, str]:
        """This program's, without git's own variables; the network is open to what is cloned from there."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        fetched = {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "remote.origin.url",
            "GIT_CONFIG_VALUE_0": self.address,
        }
        return {
            **others,
            "LC_ALL": "C",
            "GIT_DIR": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "http:https" if self.address else "",  # before any protocol.*.allow
            "GIT_NO_REPLACE_OBJECTS": "1",  # a commit would not hold what its id stands for
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "",
            **(fetched if self.address else {"GIT_NO_LAZY_FETCH": "1"}),
        }

    def git(self, *command: str, seconds: float | None = None) -> bytes:
        """What git prints; TrackerError with its own last line where it fails, and where it meets a limit."""
        limit, what = seconds or SECONDS, f"git {next(word for word in command if not word.startswith('-'))}"
        with tempfile.TemporaryFile() as complaints:
            try:
                process = subprocess.Popen(  # noqa: S603 - no shell; the words are ours, paths stand behind `--`
                    ["git", *command],  # noqa: S607 - git is where the system has it
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    env=self.environment(),
                    start_new_session=True,  # so that what git starts ends with it
                )
            except FileNotFoundError:
                raise TrackerError("git is not installed") from None
            output, ended = _output(process, self.largest, limit)
            if not ended:
                raise TrackerError(f"{what} in {self.name}: not done after {limit:g} s")
            if len(output) > self.largest:
                raise TrackerError(f"{what} in {self.name}: more than {self.largest:,} bytes")
            if process.returncode:
                complaints.seek(0)
                lines = complaints.read(1 << 20).decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
                raise TrackerError(f"{what} in {self.name}: {lines[-1]}")
        return output

    def blob(self, blob_id: str) -> bytes:
        """The bytes of one version of a file; TrackerError where it is larger than any page may be, or not there."""
        try:
            size = int(self.git("cat-file", "-s", blob_id, seconds=self.seconds))
        except TrackerError as error:
            raise TrackerError(f"{error} (content {blob_id[:12]})") from None
        if size > self.largest:
            raise TrackerError(f"{self.name}: content {blob_id[:12]} has {size:,} bytes, more than {self.largest:,}")
        return self.git("cat-file", "blob", blob_id, seconds=self.seconds)


def _output(process: subprocess.Popen[bytes], limit: int, seconds: float) -> tuple[bytes, bool]:
    """What a process prints, up to one byte more than the limit, and whether it ended by itself in time."""
    over = threading.Event()

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def too_late() -> None:
        over.set()
        end()

    timer = threading.Timer(seconds, too_late)
    timer.daemon = True
    timer.start()
    whole = False
    try:
        if hasattr(resource, "prlimit"):  # what it starts has the same limit
            with contextlib.suppress(OSError, ValueError):  # it ended already, or has a lower one
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
        assert process.stdout  # noqa: S101 - it is a pipe
        output = process.stdout.read(limit + 1)
        if len(output) <= limit:
            process.wait()
            whole = True
    finally:
        timer.cancel()
        if not whole:
            end()
        if process.stdout:
            process.stdout.close()
        process.wait()
    return output, not over.is_set()


@contextmanager
def opened(config: Config, repository: str) -> Iterator[Repository]:
    """The repository in a directory, or, of an address, a clone without contents, kept for the next time."""
    limits = config.http.max_unpacked, config.http.timeout
    parts = urlsplit(repository)
    directory = Path(unquote(parts.path)) if parts.scheme == "file" else Path(repository)
    if directory.is_dir():
        with tempfile.TemporaryDirectory() as scratch:
            _link(directory, Path(scratch))
            yield Repository(Path(scratch), repository, *limits)
    elif parts.scheme in {"https", "http"}:
        mirror = config.http.mirror_of(repository)
        address = mirror.replace("{host}", parts.netloc).rstrip("/") + parts.path if mirror else repository
        place = re.sub(r"[^\w.-]+", "_", parts.netloc.rpartition("@")[2] + parts.path)
        clone = Repository(config.data / "clones" / place, f"{parts.hostname}{parts.path}", *limits, address)
        _fetch(clone)
        yield clone
    else:
        raise DeclarationError("--repo", "", f"{repository!r} is neither a directory nor an http(s) address")


def _link(directory: Path, scratch: Path) -> None:
    """A git directory with the objects and refs of another, and with nothing else of it."""

    def refused(why: str) -> DeclarationError:
        return DeclarationError("--repo", "", f"{directory}: {why}")

    own = directory / ".git"
    if own.is_file():  # a further work tree, or a submodule
        own = directory / read_regular_text(own).removeprefix("gitdir:").strip()
    own = own if own.is_dir() else directory
    shared = own / read_regular_text(own / "commondir").strip() if (own / "commondir").exists() else own
    if not (own / "HEAD").exists() or not (shared / "objects").is_dir():
        raise refused("is no git repository")
    if (shared / "objects").is_symlink() or (shared / "objects" / "info" / "alternates").exists():
        raise refused("its objects lie in another repository (objects/info/alternates); clone it whole")
    theirs = read_regular_text(shared / "config") if (shared / "config").exists() else ""
    formats = re.findall(r"(?im)^\s*(objectformat|refstorage)\s*=\s*([a-z0-9]+)\s*$", theirs)
    lines = "".join(f"\t{key} = {value}\n" for key, value in formats)
    (scratch / "config").write_text(OUR_SETTINGS + lines, "utf-8")
    for folder in ("objects", "refs", "reftable"):
        if (shared / folder).is_dir():
            (scratch / folder).symlink_to((shared / folder).resolve())
    for file in (own / "HEAD", shared / "packed-refs", shared / "shallow"):
        if file.exists():
            (scratch / file.name).write_bytes(read_regular_file(file))


def _fetch(clone: Repository) -> None:
    """Makes the clone, or brings it up to date: commits and names of files, no contents."""
    for folder in ("objects", "refs"):
        (clone.folder / folder).mkdir(parents=True, exist_ok=True)
    (clone.folder / "config").write_text(OUR_SETTINGS + CLONED, "utf-8")
    if not (clone.folder / "HEAD").exists():
        (clone.folder / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    listed = clone.git("ls-remote", "--symref", "origin", "HEAD").decode("utf-8", "replace")
    branch = re.match(r"ref: (refs/heads/\S+)\tHEAD$", listed, re.MULTILINE)
    if not branch:
        raise TrackerError(f"git ls-remote in {clone.name}: the repository has no branch that is its HEAD")
    clone.git("fetch", "--quiet", "--prune", "--filter=blob:none", "origin", "+refs/heads/*:refs/heads/*")
    clone.git("symbolic-ref", "HEAD", branch[1])
