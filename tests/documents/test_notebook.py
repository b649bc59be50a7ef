"""docs/notebook.ipynb runs, and shows what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.notebook_document import DOCUMENT

ROOT = DOCUMENT.parent.parent


def shown(notebook: Any) -> list[list[str]]:
    """What each cell of code shows, as text; a picture counts as one."""
    outputs = [list(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    return [[output.get("text") or output["data"]["text/plain"] for output in cell] for cell in outputs]


def test_it_runs_and_its_answers_are_those_that_it_shows(tmp_path: Path) -> None:
    """From its first cell, in a folder of its own; no path of a machine stands in it."""
    target = tmp_path / "again.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "tests.notebook_document", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again, before = (nbformat.read(file, as_version=4) for file in (target, DOCUMENT))
    assert shown(again) == shown(before)
    assert "image/svg+xml" in str(before.cells)
    text = DOCUMENT.read_text("utf-8")
    assert "/tmp" not in text
    assert str(Path.home()) not in text
    assert not [output for cell in before.cells for output in cell.get("outputs", []) if output.output_type == "error"]
