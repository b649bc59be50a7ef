"""Workflows, crontab and systemd units, those that are ours and those that are there to copy: they are well formed, and the
commands in them exist. actionlint reads the workflows in tests/package."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from apscheduler.triggers.cron import CronTrigger

from tests.place import ROOT
from tracker import __version__
from tracker.cli import cli

TEMPLATES = ROOT / "docs" / "templates"
NIGHTLY = TEMPLATES / "github-nightly.yml"
GITHUB = ROOT / ".github"
WORKFLOWS = [*sorted((GITHUB / "workflows").glob("*.yml")), NIGHTLY]


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("custom.github-workflows-require-timeout", WORKFLOWS),
        ("vendor.github-issue-forms", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))),
        ("vendor.citation-file-format", [ROOT / "CITATION.cff"]),
    ],
)
def test_a_file_that_the_host_reads_has_its_schema(schema: str, files: list[Path], tmp_path: Path) -> None:
    """The schemas come with check-jsonschema; and it sees a key that is none."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*words, *map(str, files)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "wrong.yml").write_text("jobs: {a: {}}\nbody: 1\n")
    assert subprocess.run([*words, str(tmp_path / "wrong.yml")], capture_output=True).returncode == 1


def workflow() -> Any:
    """The template, read; YAML takes the word `on` for a truth value."""
    return yaml.safe_load(NIGHTLY.read_text("utf-8"))


