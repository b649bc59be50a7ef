"""The bundled pages under the addresses of their upstreams, and a server that hands them out on loopback.

Each page is in the shape its upstream serves; where its figures come from says tracker/demo/README.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from tracker.importers import bundled as history

BUNDLED = Path(__file__).parent / "demo"
_ARENA = "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main"
_GITHUB = "https://raw.githubusercontent.com"
LONGEST_POST = 4096  # bytes: what is asked by POST is a line of JSON
ROBOTS = b"User-agent: *\nAllow: /\n"


def pages() -> dict[str, bytes]:
    """The live address of each bundled page, and its body."""
    return {
        f"{_ARENA}/text/latest-00000-of-00001.parquet": arena("text"),
        f"{_ARENA}/text_style_control/latest-00000-of-00001.parquet": arena("text_style_control"),
        f"{_GITHUB}/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml": bundled("aider.yml"),
        f"{_GITHUB}/vectara/hallucination-leaderboard/main/README.md": bundled("vectara.md"),
        "https://cdn.opencompass.org.cn/assets/OpenVLM.json": openvlm(),
        **history.served()[0],
    }


def posted() -> dict[tuple[str, bytes], bytes]:
    """(live address, posted body) of each bundled page that is asked for by POST, and its body."""
    return history.served()[1]


def bundled(name: str) -> bytes:
    """A page that is bundled as it is served."""
    return (BUNDLED / name).read_bytes()


def arena(config: str) -> bytes:
    """A Parquet page of the arena's dataset from the bundled rows, in upstream's columns and types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with (BUNDLED / f"arena_{config}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text, number = pa.string(), pa.float64()
    columns: dict[str, Any] = {}
    for name in ("model_name", "organization", "license"):
        columns[name] = pa.array([row[name] for row in rows], text)
    for name in ("rating", "rating_lower", "rating_upper", "variance", "vote_count"):
        columns[name] = pa.array([float(row[name]) for row in rows], number)
    # Upstream's rank is a whole number with style control, and a double without.
    columns["rank"] = pa.array([int(row["rank"]) for row in rows], number if config == "text" else pa.int64())
    columns["category"] = pa.array(["overall"] * len(rows), text)
    columns["leaderboard_publish_date"] = pa.array(["2026-08-19"] * len(rows), text)
    body = io.BytesIO()
    pq.write_table(pa.table(columns), body)
    return body.getvalue()


def openvlm() -> bytes:
    """The JSON page of OpenCompass's multimodal board from the bundled rows, in upstream's shape."""
    import json

    described = ("Method", "Org", "Time", "OpenSource")
    results: dict[str, Any] = {}
    with (BUNDLED / "openvlm.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            description = {name: row.pop(name) for name in described}
            name = description["Method"]
            results[name] = {"META": {**description, "Method": [name, ""]}}
            for benchmark, score in row.items():
                key, figure = ("Final Score", int(score)) if benchmark == "OCRBench" else ("Overall", float(score))
                results[name][benchmark] = {key: figure}
    return json.dumps({"time": "20250917132916", "results": results}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, bodies: Mapping[str, bytes], posted: Mapping[tuple[str, bytes], bytes]) -> None:
        self.bodies, self.posted = bodies, posted
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without the look-up of our own name, which may wait for a network


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10
    wbufsize = -1  # head and body leave together

    def do_GET(self) -> None:
        body = self.server.bodies.get(self.path.partition("?")[0])
        if body is None:
            self._answer(404, b"no such page\n", None)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        known = [
            known_etag.strip().removeprefix("W/") for known_etag in self.headers.get("If-None-Match", "").split(",")
        ]
        self._answer(304, b"", etag) if etag in known else self._answer(200, body, etag)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        asked = self.rfile.read(int(length)) if length.isdecimal() and int(length) <= LONGEST_POST else b""
        body = self.server.posted.get((self.path, asked))
        self._answer(405, b"not by POST\n", None) if body is None else self._answer(200, body, None)

    def _answer(self, status: int, body: bytes, etag: str | None) -> None:
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:  # which has no body, whatever it says
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the summary of the run tells what was asked for."""


def _local(address: str) -> str:
    """The path on this server that stands for a live address."""
    parts = urlsplit(address)
    return f"/{parts.netloc}{parts.path}"


@contextmanager
def serving(bodies: Mapping[str, bytes], posted: Mapping[tuple[str, bytes], bytes] | None = None) -> Iterator[str]:
    """Serves live address -> body on 127.0.0.1 while the block runs, and by POST (address, posted body) -> body.

    Gives the base for `[http.mirrors]`.
    """
    posts = {(_local(address), asked): body for (address, asked), body in (posted or {}).items()}
    local = {_local(address): body for address, body in bodies.items()}
    local |= {f"/{path.split('/')[1]}/robots.txt": ROBOTS for path in (*local, *(path for path, _ in posts))}
    with _Server(local, posts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="demo-server", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/{{host}}"
        finally:
            server.shutdown()
            thread.join()
