"""The only module that sends requests: one at a time to a host, within limits, to public addresses.

Bodies are streamed to the caller's sink, unpacked here with a bound (a small gzip body can expand to gigabytes).
Addresses are checked where the connection is made, so neither a redirect nor a name that resolves to a private
address gets through; the hosts of `[http.mirrors]` and `allow_hosts` are the exception.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
import stamina
from protego import Protego

from scrapers.errors import FetchError, ForbiddenAddress, LimitExceeded, Refused, TooSlow, Unreachable
from scrapers.model import Request
from scrapers.network import Deadline, Guarded, is_public

stamina.instrumentation.set_on_retry_hooks([])  # single retries are not logged; the final failure is reported
Sink = Callable[[bytes], object]
Done = TypeVar("Done")
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of every fetch: seconds, bytes on the wire, bytes unpacked, tries, redirects, seconds between."""

    timeout: float = 60.0
    max_bytes: int = 64 << 20
    max_unpacked: int = 192 << 20
    attempts: int = 4
    redirects: int = 5
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a fetch: 200 with a body in the sink, or 304 without."""

    status: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends back."""

    etag: str | None
    last_modified: str | None


class _Silent(TooSlow):
    """The host did not answer in time. This concerns the whole host; the other limits concern a single page."""


class _Again(Exception):
    """A try failed, but a retry may succeed. `after`: seconds that the server asks to wait."""

    def __init__(self, error: FetchError, after: float | None) -> None:
        super().__init__(str(error))
        self.error, self.after = error, after


