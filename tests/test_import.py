"""`tracker import`: pages that somebody else saved, with their day."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from tests.place import Done, Place, page, points, small
from tracker.demo_server import bundled

AIDER = bundled("aider.yml")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty place."""
    return small(tmp_path / "place")


def saved(place: Place, name: str, body: bytes) -> Path:
    """A saved page."""
    file = place.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return file


def outcome(done: Done) -> dict[str, Any]:
    """The only outcome that was printed."""
    (row,) = done.json()
    return dict(row)


def test_a_page_of_aider_by_its_day(place: Place) -> None:
    """The day is given; the page is told from what it holds."""
    file = saved(place, "page.yml", AIDER)
    done = place.run("import", "aider", file, "--captured-at", "2025-10-04", "--format", "json")
    assert done.code == 0, done.err
    output = outcome(done)
    assert (output["state"], output["role"], output["boards"]) == ("accepted", "polyglot", ["aider_polyglot"])
    assert output["rows"] == AIDER.count(b"\n  model:")
    assert output["captured_at"] == "2025-10-04T00:00:00Z"
    assert place.days() == {"aider_polyglot": {"2025-10-04"}}
    assert place.run("share", "aider_polyglot", "--as-of", "2025-10-03").code == 1
    assert place.run("share", "aider_polyglot", "--as-of", "2025-10-04").code == 0


def test_a_page_of_fractions_where_percent_are_expected_is_quarantined(place: Place) -> None:
    """88.0 became 0.88 in every row: each score is in the range, and none of them is what the board measures."""
    fractions = re.sub(rb"(?<=pass_rate_2: )[\d.]+", lambda result: b"%.4f" % (float(result[0]) / 100), AIDER)
    file = saved(place, "page.yml", fractions)
    done = place.run("import", "aider", file, "--captured-at", "2025-10-04", "--role", "polyglot", "--format", "json")
    output = outcome(done)
    assert (output["state"], output["reason"].partition(": ")[0]) == ("quarantined", "aider_polyglot")
    assert "fractions of 1, where the unit is %" in output["reason"]


@pytest.mark.parametrize("score", ["٤٠", "４０", "4_0", "1e400", "Infinity"])
def test_a_score_that_is_no_number_in_ascii_digits_refuses_its_page(place: Place, score: str) -> None:
    """float() would read each of them; no row of the page comes in."""
    file = saved(place, "2026-01-05.csv", page([50, 40]).replace(b",40", f",{score}".encode()))
    done = place.run("import", "small", file, "--role", "plain", "--format", "json")
    assert (done.code, outcome(done)["state"]) == (1, "quarantined")
    assert f"'{score}' is not a " in outcome(done)["reason"]
    assert place.sql("SELECT count(*) FROM entries") == [(0,)]


def test_the_day_may_stand_in_the_name(place: Place) -> None:
    """A leading YYYY-MM-DD; --captured-at goes before it."""
    file = saved(place, "2026-01-05__abc.csv", page([50, 40]))
    place.run("import", "small", file, "--role", "plain")
    assert points(place, "small_plain") == [("2026-01-05", 50)]
    file.write_bytes(page([60, 40]))
    place.run("import", "small", file, "--role", "plain", "--captured-at", "2026-01-07T12:00:00Z")
    assert points(place, "small_plain") == [("2026-01-05", 50), ("2026-01-07", 60)]


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("page.csv", (), "its name does not begin with a YYYY-MM-DD; give --captured-at YYYY-MM-DD"),
        ("2026-13-05.csv", (), "its name does not begin with a YYYY-MM-DD"),
        ("page.csv", ("--captured-at", "yesterday"), "--captured-at 'yesterday' is no day or time"),
        ("2026-01-05.csv", ("--role", "nonsense"), "'nonsense' is no page of small; expected one of: plain, dated"),
        ("2026-01-05.csv.gz", ("--role", "plain"), "2026-01-05.csv.gz: cannot be read: Not a gzipped file"),
    ],
)
def test_wrong_use_is_one_sentence_and_adds_nothing(
    place: Place, name: str, args: tuple[str, ...], message: str
) -> None:
    """Exit code 2, the file is named, and the good file beside it is not taken in either."""
    good = saved(place, "2026-01-04.csv", page([50, 40]))
    done = place.run("import", "small", good, saved(place, name, page([60, 40])), *args)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert message in done.err
    assert place.ledger() == []
    assert place.run("boards").code == 1  # nothing is published


def test_a_page_that_could_be_several_asks_for_its_role(place: Place) -> None:
    """`small` has two pages that a dated page fits; the sentence names the choices."""
    file = saved(place, "2026-01-05.csv", page([60, 40], "2026-01-05"))
    done = place.run("import", "small", file)
    assert done.code == 2
    assert "which page of small is it? give --role, one of: plain, dated" in done.err


def test_the_folder_may_name_the_role(place: Place) -> None:
    """small/dated/2026-01-05.csv is the page `dated`."""
    file = saved(place, "saved/dated/2026-01-05.csv", page([60, 40], "2026-01-03"))
    assert place.run("import", "small", file).code == 0
    assert place.days() == {"small_dated": {"2026-01-03"}}


def test_the_same_page_again_adds_nothing(place: Place) -> None:
    """Not a line, not a blob, not a observation; packed or not, it is the same page."""
    body = page([50, 40])
    file, packed = saved(place, "2026-01-05.csv", body), saved(place, "2026-01-05.csv.gz", gzip.compress(body))
    assert outcome(place.run("import", "small", file, "--role", "plain", "--format", "json"))["state"] == "accepted"
    output, ledger = place.exported(), place.ledger()
    for again in (file, packed):
        done = place.run("import", "small", again, "--role", "plain", "--format", "json")
        assert (done.code, outcome(done)["state"]) == (0, "unchanged")
    assert (place.exported(), place.ledger()) == (output, ledger)
    assert len(list((place.archive / "blobs").rglob("*.zst"))) == 1
    assert place.sql("SELECT count(*) FROM observations") == [(1,)]


def test_a_packed_page_is_unpacked(place: Place) -> None:
    """A .gz is only how it lies there: what is archived is what the upstream sent."""
    file = saved(place, "2026-01-05.csv.gz", gzip.compress(page([50, 40])))
    place.run("import", "small", file, "--role", "plain")
    assert points(place, "small_plain") == [("2026-01-05", 50)]
    assert place.sql("SELECT bytes, origin, origin_detail FROM captures") == [
        (len(page([50, 40])), "import", "2026-01-05.csv.gz")
    ]


def test_every_state(place: Place) -> None:
    """accepted, quarantined (beyond expectation, or no such page) and unchanged; exit code 1, a line for each problem."""
    bodies = {"01": page([50, 40]), "02": page([50]), "03": b"<html>moved</html>"}
    files = [saved(place, f"2026-01-{day}.csv", body) for day, body in bodies.items()]
    done = place.run("import", "small", *files, "--role", "plain", "--format", "json")
    assert done.code == 1
    output = {Path(row["file"]).name: row for row in done.json()}
    assert [output[file.name]["state"] for file in files] == ["accepted", "quarantined", "quarantined"]
    assert output["2026-01-02.csv"]["reason"] == "small_plain: 1 rows, at least 2 are expected"
    assert "2026-01-03.csv: " in done.err
    assert place.sql("SELECT count(*) FROM captures WHERE state = 'refused'") == [(1,)]
    assert len([line for line in done.err.splitlines() if line.startswith("problem: ")]) == 2
    again = place.run(
        "import", "small", saved(place, "2026-01-09.csv", page([50, 40])), "--role", "plain", "--format", "json"
    )
    assert (again.code, outcome(again)["state"]) == (0, "unchanged")
    assert points(place, "small_plain") == [("2026-01-01", 50)]


def test_an_unknown_source_and_a_missing_file(place: Place) -> None:
    """Both are wrong use, and say what there is."""
    done = place.run("import", "smal", saved(place, "2026-01-05.csv", page([50, 40])))
    assert done.code == 2
    assert "no source 'smal' (did you mean small?)" in done.err
    assert place.run("import", "small", place.folder / "2026-01-06.csv").code == 2
