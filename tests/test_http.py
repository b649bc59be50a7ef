"""Fetching: polite, bounded, and to public addresses only. No test leaves this machine.

What a server says is mocked with respx; how it says it (slowly, packed, cut, from where) comes from a server on
loopback, which stands behind a mirror as `[http.mirrors]` of config.toml declares one.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from scrapers import http
from scrapers.errors import FetchError, ForbiddenAddress, LimitExceeded, Refused, TooSlow, Unreachable
from scrapers.http import Answer, Fetcher, Limits, Validators
from scrapers.model import Request
from scrapers.network import is_public

PAGE = "https://board.example/data.csv"
ROBOTS = "https://board.example/robots.txt"
CONTEXT = ssl.create_default_context()
AGENT = "leaderboard-tracker/0 (+https://example.org/contact)"


@dataclass
class Waits:
    """Every wait that was asked for, none of which took place."""

    seconds: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def retries(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """The waits between two tries."""
    waits = Waits()
    monkeypatch.setattr("tenacity.nap.time", waits)
    return waits


@pytest.fixture(autouse=True)
def _one_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates are read once for all tests: that takes longer than most of them, and none needs them."""
    monkeypatch.setattr("httpx._transports.default.create_ssl_context", lambda **_: CONTEXT)


def fetcher(**options: Any) -> Fetcher:
    """A fetcher with small limits and no pause, unless `limits` says more."""
    limits = {"timeout": 2.0, "pause": 0.0, **options.pop("limits", {})}
    return Fetcher(user_agent=AGENT, limits=Limits(**limits), **options)


def get(fetching: Fetcher, address: str = PAGE, known: Validators | None = None, **rest: Any) -> tuple[Answer, bytes]:
    """One page: the answer, and what was in the sink in the end."""
    content = bytearray()

    def fresh() -> Callable[[bytes], object]:
        content.clear()
        return content.extend

    answer = fetching.fetch(Request(role="page", address=address, **rest), fresh, known)
    return answer, bytes(content)


# What a server says.


@pytest.fixture
def world(retries: Waits) -> Iterator[respx.MockRouter]:
    """A mocked network: a host without a robots.txt, and nothing else."""
    with respx.mock(assert_all_called=False) as router:
        router.get(ROBOTS).respond(404)
        yield router


def test_a_page_comes_with_its_validators(world: respx.MockRouter) -> None:
    """Body to the sink, ETag and Last-Modified to the answer; the request says who asks and what it can read."""
    route = world.get(PAGE).respond(200, content=b"a,b\n", headers={"ETag": '"1"', "Last-Modified": "Tue, 10 Mar 2026"})
    with fetcher() as fetching:
        assert get(fetching) == (Answer(200, '"1"', "Tue, 10 Mar 2026"), b"a,b\n")
    sent = route.calls.last.request.headers
    assert sent["User-Agent"] == AGENT
    assert sent["Accept-Encoding"] == "gzip"
    assert "If-None-Match" not in sent
    assert world.routes[0].calls.last.request.headers["User-Agent"] == AGENT


def test_a_known_page_is_asked_for_conditionally(world: respx.MockRouter) -> None:
    """Both validators go out; 304 is an answer with no body, and keeps the validators."""
    route = world.get(PAGE).respond(304)
    with fetcher() as fetching:
        known = Validators('"1"', "Tue, 10 Mar 2026 00:00:00 GMT")
        assert get(fetching, known=known) == (Answer(304, '"1"', "Tue, 10 Mar 2026 00:00:00 GMT"), b"")
        assert get(fetching, known=Validators(None, "x"))[0].status == 304
    sent = [call.request.headers for call in route.calls]
    assert (sent[0]["If-None-Match"], sent[0]["If-Modified-Since"]) == ('"1"', "Tue, 10 Mar 2026 00:00:00 GMT")
    assert "If-None-Match" not in sent[1]


def test_a_304_that_nobody_asked_for_is_no_page(world: respx.MockRouter) -> None:
    """Without validators there is no body that it could stand for."""
    world.get(PAGE).respond(304)
    with fetcher() as fetching, pytest.raises(Refused, match="answers 304"):
        get(fetching)


def test_a_post_carries_body_and_headers(world: respx.MockRouter) -> None:
    """As the manifests of OpenCompass need."""
    route = world.post(PAGE).respond(200, content=b"{}")
    with fetcher() as fetching:
        get(fetching, method="POST", body=b'{"a":1}', headers=(("Content-Type", "application/json"),))
    sent = route.calls.last.request
    assert (sent.content, sent.headers["Content-Type"]) == (b'{"a":1}', "application/json")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 451])
def test_a_refusal_is_not_tried_again(world: respx.MockRouter, retries: Waits, status: int) -> None:
    """What another try cannot mend is asked once; the error has the status."""
    route = world.get(PAGE).respond(status)
    with fetcher() as fetching, pytest.raises(Refused, match=f"answers {status}") as refused:
        get(fetching)
    assert refused.value.status == status
    assert route.call_count == 1
    assert retries.seconds == []


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_within_bounds(world: respx.MockRouter, retries: Waits, status: int) -> None:
    """As often as config says, with growing waits between; then the status is the error."""
    route = world.get(PAGE).respond(status)
    with fetcher(limits={"timeout": 60.0, "attempts": 3}) as fetching, pytest.raises(Refused) as refused:
        get(fetching)
    assert refused.value.status == status
    assert route.call_count == 3
    assert len(retries.seconds) == 2
    assert 0.4 < retries.seconds[0] < retries.seconds[1] <= 8.5


def test_a_try_that_mends_it_is_enough(world: respx.MockRouter) -> None:
    """The page that comes in the end is the page; the sink has nothing of the torn ones."""
    route = world.get(PAGE)
    route.side_effect = [
        httpx.Response(503, content=b"busy"),
        httpx.ReadError("reset"),
        httpx.Response(200, content=b"ok"),
    ]
    with fetcher(limits={"timeout": 60.0}) as fetching:
        assert get(fetching)[1] == b"ok"
    assert route.call_count == 3


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("7", 7, 7), ("0", 0, 0), (lambda: formatdate(time.time() + 20, usegmt=True), 18, 20), (lambda: formatdate(0, usegmt=True), 0, 0)],
    ids=["seconds", "zero", "date", "a date that has passed"],
)  # fmt: skip
def test_retry_after_is_honoured(world: respx.MockRouter, retries: Waits, value: Any, low: float, high: float) -> None:
    """Seconds or a date: the next try waits for that long, and not for our own backoff."""
    message = value() if callable(value) else value
    world.get(PAGE).side_effect = [
        httpx.Response(429, headers={"Retry-After": message}),
        httpx.Response(200, content=b"ok"),
    ]
    with fetcher(limits={"timeout": 60.0}) as fetching:
        assert get(fetching)[1] == b"ok"
    assert len(retries.seconds) == 1
    assert low <= retries.seconds[0] <= high


@pytest.mark.parametrize("value", ["3600", "1e300", "inf", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_retry_after_beyond_the_time_of_the_page_ends_it(world: respx.MockRouter, retries: Waits, value: str) -> None:
    """A host that asks for an hour is not waited for, nor asked again sooner."""
    route = world.get(PAGE).respond(503, headers={"Retry-After": value})
    with fetcher(limits={"timeout": 60.0}) as fetching, pytest.raises(Refused, match="answers 503"):
        get(fetching)
    assert route.call_count == 1
    assert retries.seconds == []


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{0,9} ?(GMT|-0000|[+-][0-9]{4})?"),
    )
)
def test_any_retry_after_is_seconds_or_nothing(value: str) -> None:
    """No header breaks the fetch."""
    after = http._retry_after(value)
    assert after is None or after >= 0


def test_a_retry_after_that_says_nothing_leaves_our_own_backoff(world: respx.MockRouter, retries: Waits) -> None:
    """As if it were not there."""
    world.get(PAGE).side_effect = [httpx.Response(429, headers={"Retry-After": "soon"}), httpx.Response(200)]
    with fetcher(limits={"timeout": 60.0}) as fetching:
        get(fetching)
    assert len(retries.seconds) == 1
    assert 0.4 < retries.seconds[0] < 1


def test_robots_txt_forbids_what_it_names(world: respx.MockRouter) -> None:
    """A disallowed path is not asked for, others are; robots.txt itself is asked for once in a run."""
    robots = world.get(ROBOTS).respond(200, content=b"User-agent: *\nDisallow: /private/\n")
    forbidden = world.get("https://board.example/private/a.csv").respond(200)
    world.get(PAGE).respond(200, content=b"ok")
    with fetcher() as fetching:
        with pytest.raises(
            Refused, match=r"robots.txt of https://board.example forbids https://board.example/private/a.csv"
        ):
            get(fetching, "https://board.example/private/a.csv")
        assert get(fetching)[1] == b"ok"
    assert not forbidden.called
    assert robots.call_count == 1


def test_robots_txt_may_name_us(world: respx.MockRouter) -> None:
    """The group of our own name holds for us, before that of everybody."""
    world.get(ROBOTS).respond(200, content=b"User-agent: *\nAllow: /\n\nUser-agent: leaderboard-tracker\nDisallow: /\n")
    with fetcher() as fetching, pytest.raises(Refused, match=r"robots.txt"):
        get(fetching)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_host_without_robots_txt_allows_all(world: respx.MockRouter, status: int) -> None:
    """RFC 9309: a 4xx is no rule."""
    world.get(ROBOTS).respond(status, content=b"User-agent: *\nDisallow: /\n")
    world.get(PAGE).respond(200, content=b"ok")
    with fetcher() as fetching:
        assert get(fetching)[1] == b"ok"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_whose_robots_txt_fails_is_not_asked(world: respx.MockRouter, status: int) -> None:
    """RFC 9309: what it would forbid is not known, so nothing is allowed."""
    world.get(ROBOTS).respond(status)
    page = world.get(PAGE).respond(200)
    with fetcher(limits={"attempts": 2}) as fetching, pytest.raises(Refused, match=rf"robots.txt answers {status}"):
        get(fetching)
    assert not page.called


def test_a_fresh_robots_txt_is_not_asked_for_again_and_a_new_one_is_told(world: respx.MockRouter) -> None:
    """What the archive keeps of the last day holds; what is fetched is handed over with status and bytes."""
    robots, output = world.get(ROBOTS).respond(200, content=b"User-agent: *\nAllow: /\n"), []
    page = world.get(PAGE).respond(200)
    kept = {ROBOTS: b"User-agent: *\nDisallow: /\n"}
    with fetcher(robots=kept, keep_robots=lambda *what: output.append(what)) as fetching, pytest.raises(Refused):
        get(fetching)
    assert (robots.called, page.called, output) == (False, False, [])
    with fetcher(keep_robots=lambda *what: output.append(what)) as fetching:
        get(fetching)
    assert output == [(ROBOTS, 200, b"User-agent: *\nAllow: /\n")]


def test_requests_to_one_host_keep_their_pause(world: respx.MockRouter) -> None:
    """From the second request on the pause is waited for, for each host by itself."""
    world.get(PAGE).respond(200)
    world.get("https://other.example/robots.txt").respond(404)
    world.get("https://other.example/x").respond(200)
    waits = Waits()
    with fetcher(limits={"pause": 30.0, "timeout": 60.0}, sleep=waits.sleep) as fetching:
        get(fetching)
        assert len(waits.seconds) == 1  # between robots.txt and the page
        get(fetching)
        assert len(waits.seconds) == 2
        get(fetching, "https://other.example/x")
    assert len(waits.seconds) == 3
    assert all(29 < wait <= 30 for wait in waits.seconds)


def test_a_host_that_cannot_be_reached_is_not_tried_again_in_the_run(world: respx.MockRouter) -> None:
    """After all tries of one request failed to connect, the next ones fail at once, with the reason."""
    world.get(ROBOTS).respond(404)
    route = world.get(PAGE).mock(side_effect=httpx.ConnectError("refused"))
    with fetcher(limits={"attempts": 3, "timeout": 60.0}) as fetching:
        with pytest.raises(Unreachable, match=r"https://board.example cannot be reached: refused"):
            get(fetching)
        assert route.call_count == 3
        with pytest.raises(Unreachable, match=r"not tried again in this run"):
            get(fetching, "https://board.example/other.csv")
    assert route.call_count == 3


