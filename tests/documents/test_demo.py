"""`tracker demo` as a person runs it, in a process of its own; and the server and pages that it stands on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tracker.demo_server import pages, serving

# Refuses whatever leaves this machine, the look-up of a name included.
NO_NETWORK = """
import sys

def hook(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    else:
        return
    if host not in ("127.0.0.1", b"127.0.0.1"):
        sys.stderr.write(f"WENT OUT: {event} {host}\\n")
        raise OSError("no network here")

sys.addaudithook(hook)
"""


def environment(folder: Path) -> dict[str, str]:
    """One in which a clock, a data directory, a proxy and no network are set; the demo heeds none of them."""
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    ours = {"PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))}
    return {
        **os.environ,
        **proxies,
        **ours,
        "TRACKER_NOW": "2024-01-01",
        "TRACKER_DATA": str(folder / "not-here"),
    }


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tracker.cli", "demo", *options],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The demo, run once for all that is said of its output."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "config.toml").write_text("this is no TOML: the demo has no use for it")
    done = demo(folder)
    assert (folder / "demo-data" / "tracker.duckdb").exists(), done.stderr
    assert not (folder / "not-here").exists()
    return done


def table(output: str, command: str) -> dict[str, float]:
    """What the share table under this command says: country -> count."""
    result = re.search(rf"^\$ {re.escape(command)}\n(.*?)^Counted:", output, re.MULTILINE | re.DOTALL)
    assert result, f"no table of {command!r} in:\n{output}"
    rows = re.findall(r"^([A-Z]{2,3}|mixed|unknown) +([\d.]+) +20 ", result[1], re.MULTILINE)
    return {country: float(count) for country, count in rows}


def test_runs_without_a_network_and_without_a_problem(ran: subprocess.CompletedProcess[str]) -> None:
    """Exit code 0 and nothing on stderr, where every address but loopback is refused and proxies are dead."""
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("source", "came", "rows", "new"),
    [
        ("aider", "1 page", 69, 1),
        ("arena", "2 pages", 786, 2),
        ("opencompass_vlm", "1 page", 284, 1),
        ("vectara", "1 page", 96, 1),
    ],
)
def test_all_rows_are_collected(
    ran: subprocess.CompletedProcess[str], source: str, came: str, rows: int, new: int
) -> None:
    """The summary counts every row of the bundled pages, and each board as new."""
    assert re.search(rf"^{source} +{came} +{rows} +{new} +0 ", ran.stdout, re.MULTILINE), ran.stdout


@pytest.mark.parametrize(
    ("command", "counts"),
    [
        ("tracker share arena_text_raw", {"CN": 4, "US": 16}),
        ("tracker share arena_text_raw --unit release", {"CN": 6, "US": 14}),
        ("tracker share arena_text", {"CN": 3, "US": 17}),
        ("tracker share aider_polyglot", {"CN": 3, "US": 16, "mixed": 1}),
        ("tracker share vectara_hallucination", {"CN": 6, "US": 11, "FR": 2, "IL": 1}),
        ("tracker share opencompass_vlm", {"CN": 15, "US": 4, "unknown": 1}),  # R-4B: nobody says whose it is
    ],
)
def test_shares_are_those_counted_by_hand(
    ran: subprocess.CompletedProcess[str], command: str, counts: dict[str, int]
) -> None:
    """The printed counts of the top 20 are those that a person counts on the pages."""
    assert table(ran.stdout, command) == counts


@pytest.mark.parametrize(
    "line",
    [
        "top 20 of arena_text_raw: 20 places, 2026-08-19 (16 days ago), captured 2026-08-22",
        "top 20 of aider_polyglot: 20 places, 2025-10-04 (335 days ago), captured 2025-10-04",
        "top 20 of opencompass_vlm: 20 places, 2025-10-23 (316 days ago), captured 2025-10-23",
        "top 20 of vectara_hallucination: 20 places, 2026-03-10 (178 days ago), captured 2026-03-10",
    ],
)
def test_no_figure_is_dated_later_than_it_was_recorded(ran: subprocess.CompletedProcess[str], line: str) -> None:
    """Each table stands on the day of its page, not on the day that the demo plays."""
    assert line in " ".join(ran.stdout.split())  # however wide the terminal is


def test_says_how_to_go_live(ran: subprocess.CompletedProcess[str]) -> None:
    """The last lines name the commands of the live way."""
    assert "tracker collect" in ran.stdout.rpartition("Going live")[2]


def test_leaves_a_foreign_directory_alone(tmp_path: Path) -> None:
    """A directory with files that are not of a demo is wrong use: nothing in it is touched."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = demo(tmp_path, "--data", "mine")
    assert done.returncode == 2
    assert "holds files that are not of a demo" in done.stderr
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_interrupt_ends_it_at_once(tmp_path: Path) -> None:
    """Ctrl-C once it has begun: exit code 130 and no traceback; what is left hinders no later run."""
    with subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "demo"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        assert "Collecting" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, message = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in message
    assert demo(tmp_path).returncode == 0


@pytest.mark.parametrize(("role", "rank"), [("text", "double"), ("text_style_control", "int64")])
def test_arena_pages_have_upstreams_columns_and_types(role: str, rank: str) -> None:
    """The Parquet schema is upstream's, down to the rank: a double on one board, an integer on the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    body = next(body for address, body in pages().items() if f"/{role}/" in address)
    schema = pq.read_schema(pa.BufferReader(body))
    assert {field.name: str(field.type) for field in schema} == {
        "model_name": "string", "organization": "string", "license": "string", "rating": "double",
        "rating_lower": "double", "rating_upper": "double", "variance": "double", "vote_count": "double",
        "rank": rank, "category": "string", "leaderboard_publish_date": "string",
    }  # fmt: skip


@pytest.fixture
def base() -> Iterator[str]:
    """A running server of one page, by its base."""
    with serving({"https://example.org/a/page.csv": b"name,score\n"}) as base:
        yield base.replace("{host}", "example.org")


def test_server_answers_as_an_upstream_does(base: str) -> None:
    """A page with its ETag; 304 and no body for one who has it; 200 for another tag; robots.txt; else 404."""
    with httpx.Client(trust_env=False) as client:
        came = client.get(f"{base}/a/page.csv")
        assert (came.status_code, came.content) == (200, b"name,score\n")
        again = client.get(f"{base}/a/page.csv", headers={"If-None-Match": came.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(f"{base}/a/page.csv", headers={"If-None-Match": '"other"'}).status_code == 200
        assert client.get(f"{base}/robots.txt").text == "User-agent: *\nAllow: /\n"
        assert client.get(f"{base}/a/other.csv").status_code == 404
        assert client.post(f"{base}/a/page.csv").status_code == 405


def test_server_is_gone_after_the_block() -> None:
    """It listens on loopback alone, and no longer than the block runs."""
    with serving({}) as base:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\{host\}", base)
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(base.replace("{host}", "example.org"))
