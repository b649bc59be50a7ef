"""The key of a source: from the environment into one header of its own host, and nowhere else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import DeclarationError
from scrapers.model import Request
from scrapers.spec import load_source
from tests.place import SMALL, Place, page
from tracker.fetching import lacks_key, with_key

KEY = "sk-Secret.123"
DECLARED = SMALL.format(score="points")


def declared(header: str) -> str:
    """The declaration of a source that asks for a key."""
    return DECLARED.replace('title = "Small"', f'title = "Small"\nkey = "SMALL_KEY"\nkey_header = "{header}"', 1)


Reply = Callable[[BaseHTTPRequestHandler], Any]


class Server:
    """Answers every page by the function that a test sets, and keeps the headers that came with it."""

    def __init__(self) -> None:
        self.reply: Reply = lambda handler: answered(handler, page([50, 40]))
        self.sent: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.endswith("/robots.txt"):
                    answered(self, b"", 404)
                    return
                server.sent.append({name.lower(): value for name, value in self.headers.items()})
                server.reply(self)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


def answered(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """One answer."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on loopback that stands for every host."""
    started = Server()
    yield started
    started.server.shutdown()
    started.server.server_close()


def keyed(folder: Path, server: Server, header: str = "x-api-key") -> Place:
    """A place whose only source asks for a key."""
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "small.toml").write_text(declared(header))
    return Place(folder, f"http://127.0.0.1:{server.server.server_port}", more='source_folders = ["sources"]')


def everything(place: Place) -> bytes:
    """All that lies in the place: data, ledger, databases, log."""
    return b"".join(path.read_bytes() for path in sorted(place.folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize(("header", "value"), [("x-api-key", KEY), ("Authorization", f"Bearer {KEY}")])
@pytest.mark.parametrize("around", ["{}", "{}\n", " \t{}\r\n"])
def test_a_key_is_sent_without_the_space_around_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, value: str, around: str
) -> None:
    """As a file gives it, with the end of its line; and nothing that is kept or printed has it."""
    place = keyed(tmp_path / "place", server, header)
    monkeypatch.setenv("SMALL_KEY", around.format(KEY))
    done = place.run("collect", "small")
    assert [sent[header.lower()] for sent in server.sent] == [value, value]
    assert KEY not in done.out + done.err
    assert KEY.encode() not in everything(place)


@pytest.mark.parametrize(
    "wrong", ["sk-Sec\nret.123", "sk-Secret.\x01123", "sk-Sécret.123", "sk-Secret.123\x7f.", "sk-\udcffSecret"]
)
@pytest.mark.parametrize("command", [("collect", "small"), ("sources", "check", "small", "--format", "json")])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, command: tuple[str, ...]
) -> None:
    """The name of the variable is said; of the value not a part is in any output, log, ledger or database."""
    place = keyed(tmp_path / "place", server)
    monkeypatch.setenv("SMALL_KEY", wrong)
    done = place.run(*command)
    assert done.code == 1
    assert "SMALL_KEY: a key of printable ASCII characters on one line is expected" in " ".join(
        (done.out + done.err).split()
    )
    assert server.sent == []
    for part in ("sk-", "cret.", ".123"):
        assert part not in done.out + done.err
    assert b"sk-" not in everything(place)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_key_is_none(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    """Wherever it is asked whether there is one."""
    place = keyed(tmp_path / "place", server)
    monkeypatch.setenv("SMALL_KEY", blank)
    done = place.run("collect", "small")
    assert (done.code, "SMALL_KEY is not set" in done.err) == (2, True)
    assert "needs a key in SMALL_KEY" in place.run("sources", "list", "--format", "csv").out
    monkeypatch.setenv("SMALL_KEY", KEY)
    place.run("collect", "small")
    monkeypatch.setenv("SMALL_KEY", blank)
    assert lacks_key(load_source(place.folder / "sources" / "small.toml"))


def redirected(location: str) -> Reply:
    """A redirect."""
    return lambda handler: answered(handler, b"", 302, Location=location)


ECHOES: dict[str, Reply] = {
    "etag": lambda handler: answered(handler, page([50, 40]), ETag=f'"{KEY}"', Last_Modified=KEY),
    "encoding": lambda handler: answered(handler, b"", Content_Encoding=KEY),
    "another scheme": redirected(f"ftp://{KEY}/" + "x" * 190 + KEY),
    "no address": redirected("http://[" + "x" * 90 + KEY),
    "a name in lower case": redirected(f"http://{KEY}.invalid/"),
    "a private address": redirected(f"http://{KEY}@10.0.0.5/{KEY}"),
    "a broken header": lambda handler: handler.wfile.write(f"HTTP/1.1 200 OK\r\n\x00{KEY}\r\n\r\n".encode()),
    "a broken status": lambda handler: handler.wfile.write(f"HTTP/{KEY}\r\n\r\n".encode()),
    "a refusal": lambda handler: answered(handler, f"no account has {KEY}".encode(), 401, WWW_Authenticate=KEY),
    "a pause": lambda handler: answered(handler, b"", 429, Retry_After=KEY),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_a_key_that_a_server_sends_back_is_shown_nowhere(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, echo: Reply
) -> None:
    """In no sentence of a run, no log, no ledger, no database; at whatever level others log."""
    place = keyed(tmp_path / "place", server)
    server.reply = echo
    monkeypatch.setenv("SMALL_KEY", KEY)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    for command in (("collect", "small"), ("sources", "check", "small", "--format", "json"), ("status",)):
        done = place.run(*command)
        assert KEY.lower() not in (done.out + done.err).lower(), done
        assert "Traceback" not in done.err
    assert server.sent
    assert KEY.lower().encode() not in everything(place).lower()


def test_a_request_with_a_key_does_not_show_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would in a traceback, or in what a log prints of it."""
    (tmp_path / "small.toml").write_text(declared("x-api-key"))
    source = load_source(tmp_path / "small.toml")
    monkeypatch.setenv("SMALL_KEY", KEY)
    request = with_key(source, Request(role="plain", address="https://example.org/plain.csv"))
    assert request.credential == ("x-api-key", KEY)
    assert KEY not in repr(request)
    monkeypatch.setenv("SMALL_KEY", "two\nlines")
    with pytest.raises(DeclarationError) as refused:
        with_key(source, Request(role="plain", address="https://example.org/plain.csv"))
    assert "lines" not in str(refused.value)


def test_the_password_of_a_mirror_is_shown_nowhere(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the origin that the ledger keeps, nor where the mirror cannot be reached."""
    place = keyed(tmp_path / "place", server)
    (place.folder / "sources" / "small.toml").write_text(DECLARED)
    caplog.set_level(logging.DEBUG, "tracker")
    for port in (server.server.server_port, 9):
        place.configure(f"http://me:{KEY}@127.0.0.1:{port}", more='source_folders = ["sources"]')
        done = place.run("collect", "small", "--format", "json")
        assert KEY not in done.out + done.err
        assert f'"origin_detail":"127.0.0.1:{port}"'.encode() in b"".join(place.ledger())
        assert KEY.encode() not in b"".join(place.ledger())
    assert server.sent[0]["authorization"].startswith("Basic ")
    assert KEY not in caplog.text
