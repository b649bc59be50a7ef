"""History from a git repository on disk and from a web archive's index, killed and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from scrapers.errors import DeclarationError, PageError
from scrapers.http import Fetcher, Limits
from scrapers.spec import load_sources
from storage.archive import Archive
from storage.database import connect, published
from tests.git_server import git_server
from tracker.clock import clock
from tracker.config import Config, Http, load
from tracker.importers import git_history, web_archive
from tracker.importers.git_repository import opened
from tracker.saved_pages import ImportResult

ADDRESS = "https://raw.githubusercontent.com/vectara/hallucination-leaderboard/main/README.md"
START = datetime(2025, 12, 1, 12, tzinfo=UTC)
NOW = clock("2026-11-01")
AT = ("--now", "2026-11-01")


def page(number: int) -> bytes:
    """A page of the board with its landmark names and 60 rows, of which one changes with `number`."""
    names = load_sources()["vectara"].boards["vectara_hallucination"].expectations.landmarks
    rows = [f"|{name}|{n / 10:.1f} %|" for n, name in enumerate(names)]
    rows += [f"|lab/model-{n}|{1 + n / 10:.1f} %|" for n in range(60 - len(names))]
    rows.append(f"|lab/newest|{20 + number / 10:.1f} %|")
    day = f"{START + timedelta(days=number):%B %d, %Y}"
    return (
        f"# Board\n\nLast updated on {day}\n\n|Model|Hallucination Rate|\n|--|--:|\n".encode()
        + "\n".join(rows).encode()
        + b"\n"
    )


def commit(folder: Path, number: int, body: bytes, written: datetime | None = None) -> None:
    """One version of the page, on its day; its author may have written it before."""
    (folder / "README.md").write_bytes(body)
    at = START + timedelta(days=number)
    names = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    env = {**os.environ, **names, "GIT_AUTHOR_DATE": (written or at).isoformat(), "GIT_COMMITTER_DATE": at.isoformat()}
    subprocess.run(["git", "add", "README.md"], cwd=folder, check=True, env=env)
    subprocess.run(["git", "commit", "-qm", f"version {number}", "--allow-empty"], cwd=folder, check=True, env=env)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real repository: a hundred commits of a board, of which one changes nothing and one goes back."""
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    for number in range(100):
        commit(folder, number, page(48 if number in {49, 98} else number))
    return folder


def config(folder: Path, **http: Any) -> Config:
    """A configuration with its data in this folder."""
    return load(None, folder / "data").model_copy(update={"http": Http(pause=0, attempts=1, **http)})


def silent(*_: object) -> None:
    """No progress."""


def states(outcomes: list[ImportResult]) -> dict[str, int]:
    """state -> how many."""
    return {state: sum(o.state == state for o in outcomes) for state in sorted({o.state for o in outcomes})}


def lines(config: Config) -> list[tuple[str, ...]]:
    """What the ledger says of each capture but the run, in order."""
    archive = Archive(config.data / "archive")
    return sorted(
        (str(at.fetched_at), at.address, at.content_sha256 or "", at.origin_detail) for _, _, at in archive.lines()
    )


def test_git_every_version_once_with_its_commit(repository: Path, tmp_path: Path) -> None:
    """99 versions (one commit changes nothing); the evidence is the commit; a second run adds nothing."""
    here = config(tmp_path)
    source = here.declared()["vectara"]
    outcomes = git_history.from_git(here, NOW, source, str(repository), None, None, silent)
    # Version 48 comes back on day 98: a page that was had, of a day of its own.
    assert states(outcomes) == {"accepted": 98, "unchanged": 1}
    kept = lines(here)
    assert len(kept) == 99
    header = subprocess.run(["git", "rev-parse", "HEAD~3"], cwd=repository, capture_output=True, text=True, check=True)
    assert f"vectara/hallucination-leaderboard {header.stdout.strip()}" in {line[3] for line in kept}
    again = git_history.from_git(here, NOW, source, str(repository), None, None, silent)
    assert states(again) == {"unchanged": 99}
    assert lines(here) == kept


