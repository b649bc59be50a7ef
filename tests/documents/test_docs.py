"""What the documents say is run: every command they show, every link, every command that exists is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from scrapers.spec import load_source
from tracker import definition
from tracker.cli import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = sorted({line[2:].split("   #")[0].strip()
                for file in DOCS for block in re.findall(r"```console\n(.*?)```", file.read_text("utf-8"), re.DOTALL)
                for line in block.splitlines() if line.startswith("$ tracker ")})  # fmt: skip


@pytest.mark.parametrize("command", SHOWN)
def test_every_shown_command_runs(
    command: str, demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each example works as it stands (over the demo's boards; status reports the age of old ones with 1)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(demo_data))
    monkeypatch.setenv("TRACKER_NOW", "2026-08-22")
    words = shlex.split(command)[1:]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == (1 if words[0] == "status" else 0), done.output


BLOCKS = re.findall(
    r"```console\n\$ (tracker [^\n]+)\n([^$`].*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("command", "block"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_the_output_blocks_of_the_readme_are_real(
    demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, block: str
) -> None:
    """What stands under a command of the README is what that command prints, to the letter, but for what `...` leaves
    out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_DATA", str(demo_data))
    monkeypatch.setenv("TRACKER_NOW", "2026-08-22" if "--as-of 2026-08-22" in command else "2026-09-04")
    monkeypatch.setenv("COLUMNS", "110")
    output = CliRunner().invoke(cli, shlex.split(command)[1:], catch_exceptions=False).stdout
    lines = [line.rstrip() for line in output.strip().splitlines()]
    parts = [part.strip("\n").splitlines() for part in re.split(r"^\.\.\.$", block, flags=re.MULTILINE)]
    at = 0
    for part in filter(None, parts):
        at = next((start for start in range(at, len(lines)) if lines[start : start + len(part)] == part), -1)
        assert at >= 0, f"not printed, or not in this order: {part}"
        at += len(part)
    assert parts[0] == lines[: len(parts[0])]
    assert not parts[-1] or parts[-1] == lines[-len(parts[-1]) :]


def test_the_readme_shows_output() -> None:
    """The claim, its history and a share."""
    assert [command.split()[1] for command, _ in BLOCKS] == ["claim", "claim", "share"]


def test_every_command_is_documented() -> None:
    """docs/commands.md names each command."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"tracker {name}" not in text] == []


def test_links_lead_somewhere() -> None:
    """Every relative link, every `docs/...` path and every test that the documents name exists."""
    for file in DOCS:
        text = file.read_text("utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            if not target.startswith("http"):
                assert (file.parent / target).exists(), (file.name, target)
        for target in re.findall(r"`((?:docs|scrapers|registry|storage|tracker|tests)/[\w./]+)`", text):
            assert (ROOT / target).exists(), (file.name, target)
        for target in re.findall(r"\btests/\w+\.py", text):  # of commands, too
            assert (ROOT / target).exists(), (file.name, target)


def test_the_walk_of_adding_a_source(tmp_path: Path) -> None:
    """The TOML that docs/adding-a-source.md shows is a whole declaration."""
    text = (ROOT / "docs" / "adding-a-source.md").read_text("utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block
    (tmp_path / "example.toml").write_text(block[1])
    source = load_source(tmp_path / "example.toml")
    assert source.boards["example"].expectations.landmarks


def test_no_index_address_and_no_machine_path() -> None:
    """No file of the project carries the address of a package index or a path of a machine that built it."""
    names = ["pyproject.toml", "constraints.txt", "Makefile", ".ci/run", ".pre-commit-config.yaml", "CITATION.cff"]
    for file in [*(ROOT / name for name in names), *sorted((ROOT / ".github").rglob("*.*ml")), *DOCS]:
        text = file.read_text("utf-8")
        assert not re.search(r"pypi\.org|files\.pythonhosted|index-url|registry\.npmjs", text), file
        assert not re.search(r"/(?:home|root|work|tmp)/", text), file


def test_the_options_of_a_definition_stand_in_the_methodology() -> None:
    """The table is the one that the code gives: an option that is added or renamed there is added or renamed here."""
    text = (ROOT / "docs" / "methodology.md").read_text("utf-8")
    written = text.partition("<!-- options: begin -->\n")[2].partition("\n<!-- options: end -->")[0]
    assert "`--rank-by`" in written
    assert written.strip() == definition.table().strip()