@dataclass
class _Host:
    """What this run knows of one host."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    down: FetchError | None = None  # every try of a request failed: no retries for the rest of this run
    robots_lock: threading.Lock = field(default_factory=threading.Lock)
    robots: Protego | None = None
    robots_read: bool = False


class Fetcher:
    """Fetches for one run. Threads may share it; requests to the same host are sent one after another."""

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits = Limits(),
        mirrors: Mapping[str, str] | None = None,
        allow_hosts: Iterable[str] = (),
        robots: Mapping[str, bytes] | None = None,
        keep_robots: Callable[[str, int, bytes], object] = lambda _address, _status, _body: None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """`robots` are robots.txt by address that are still fresh; `keep_robots` is called with those fetched."""
        self._limits, self._sleep, self._agent = limits, sleep, user_agent
        self._robots, self._keep_robots = dict(robots or {}), keep_robots
        self._mirrors = dict(mirrors or {})
        self._allow_hosts = frozenset(allow_hosts)
        allowed = {_host_and_port(base.replace("{host}", "x")) for base in self._mirrors.values()}
        allowed |= {(host, None) for host in self._allow_hosts}
        self._deadlines = threading.local()
        transport = httpx.HTTPTransport(trust_env=False)
        transport._pool._network_backend = Guarded(frozenset(allowed), self._deadlines)
        self._client = httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(min(20.0, limits.timeout), connect=min(10.0, limits.timeout)),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
        )
        self._hosts: dict[str, _Host] = {}
        self._hosts_lock = threading.Lock()

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fetch(self, request: Request, sink: Callable[[], Sink], validators: Validators | None = None) -> Answer:
        """Fetches a page. `sink()` must return a new sink for each try; raises FetchError."""
        host = self._host(request.address)
        if not self._may(host, request.address):
            raise Refused(f"robots.txt of {_origin(request.address)} forbids {request.address}")
        return self._patiently(host, lambda deadline: self._once(host, request, sink, validators, deadline))

    def _patiently(self, host: _Host, once: Callable[[Deadline], Done]) -> Done:
        """Calls `once` with retries. A host that failed all of them gets a single try, or none if it never answered."""
        if isinstance(host.down, Unreachable | _Silent):
            raise type(host.down)(f"{host.down} (not tried again in this run)")
        deadline = Deadline(time.monotonic() + self._limits.timeout)

        def again(error: Exception) -> bool | float:
            if not isinstance(error, _Again):
                return False
            if error.after is None:
                return True
            return error.after if time.monotonic() + error.after < deadline.until else False

        try:
            for attempt in stamina.retry_context(
                on=again,
                attempts=1 if host.down else self._limits.attempts,
                timeout=self._limits.timeout,
                wait_initial=0.5,
                wait_max=8.0,
                wait_jitter=0.25,
            ):
                with attempt:
                    done = once(deadline)
                    host.down = None
                    return done
        except _Again as last:
            host.down = last.error
            raise last.error from last
        except _Silent as error:
            host.down = error
            raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(
        self,
        host: _Host,
        request: Request,
        sink: Callable[[], Sink],
        known: Validators | None,
        deadline: Deadline,
    ) -> Answer:
        """One try. What is said of it, and kept of it, holds no key, whatever the server sent back."""
        try:
            answer = self._asked(host, request, sink, known, deadline)
        except (FetchError, _Again) as error:
            shown = error.error if isinstance(error, _Again) else error
            shown.args = (_without_key(request, str(shown)),)
            raise
        return replace(
            answer,
            etag=_without_key(request, answer.etag or "") or None,
            last_modified=_without_key(request, answer.last_modified or "") or None,
        )

    def _asked(
        self,
        host: _Host,
        request: Request,
        sink: Callable[[], Sink],
        known: Validators | None,
        deadline: Deadline,
    ) -> Answer:
        own = dict((*request.headers, *([request.credential] if request.credential else [])))
        headers = dict(own)
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        address = request.address
        url = self._mirrored(address)
        self._deadlines.at = deadline
        for _ in range(self._limits.redirects + 1):
            with (
                self._turn(host, deadline),
                _as_ours(url) as ours,
                self._client.stream(request.method, url, content=request.body, headers=headers) as response,
            ):
                ours.answered = True
                if response.status_code in {301, 302, 303, 307, 308}:
                    if request.method != "GET":
                        raise Refused(f"{address} answers {request.method} with a redirect", response.status_code)
                    target = self._redirected(url, response.headers.get("location", ""))
                    if _origin(target) != _origin(url):
                        for name in own:  # they were meant for the first host alone
                            headers.pop(name, None)
                    url = target
                    continue
                if response.status_code == 304 and known:
                    return Answer(304, known.etag, known.last_modified)
                if response.status_code != 200:
                    raise self._refusal(request.address, response)
                self._stream(response, sink(), deadline, request.address)
                return Answer(200, response.headers.get("etag"), response.headers.get("last-modified"))
        raise LimitExceeded(f"{request.address}: more than {self._limits.redirects} redirects")

    def _refusal(self, address: str, response: httpx.Response) -> Exception:
        error = Refused(f"{address} answers {response.status_code}", response.status_code)
        if response.status_code not in _RETRIED:
            return error
        return _Again(error, _retry_after(response.headers.get("retry-after")))

    def _stream(self, response: httpx.Response, write: Sink, deadline: Deadline, address: str) -> None:
        """Passes the body to `write`, unpacked up to a limit; the deadline covers all of it."""
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in {"identity", "gzip", "x-gzip"}:
            raise Refused(f"{address} is packed as {encoding!r}, which was not asked for")
        unpack = zlib.decompressobj(31) if encoding != "identity" else None
        wire = unpacked = 0
        for chunk in response.iter_raw():
            wire += len(chunk)
            if wire > self._limits.max_bytes:
                raise LimitExceeded(f"{address}: more than {self._limits.max_bytes:,} bytes")
            if time.monotonic() > deadline.until:
                raise TooSlow(f"{address}: not whole after {self._limits.timeout:g} s")
            for part in _unpacked(unpack, chunk) if unpack else (chunk,):
                unpacked += len(part)
                if unpacked > self._limits.max_unpacked:
                    raise LimitExceeded(f"{address}: unpacks to more than {self._limits.max_unpacked:,} bytes")
                write(part)
        if unpack and not unpack.eof:
            raise _Again(Refused(f"{address}: the packed body ends early"), None)
        if unpack and unpack.unused_data:
            raise Refused(f"{address}: {len(unpack.unused_data):,} bytes follow the packed body")

    def _mirrored(self, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ForbiddenAddress(f"{address[:200]} is not an http(s) address")
        origin = f"{parts.scheme}://{parts.netloc}"
        base = self._mirrors.get(origin) or self._mirrors.get("*")
        if base is None:
            return address
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        return base.replace("{host}", parts.netloc).rstrip("/") + rest

    def _redirected(self, url: str, location: str) -> str:
        """Where a redirect leads. The same origin is followed as it is; another is checked and mirrored."""
        try:
            target = urljoin(url, location)
            host = urlsplit(target).hostname or ""
        except ValueError as error:
            raise Refused(f"{_without_user(url)} redirects to no address") from error
        if _origin(target) == _origin(url):
            return target
        try:
            private = not is_public(host)
        except ValueError:
            private = False
        if urlsplit(target).scheme not in {"http", "https"} or not host:
            raise ForbiddenAddress("a redirect leads to what is not an http(s) address")
        if private and host not in self._allow_hosts:
            raise ForbiddenAddress(f"a redirect leads to the private address {host}")
        return self._mirrored(target)

    def _host(self, address: str) -> _Host:
        with self._hosts_lock:
            return self._hosts.setdefault(_origin(address), _Host())

    def _turn(self, host: _Host, deadline: Deadline) -> _Turn:
        return _Turn(host, deadline, self._limits.pause, self._sleep)

    def _may(self, host: _Host, address: str) -> bool:
        """Whether robots.txt (RFC 9309) allows the page; it does if absent or refused. Raises if the fetch fails."""
        with host.robots_lock:
            if not host.robots_read:
                body = self._robots_body(host, _origin(address) + "/robots.txt")
                host.robots = Protego.parse(body[:500_000].decode("utf-8", "replace"))
                host.robots_read = True
        return host.robots is None or bool(host.robots.can_fetch(address, self._agent))

    def _robots_body(self, host: _Host, address: str) -> bytes:
        if address in self._robots:
            return self._robots[address]
        content = bytearray()

        def fresh() -> Sink:
            content.clear()
            return content.extend

        request = Request(role="robots", address=address)
        status = 200
        try:
            self._patiently(host, lambda deadline: self._once(host, request, fresh, None, deadline))
        except Refused as error:
            if error.status is None or error.status >= 500 or error.status == 429:
                raise
            status = error.status
            content.clear()
        self._keep_robots(address, status, bytes(content))
        return bytes(content)


class _Turn:
    """Lets one request at a time go to a host, with a pause in between."""

    def __init__(self, host: _Host, deadline: Deadline, pause: float, sleep: Callable[[float], object]) -> None:
        self._host, self._deadline, self._pause, self._sleep = host, deadline, pause, sleep

    def __enter__(self) -> None:
        arrived = time.monotonic()
        self._host.lock.acquire()
        wait = self._host.free_at - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._deadline.until += time.monotonic() - arrived  # waiting for other pages costs this page no time

    def __exit__(self, *_: object) -> None:
        self._host.free_at = time.monotonic() + self._pause
        self._host.lock.release()


class _as_ours:  # noqa: N801 - reads as a word in a with statement
    """Turns httpx's exceptions into ours; where a retry may succeed, into _Again."""

    def __init__(self, url: str) -> None:
        self._url, self.answered = url, False

    def __enter__(self) -> _as_ours:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        where = _without_user(self._url)
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            raise _Again(Unreachable(f"{where} cannot be reached: {str(error) or 'no answer'}"), None) from error
        if isinstance(error, httpx.TimeoutException):
            kind = TooSlow if self.answered else _Silent  # a slow body concerns the page, silence the host
            raise kind(f"{where} is too slow: {type(error).__name__}") from error
        if isinstance(error, httpx.TransportError | httpx.InvalidURL):
            raise _Again(Refused(f"{where} broke off: {str(error) or type(error).__name__}"), None) from error


def _unpacked(unpack: Any, chunk: bytes) -> Iterator[bytes]:
    """Unpacks in bounded pieces, so that the limit is checked before a large body fills the memory."""
    try:
        while chunk:
            part = unpack.decompress(chunk, 1 << 20)
            if part:
                yield part
            chunk = unpack.unconsumed_tail
            if unpack.eof:
                return
    except zlib.error as error:
        raise Refused(f"not gzip, as was said: {error}") from error


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _without_user(address: str) -> str:
    """The origin of an address as it is shown: without the name and password that a mirror may ask for."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _without_key(request: Request, text: str) -> str:
    """A text from outside, in which a server may send back the key that it was sent."""
    key = request.credential[1].removeprefix("Bearer ") if request.credential else ""
    return re.sub(re.escape(key), "***", text, flags=re.IGNORECASE) if key else text


def _host_and_port(address: str) -> tuple[str, int | None]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]


def _retry_after(value: str | None) -> float | None:
    """Seconds, from either form of Retry-After."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