def test_a_host_that_failed_one_page_gets_one_try_for_the_next(world: respx.MockRouter) -> None:
    """It answers, so the next page may come; but patience was had."""
    world.get(PAGE).respond(500)
    other = world.get("https://board.example/other.csv").respond(500)
    with fetcher(limits={"attempts": 3, "timeout": 60.0}) as fetching:
        for address in (PAGE, "https://board.example/other.csv"):
            with pytest.raises(Refused):
                get(fetching, address)
        assert other.call_count == 1
        other.respond(200, content=b"ok")
        assert get(fetching, "https://board.example/other.csv")[1] == b"ok"


def test_a_host_that_does_not_answer_in_time_is_not_tried_again(world: respx.MockRouter) -> None:
    """One such wait a run is enough."""
    route = world.get(PAGE).mock(side_effect=httpx.ReadTimeout(""))
    with fetcher() as fetching:
        with pytest.raises(TooSlow, match=r"https://board.example is too slow"):
            get(fetching)
        with pytest.raises(LimitExceeded, match="not tried again in this run"):
            get(fetching)
    assert route.call_count == 1


def test_a_redirect_to_another_host_is_followed_and_told_nothing_that_was_not_for_it(world: respx.MockRouter) -> None:
    """As Hugging Face redirects to its CDN. A key in the headers stays where it was meant for."""
    world.get(PAGE).respond(302, headers={"Location": "https://cdn.example/x?sig=1"})
    there = world.get("https://cdn.example/x?sig=1").respond(200, content=b"ok", headers={"ETag": '"2"'})
    with fetcher() as fetching:
        answer, body = get(fetching, headers=(("x-api-key", "secret"),), known=Validators('"1"', None))
    assert (answer, body) == (Answer(200, '"2"', None), b"ok")
    sent = there.calls.last.request.headers
    assert "x-api-key" not in sent
    assert sent["If-None-Match"] == '"1"'
    assert sent["User-Agent"] == AGENT


def test_a_redirect_on_the_same_host_keeps_the_headers(world: respx.MockRouter) -> None:
    """Relative locations, too."""
    world.get(PAGE).respond(301, headers={"Location": "/moved.csv"})
    there = world.get("https://board.example/moved.csv").respond(200, content=b"ok")
    with fetcher() as fetching:
        assert get(fetching, headers=(("x-api-key", "secret"),))[1] == b"ok"
    assert there.calls.last.request.headers["x-api-key"] == "secret"


def test_a_redirect_loop_ends(world: respx.MockRouter) -> None:
    """After the declared number of redirects; and the host's other pages are still to be had."""
    route = world.get(PAGE).respond(302, headers={"Location": PAGE})
    world.get("https://board.example/other.csv").respond(200, content=b"ok")
    with fetcher(limits={"redirects": 3}) as fetching:
        with pytest.raises(LimitExceeded, match="more than 3 redirects"):
            get(fetching)
        assert route.call_count == 4
        assert get(fetching, "https://board.example/other.csv")[1] == b"ok"


@pytest.mark.parametrize(
    ("location", "error", "message"),
    [
        ("http://224.0.0.1/", ForbiddenAddress, "private address 224.0.0.1"),
        ("http://[64:ff9b::7f00:1]/", ForbiddenAddress, "private address 64:ff9b::7f00:1"),
        ("http://169.254.169.254/latest/meta-data/", ForbiddenAddress, "a redirect leads to the private address 169.254.169.254"),
        ("http://127.0.0.1:22/", ForbiddenAddress, "private address 127.0.0.1"),
        ("http://[::1]/", ForbiddenAddress, "private address ::1"),
        ("http://[::ffff:10.0.0.1]/", ForbiddenAddress, "private address ::ffff:10.0.0.1"),
        ("file:///etc/passwd", ForbiddenAddress, "is not an http"),
        ("gopher://board.example/", ForbiddenAddress, "is not an http"),
        ("http://[bad", Refused, "redirects to no address"),
    ],
)  # fmt: skip
def test_a_redirect_to_what_is_not_public_is_refused(
    world: respx.MockRouter, location: str, error: type[FetchError], message: str
) -> None:
    """Private addresses, other schemes, and what is no address at all: nothing is asked there, nothing tried again."""
    route = world.get(PAGE).respond(302, headers={"Location": location})
    with fetcher() as fetching, pytest.raises(error, match=message):
        get(fetching)
    assert route.call_count == 1


