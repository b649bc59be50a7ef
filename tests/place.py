"""A place to run commands in, for the tests of whole runs.

`Place` is a folder with a config.toml, a little registry and a data directory of its own, and runs commands there.
`page` and friends make small pages of a made-up source.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests.upstream import NEWEST

PROOF = "https://example.org/page,2026-08-01"


ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The data it printed."""
        return json.loads(self.out)


class Place:
    """A folder to run commands in: config.toml, a registry of a few lines, and data."""

    def __init__(
        self, folder: Path, mirror: str = "http://127.0.0.1:9/{host}", *, timeout: float = 20, more: str = ""
    ) -> None:
        self.folder, self.config, self.data = folder, folder / "config.toml", folder / "data"
        self.archive, self.registry = self.data / "archive", folder / "registry"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.registry.exists():
            little_registry(self.registry)
        self.configure(mirror, timeout=timeout, more=more)

    def configure(self, mirror: str, *, timeout: float = 20, more: str = "") -> None:
        """Writes config.toml; `more` is further TOML, top-level keys first."""
        self.config.write_text(
            f'data = "data"\nregistry = "registry"\n{more}\n[http]\npause = 0\nattempts = 2\ntimeout = {timeout}\n'
            f'[http.mirrors]\n"*" = "{mirror}"\n'
        )

    def run(self, *args: str | Path, now: str = NEWEST) -> Done:
        """A command in this process, through the entry point."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = self.run_here(*args, now=now)
        return Done(code, out.getvalue(), err.getvalue())

    def run_here(self, *args: str | Path, now: str = NEWEST) -> int:
        """The same, writing to the stdout and stderr of this process; its exit code."""
        from tracker.cli import main

        with mock.patch.object(sys, "argv", ["tracker", *self._words(args, now)]):
            try:
                main()
            except SystemExit as stop:
                return int(stop.code or 0)
        return 0

    def _words(self, args: Sequence[str | Path], now: str) -> list[str]:
        """The words of a command here; without `now` it goes by the real clock."""
        return [*map(str, args), "--config", str(self.config), *(["--now", now] if now else [])]

    def start(
        self, *args: str | Path, now: str = NEWEST, driver: Path | None = None, code: Path | None = None
    ) -> subprocess.Popen[str]:
        """A command in a process of its own, or a driver script that is given its words; `code` is a folder with modules
        of the project to be used instead of its own (`with_source_code`)."""
        program = [str(driver)] if driver else ["-m", "tracker.cli"]
        words = self._words(args, now)
        return subprocess.Popen(
            [sys.executable, *program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(str(folder) for folder in (code, ROOT) if folder)},
        )  # fmt: skip

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the published database."""
        from storage.database import connect, published

        connection = connect(published(self.data), read_only=True)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def exported(self) -> dict[str, bytes]:
        """Every file of an export, by its path; `entries.csv` is the rows of all boards under one header."""
        folder = self.folder / "exported"
        shutil.rmtree(folder, ignore_errors=True)
        done = self.run("export", folder)
        assert done.code == 0, done.err
        return exported_files(folder)

    def ledger(self) -> list[bytes]:
        """Every acknowledged line, in order."""
        raw = b"".join(file.read_bytes() for file in sorted((self.archive / "ledger").glob("*.jsonl")))
        return [line for line in raw.splitlines(keepends=True) if line.endswith(b"\n")]

    def days(self) -> dict[str, set[str]]:
        """The days of every board that has any."""
        result: dict[str, set[str]] = {}
        for board, day in self.sql("SELECT board, day FROM series"):
            result.setdefault(board, set()).add(str(day))
        return result

    def copy(self, folder: Path) -> Place:
        """The same, elsewhere."""
        shutil.copytree(self.folder, folder, symlinks=True)
        result = Place.__new__(Place)
        result.folder, result.config, result.data = folder, folder / "config.toml", folder / "data"
        result.archive, result.registry = result.data / "archive", folder / "registry"
        return result


