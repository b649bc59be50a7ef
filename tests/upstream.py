"""The simulated internet: the pages of `grown_pages.py` on loopback, as of any day, with faults on demand.

A page of https://HOST/PATH is served at http://127.0.0.1:PORT/HOST/PATH as a real host would: with ETag and
Last-Modified, 304 for who has it, gzip for who takes it, robots.txt, 404 before its first day. OpenCompass's manifest is
answered by POST. Requests are logged.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import random
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from scrapers.sources import opencompass
from tests import grown_pages

NEWEST = "2026-11-01"
GIBIBYTE = 1 << 30
PAGES = {  # one page of each of four sources, as this server names it
    "aider": "/raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml",
    "arena": "/huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main/text/latest-00000-of-00001.parquet",
    "opencompass": "/rank.opencompass.org.cn/gw/opencompass-be/api/v1/rank/listRankTableAvailableMonths",
    "vectara": "/raw.githubusercontent.com/vectara/hallucination-leaderboard/main/README.md",
}
CHALLENGE = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><p>Verify that you are human.</p></body></html>"
)
MOVED_PAGE = b"<html><body><p>This page has a new home.</p></body></html>"
TYPES = {"csv": "text/csv", "json": "application/json", "yml": "text/plain", "md": "text/plain",
         "js": "text/javascript", "parquet": "application/octet-stream"}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A page as it stands on the simulated day."""

    body: bytes
    changed: str  # the day of its last change

    @property
    def etag(self) -> str:
        """The mark of exactly these bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:40]}"'

    @property
    def last_modified(self) -> str:
        """Noon of the day of its last change."""
        noon = datetime.fromisoformat(f"{self.changed}T12:00:00").replace(tzinfo=UTC)
        return format_datetime(noon, usegmt=True)


def local(address: str) -> str:
    """The path on this server of a live address."""
    parts = urlsplit(address)
    return f"/{parts.netloc}{parts.path}"


@functools.cache
def bodies() -> dict[str, list[grown_pages.Body]]:
    """path on this server -> the bodies of the page."""
    return {local(address): result for address, result in grown_pages.pages().items()}


class Upstream:
    """The server, with its day, its faults and its log. It listens from the start until it is closed."""

    def __init__(self, day: str = NEWEST) -> None:
        self.today, self.faults, self.requests = day, dict[str, str](), list[dict[str, Any]]()
        self.instead = dict[str, bytes]()  # path -> what is served there in the place of the page
        self.chance: Callable[[], str] = str  # a fault for the next request, or nothing
        self.closing = threading.Event()
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        self.mirror = f"http://127.0.0.1:{self.port}/{{host}}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="upstream", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the server."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def day(self, day: str) -> None:
        """Moves the simulated day."""
        self.today = day

    def fault(self, path: str, kind: str) -> None:
        """Serves a fault at that path; '*' is every path, `none` clears."""
        if kind == "none":
            self.faults.pop(path, None)
        else:
            assert kind in FAULTS, kind
            self.faults[path] = kind

    def log(self) -> list[dict[str, Any]]:
        """The requests since this was last asked, robots.txt left out."""
        fresh, self.requests = self.requests, []
        return [line for line in fresh if not line["path"].endswith("/robots.txt")]

    def manifest(self, kind: int) -> list[dict[str, str]]:
        """What OpenCompass's manifest lists on the simulated day."""
        return list(orjson.loads(grown_pages.manifest(kind, self.today))["data"])

    def page(self, path: str) -> Served | None:
        """The page at that path as it stands on the simulated day; None before its first."""
        if path in self.instead:
            return Served(self.instead[path], self.today)
        there = [body for body in bodies().get(path, ()) if body.since <= self.today]
        return Served(there[-1].content, there[-1].since) if there else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a client may hang up when it likes."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        self._noted(self.server.upstream.page)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._noted(lambda path: self._posted(path, asked))

    def log_message(self, *_: object) -> None: ...

    def _posted(self, path: str, asked: bytes) -> Served | None:
        if path != local(opencompass.GATEWAY + "listRankTableAvailableMonths"):
            return None
        kind = dict(json.loads(asked))["benchmarkType"]
        today = self.server.upstream.today
        return Served(grown_pages.manifest(kind, today), today)

    def _noted(self, result: Callable[[str], Served | None]) -> None:
        """Notes the request and answers it, with the fault of its path where one is set."""
        upstream, path = self.server.upstream, unquote(urlsplit(self.path).path)
        upstream.requests.append({
            "at": time.time(), "method": self.command, "path": path,
            "query": dict(parse_qsl(urlsplit(self.path).query)),
            "if_none_match": self.headers.get("If-None-Match"),
            "if_modified_since": self.headers.get("If-Modified-Since"),
            "user_agent": self.headers.get("User-Agent"),
            "authorization": bool(self.headers.get("Authorization") or self.headers.get("x-api-key")),
        })  # fmt: skip
        if path.endswith("/robots.txt"):
            self.answer(200, b"User-agent: *\nAllow: /\n", Content_Type="text/plain")
            return
        page, kind = result(path), upstream.faults.get(path) or upstream.faults.get("*") or upstream.chance()
        if kind:
            FAULTS[kind](self, page.body if page else b"{}")
        elif page is None:
            self.answer(404 if self.command == "GET" else 405, b"no such page\n")
        else:
            self._page(page, path)

    def _page(self, page: Served, path: str) -> None:
        marks = {"ETag": page.etag, "Last-Modified": page.last_modified}
        known, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        same = known == page.etag if known else since == page.last_modified
        if self.command == "GET" and same:
            self.answer(304, b"", **marks)
            return
        body = page.body
        marks["Content-Type"] = TYPES.get(path.rpartition(".")[2], "text/html" if body[:1] == b"<" else TYPES["json"])
        if "gzip" in self.headers.get("Accept-Encoding", "") and not path.endswith(".parquet"):
            body = gzip.compress(body, mtime=0)
            marks["Content-Encoding"] = "gzip"
        self.answer(200, body, **marks)

    def answer(self, status: int, body: bytes, length: int | None = None, **headers: str) -> None:
        """A whole answer; `length` is what it says of its length, where that is not the truth."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def drip(self, body: bytes) -> None:
        """A byte a second, until the client or the server goes."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.upstream.closing.wait(1):
                return

    def hang_up(self) -> None:
        """The connection is reset before a word of the answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@functools.cache
def bomb() -> bytes:
    """Gzip, a megabyte of it, that unpacks to a gigabyte of zeros: one flushed block again and again."""
    press, block = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 24)
    packed = press.compress(block) + press.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(GIBIBYTE // len(block)):
        crc = zlib.crc32(block, crc)
    header = gzip.compress(b"", mtime=0)[:10]
    tail = press.flush() + struct.pack("<II", crc, GIBIBYTE)
    return header + packed * (GIBIBYTE // len(block)) + tail


def _refused(status: int, **headers: str) -> Callable[[_Handler, bytes], None]:
    return lambda handler, _: handler.answer(status, b"error", **headers)


def _cut(handler: _Handler, body: bytes) -> None:
    handler.close_connection = True
    handler.answer(200, body[: len(body) // 2], length=len(body))


# What each fault does with the body of the page that was asked for.
FAULTS: dict[str, Callable[[_Handler, bytes], None]] = {
    "500": _refused(500),
    "503": _refused(503, Retry_After="1"),
    "429": _refused(429, Retry_After="1"),
    "404": _refused(404),
    "challenge": lambda handler, _: handler.answer(200, CHALLENGE, Content_Type="text/html"),  # a bot check
    "empty": lambda handler, _: handler.answer(200, b""),
    "truncated": _cut,  # half of the body under its full Content-Length
    "half": lambda handler, body: handler.answer(200, body[: len(body) // 2]),  # with an honest Content-Length
    "slow": lambda handler, body: handler.drip(body),
    "reset": lambda handler, _: handler.hang_up(),
    "bomb": lambda handler, _: handler.answer(200, bomb(), Content_Encoding="gzip"),
    "redirect": lambda handler, _: handler.answer(302, b"", Location=handler.path),  # to itself
    "moved": lambda handler, _: handler.answer(302, b"", Location="http://169.254.169.254/latest/meta-data/"),
    "garbage": lambda handler, _: handler.answer(200, random.Random(7).randbytes(4096)),
    "html": lambda handler, _: handler.answer(200, MOVED_PAGE, Content_Type="text/html"),
}
