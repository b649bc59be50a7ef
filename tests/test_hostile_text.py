"""What pages, files and people wrote is shown on a terminal and never obeyed, whichever command shows it."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import logging
import os
import pty
import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.place import Place, put, small
from tracker import log, output

ROOT = Path(__file__).resolve().parent.parent
# By what it would do: colours, a link, the clipboard, an 8-bit colour, text turned round, nothing to see, a new line.
HOSTILE = {
    "colour": "\x1b[31mred",
    "link": "\x1b]8;;https://example.org/evil\x07here\x1b]8;;\x07",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "C1": "\x9b31mred",
    "override": "a\u202egnp.exe",
    "isolates": "\u2066a\u2067b\u2068c\u2069",
    "zero width": "gpt\u200b-\u200c4\u200do\ufeff",
    "separators": "one\u2028two\u2029three\x85four",
    "delete": "a\x7f\x08b",
    "filler": "gpt\u3164\u115f\u034f4",
    "tag": "a\U000e0041b",
}
PEACEFUL = ["通义千问 2.5", "モデル　七", "Émile à", "👩‍💻 👨‍👩‍👧 ❤️‍🔥 🇨🇳 👍🏽", "שלום", "नमस्ते", "a b"]
# What this program itself sends to a terminal: bold, cyan, the moves of the progress bars.
OURS = re.compile(r"\x1b\[(?:[0-9;]*m|2K|1A|\?25[lh]|H)|\r")


def hidden(text: str) -> list[str]:
    """The characters of a text that a terminal acts upon, or that nobody sees."""
    joined = re.sub("(?<=[\u2764\ufe0f\U0001f300-\U0001faff])\u200d", "", text)
    return [
        character
        for character in joined
        if character != "\n"
        and (unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} or character in "\u3164\u115f\u034f")
    ]


def on_a_terminal(run: Callable[[], object]) -> str:
    """All that is written to stdout and stderr where both are one terminal, 400 columns wide."""
    ours, theirs = pty.openpty()
    chunks: list[bytes] = []

    def drain() -> None:
        with contextlib.suppress(OSError):  # how a terminal says that it was closed
            while chunk := os.read(ours, 65536):
                chunks.append(chunk)

    reader = threading.Thread(target=drain)
    reader.start()
    with (
        open(theirs, "w", encoding="utf-8") as terminal,
        contextlib.redirect_stdout(terminal),
        contextlib.redirect_stderr(terminal),
        mock.patch.dict(os.environ, {"COLUMNS": "400", "TERM": "xterm"}),
    ):
        run()
    reader.join()
    os.close(ours)
    return b"".join(chunks).decode()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Every hostile name on a board, a page that is refused for its columns, and one with too few rows."""
    place = small(tmp_path_factory.mktemp("hostile") / "place")
    place.config.write_text('decisions = "decisions.csv"\n' + place.config.read_text())
    names = [*HOSTILE.values(), *PEACEFUL]
    sources = place.folder / "sources" / "small.toml"
    sources.write_text(sources.read_text().replace("max = 8", "max = 80"))
    assert put(place, table(names), "2026-01-01")["state"] == "accepted"
    assert put(place, b"".join(table(names).splitlines(keepends=True)[:4]), "2026-01-02")["state"] == "quarantined"
    columns = ",".join(f'"{name}"' for name in names)
    assert put(place, f"{columns}\n{columns}\n".encode(), "2026-01-03")["state"] == "quarantined"
    return place


def table(names: list[str]) -> bytes:
    """A page of `small` with these names, 60 points for the first and one less for each that follows."""
    lines = [f'"{name}",{60 - at},{2 * (60 - at)}' for at, name in enumerate(names)]
    return "\n".join(["model,points,double", *lines, ""]).encode()


def commands(place: Place) -> Iterator[tuple[str | Path, ...]]:
    """Commands that show what a page, a file, an address or a person wrote."""
    everything = "".join(HOSTILE.values())
    yield "top", "small_plain", "--n", "50"
    yield "top", "small_plain", "--n", "50", "--format", "csv"
    yield "top", "small_plain", "--n", "50", "--format", "json"
    yield ("share", "small_plain", "--by", "developer")
    yield ("status",)
    yield ("boards",)
    yield "quarantine", "list"
    yield "quarantine", "list", "--format", "csv"
    yield "quarantine", "list", "--format", "json"
    quarantined = place.run("quarantine", "list", "--format", "json").json()
    for entry in quarantined:
        yield "quarantine", "show", entry["id"][:12]
    (first, *_) = place.run("share", "small_plain", "--format", "json").json()
    bundle = place.folder / "\x1b[31mfigure\u202e.zip"
    yield "explain", first["id"]
    yield "bundle", first["id"], bundle
    yield "verify", bundle
    bundle.write_bytes(bundle.read_bytes()[:-30])
    yield "verify", bundle
    yield "claim", f"4 of the top 20 on {everything} are CN"
    yield "claim", "4 of the top 5 on small_plain are CN, 2026-01-01"
    yield "registry", "lookup", everything
    yield "registry", "lookup", everything, "--format", "json"
    yield ("registry", "unresolved")
    yield "registry", "review", "small_plain"
    yield "sql", f"SELECT '{everything}' AS \"{everything}\", name FROM latest"
    yield "sql", f"SELECT nothing_{everything}"
    file = place.folder / f"2026-01-05 {''.join(HOSTILE.values()).replace('/', '')}.csv"
    file.write_bytes(table(["a\x1b[31m"]))
    yield "import", "small", file, "--role", "plain"
    yield "import", "small", file, "--role", everything
    yield "import", "small", file.with_name(f"not here {file.name}")
    yield (
        "import",
        "small",
        file,
        "--role",
        "plain",
        "--address",
        f"https://example.org/{everything}",
        "--format",
        "csv",
    )
    yield "export", place.folder / "exported \x1b[31m\u202e"
    for typed in HOSTILE.values():
        yield (typed,)
        yield "top", typed
        yield "collect", typed
        yield "share", "small_plain", f"--by={typed}"
        yield "share", "small_plain", f"--{typed}"
        yield "status", "--data", place.folder / typed.replace("/", "")