def test_a_redirect_may_lead_to_a_private_host_that_config_allows(world: respx.MockRouter) -> None:
    """`allow_hosts` is a person's word for it."""
    world.get(PAGE).respond(302, headers={"Location": "http://10.0.0.5/x"})
    world.get("http://10.0.0.5/x").respond(200, content=b"ok")
    with fetcher(allow_hosts=["10.0.0.5"]) as fetching:
        assert get(fetching)[1] == b"ok"


def test_a_post_is_not_redirected(world: respx.MockRouter) -> None:
    """Its body was meant for that address."""
    world.post(PAGE).respond(307, headers={"Location": "https://cdn.example/"})
    with fetcher() as fetching, pytest.raises(Refused, match="answers POST with a redirect"):
        get(fetching, method="POST", body=b"{}")


@pytest.mark.parametrize("address", ["ftp://board.example/a", "file:///etc/passwd", "/etc/passwd", "https:///a"])
def test_only_http_addresses_are_fetched(world: respx.MockRouter, address: str) -> None:
    """Whatever a declaration or a manifest says."""
    with fetcher() as fetching, pytest.raises(ForbiddenAddress, match="is not an http"):
        get(fetching, address)


def test_a_mirror_stands_for_its_origin(world: respx.MockRouter) -> None:
    """The path and the query stay; '*' holds for the others, with the host's name where {host} stands."""
    world.get("https://hf-mirror.example/base/datasets/x?y=1").respond(200, content=b"mirror")
    world.get("http://proxy.example:8900/other.example:444/x").respond(200, content=b"star")
    world.get(url__regex=r".*/robots\.txt$").respond(404)
    mirrors = {
        "https://huggingface.example": "https://hf-mirror.example/base/",
        "*": "http://proxy.example:8900/{host}",
    }
    with fetcher(mirrors=mirrors) as fetching:
        assert get(fetching, "https://huggingface.example/datasets/x?y=1")[1] == b"mirror"
        assert get(fetching, "https://other.example:444/x")[1] == b"star"


def test_a_redirect_to_another_host_is_mirrored_too(world: respx.MockRouter) -> None:
    """Else a redirect would lead out from behind the mirror."""
    world.get("http://proxy.example/board.example/data.csv").respond(302, headers={"Location": "https://cdn.example/x"})
    world.get("http://proxy.example/cdn.example/x").respond(200, content=b"ok")
    world.get("http://proxy.example/board.example/robots.txt").respond(404)
    with fetcher(mirrors={"*": "http://proxy.example/{host}"}) as fetching:
        assert get(fetching)[1] == b"ok"


# How it says it: a server on loopback.


class Upstream:
    """Answers each path by a function of the handler; counts what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], object]] = {}
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                upstream.asked.append(self.path)
                with contextlib.suppress(OSError):
                    upstream.answers.get(self.path, missing)(self)
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def missing(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"", status=404)


def send(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, length: int | None = None, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def upstream(retries: Waits) -> Iterator[Upstream]:
    """A server on loopback that answers 404 to all but what a test adds."""
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def mirrored(upstream: Upstream) -> Callable[..., Fetcher]:
    """A fetcher for which that server stands for every host."""
    return lambda **limits: fetcher(limits=limits, mirrors={"*": upstream.base})


def test_a_packed_page_is_unpacked(upstream: Upstream, mirrored: Callable[..., Fetcher]) -> None:
    """The sink receives the body, not its transport."""
    upstream.answers["/data.csv"] = lambda h: send(h, gzip.compress(b"a,b\n" * 9999), Content_Encoding="gzip")
    with mirrored() as fetching:
        assert get(fetching)[1] == b"a,b\n" * 9999


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_a_packing_that_was_not_asked_for_is_refused(
    upstream: Upstream, mirrored: Callable[..., Fetcher], encoding: str
) -> None:
    """Its bytes would be archived as the page."""
    upstream.answers["/data.csv"] = lambda h: send(h, b"xx", Content_Encoding=encoding)
    with mirrored() as fetching, pytest.raises(Refused, match="which was not asked for"):
        get(fetching)


def bomb(size: int) -> bytes:
    """Gzip that unpacks to so many zeros."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(press.compress(bytes(1 << 20)) for _ in range(size >> 20)) + press.flush()


def test_a_gzip_bomb_is_cut_off(upstream: Upstream, mirrored: Callable[..., Fetcher]) -> None:
    """No more than the limit reaches the sink, in bounded pieces; and the host's other pages are still to be had."""
    upstream.answers["/data.csv"] = lambda h: send(h, bomb(64 << 20), Content_Encoding="gzip")
    upstream.answers["/other.csv"] = lambda h: send(h, b"ok")
    pieces: list[int] = []
    with mirrored(max_unpacked=4 << 20) as fetching:
        with pytest.raises(LimitExceeded, match="unpacks to more than 4,194,304 bytes"):
            fetching.fetch(Request(role="page", address=PAGE), lambda: lambda piece: pieces.append(len(piece)))
        assert sum(pieces) <= 4 << 20
        assert max(pieces) <= 1 << 20
        assert get(fetching, "https://board.example/other.csv")[1] == b"ok"
    assert upstream.asked.count("/data.csv") == 1


def test_a_body_at_the_limit_passes_and_one_byte_more_does_not(
    upstream: Upstream, mirrored: Callable[..., Fetcher]
) -> None:
    """On the wire, whatever Content-Length says or does not say."""
    upstream.answers["/data.csv"] = lambda h: send(h, b"x" * 1000)
    upstream.answers["/more.csv"] = lambda h: send(h, b"x" * 1001)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x" * 1000)

    upstream.answers["/endless.csv"] = endless
    with mirrored(max_bytes=1000) as fetching:
        assert len(get(fetching)[1]) == 1000
        for path in ("more", "endless"):
            with pytest.raises(LimitExceeded, match="more than 1,000 bytes"):
                get(fetching, f"https://board.example/{path}.csv")


def slowly(handler: BaseHTTPRequestHandler, what: bytes) -> None:
    """A byte each 20 ms, for at most 4 s."""
    for byte in what[:200]:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.02)


def slow_body(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    slowly(handler, b"x" * 10_000)


def slow_headers(handler: BaseHTTPRequestHandler) -> None:
    slowly(handler, b"HTTP/1.1 200 OK\r\nX-Filler: " + b"x" * 10_000)


@pytest.mark.parametrize("drip", [slow_body, slow_headers])
def test_a_page_that_drips_in_ends_at_its_time(
    upstream: Upstream, mirrored: Callable[..., Fetcher], drip: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    """Each byte is in time and the whole is not: headers and body share the time of the page."""
    upstream.answers["/data.csv"] = drip
    started = time.monotonic()
    with mirrored(timeout=0.3) as fetching, pytest.raises(TooSlow, match=r"not whole after|too slow"):
        get(fetching)
    assert time.monotonic() - started < 1
    assert upstream.asked.count("/data.csv") == 1


def test_a_slow_page_does_not_take_its_host_with_it(upstream: Upstream, mirrored: Callable[..., Fetcher]) -> None:
    """Another source may have a page there that comes."""
    upstream.answers["/data.csv"] = slow_body
    upstream.answers["/other.csv"] = lambda h: send(h, b"ok")
    with mirrored(timeout=0.3) as fetching:
        with pytest.raises(LimitExceeded):
            get(fetching)
        assert get(fetching, "https://board.example/other.csv")[1] == b"ok"


def truncated(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"half", length=8)


def cut_gzip(handler: BaseHTTPRequestHandler) -> None:
    send(handler, gzip.compress(b"a,b\n" * 999)[:-9], Content_Encoding="gzip")


def reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


@pytest.mark.parametrize(
    ("torn", "message"), [(truncated, "broke off"), (cut_gzip, "the packed body ends early"), (reset, "broke off")]
)
def test_a_torn_page_is_tried_again_and_never_taken(
    upstream: Upstream, mirrored: Callable[..., Fetcher], torn: Callable[[BaseHTTPRequestHandler], None], message: str
) -> None:
    """Fewer bytes than were said, a packed body without its end, a connection that is cut."""
    upstream.answers["/data.csv"] = torn
    with mirrored(attempts=2, timeout=60.0) as fetching, pytest.raises(Refused, match=message):
        get(fetching)
    assert upstream.asked.count("/data.csv") == 2
    upstream.answers["/data.csv"] = lambda h: torn(h) if upstream.asked.count("/data.csv") == 3 else send(h, b"whole")
    with mirrored(attempts=2, timeout=60.0) as fetching:
        assert get(fetching)[1] == b"whole"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"a,b\n1,2\n", "not gzip, as was said"),
        (gzip.compress(b"a,b\n", mtime=0) + b"more", "4 bytes follow the packed body"),
    ],
    ids=["plain", "trailing"],
)
def test_a_page_that_is_not_packed_as_it_says_is_refused(
    upstream: Upstream, mirrored: Callable[..., Fetcher], body: bytes, message: str
) -> None:
    """Once, since it is no accident of the line; bytes after the end would be lost in silence."""
    upstream.answers["/data.csv"] = lambda h: send(h, body, Content_Encoding="gzip")
    with mirrored() as fetching, pytest.raises(Refused, match=message):
        get(fetching)
    assert upstream.asked.count("/data.csv") == 1


