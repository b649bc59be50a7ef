"""A fetcher as config wants it, and the whole body of one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scrapers.base import Request
from scrapers.http import Fetcher, Limits, Sink
from tracker.config import Config


def fetcher(
    config: Config,
    *,
    robots: Mapping[str, bytes] | None = None,
    keep_robots: Callable[[str, int, bytes], object] = lambda _address, _status, _body: None,
) -> Fetcher:
    """With the limits, mirrors and manners of config; `robots` as in Fetcher."""
    http = config.http
    limits = Limits(
        timeout=http.timeout,
        max_bytes=http.max_bytes,
        max_unpacked=http.max_unpacked,
        attempts=http.attempts,
        redirects=http.redirects,
        pause=http.pause,
    )
    return Fetcher(
        user_agent=config.user_agent,
        limits=limits,
        mirrors=http.mirrors,
        allow_hosts=http.allow_hosts,
        robots=robots,
        keep_robots=keep_robots,
    )


def body_of(fetcher: Fetcher, request: Request) -> bytes:
    """The whole body of one request; FetchError where it cannot be had."""
    content = bytearray()

    def sink() -> Sink:
        content.clear()
        return content.extend

    fetcher.fetch(request, sink)
    return bytes(content)
