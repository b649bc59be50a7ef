"""Imports point one way, and the read commands start without the heavy libraries."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS: dict[str, set[str]] = {
    "scrapers": set(),
    "registry": {"scrapers"},
    "storage": {"scrapers", "registry"},
    "tracker": {"scrapers", "registry", "storage"},
}


def imported(file: Path) -> set[str]:
    """Top-level names of everything that a file imports, anywhere in it."""
    result = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            result |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            result.add(node.module.split(".")[0])
    return result


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_one_way(layer: str) -> None:
    """tracker -> storage -> registry -> scrapers, and never back."""
    forbidden = LAYERS.keys() - LAYERS[layer] - {layer}
    for file in (ROOT / layer).rglob("*.py"):
        assert not imported(file) & forbidden, file


def test_storage_asks_the_registry_where_names_are_resolved_alone() -> None:
    """At publish, and for what follows from it: no row is loaded by what the registry says today."""
    users = {file.name for file in (ROOT / "storage").glob("*.py") if "registry" in imported(file)}
    assert users == {"publish.py", "statements.py", "registry_tables.py"}


# Folders of tracker, and those that each may import from.
FOLDERS: dict[str, set[str]] = {
    "analysis": set(),
    "importers": set(),
    "provenance": {"analysis"},
    "changes": {"analysis"},
    "claims": {"analysis"},
    "export": {"analysis", "claims"},
    "report": {"analysis"},
    "cli": {"analysis", "importers", "provenance", "changes", "claims", "export", "report"},
}


def test_arrows_between_the_folders_of_tracker_point_one_way() -> None:
    """cli -> claims, provenance, changes -> analysis; importers stand by themselves."""
    folders = {folder.name for folder in (ROOT / "tracker").iterdir() if (folder / "__init__.py").exists()}
    assert folders == FOLDERS.keys()
    for folder, allowed in FOLDERS.items():
        for file in (ROOT / "tracker" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tracker."):
                    into = str(node.module).split(".")[1]
                    assert into not in FOLDERS.keys() - allowed - {folder}, file


def test_one_module_opens_sockets() -> None:
    """httpx is imported by scrapers/http.py alone, with its sockets beside it; else only the demo's server speaks."""
    speakers = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "socket"}
    users = {
        file.relative_to(ROOT).as_posix()
        for layer in LAYERS
        for file in (ROOT / layer).rglob("*.py")
        if imported(file) & speakers
    }
    assert users <= {"scrapers/http.py", "scrapers/network.py", "tracker/demo_server.py"}
    assert "scrapers/http.py" in users


def test_parsers_are_pure() -> None:
    """A source module imports no clock, no files, no network and no logging."""
    impure = {"time", "os", "pathlib", "logging", "random", "subprocess", "storage", "tracker", "httpx"}
    for file in (ROOT / "scrapers" / "sources").glob("*.py"):
        assert not imported(file) & impure, file


@pytest.mark.parametrize("command", [["--help"], ["share", "nothing"], ["collect", "--help"]])
def test_start_up_imports(command: list[str], tmp_path: Path) -> None:
    """`tracker --help` and `tracker share` import neither pandas nor httpx nor pydantic (1.2, 0.3 and 0.08 seconds)."""
    script = (
        "import sys\n"
        "from tracker.cli import main\n"
        f"sys.argv = ['tracker', *{command!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'pandas', 'httpx', 'pyarrow', 'pydantic'} & sys.modules.keys()), file=sys.stderr)\n"
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
    """DuckDB: rows go in as Arrow, and come out by fetchall; `tracker sql` alone looks at its memory on the way.

    SQLite is not DuckDB: executemany is the fast way there, and indexes help.
    """
    allowed = {(".fetchmany(", "sql.py"), (".executemany(", "sqlite_file.py"), ("CREATE INDEX", "sqlite_file.py")}
    for layer in LAYERS:
        for file in (ROOT / layer).rglob("*.py"):
            text = file.read_text("utf-8")
            for banned in (".executemany(", ".fetchone(", ".fetchmany(", "CREATE INDEX"):
                assert banned not in text or (banned, file.name) in allowed, (file, banned)