# Where it says it from.


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433"])
def test_loopback_is_refused_unless_config_allows_it(upstream: Upstream, host: str) -> None:
    """However it is written; nothing is asked there."""
    with fetcher() as fetching, pytest.raises(ForbiddenAddress, match=r"is the private address (127\.|::1)"):
        get(fetching, f"http://{host}:{upstream.port}/data.csv")
    assert upstream.asked == []


def test_an_allowed_host_is_asked(upstream: Upstream) -> None:
    """`allow_hosts` names hosts on private addresses."""
    upstream.answers["/data.csv"] = lambda h: send(h, b"ok")
    with fetcher(allow_hosts=["127.0.0.1"]) as fetching:
        assert get(fetching, f"{upstream.base}/data.csv")[1] == b"ok"


NOT_PUBLIC = [
    "0.0.0.0", "10.0.0.5", "100.64.0.1", "100.127.255.255", "127.8.8.8", "169.254.169.254", "172.31.0.1", "192.0.0.8",
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::10.0.0.5", "::93.184.215.14", "::ffff:10.0.0.5", "::ffff:224.0.0.1", "64:ff9b::a00:5",
    "64:ff9b::7f00:1", "64:ff9b:1::5db8:d70e", "100::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1",
    "2001:20::1", "2001:db8::1", "2002:a00:5::1", "2002:5db8:d70e::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255",
          "::ffff:93.184.215.14", "64:ff9b::5db8:d70e", "2001:200::1", "2606:2800:21f::1", "2a00:1450::1"]  # fmt: skip


def resolved(*addresses: str) -> list[Any]:
    """What a look-up of a name answers."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    """Also at the edges of what is not, and wrapped for a network that has no IPv4."""
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_public_name_for_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """What a name resolves to is checked where the connection is made; one private address of several is enough."""
    asked = []

    def addresses_of(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return resolved("93.184.215.14", address)

    monkeypatch.setattr(socket, "getaddrinfo", addresses_of)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_, **__: pytest.fail("connected"))
    with (
        fetcher() as fetching,
        pytest.raises(ForbiddenAddress, match=f"board.example is the private address {address}"),
    ):
        get(fetching)
    assert asked == ["board.example"]


def test_a_redirect_to_a_name_for_a_private_address_is_refused(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mirror of one host allows no other."""
    upstream.answers["/data.csv"] = lambda h: send(h, b"", status=302, Location="http://inner.example/x")
    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 80))]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **b: private if host == "inner.example" else real(host, *a, **b)
    )
    with (
        fetcher(mirrors={"https://board.example": upstream.base}) as fetching,
        pytest.raises(ForbiddenAddress, match=r"inner.example is the private address 10.0.0.5"),
    ):
        get(fetching)