def test_the_workflow_has_no_right_that_it_does_not_need() -> None:
    """One job may push, the other deploy; actions are pinned to a major version; keys are secrets, not lines."""
    read = workflow()
    assert read["permissions"] == {}
    assert {name: job["permissions"] for name, job in read["jobs"].items()} == {
        "collect": {"contents": "write"},
        "pages": {"pages": "write", "id-token": "write"},
    }
    assert read["concurrency"] == {"group": "nightly", "cancel-in-progress": False}
    steps = [step for job in read["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert f"leaderboard-tracker=={__version__}" in NIGHTLY.read_text("utf-8")


# What stands for the tracker in the steps below: it ends with the code that it is told, and leaves what the real one does.
STAND_IN = """#!/bin/sh
if [ "$1" = export ]; then mkdir -p "$2" && echo 1 > "$2/boards.csv" && echo 2 > "$2/shares.csv"; exit; fi
mkdir -p data/archive/ledger && echo line >> data/archive/ledger/2026.jsonl && echo database > data/warehouse.duckdb
exit "$CODE"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout with a remote that it can push to, and a stand-in for the tracker."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tracker").write_text(STAND_IN)
    (tmp_path / "bin" / "tracker").chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "checkout")
    checkout = tmp_path / "checkout"
    git(checkout, "checkout", "--quiet", "-b", "main")
    (checkout / "README.md").write_text("mine\n")
    git(checkout, "add", ".")
    git(checkout, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "begun")
    git(checkout, "push", "--quiet", "--set-upstream", "origin", "main")
    return checkout


def git(folder: Path, *words: str) -> str:
    """What git printed."""
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout


def steps(checkout: Path, code: int) -> list[tuple[str, int, str]]:
    """(name, exit code, output) of the steps after the installation, as the host runs them, up to one that fails."""
    done = []
    for step in workflow()["jobs"]["collect"]["steps"]:
        if step.get("name") not in {"Collect", "Export", "Commit"}:
            continue
        environment = {"PATH": f"{checkout.parent / 'bin'}:/usr/local/bin:/usr/bin:/bin", "CODE": str(code),
                       "HOME": str(checkout.parent)}  # fmt: skip
        ran = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=checkout, env=environment,
                             capture_output=True, text=True)  # fmt: skip
        done.append((step["name"], ran.returncode, ran.stdout + ran.stderr))
        if ran.returncode:
            break
    return done


@pytest.mark.parametrize("code", [0, 1])
def test_a_night_commits_the_archive_and_the_files(repository: Path, code: int) -> None:
    """Also when some source failed, which it says; the database is not committed."""
    done = steps(repository, code)
    assert [step[:2] for step in done] == [("Collect", 0), ("Export", 0), ("Commit", 0)], done
    assert ("::warning::" in done[0][2]) == bool(code)
    pushed = git(repository.parent / "remote.git", "ls-tree", "-r", "--name-only", "main").split()
    assert pushed == ["README.md", "data/archive/ledger/2026.jsonl", "export/boards.csv", "export/shares.csv"]
    assert sorted(file.name for file in (repository / "site").iterdir()) == ["boards.csv", "shares.csv"]


def test_a_night_on_which_nothing_could_be_reached_commits_nothing(repository: Path) -> None:
    """The run fails, so that its owner hears of it."""
    assert [step[:2] for step in steps(repository, 75)] == [("Collect", 75)]
    assert git(repository, "log", "--oneline").count("\n") == 1


def crontab() -> list[tuple[str, str]]:
    """(five fields, command) of each line."""
    lines = (TEMPLATES / "crontab").read_text("utf-8").splitlines()
    split = [line.split(maxsplit=5) for line in lines if line and not line.startswith("#")]
    return [(" ".join(cells[:5]), cells[5]) for cells in split]


def test_the_crontab_has_times_and_no_percent_sign() -> None:
    """cron takes a bare % for the end of the command."""
    assert len(crontab()) == 2
    for fields, command in crontab():
        CronTrigger.from_crontab(fields)
        assert "%" not in command
    (trigger,) = workflow()[True]["schedule"]
    CronTrigger.from_crontab(trigger["cron"])


def unit(name: str) -> configparser.ConfigParser:
    """A unit of systemd, none of whose keys stands twice."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((TEMPLATES / name).read_text("utf-8"))
    return parser


def test_the_timer_starts_the_service_every_day() -> None:
    """Its name is the service's; the service leaves the machine alone, and holds no key."""
    timer, service = unit("tracker.timer"), unit("tracker.service")
    assert timer.sections() == ["Unit", "Timer", "Install"]
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert service.sections() == ["Unit", "Service"]
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["DynamicUser"] == "yes"
    assert "Environment" not in service["Service"]


def commands() -> Iterator[str]:
    """What stands after `tracker` in every line that a template has run."""
    runs = "\n".join(step["run"] for job in workflow()["jobs"].values() for step in job["steps"] if "run" in step)
    lines = [
        *runs.splitlines(),
        *(command for _, command in crontab()),
        unit("tracker.service")["Service"]["ExecStart"],
    ]
    for line in lines:
        if run := re.search(r"(?:^|/)tracker ([^|>&]+)", line):
            yield run[1]


def test_the_commands_that_are_run_exist() -> None:
    """With the options that they are given."""
    lines = list(commands())
    assert [line.split()[0] for line in lines] == ["collect", "export", "collect", "check-archive", "collect"]
    for line in lines:
        name, *words = shlex.split(line)
        context = click.Context(cli)
        command = cli.get_command(context, name)
        assert command is not None, line
        command.make_context(name, words, parent=context)  # raises for an option that there is not


@pytest.mark.parametrize("file", [*sorted(TEMPLATES.iterdir()), ROOT / "Dockerfile"], ids=lambda file: file.name)
def test_no_secret_and_no_address_of_an_index(file: Path) -> None:
    """A key is read from the environment or from the host's secrets; and every template says what it is for."""
    text = file.read_text("utf-8")
    assert text.startswith("# ")
    for value in re.findall(r"^[^#\n]*(?:KEY|TOKEN|PASSWORD|SECRET)\w*\s*[=:]\s*(\S+)", text, re.MULTILINE):
        assert value.startswith("${{ secrets."), value
    assert not re.search(r"pypi\.org|files\.pythonhosted|index-url|registry\.npmjs|/(?:home|root|work|tmp)/", text)