def test_no_command_hands_anything_hidden_to_a_terminal(place: Place) -> None:
    """Nor to a file or a pipe; an escape stands in its place, and names that are merely foreign stay as they are."""
    for words in commands(place):
        shown = on_a_terminal(lambda words=words: place.run_here(*words))  # type: ignore[misc]
        assert shown, words
        assert hidden(OURS.sub("", shown)) == [], words
        assert "Traceback" not in shown, words
        done = place.run(*words)
        assert hidden(done.out + done.err) == [], words
    shown = on_a_terminal(lambda: place.run_here("top", "small_plain", "--n", "50"))
    assert r"\x1b[31mred" in shown
    assert r"\x9b31mred" in shown
    assert r"a\u202egnp.exe" in shown
    assert all(name in shown for name in PEACEFUL)


def test_json_keeps_the_data_exactly(place: Place) -> None:
    """What stands there as an escape of JSON is the published name to whoever reads it."""
    done = place.run("top", "small_plain", "--n", "50", "--format", "json")
    assert [row["name"] for row in done.json()] == [*HOSTILE.values(), *PEACEFUL]
    assert r"a\u202egnp.exe" in done.out
    assert "通义千问" in done.out


@pytest.mark.parametrize("text", ["\ud800", "\udcff.csv", "a\U000e0041", "é汉\x1b"])
def test_json_of_whatever_python_may_hold(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Halves of surrogate pairs, too, as the name of a file may have them."""
    output.write_json({"a": text, text: 1})
    shown = capsys.readouterr().out
    assert hidden(shown) == []
    assert json.loads(shown) == {"a": text, text: 1}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gb18030"])
def test_a_terminal_that_is_not_utf_8(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it cannot show is an escape, in JSON one of JSON."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    output.line("汉字 é")
    output.write_json(["汉字 é \x9b"])
    text, *lines = raw.getvalue().decode(encoding).splitlines()
    assert text == {"ascii": r"\u6c49\u5b57 \xe9", "latin-1": r"\u6c49\u5b57 é", "gb18030": "汉字 é"}[encoding]
    assert json.loads("".join(lines)) == ["汉字 é \x9b"]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_is_shown_instead(hostile: str) -> None:
    """Escapes as Python writes them; the text around them is as it was."""
    shown = output.visible(hostile)
    assert hidden(shown) == []
    assert shown.encode().decode("unicode_escape") == hostile


@pytest.mark.parametrize("name", PEACEFUL)
def test_a_foreign_name_is_shown_as_it_is(name: str) -> None:
    """Chinese, accents, a wide blank, and emoji that are joined from several."""
    assert output.visible(name) == output.shown(name) == name


def test_a_sentence_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A line break in a reason begins no line that looks like one of ours."""
    output.complain(["small: moved\nproblem: other: forged"])
    assert capsys.readouterr().err == "problem: small: moved\\nproblem: other: forged\n"


def test_the_log_is_as_harmless_as_a_terminal(tmp_path: Path) -> None:
    """In the message and in the traceback; what a page wrote begins no line that looks like one of ours."""
    with log.to_file(tmp_path):
        try:
            raise ValueError("\x1b[31mred\n2026-01-01T00:00:00Z ERROR forged\u202e")
        except ValueError:
            logging.getLogger("tracker").exception("source %s failed", "small\x07")
    text = (tmp_path / log.FILE).read_text("utf-8")
    assert hidden(text) == []
    assert r"source small\x07 failed" in text
    assert r"\x1b[31mred" in text
    assert len(re.findall(r"^\d{4}-", text, re.MULTILINE)) == 1


def test_what_is_logged_without_a_file_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tracker sources check` has no log: an exception of a source's own code shows no traceback."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # those of pytest
    with log.shown():
        try:
            raise ValueError("\x1b[31mred")
        except ValueError:
            logging.getLogger("tracker").exception("source %s failed", "small\x07")
    assert capsys.readouterr().err == "error: source small\\x07 failed\n"


def writers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, what) of all in a module by which something can come onto a terminal."""
    calls = {"print", "echo", "secho", "echo_via_pager", "prompt", "confirm", "progressbar", "basicConfig",
             "StreamHandler", "Console", "show", "print_exc", "print_exception", "warn"}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in calls and not (name == "show" and node.args):  # ClickException.show(file): into memory
                yield node.lineno, name
            if ast.unparse(node.func) == "os.write" and isinstance(node.args[0], ast.Constant):
                yield node.lineno, "os.write"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in {
            "sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__",
        }:  # fmt: skip
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            for alias in node.names:
                path = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
                if path in {"sys.stdout", "sys.stderr", "pprint", "getpass.getpass"}:
                    yield node.lineno, path


def test_one_module_writes_to_terminals() -> None:
    """tracker/output.py; all others go through it."""
    users = {
        f"{file.relative_to(ROOT).as_posix()}:{line}: {what}"
        for folder in ("tracker", "storage", "registry", "scrapers")
        for file in (ROOT / folder).rglob("*.py")
        for line, what in writers(ast.parse(file.read_text("utf-8")))
        if file != ROOT / "tracker" / "output.py"
        and (file.name, what) not in {("parse_worker.py", "os.write"), ("signals.py", "os.write")}  # into pipes
    }
    assert users == set()
    assert list(writers(ast.parse((ROOT / "tracker" / "output.py").read_text("utf-8"))))