def test_git_between_two_days(repository: Path, tmp_path: Path) -> None:
    """--since and --until bound the days of the commits, both included."""
    here = config(tmp_path)
    first, last = (START + timedelta(days=10)).date(), (START + timedelta(days=14)).date()
    outcomes = git_history.from_git(here, NOW, here.declared()["vectara"], str(repository), first, last, silent)
    assert [f"{o.captured_at:%d}" for o in outcomes] == ["11", "12", "13", "14", "15"]


def test_git_address_is_cloned_without_contents(repository: Path, tmp_path: Path) -> None:
    """An address is cloned once into the data directory, and fetched again the next time."""
    here = config(tmp_path)
    source = here.declared()["vectara"]
    until = (START + timedelta(days=5)).date()
    with git_server(repository) as address:
        for expected in ({"accepted": 6}, {"unchanged": 6}):
            outcomes = git_history.from_git(here, NOW, source, address, None, until, silent)
            assert states(outcomes) == expected
        # A clone of another version of this program, stopped half way, with whatever it says.
        (clone,) = (here.data / "clones").iterdir()
        (clone / "HEAD").write_text("ref: refs/heads/gone\n")
        (clone / "config").write_text("[remote]\nnonsense")
        outcomes = git_history.from_git(here, NOW, source, address, None, until + timedelta(days=1), silent)
        assert states(outcomes) == {"accepted": 1, "unchanged": 6}
        assert blobs_in(clone) == 7
    outcomes = git_history.from_git(here, NOW, source, f"file://{repository}", None, until, silent)
    assert states(outcomes) == {"unchanged": 6}


def blobs_in(clone: Path) -> int:
    """How many contents a clone holds."""
    command = ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout.split().count("blob")


def test_git_killed_half_way_and_resumed(repository: Path, tmp_path: Path) -> None:
    """kill -9 in the middle, then again: the same archive as without."""
    whole = config(tmp_path / "whole")
    git_history.from_git(whole, NOW, whole.declared()["vectara"], str(repository), None, None, silent)
    data = tmp_path / "killed" / "data"
    script = (
        "import os, signal, sys, tracker.saved_pages as saved_pages\n"
        "saved_pages.BATCH = 10\n"
        "append, count = saved_pages.Archive.append, []\n"
        "def counted(self, lines):\n"
        "    append(self, lines)\n"
        "    count.append(1)\n"
        "    if len(count) == 4: os.kill(os.getpid(), signal.SIGKILL)\n"
        "saved_pages.Archive.append = counted\n"
        "from tracker.cli import main\n"
        "main()\n"
    )
    command = ["backfill", "vectara", "--from", "git", "--repo", str(repository), "--data", str(data), *AT]
    killed = subprocess.run([sys.executable, "-c", script, *command], capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    here = config(tmp_path / "killed")
    assert 0 < len(lines(here)) < 99
    done = subprocess.run([sys.executable, "-m", "tracker.cli", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert lines(here) == lines(whole)


def test_git_killed_before_publishing(repository: Path, tmp_path: Path) -> None:
    """Every page is in the archive, none was published: the next run adds nothing, and publishes."""
    data = tmp_path / "data"
    script = (
        "import os, signal\n"
        "from tracker import pipeline\n"
        "pipeline.publish.prepare = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from tracker.cli import main\n"
        "main()\n"
    )
    command = ["backfill", "vectara", "--from", "git", "--repo", str(repository), "--data", str(data), *AT]
    killed = subprocess.run([sys.executable, "-c", script, *command], capture_output=True)
    assert (killed.returncode, (data / "tracker.duckdb").exists()) == (-signal.SIGKILL, False)
    done = subprocess.run([sys.executable, "-m", "tracker.cli", *command], capture_output=True, text=True)
    assert (done.returncode, (data / "tracker.duckdb").exists()) == (0, True)


def test_git_follows_a_renamed_page(tmp_path: Path) -> None:
    """Versions under the former name are the page's, unless that name is a page of its own; a rename is no version."""
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    commit(tmp_path, 1, page(1))
    commit(tmp_path, 2, page(2))
    (tmp_path / "README.md").rename(tmp_path / "BOARD.md")
    subprocess.run(["git", "add", "BOARD.md"], cwd=tmp_path, check=True)
    names = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *names, "commit", "-qam", "rename"], cwd=tmp_path, check=True)
    with opened(config(tmp_path), str(tmp_path)) as history:
        assert [item.at for item in git_history.versions(history, "BOARD.md")] == [
            START + timedelta(days=n) for n in (1, 2)
        ]
        assert len(git_history.versions(history, "BOARD.md", but=frozenset({"README.md"}))) == 1


def test_git_pages_with_a_day_in_their_path(tmp_path: Path) -> None:
    """A page that is known by a pattern alone: every path of the history that fits, under its own address."""
    source = load(None, None).declared()["openrouter_weekly"]
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=tmp_path, check=True)
    (tmp_path / "data").mkdir()
    for name in ("data/2026-02-16.json", "data/2026-02-23.json", "data/about.txt"):
        (tmp_path / name).write_text("{}")
    commit(tmp_path, 1, b"")
    subprocess.run(["git", "add", "data"], cwd=tmp_path, check=True)
    commit(tmp_path, 2, b"x")
    with opened(config(tmp_path), str(tmp_path)) as history:
        results = [item for page in git_history.pages_in_git(source) for item in git_history.every(*page, history)]
    assert [path for _, _, path in results] == ["data/2026-02-16.json", "data/2026-02-23.json"]
    assert results[0][0].address.endswith("/main/data/2026-02-16.json")


