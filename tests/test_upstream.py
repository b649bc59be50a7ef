"""The simulated internet is what the other tests take it for: pages, days, marks, faults, a log."""

from __future__ import annotations

import http.client
import json
import socket
import zlib
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest

from scrapers import table_parser
from scrapers.model import Page, Pages
from scrapers.spec import load_sources
from storage import validate
from tests import grown_pages
from tests.saved_pages import declared, doubted
from tests.upstream import CHALLENGE, FAULTS, NEWEST, PAGES, Upstream, bodies, local

README = PAGES["vectara"]
ENABLED = sorted(source.name for source in load_sources().values() if source.enabled)


@pytest.fixture
def client(upstream: Upstream) -> Iterator[httpx.Client]:
    """A client that is at the server and follows no redirect."""
    base = upstream.mirror.replace("/{host}", "")
    with httpx.Client(base_url=base, trust_env=False, timeout=5) as result:
        yield result


def role_of(source: str, address: str) -> str | None:
    """The role of an address in a source; None where it has none."""
    from tracker.importers.index import owner

    known = owner({source: declared(source)}, address)
    return known[1] if known else None


@pytest.mark.parametrize("name", ENABLED)
def test_every_enabled_source_is_served_and_believed(name: str) -> None:
    """Its shipped parser reads the grown pages of the newest day, and each board finds there what it expects."""
    source, day = declared(name), date.fromisoformat(NEWEST)
    known = [Page(role, address, body) for address, body in grown_pages.on(NEWEST) if (role := role_of(name, address))]
    assert known
    module = source.module
    parts = list(module.sets(Pages(known))) if module and hasattr(module, "sets") else [Pages([item]) for item in known]
    results = [snapshot for part in parts for snapshot in table_parser.snapshots(source, part)]
    assert {snapshot.board for snapshot in results} == source.boards.keys()
    for snapshot in results:
        board = source.boards[snapshot.board]
        scores = [entry.score for entry in snapshot.entries if entry.score is not None]
        names = {entry.name for entry in snapshot.entries}
        stats = validate.SnapshotStats(
            snapshot.published_on or day, len(snapshot.entries), names, min(scores), max(scores), snapshot.edition
        )
        assert validate.fault(board.expectations, stats, board.unit) is None, snapshot.board


@pytest.mark.parametrize(("name", "boards"), [("aider", ["aider_polyglot", "aider_edit"]), ("bfcl", ["bfcl"])])
def test_a_plain_source_needs_no_function_to_be_served(name: str, boards: list[str]) -> None:
    """By its declared columns alone, from YAML and from CSV: all rows that its boards expect."""
    source, day = declared(name), date.fromisoformat(NEWEST)
    results = [
        snapshot
        for address, bodies in grown_pages.plain(source).items()
        for snapshot in table_parser.snapshots(
            source, Pages([Page(role_of(name, address) or "", address, bodies[-1].content)])
        )
    ]
    assert [snapshot.board for snapshot in results] == boards
    assert [doubted(name, snapshot, day) for snapshot in results] == [None] * len(boards)


def test_added_rows_are_plainly_made_up_and_saved_ones_are_all_there() -> None:
    """The numbers of made-up models begin at 000 and end below 1000; a page keeps every name that its saved one has."""
    readme = grown_pages.vectara()[grown_pages.address_of("vectara", "readme")][-1].content.decode()
    assert "|made-up-model-000|" in readme
    assert "|deepseek-ai/DeepSeek-V3.2-Exp|5.3 %|94.7 %|96.6 %|64.6|" in readme
    assert {name: grown_pages.made_up(name) for name in (0, 17)} == {0: "made-up-model-000", 17: "made-up-model-017"}


def test_scores_are_between_and_all_different() -> None:
    """Falling, and neither bound is one of them."""
    assert grown_pages.spread(0, 4, 3) == [3, 2, 1]
    assert grown_pages.spread(0, 4, 0) == []


