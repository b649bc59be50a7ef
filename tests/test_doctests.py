"""Every example in a docstring is run: what it shows is what the code says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts)
    for package in ("scrapers", "registry", "storage", "tracker")
    for file in (ROOT / package).rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str, request: pytest.FixtureRequest) -> None:
    """None fails, and none is missed. Those for notebooks ask a data directory, which is the demo's."""
    more: dict[str, object] = {}
    if name == "tracker.api":
        more = {"tracker": tracker, "demo_data": request.getfixturevalue("demo_data")}
        more["t"] = tracker.open(request.getfixturevalue("demo_data"), today="2026-09-04")
    result = doctest.testmod(importlib.import_module(name), extraglobs=more)
    assert result.attempted
    assert not result.failed


def test_there_are_examples() -> None:
    """Of names, cells, countries and ids, at the least."""
    assert {"scrapers.values", "registry.names.parse", "registry.country_names", "tracker.analysis.figure_ids"} <= set(
        MODULES
    )
