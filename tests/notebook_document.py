"""docs/notebook.ipynb: from what is installed to a chart, a join and a correction, on the demo's data.

`python -m tests.notebook_document` runs it anew, with its answers.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "notebook.ipynb"


def executed(folder: Path) -> nbformat.NotebookNode:
    """The notebook, run in a folder; an error of a cell is raised."""
    notebook = nbformat.read(DOCUMENT, as_version=4)
    for cell in notebook.cells:
        cell.pop("outputs", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def main(target: Path = DOCUMENT) -> None:
    """Writes it with its answers."""
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(Path(folder))
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(notebook, target)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
