"""`tracker export`: the same archive gives the same bytes, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from tests.place import Place, exported_files, page, put, small
from tracker import output
from tracker.cli import cli
from tracker.export.csv_files import guarded

TABLES = [
    "aliases",
    "boards",
    "breaks",
    "claims",
    "developers",
    "last_seen",
    "quarantine",
    "releases",
    "shares",
    "snapshots",
]
DESCRIPTIONS = ["CITATION.cff", "README.md", "croissant.json", "datapackage.json", "sources.yml"]
HOSTILE = ["=1+1", "+1", "-1", "＝1+1", '=cmd|"/c calc"!A1', "plain", 'a "quoted", name', "汉字"]
BLANKS = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\xa0",
    "\u3000",
    "\u2003",
    "\ufeff",
    "\u200b",
    "\x00",
    "\x1b",
    "\u2028",
    "\u202e",
]
SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"]
NO_FORMULA = ["plain", "", " plain", "\u3000汉字", "a=1", "1-2", "(=1)", "'=1"]


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
    exported = place.exported()
    entries = ["entries/small_dated.csv", "entries/small_plain.csv"]
    assert sorted(exported) == sorted([*DESCRIPTIONS, *entries, *(f"{table}.csv" for table in (*TABLES, "entries"))])
    assert place.exported() == exported
    place.run("publish")
    assert place.exported() == exported
    place.run("rebuild")
    assert place.exported() == exported


def test_the_files_hold_what_the_boards_printed(place: Place) -> None:
    """Counted by hand: 8 rows and 2 rows, 2 points, 1 page that is not believed."""
    exported = place.exported()
    assert [(row["board"], row["day"], row["rows"]) for row in rows(exported["snapshots.csv"])] == [
        ("small_dated", "2026-01-01", "2"), ("small_plain", "2026-01-01", "8"),
    ]  # fmt: skip
    assert len(rows(exported["entries.csv"])) == 10
    assert [row["reason"] for row in rows(exported["quarantine.csv"])] == ["1 rows, at least 2 are expected"]
    assert {row["board"] for row in rows(exported["boards.csv"])} >= {"small_plain", "small_dated", "aider_polyglot"}
    of = {(row["board"], row["top"]): row["of"] for row in rows(exported["shares.csv"])}
    assert float(of["small_plain", "20"]) == 8


def test_zero_is_a_figure(tmp_path: Path) -> None:
    """A country that stands in the top of one point has 0 at the other, up to what is unknown there; and open likewise."""
    place = small(tmp_path / "place")
    put(place, page([3, 2, 1], names=["Qwen3-32B", "openai/gpt-4o", "A"]), "2026-01-01")
    put(
        place, page([30, 20, 10, 5], names=["openai/gpt-4o", "Nobody knows", "B", "openai/gpt-4o (high)"]), "2026-01-05"
    )
    shares = rows(place.exported()["shares.csv"])
    ten = [row for row in shares if row["top"] == "10" and row["by_value"] == "country" and row["value"] == "CN"]
    assert [(row["day"], row["count"], row["high"], row["of"]) for row in ten] == [
        ("2026-01-01", "1.0", "2.0", "3.0"), ("2026-01-05", "0.0", "2.0", "4.0"),
    ]  # fmt: skip
    assert ten[1]["share_high"] == "0.5"
    both = [
        row for row in shares if row["top"] == "10" and row["value"] == "CN" and row["by_value"] == "country,openness"
    ]
    assert [(row["day"], row["second_value"], row["count"], row["high"]) for row in both] == [
        ("2026-01-01", "open_weights", "1.0", "2.0"), ("2026-01-05", "open_weights", "0.0", "2.0"),
    ]  # fmt: skip


def test_no_name_is_a_formula(place: Place) -> None:
    """A name that a spreadsheet would run has an apostrophe before it; every other is as it was published."""
    names = {row["name"] for row in rows(place.exported()["entries.csv"]) if row["board"] == "small_plain"}
    assert names == {f"'{name}" if name[0] in "=+-＝" else name for name in HOSTILE}


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_no_cell_is_a_formula(blank: str, sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sign, a tab or a return, in full width too, whatever nobody sees stands before it: in files and on stdout."""
    cell = f"{blank}{sign}1+1"
    assert duckdb.execute(f"SELECT {guarded('x')} FROM (SELECT ? AS x)", [cell]).fetchall() == [(f"'{cell}",)]
    output.write([{"name": cell}], ["name"], "csv")
    (_, row) = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row[0].startswith("'")


@pytest.mark.parametrize("cell", NO_FORMULA)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    """A sign further on is none."""
    assert duckdb.execute(f"SELECT {guarded('x')} FROM (SELECT ? AS x)", [cell]).fetchall() == [(cell,)]
    assert output.safe_cell(cell) == cell


def test_numbers_stay_numbers(of_the_demo: Path) -> None:
    """A negative number is no text, of whatever kind it is; in files every column is guarded that is not a number or a time."""
    numbers = [-1, -1.5, Decimal("-1.50"), date(2026, 1, 2), True, None]
    assert [output.safe_cell(number) for number in numbers] == ["-1", "-1.5", "-1.50", "2026-01-02", "True", ""]
    scores = [row["score"] for row in rows(exported_files(of_the_demo)["entries.csv"])]
    assert not [score for score in scores if score.startswith("'")]


def test_the_files_are_replaced_whole(place: Place, tmp_path: Path) -> None:
    """Into a folder that has an older export; nothing half-written stays beside it, and other files are left alone."""
    folder = tmp_path / "out" / "deep"
    assert place.run("export", folder).code == 0
    (folder / "mine.txt").write_text("mine")
    (folder / "entries" / "small_plain.csv").write_text("old")
    assert place.run("export", folder, "--board", "small_plain").code == 0
    assert {file.name for file in folder.iterdir() if file.suffix != ".csv"} == {*DESCRIPTIONS, "entries", "mine.txt"}
    assert [file.name for file in (folder / "entries").iterdir()] == ["small_plain.csv"]  # the other was left by us
    assert len(rows((folder / "entries" / "small_plain.csv").read_bytes())) == 8


def test_nothing_published_is_a_sentence(tmp_path: Path) -> None:
    """There is nothing to export before the first collect or import; nothing is written."""
    place = small(tmp_path / "place")
    done = place.run("export", tmp_path / "out")
    assert done.code == 1
    assert "run `tracker collect` or `tracker import` first" in done.err
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def of_the_demo(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of the demo's data."""
    folder = tmp_path_factory.mktemp("demo") / "exported"
    words = ["export", str(folder), "--data", str(demo_data), "--now", "2026-09-04"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder
