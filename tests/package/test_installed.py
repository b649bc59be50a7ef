"""The installed package at work, far from any checkout."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.package.conftest import Installed, package_files, run
from tracker import __version__

AS_OF = ("--data", "demo-data", "--now", "2026-09-04")
# Every module that can be imported; a command is run by its name.
IMPORT_ALL = """
import importlib, pkgutil
import registry, scrapers, storage, tracker
for package in (registry, scrapers, storage, tracker):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


@pytest.fixture(scope="module")
def demo(installed: Installed) -> str:
    """What `tracker demo` printed, once."""
    return installed.tracker("demo")


def test_it_has_a_version(installed: Installed) -> None:
    """That of the package."""
    assert installed.tracker("--version") == f"tracker, version {__version__}\n"


def test_nothing_is_there_that_only_some_people_need(installed: Installed) -> None:
    """Neither pandas nor charts nor anything for tests, and every module can be imported without."""
    names = [row["name"].lower() for row in json.loads(pip(installed, "list", "--format", "json"))]
    assert {"pandas", "vl-convert-python", "pytest", "mypy"}.isdisjoint(names)
    assert "leaderboard-tracker" in names
    assert "No broken requirements" in pip(installed, "check")
    run(installed.python, "-c", IMPORT_ALL, cwd=installed.folder)


def pip(installed: Installed, *words: str) -> str:
    """What pip printed there."""
    return run(installed.python, "-m", "pip", "--disable-pip-version-check", *words, cwd=installed.folder)


def test_the_demo_runs(demo: str) -> None:
    """The sentence that this began with, and the shares."""
    assert "SUPPORTED: China accounts for 14 of the top 20 AI models" in demo
    assert "top 20 of arena_text_raw: 20 places" in " ".join(demo.split())


@pytest.mark.usefixtures("demo")
def test_a_figure_is_bundled_and_verified(installed: Installed) -> None:
    """4 and 16 of 20, and a bundle from which the latter is recomputed."""
    rows = json.loads(installed.tracker("share", "arena_text_raw", "--top", "20", *AS_OF, "--format", "json"))
    assert {row["country"]: row["count"] for row in rows} == {"US": 16, "CN": 4}
    installed.tracker("bundle", rows[0]["id"], "figure.zip", *AS_OF)
    assert "Verified: US is 16 of 20" in installed.tracker("verify", "figure.zip")


@pytest.mark.usefixtures("demo")
def test_questions_are_answered(installed: Installed) -> None:
    """In SQL (with a time zone, for which DuckDB asks pytz), of a claim, of uncertainty, and as files."""
    query = "SELECT count(*) AS n, now() > '2020-01-01'::TIMESTAMPTZ AS later FROM latest WHERE board = 'arena_text'"
    assert json.loads(installed.tracker("sql", query, *AS_OF, "--format", "json")) == [{"n": 393, "later": True}]
    assert installed.tracker("claim", "check", "founding", *AS_OF).startswith("SUPPORTED: ")
    installed.tracker("uncertainty", "arena_text_raw", "--where", "country=CN", "--top", "20", *AS_OF)
    installed.tracker("export", "exported", *AS_OF)
    assert (installed.folder / "exported" / "shares.csv").read_text("utf-8").count("\n") > 1000


# As somebody types it who reads the README; a chart says what it lacks.
FROM_PYTHON = """
import tracker
with tracker.open("demo-data", today="2026-09-04") as t:
    shares = t.share("opencompass_llm", top=20, by="country,open", as_of="2025-10-18")
    print([share.count for share in shares if share.values == {"country": "CN", "open": "open"}])
    print(len(t.history("opencompass_llm")), len(t.top("arena_text")), len(t.curve("arena_text", "country=CN")) > 10)
    print(t.changes("opencompass_llm", "2025-08-12", "2025-11-10")[0].change, t.claim("founding").verdict)
    print(len(t.boards()), t.sql("SELECT count(*) AS n FROM latest").arrow().num_rows)
    try:
        t.chart("share", "opencompass_llm")
    except Exception as error:
        print(error)
print([each.release for each in tracker.resolve(["Qwen3-Max", "gpt-oss-120b"])])
"""


@pytest.mark.usefixtures("demo")
def test_from_python(installed: Installed) -> None:
    """The figures of the commands."""
    done = run(installed.python, "-W", "error", "-c", FROM_PYTHON, cwd=installed.folder).splitlines()
    assert done == [
        "[9.0]", "42 20 True", "entered, new on the board supported", "13 1",
        "charts need Altair: pip install 'leaderboard-tracker[report]'",
        "['qwen/qwen3-max', 'openai/gpt-oss-120b']",
    ]  # fmt: skip


@pytest.mark.usefixtures("demo")
def test_the_archive_alone_is_enough(installed: Installed) -> None:
    """What docs/templates/github-nightly.yml keeps: from it the same files are derived again."""
    shutil.copytree(installed.folder / "demo-data" / "archive", installed.folder / "kept" / "data" / "archive")
    installed.tracker("rebuild", "--data", "kept/data", "--now", "2026-09-04")
    installed.tracker("export", "kept/exported", "--data", "kept/data", "--now", "2026-09-04")
    kept = installed.folder / "kept" / "exported" / "entries" / "arena_text.csv"
    assert kept.read_text("utf-8").count("\n") == 394


def test_decisions_change_no_installed_file(installed: Installed) -> None:
    """An accepted name stands beside the data, and counts."""
    before = package_files(installed.packages)
    words = ["--accept", "Nameless 9", "Qwen/Qwen3-32B", "--evidence", "https://example.org/card"]
    installed.tracker("registry", "review", *words)
    assert "Nameless 9,Qwen/Qwen3-32B" in (installed.folder / "own_registry" / "aliases.csv").read_text("utf-8")
    answer = json.loads(installed.tracker("registry", "lookup", "Nameless 9", "--format", "json"))
    assert answer["release"] == "Qwen/Qwen3-32B"
    assert package_files(installed.packages) == before
