"""Every source against saved pages: small, in the upstream's shape, with real names, and reviewed expectations.

`pages/<source>/<role>[.more].<ext>` is a page, `<role>[.more].expected.json` beside it is all that it says. A
missing expectation is written and the test fails: review it, then commit it. A folder there is a set of pages that
are read together.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from scrapers.model import Snapshot
from scrapers.spec import SOURCES
from tests.saved_pages import SAVED, declared, page, read


def saved() -> list[Path]:
    """Every saved page or set of pages, without expectations and notes."""
    return sorted(
        path for path in SAVED.glob("*/*") if not path.name.endswith(".expected.json") and path.name != "README.md"
    )


def expectation(path: Path) -> Path:
    """The file of what the page, or the set of pages, says."""
    return path.with_name(path.name.removesuffix("" if path.is_dir() else path.suffix) + ".expected.json")


def published(snapshots: list[Snapshot]) -> str:
    """All snapshots as JSON with an entry a line; what the board does not print is left out."""
    return json.dumps([
        {
            "board": snapshot.board,
            "edition": snapshot.edition,
            "published_on": str(snapshot.published_on) if snapshot.published_on else None,
            "id": snapshot.id(),
            "entries": [{k: v for k, v in asdict(entry).items() if v not in (None, ())} for entry in snapshot.entries],
        }
        for snapshot in snapshots
    ], ensure_ascii=False, indent=1, default=str)  # fmt: skip


@pytest.mark.parametrize("path", saved(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_saved_page_says_what_was_reviewed(path: Path) -> None:
    """Board, edition, day, identity and every entry, in the order of the page."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    pages = [page(file) for file in files]
    result, expected = published(read(path.parent.name, *pages)), expectation(path)
    if not expected.exists():
        expected.write_text(result + "\n", "utf-8")
        pytest.fail(f"{expected.name} was missing and is written now: review it")
    assert json.loads(result) == json.loads(expected.read_text("utf-8"))


def test_every_source_has_saved_pages_for_each_of_its_boards() -> None:
    """A new source, or a new board of one, comes with a page that shows how it is read."""
    boards = {
        (expected.parent.name, snapshot["board"])
        for expected in SAVED.glob("*/*.expected.json")
        for snapshot in json.loads(expected.read_text("utf-8"))
    }
    names = {file.stem for file in SOURCES.iterdir() if file.suffix in {".toml", ".py"}} - {"__init__"}
    assert {(name, board) for name in names for board in declared(name).boards} - boards == set()


def test_every_expectation_has_its_page() -> None:
    """An expectation that no page is read for would be a test that never runs."""
    assert set(SAVED.glob("*/*.expected.json")) == {expectation(path) for path in saved()}


def test_the_saved_pages_are_small() -> None:
    """They are facts in a shape, not recordings."""
    assert [file for file in SAVED.rglob("*") if file.is_file() and file.stat().st_size > 20_000] == []