def exported_files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder that was exported, by its path; `entries.csv` is the rows of all boards under one header."""
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }
    entries = [body for name, body in files.items() if name.startswith("entries/")]
    header = entries[0].partition(b"\n")[0] + b"\n" if entries else b""
    return files | {"entries.csv": header + b"".join(body.partition(b"\n")[2] for body in entries)}


def with_source_code(folder: Path, source: str, code: str) -> Path:
    """A folder with a copy of the package scrapers in which `code` is added to the module of a source."""
    shutil.copytree(ROOT / "scrapers", folder / "scrapers", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "scrapers" / "sources" / f"{source}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}")
    return folder


def little_registry(folder: Path) -> None:
    """Three developers and three releases: what these tests say of names, and quick to load."""
    folder.mkdir()
    files = {
        "developers": ["developer,name,country,subdivision,since,until,evidence_url,evidence_day,note",
                       f"alibaba,Alibaba,CN,,,,{PROOF},", f"anthropic,Anthropic,US,,,,{PROOF},", f"openai,OpenAI,US,,,,{PROOF},"],
        "developer_aliases": ["alias,developer,evidence_url,evidence_day", f"Qwen,alibaba,{PROOF}"],
        "releases": ["release,developer,released_on,weights,weights_since,licence,open_source,base_model,evidence_url,evidence_day,note",
                     f"Qwen/Qwen3-32B,alibaba,2025-04-28,yes,,Apache-2.0,,,{PROOF},", f"openai/gpt-4o,openai,2024-05-13,no,,,,,{PROOF},"],
        "aliases": ["alias,release,variant,since,until,evidence_url,evidence_day"],
        "licences": ["published,licence,terms,evidence_url,evidence_day", f"Apache 2.0,Apache-2.0,permissive,{PROOF}"],
        "families": ["token,developer,exceptions,evidence_url,evidence_day,note"],
    }  # fmt: skip
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")


SMALL = """
title = "Small"
publisher = "A test"
homepage = "https://example.org/"
licence = "CC0-1.0"
redistribute = "pages"
licence_page = "https://example.org/licence"
pages = [
  {{ role = "plain", format = "csv", address = "https://example.org/plain.csv" }},
  {{ role = "dated", format = "csv", address = "https://example.org/dated.csv" }},
]
columns = {{ name = "model", score = "{score}" }}
[boards.small_plain]
page = "plain"
metric = "points"
[boards.small_plain.expectations]
rows = [{{ min = 2, max = 8 }}]
score = [0, 100]
max_drop = 0.4
[boards.small_dated]
page = "dated"
metric = "points"
[boards.small_dated.columns]
name = "model"
score = "{score}"
published = "day"
"""


def small(folder: Path, *, score: str = "points", declared: str = "sources") -> Place:
    """A place whose only enabled source is `small`: boards small_plain (no day) and small_dated (a day a row)."""
    sources = folder / declared
    sources.mkdir(parents=True)
    (sources / "small.toml").write_text(SMALL.format(score=score))
    return Place(folder, more=f'source_folders = ["{declared}"]')


def page(scores: Sequence[float], day: str = "", names: Sequence[str] = "ABCDEFGHIJKL") -> bytes:
    """A page of `small`: the models A, B, C... with these points, all published on `day` where one is given."""
    rows = [f"{name},{score},{2 * score}{',' + day if day else ''}" for name, score in zip(names, scores, strict=False)]
    return "\n".join([f"model,points,double{',day' if day else ''}", *rows, ""]).encode()


def put(place: Place, body: bytes, captured_at: str, role: str = "plain") -> dict[str, Any]:
    """Imports a page of `small`; the outcome as `tracker import` prints it."""
    file = place.folder / f"{role}.csv"
    file.write_bytes(body)
    done = place.run("import", "small", file, "--captured-at", captured_at, "--role", role, "--format", "json")
    assert done.out, done.err
    (outcome,) = done.json()
    return dict(outcome)


def points(place: Place, board: str) -> list[tuple[str, float]]:
    """(day, highest score) of every point of a board's series, in order."""
    result = place.sql(
        f"SELECT s.day, max(e.score) FROM series AS s JOIN entries AS e ON e.snapshot_key = s.snapshot_key"
        f" WHERE s.board = '{board}' GROUP BY s.day ORDER BY s.day"
    )
    return [(str(day), score) for day, score in result]
