"""Imports point one way, and the read commands start without the heavy libraries."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = {"scrapers": set(), "storage": {"scrapers"}, "tracker": {"scrapers", "storage"}}


def imported(file: Path) -> set[str]:
    """Top-level names of everything that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_one_way(layer: str) -> None:
    """tracker -> storage -> scrapers, and never back."""
    forbidden = LAYERS.keys() - LAYERS[layer] - {layer}
    for file in (ROOT / layer).rglob("*.py"):
        assert not imported(file) & forbidden, file


# Rooms of tracker, and those that each may look into.
ROOMS: dict[str, set[str]] = {
    "figures": set(),
    "intake": set(),
    "receipts": {"figures"},
    "movements": {"figures"},
    "claims": {"figures"},
    "commands": {"figures", "intake", "receipts", "movements", "claims"},
}


def test_arrows_between_the_rooms_of_tracker_point_one_way() -> None:
    """commands -> claims, receipts, movements -> figures; intake stands by itself."""
    found = {room.name for room in (ROOT / "tracker").iterdir() if (room / "__init__.py").exists()}
    assert found == ROOMS.keys()
    for room, allowed in ROOMS.items():
        for file in (ROOT / "tracker" / room).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tracker."):
                    into = str(node.module).split(".")[1]
                    assert into not in ROOMS.keys() - allowed - {room}, file


def test_one_module_opens_sockets() -> None:
    """httpx is imported by scrapers/http.py alone, with its sockets beside it; else only the demo's server speaks."""
    speakers = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "socket"}
    users = {
        file.relative_to(ROOT).as_posix()
        for layer in LAYERS
        for file in (ROOT / layer).rglob("*.py")
        if imported(file) & speakers
    }
    assert users <= {"scrapers/http.py", "scrapers/guard.py", "tracker/demo_server.py"}
    assert "scrapers/http.py" in users


def test_parsers_are_pure() -> None:
    """A source module imports no clock, no files, no network and no logging."""
    impure = {"time", "os", "pathlib", "logging", "random", "subprocess", "storage", "tracker", "httpx"}
    for file in (ROOT / "scrapers" / "sources").glob("*.py"):
        assert not imported(file) & impure, file


@pytest.mark.parametrize("command", [["--help"], ["share", "nothing"], ["collect", "--help"]])
def test_start_up_imports(command: list[str], tmp_path: Path) -> None:
    """`tracker --help` and `tracker share` import neither pandas nor httpx (1.2 and 0.3 seconds)."""
    script = (
        "import sys\n"
        "from tracker.cli import main\n"
        f"sys.argv = ['tracker', *{command!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'httpx', 'pyarrow'} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_sql_files_say_what_they_are_for() -> None:
    """Each .sql begins with a comment that says how it is used."""
    files = list((ROOT / "storage" / "sql").glob("*.sql"))
    assert files
    for file in files:
        assert file.read_text("utf-8").startswith("-- "), file


def test_no_executemany_and_no_half_read_cursor() -> None:
    """DuckDB: rows go in as Arrow, and come out by fetchall."""
    for layer in LAYERS:
        for file in (ROOT / layer).rglob("*.py"):
            text = file.read_text("utf-8")
            for banned in (".executemany(", ".fetchone(", ".fetchmany(", "CREATE INDEX"):
                assert banned not in text, (file, banned)
