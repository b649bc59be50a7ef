"""What a project that takes contributions promises in its files, where a test can hold it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
KINDS = {"markdown", "input", "textarea", "dropdown", "checkboxes"}


def read(path: Path) -> Any:
    """A YAML file of the project."""
    return yaml.safe_load(path.read_text("utf-8"))


def test_there_is_a_form_for_each_kind_of_report() -> None:
    """A wrong figure, a source that broke, a missing fact, a feature."""
    assert [form.stem for form in FORMS] == ["broken-source", "feature", "missing-fact", "wrong-figure"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_a_form_is_one_that_the_host_shows(form: Path) -> None:
    """One with a key too many, or an id twice, is not shown to anybody."""
    message = read(form)
    assert message.keys() <= {"name", "description", "title", "labels", "body"}
    assert message["name"]
    assert message["description"]
    assert {field["type"] for field in message["body"]} <= KINDS
    ids = [field["id"] for field in message["body"]]
    assert len(set(ids)) == len(ids)
    for field in message["body"]:
        assert field.keys() <= {"type", "id", "attributes", "validations"}
        assert field["attributes"]["label"]
    assert any(field.get("validations") == {"required": True} for field in message["body"])


def test_ci_runs_what_a_clone_must_pass() -> None:
    """Nothing but .ci/run, on the oldest Python and a newer one, with no right but to read."""
    message = read(ROOT / ".github" / "workflows" / "ci.yml")
    assert message["permissions"] == {"contents": "read"}
    (job,) = message["jobs"].values()
    assert "permissions" not in job
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert needed == f">={job['strategy']['matrix']['python-version'][0]}"


def test_hooks_fetch_nothing() -> None:
    """They are the tools of the environment that make sets up, and those of make lint."""
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    lint = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    for hook in repository["hooks"]:
        tool = hook["entry"].removeprefix(".venv/bin/").split(" --")[0]
        assert f"$(BIN)/{tool}" in lint


def test_the_citation_is_of_this_version() -> None:
    """Title, version and licence are those of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    message = read(ROOT / "CITATION.cff")
    assert (message["title"], message["version"], message["license"]) == (
        project["name"],
        project["version"],
        project["license"],
    )


def test_every_package_says_that_it_is_typed() -> None:
    """py.typed lies in each, and goes into the wheel."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    for package in ("tracker", "scrapers", "storage", "registry"):
        assert (ROOT / package / "py.typed").exists()
        assert "py.typed" in data[package]


def mapped() -> Iterator[str]:
    """The paths of the README's map: a name that is indented lies in the folder above it."""
    block = (ROOT / "README.md").read_text("utf-8").partition("## File map")[2].split("```")[1]
    folder = ""
    for line in block.splitlines()[1:]:
        name = line.split("  ")[0] if not line.startswith(" ") else line.strip().split("  ")[0]
        folder = folder if line.startswith(" ") else name
        yield folder + name if line.startswith(" ") else name


def test_the_file_map_is_that_of_the_project() -> None:
    """Every path in it exists, and of the packages and documents it leaves nothing out."""
    paths = list(mapped())
    assert [path for path in paths if not list(ROOT.glob(path.rstrip("/")))] == []
    for folder in ("scrapers", "registry", "storage", "tracker", "docs"):
        there = {
            f"{folder}/{each.name}" + "/" * each.is_dir()
            for each in (ROOT / folder).iterdir()
            if each.name not in {"__init__.py", "__pycache__", "py.typed"}
        }
        assert there == {path for path in paths if path.startswith(f"{folder}/") and path != f"{folder}/"}