def test_a_mirror_allows_its_own_port_alone(upstream: Upstream) -> None:
    """A redirect may not use the mirror's host to reach what else listens there."""
    other = Upstream()
    other.answers["/x"] = lambda h: send(h, b"inner")
    upstream.answers["/data.csv"] = lambda h: send(h, b"", status=302, Location=f"http://localhost:{other.port}/x")
    mirrors = {"https://board.example": f"http://localhost:{upstream.port}"}
    try:
        with (
            fetcher(mirrors=mirrors) as fetching,
            pytest.raises(ForbiddenAddress, match="localhost is the private address"),
        ):
            get(fetching)
    finally:
        other.close()
    assert other.asked == []


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up could answer another."""
    answers = iter(["93.184.215.14", "10.0.0.5"])
    connected = []

    def addresses_of(*_: object, **__: object) -> list[Any]:
        return resolved(next(answers))

    def connect(_: object, host: str, *__: object, **___: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(socket, "getaddrinfo", addresses_of)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with fetcher(limits={"attempts": 1}) as fetching, pytest.raises(Unreachable):
        get(fetching)
    assert connected == ["93.184.215.14"]


@pytest.mark.parametrize("failure", [httpcore.ConnectError("refused"), httpcore.ConnectTimeout("timed out")])
def test_a_host_is_reached_at_the_first_of_its_addresses_that_answers(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """One that refuses, or never answers, leaves the others to be tried; each once, in the order of the look-up."""
    upstream.answers["/data.csv"] = lambda h: send(h, b"ok")
    addresses = ["93.184.215.14", "2606:2800:21f::1", "93.184.215.15", "93.184.215.16", "93.184.215.14"]
    connected = []
    real, look_up = httpcore.SyncBackend.connect_tcp, socket.getaddrinfo

    def addresses_of(host: str, *rest: Any, **named: Any) -> list[Any]:
        return resolved(*addresses) if host == "board.example" else look_up(host, *rest, **named)

    def connect(self: Any, host: str, _port: int, *rest: Any) -> Any:
        connected.append(host)
        if host != "93.184.215.15":
            raise failure
        return real(self, "127.0.0.1", upstream.port, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", addresses_of)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    robots = {"http://board.example/robots.txt": b""}
    with fetcher(limits={"attempts": 1}, robots=robots) as fetching:
        assert get(fetching, "http://board.example/data.csv")[1] == b"ok"
    assert connected == ["93.184.215.14", "2606:2800:21f::1", "93.184.215.15"]


def test_a_host_none_of_whose_addresses_answers_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address was tried once for each try; their timeouts end with the time of the page."""
    asked = []

    def connect(_: object, host: str, _port: int, timeout: float, *__: object) -> None:
        asked.append((host, 0 < timeout <= 2.0))
        raise httpcore.ConnectTimeout("timed out")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: resolved("93.184.215.14", "93.184.215.15"))
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    with fetcher(limits={"attempts": 1}) as fetching, pytest.raises(Unreachable, match="cannot be reached: timed out"):
        get(fetching)
    assert asked == [("93.184.215.14", True), ("93.184.215.15", True)]


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch, retries: Waits) -> None:
    """As is one that is no name."""

    def unknown(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with fetcher(limits={"attempts": 2}) as fetching, pytest.raises(Unreachable, match="Name or service not known"):
        get(fetching)
    monkeypatch.undo()
    with fetcher(limits={"attempts": 1}) as fetching, pytest.raises(FetchError):
        get(fetching, f"https://{'a' * 64}.example/x")


def test_a_port_where_nobody_listens_is_unreachable(retries: Waits) -> None:
    """A refused connection is tried again, and then said so."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with (
        fetcher(limits={"attempts": 2, "timeout": 60.0}, allow_hosts=["127.0.0.1"]) as fetching,
        pytest.raises(Unreachable, match=f"http://127.0.0.1:{port} cannot be reached"),
    ):
        get(fetching, f"http://127.0.0.1:{port}/x")
    assert len(retries.seconds) == 1
