"""The project needs nothing but its own folder, and no module of tests needs another one's inside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BESIDE = "../" + "shared"  # a folder beside the repository, of which an outsider knows nothing
FOLDERS = ("scrapers", "registry", "storage", "tracker", "tests", "docs", "benchmarks")


def files() -> list[Path]:
    """Every text that an outsider may read, but for .ci/run, which looks whether recordings are there."""
    top = [file for file in ROOT.iterdir() if file.is_file() and file.suffix in {".md", ".toml", ".txt", ".cff"}]
    inside = [
        file
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".md", ".toml", ".sql"}
    ]
    return [*top, ROOT / "Makefile", *inside]


def test_no_file_speaks_of_what_an_outsider_lacks() -> None:
    """But for .ci/run, which compares with recordings where they are."""
    assert len(files()) > 200
    assert [file.relative_to(ROOT).as_posix() for file in files() if BESIDE in file.read_text("utf-8")] == []
    assert BESIDE in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("file", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda file: file.stem)
def test_no_test_is_skipped_and_none_imports_from_another(file: Path) -> None:
    """What two modules need is in a module that says what it holds; what is not here is not waited for."""
    text = file.read_text("utf-8")
    assert not re.search(r"^\s*(from|import) tests\.(recordings\.)?test_", text, re.MULTILINE)
    skips = re.findall(r"pytest\.(?:mark\.)?(?:skip\w*|importorskip)\((.*)", text)
    assert all(reason.startswith("sys.platform") for reason in skips), skips