def test_a_page_comes_with_its_marks_and_is_not_sent_again(client: httpx.Client) -> None:
    """ETag and Last-Modified; either of them gives 304 without a body, another gives the page."""
    came = client.get(README)
    assert came.status_code == 200
    assert b"made-up-model" in came.content
    assert came.headers["last-modified"] == "Tue, 10 Mar 2026 12:00:00 GMT"
    for known in ({"If-None-Match": came.headers["etag"]}, {"If-Modified-Since": came.headers["last-modified"]}):
        again = client.get(README, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    for other in ({"If-None-Match": '"other"'}, {"If-Modified-Since": "Mon, 09 Mar 2026 12:00:00 GMT"}):
        assert client.get(README, headers=other).status_code == 200


def test_who_takes_gzip_gets_it(client: httpx.Client) -> None:
    """Text alone: Parquet is packed already."""
    packed = client.get(README, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(README, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert "content-encoding" not in client.get(PAGES["arena"], headers={"Accept-Encoding": "gzip"}).headers


def test_a_page_is_as_it_was_on_the_day(upstream: Upstream, client: httpx.Client) -> None:
    """404 before its first day, then one body after another."""
    message = []
    for day in ("2025-04-17", "2025-04-18", "2025-08-06", "2025-08-07", "2026-03-10"):
        upstream.day(day)
        came = client.get(README)
        message.append(came.status_code if came.status_code != 200 else came.headers["last-modified"][5:16])
    assert message == [404, "18 Apr 2025", "18 Apr 2025", "07 Aug 2025", "10 Mar 2026"]
    assert client.get("/raw.githubusercontent.com/nobody/nothing").status_code == 404


@pytest.mark.parametrize(
    ("day", "newest", "count"), [("2024-02-19", None, 0), ("2025-10-18", "25-07", 10), (NEWEST, "26-07", 14)]
)
def test_the_manifest_lists_the_editions_of_the_day(
    upstream: Upstream, client: httpx.Client, day: str, newest: str | None, count: int
) -> None:
    """By POST alone, the newest first; each edition is there from the day that the manifest says."""
    upstream.day(day)
    rows = client.post(PAGES["opencompass"], json={"rankingType": 0, "benchmarkType": 1}).json()["data"]
    assert (len(rows), rows[0]["month"] if rows else None) == (count, newest)
    assert rows == upstream.manifest(1)
    for row in rows:
        assert client.get(f"/cdn.opencompass.org.cn/{row['fileName']}").status_code == 200
    assert client.get(PAGES["opencompass"]).status_code == 404
    assert client.post(README).status_code == 405


def test_robots_are_let_in_and_not_in_the_log(upstream: Upstream, client: httpx.Client) -> None:
    """Every host has a robots.txt, whatever fault is set."""
    upstream.fault("*", "500")
    assert client.get("/example.org/robots.txt").text == "User-agent: *\nAllow: /\n"
    assert upstream.log() == []


def test_the_log_says_who_asked_for_what(upstream: Upstream, client: httpx.Client) -> None:
    """Each request once, in order, with what it knew and whether it carried a key."""
    client.get(README, headers={"User-Agent": "me", "If-None-Match": '"x"', "Authorization": "Bearer key"})
    client.post(PAGES["opencompass"], json={"benchmarkType": 0})
    log = upstream.log()
    assert [(line["method"], line["path"]) for line in log] == [("GET", README), ("POST", PAGES["opencompass"])]
    assert (log[0]["user_agent"], log[0]["if_none_match"], log[0]["authorization"]) == ("me", '"x"', True)
    assert upstream.log() == []


@pytest.mark.parametrize("kind", ["500", "503", "429", "404"])
def test_a_status_as_a_fault(upstream: Upstream, client: httpx.Client, kind: str) -> None:
    """That status; who is told to come again is told when."""
    upstream.fault(README, kind)
    came = client.get(README)
    assert came.status_code == int(kind)
    assert ("retry-after" in came.headers) == (kind in {"503", "429"})
    assert client.get(PAGES["aider"]).status_code == 200
    upstream.fault(README, "none")
    assert client.get(README).status_code == 200


@pytest.mark.parametrize(
    ("kind", "begins"), [("challenge", CHALLENGE), ("html", b"<html>"), ("empty", b""), ("half", b"")]
)
def test_a_page_of_another_kind_as_a_fault(upstream: Upstream, client: httpx.Client, kind: str, begins: bytes) -> None:
    """Status 200 and an honest length, and not the page."""
    whole = client.get(README).content
    upstream.fault("*", kind)
    came = client.get(README)
    assert came.status_code == 200
    assert came.content.startswith(begins)
    assert came.content != whole
    assert came.content == {"half": whole[: len(whole) // 2], "empty": b""}.get(kind, came.content)


def test_garbage_is_the_same_each_time(upstream: Upstream, client: httpx.Client) -> None:
    """So that a failure can be looked at again."""
    upstream.fault(README, "garbage")
    assert len(client.get(README).content) == 4096
    assert client.get(README).content == client.get(README).content


@pytest.mark.parametrize("kind", ["truncated", "reset"])
def test_a_connection_that_breaks(upstream: Upstream, client: httpx.Client, kind: str) -> None:
    """Within the body, or before a word."""
    upstream.fault(README, kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get(README)


@pytest.mark.parametrize(("kind", "to"), [("redirect", README), ("moved", "http://169.254.169.254/latest/meta-data/")])
def test_a_redirect(upstream: Upstream, client: httpx.Client, kind: str, to: str) -> None:
    """To itself, or to where nobody may go."""
    upstream.fault(README, kind)
    came = client.get(README)
    assert (came.status_code, came.headers["location"]) == (302, to)


def test_a_slow_page_comes_byte_by_byte(upstream: Upstream) -> None:
    """The first byte comes at once, and the second not within half a second."""
    upstream.fault(README, "slow")
    connection = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=0.5)
    connection.request("GET", README)
    answer = connection.getresponse()
    assert len(answer.read(1)) == 1
    with pytest.raises(socket.timeout):
        answer.read(1)
    connection.close()


def test_a_bomb_is_a_gigabyte_in_a_megabyte(upstream: Upstream, client: httpx.Client) -> None:
    """Packed as gzip, and good until its end."""
    upstream.fault(README, "bomb")
    with client.stream("GET", README) as came:
        packed = b"".join(came.iter_raw())
    assert len(packed) < 2 << 20
    unpack, size = zlib.decompressobj(31), 0
    while packed:
        size += len(unpack.decompress(packed, 1 << 24))
        packed = unpack.unconsumed_tail
    assert (size, unpack.eof) == (1 << 30, True)


def test_every_fault_is_tested_here() -> None:
    """A new one is added to these tests."""
    assert FAULTS.keys() == {
        "500", "503", "429", "404", "challenge", "empty", "truncated", "half", "slow", "reset", "bomb", "redirect",
        "moved", "garbage", "html",
    }  # fmt: skip
    assert all(path in bodies() for name, path in PAGES.items() if name != "opencompass")
    assert local("https://a.example/b/c.csv") == "/a.example/b/c.csv"
    assert json.loads(grown_pages.manifest(0, "2024-01-01"))["data"] == []
    assert urlsplit("http://a.example").netloc == "a.example"
