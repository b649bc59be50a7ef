"""`tracker export`: the same archive gives the same bytes, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.place import Place, page, put, small

FILES = ["boards.csv", "entries.csv", "quarantine.csv", "shares.csv", "snapshots.csv"]
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1', "plain", 'a "quoted", name', "汉字"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two boards, a quarantined page, hostile names."""
    place = small(tmp_path_factory.mktemp("filled") / "place")
    lines = ["model,points,double"]
    for score, name in enumerate(HOSTILE, 10):
        quoted = name.replace('"', '""')
        lines.append(f'"{quoted}",{score},{2 * score}')
    put(place, "\n".join(lines).encode(), "2026-01-01")
    put(place, page([1]), "2026-01-02")
    put(place, page([3, 2], "2026-01-01"), "2026-01-03", "dated")
    return place


@pytest.fixture
def place(filled: Place, tmp_path: Path) -> Place:
    """The same, for one test to change."""
    return filled.copy(tmp_path / "place")


def rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_twice_the_same_bytes(place: Place) -> None:
    """Exported again, published again, or derived again from the archive: the same files, the same bytes."""
    told = place.exported()
    assert list(told) == FILES
    assert place.exported() == told
    place.run("publish")
    assert place.exported() == told
    place.run("rebuild")
    assert place.exported() == told


def test_the_files_hold_what_the_boards_printed(place: Place) -> None:
    """Counted by hand: 8 rows and 2 rows, 2 points, 1 page that is not believed."""
    told = place.exported()
    assert [(row["board"], row["day"], row["rows"]) for row in rows(told["snapshots.csv"])] == [
        ("small_dated", "2026-01-01", "2"), ("small_plain", "2026-01-01", "8"),
    ]  # fmt: skip
    assert len(rows(told["entries.csv"])) == 10
    assert [row["reason"] for row in rows(told["quarantine.csv"])] == ["1 rows, at least 2 are expected"]
    assert {row["board"] for row in rows(told["boards.csv"])} >= {"small_plain", "small_dated", "aider_polyglot"}
    of = {(row["board"], row["top"]): row["of"] for row in rows(told["shares.csv"])}
    assert float(of["small_plain", "20"]) == 8


def test_no_name_is_a_formula(place: Place) -> None:
    """A name that a spreadsheet would run has an apostrophe before it; every other is as it was printed."""
    names = {row["name"] for row in rows(place.exported()["entries.csv"]) if row["board"] == "small_plain"}
    assert names == {f"'{name}" if name[0] in "=+-@" else name for name in HOSTILE}


def test_the_files_are_replaced_whole(place: Place, tmp_path: Path) -> None:
    """Into a folder that has an older export; nothing half-written stays beside it, and other files are left alone."""
    folder = tmp_path / "out" / "deep"
    assert place.run("export", folder).code == 0
    (folder / "mine.txt").write_text("mine")
    (folder / "entries.csv").write_text("old")
    done = place.run("export", folder, "--format", "json")
    assert done.code == 0
    assert {Path(row["file"]).name: row["rows"] for row in done.json()}["entries.csv"] == 10
    assert sorted(file.name for file in folder.iterdir()) == sorted([*FILES, "mine.txt"])
    assert len(rows((folder / "entries.csv").read_bytes())) == 10


def test_nothing_published_is_a_sentence(tmp_path: Path) -> None:
    """There is nothing to export before the first collect or import; nothing is written."""
    place = small(tmp_path / "place")
    done = place.run("export", tmp_path / "out")
    assert done.code == 1
    assert "run `tracker collect` or `tracker import` first" in done.err
    assert not (tmp_path / "out").exists()