def test_wayback_asks_for_former_addresses() -> None:
    """The page's own address and those it had before; patterns are not asked for."""
    known = load(None, None).declared()
    assert [page.address.rpartition("/")[2] for page in web_archive.addressed(known["bfcl"])] == [
        "data_overall.csv", "data.csv", "data_combined.csv",
    ]  # fmt: skip
    assert not list(web_archive.addressed(known["arena_mirror"]))


def test_a_source_without_a_repository_says_so(tmp_path: Path) -> None:
    """Pages that are in no git repository cannot be backfilled from one: a sentence, exit 2."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker.cli", "backfill", "arena", "--from", "git", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "none has an address in a git repository" in done.stderr


COPY_TIMES = [f"{START + timedelta(days=n):%Y%m%d%H%M%S}" for n in range(6)]
INDEX = [["timestamp", "digest", "statuscode"], *([at, f"D{min(n, 4)}", "200"] for n, at in enumerate(COPY_TIMES))]


def test_wayback_index_with_respx() -> None:
    """One copy for each distinct digest, the first of them; bytes are asked for as the archive keeps them (id_)."""
    limits = Limits(pause=0, attempts=1)
    source = load(None, None).declared()["vectara"]
    with respx.mock(assert_all_called=False) as web, Fetcher(user_agent="test", limits=limits) as fetcher:
        web.get("https://web.archive.org/robots.txt").mock(httpx.Response(404))
        web.get(url__startswith="https://web.archive.org/cdx/").mock(httpx.Response(200, json=INDEX))
        web.get(f"https://web.archive.org/web/{COPY_TIMES[2]}id_/{ADDRESS}").mock(httpx.Response(200, content=page(2)))
        result = list(web_archive.copies(fetcher, source, source.pages[0], None, None))
        assert [item.label for item in result] == [f"readme {at}" for at in COPY_TIMES[:5]]
        assert result[2].body() == page(2)
        assert result[2].captured_at == START + timedelta(days=2)


@pytest.mark.parametrize("line", [["2025", "D1", "200"], ["20251301000000", "D1", "200"], [], None, ["20251201120000"],
                                  ["２０２５1201120000", "D1", "200"]])  # fmt: skip
def test_a_line_of_the_index_that_is_none_is_named(line: Any) -> None:
    """A stamp cut short, an empty line: one sentence, and no traceback."""
    with pytest.raises(PageError, match="has a line that is none"):
        list(web_archive.listed([INDEX[0], line]))
    with pytest.raises(PageError, match="otherwise than asked"):
        list(web_archive.listed({"error": "later"}))


class Archived(BaseHTTPRequestHandler):
    """A web archive on loopback that holds the copies of COPY_TIMES, and may lose its connection."""

    asked: list[str]
    broken_from: int | None = None

    def do_GET(self) -> None:
        """The index, a copy, or 503 once the archive is broken."""
        self.asked.append(self.path)
        copies = [path for path in self.asked if "id_/" in path]
        if "/cdx/" in self.path:
            status, body = 200, json.dumps(INDEX).encode()
        elif "id_/" in self.path and (self.broken_from is None or len(copies) <= self.broken_from):
            status, body = 200, page(COPY_TIMES.index(self.path.split("/web/")[1][:14]))
        else:
            status, body = (404 if "robots" in self.path else 503), b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_wayback_stopped_and_resumed(tmp_path: Path) -> None:
    """What came before the archive broke off is kept; the next run asks only for the rest."""
    handler = type("Handler", (Archived,), {"asked": [], "broken_from": 2})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        here = config(tmp_path, mirrors={"https://web.archive.org": f"http://127.0.0.1:{server.server_port}"})
        source = here.declared()["vectara"]
        outcomes = web_archive.from_wayback(here, NOW, source, None, None, silent)
        assert states(outcomes) == {"accepted": 2, "refused": 3}
        assert "503" in outcomes[-1].reason
        handler.broken_from, handler.asked = None, []
        started = time.monotonic()
        assert states(web_archive.from_wayback(here, NOW, source, None, None, silent)) == {
            "accepted": 3,
            "unchanged": 2,
        }
        assert sum("id_/" in path for path in handler.asked) == 3
        assert time.monotonic() - started < 30
        assert states(web_archive.from_wayback(here, NOW, source, None, None, silent)) == {"unchanged": 5}
    finally:
        server.shutdown()
        server.server_close()


HOMES = ["LiveBench/livebench.github.io", "LiveBench/new-livebench"]


@pytest.mark.parametrize(
    ("repository", "homes", "expected"),
    [
        ("/clones/new-livebench", HOMES, "LiveBench/new-livebench"),
        ("https://github.com/LiveBench/livebench.github.io.git", HOMES, "LiveBench/livebench.github.io"),
        ("/clones/anything", HOMES[:1], "LiveBench/livebench.github.io"),
    ],
)
def test_which_repository_a_given_one_stands_for(repository: str, homes: list[str], expected: str) -> None:
    """Of a source with pages in several, the name tells."""
    assert git_history.home_of(repository, homes) == expected


def test_a_repository_of_another_name_is_refused() -> None:
    """Its files would be taken for those of both."""
    with pytest.raises(DeclarationError, match=r"livebench\.github\.io or new-livebench is expected"):
        git_history.home_of("/clones/x", HOMES)


def test_the_tables_of_every_livebench_repository_are_in_reach() -> None:
    """Releases are known by a pattern, in either repository."""
    result = {(page.role, home) for page, home, _ in git_history.pages_in_git(load_sources()["livebench"])}
    assert result == {("releases", HOMES[1])} | {
        (role, home) for role in ("links", "table", "categories") for home in HOMES
    }


def test_of_commits_of_one_second_the_one_that_was_written_last_stands(tmp_path: Path) -> None:
    """Two commits that were put on the branch together: their rows say no day, and they are as many."""
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    versions = [page(0).replace(b"lab/newest|20.0", f"lab/newest|2{number}.0".encode()) for number in (3, 4, 5)]
    for number, version in enumerate(versions):
        commit(folder, 1, version, written=START - timedelta(days=9 - number))
    here = config(tmp_path)
    source = load_sources()["vectara"]
    outcomes = git_history.from_git(here, NOW, source, str(folder), None, None, silent)
    assert states(outcomes) == {"accepted": 3}
    with read_only(here.data) as connection:
        shown = connection.execute(
            "SELECT s.day::VARCHAR, e.score FROM series AS s JOIN entries AS e ON e.snapshot_key = s.snapshot_key"
            " JOIN names AS n ON n.name_key = e.name_key WHERE n.name = 'lab/newest'"
        ).fetchall()
    assert shown == [("2025-12-02", 25.0)]


@contextmanager
def read_only(data: Path) -> Iterator[Any]:
    """The published database."""
    connection = connect(published(data), read_only=True)
    try:
        yield connection
    finally:
        connection.close()
