"""What is kept and not believed, and a person's word on it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from storage import validate
from tests.place import Place, page, points, put, small

WHOLE, CUT = page([50, 40, 30, 20, 10]), page([60, 50])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A board with five rows on one day and two on the next, which is more than may be lost at once."""
    place = small(tmp_path / "place")
    place.config.write_text('decisions = "decisions.csv"\n' + place.config.read_text())
    assert put(place, WHOLE, "2026-01-01")["state"] == "accepted"
    assert put(place, CUT, "2026-01-02")["state"] == "quarantined"
    assert put(place, b"<html>moved</html>", "2026-01-03")["state"] == "quarantined"
    return place


def test_the_list_has_snapshots_and_pages_with_their_reason(place: Place) -> None:
    """The newest first: a page that could not be read, then a snapshot that lost too many rows."""
    page_, snapshot = place.run("quarantine", "list", "--format", "json").json()
    assert (page_["kind"], page_["source"], page_["role"]) == ("page", "small", "plain")
    assert (snapshot["kind"], snapshot["board"], snapshot["rows"]) == ("snapshot", "small_plain", 2)
    assert snapshot["reason"] == "2 rows after 5 on 2026-01-01: a larger loss than 40%"
    text = place.run("quarantine", "list").out
    assert snapshot["id"][:12] in text
    assert "a larger loss than 40%" in text


def test_an_empty_quarantine_is_said_in_one_sentence(tmp_path: Path) -> None:
    """To a person in words, to a program as an empty list; nothing is wrong."""
    place = small(tmp_path / "place")
    put(place, WHOLE, "2026-01-01")
    done = place.run("quarantine", "list")
    assert (done.code, done.out) == (0, "Nothing is in quarantine.\n")
    done = place.run("quarantine", "list", "--format", "json")
    assert (done.code, done.json()) == (0, [])


def test_show_compares_with_the_accepted_snapshot_before(place: Place) -> None:
    """Rows of both, names in common, and those that left."""
    _, snapshot = place.run("quarantine", "list", "--format", "json").json()
    (entry,) = place.run("quarantine", "show", snapshot["id"][:8], "--format", "json").json()
    assert (entry["rows_before"], entry["rows"], entry["common_names"]) == (5, 2, 2)
    assert (entry["left"], entry["came"]) == (["C", "D", "E"], [])
    assert entry["before_day"] == "2026-01-01"
    done = place.run("quarantine", "show", "ffff")
    assert done.code == 2
    assert "nothing in quarantine" in done.err


def test_accept_publishes_what_was_kept_out(place: Place) -> None:
    """A person's word, with name and reason, is a line of decisions.csv, and the point is there at once."""
    _, snapshot = place.run("quarantine", "list", "--format", "json").json()
    done = place.run("quarantine", "accept", snapshot["id"][:10], "--reason", "models were retired", "--by", "ada",
                     now="2026-02-01")  # fmt: skip
    assert done.code == 0, done.err
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-02", 60)]
    with (place.folder / "decisions.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    assert line == {
        "snapshot": snapshot["id"], "decision": "accept", "day": "2026-02-01", "by": "ada", "reason": "models were retired",
    }  # fmt: skip


def test_add_takes_an_accepted_snapshot_out_and_a_later_word_replaces_it(place: Place) -> None:
    """The point goes; the last decision on a snapshot is the one that counts."""
    (snapshot,) = place.sql("SELECT snapshot FROM series")[0]
    assert place.run("quarantine", "add", snapshot, "--reason", "withdrawn", "--by", "ada").code == 0
    # Without it the cut page has no neighbour to be compared with.
    assert points(place, "small_plain") == [("2026-01-02", 60)]
    assert place.run("quarantine", "accept", snapshot, "--reason", "it was right", "--by", "bob").code == 0
    assert points(place, "small_plain") == [("2026-01-01", 50)]
    assert len(validate.read_decisions(place.folder / "decisions.csv")) == 1


@pytest.mark.parametrize(
    ("command", "message"), [("accept", "is accepted, not quarantined"), ("reject", "is accepted")]
)
def test_a_word_that_does_not_fit_the_state_is_wrong_use(place: Place, command: str, message: str) -> None:
    """What is accepted cannot be accepted again, and nothing is written."""
    (snapshot,) = place.sql("SELECT snapshot FROM series")[0]
    done = place.run("quarantine", command, snapshot, "--reason", "x", "--by", "ada")
    assert done.code == 2
    assert message in done.err
    assert not (place.folder / "decisions.csv").exists()


def test_an_unknown_id_is_a_sentence(place: Place) -> None:
    """With where to find the ids."""
    done = place.run("quarantine", "accept", "beef", "--reason", "x", "--by", "ada")
    assert done.code == 1
    assert "no snapshot with an id that begins with 'beef'" in done.err


def test_a_page_that_is_set_aside_is_not_read_until_its_line_is_removed(place: Place) -> None:
    """By the id of a capture, or by its sha256: its snapshot goes, no run brings it back, and a rebuild agrees."""
    ((capture, sha256),) = place.sql(
        "SELECT c.capture, c.content_sha256 FROM captures AS c WHERE c.fetched_at = TIMESTAMP '2026-01-01'"
    )
    done = place.run("quarantine", "add", capture[:16], "--reason", "made up", "--by", "ada", now="2026-02-01")
    assert done.code == 0, done.err
    assert f"reject {sha256[:12]} of small, page plain: made up" in done.err
    assert points(place, "small_plain") == [("2026-01-02", 60)]
    pages = place.run("quarantine", "list", "--format", "json").json()
    assert [(page["id"], page["reason"]) for page in pages if page["id"] == sha256] == [
        (sha256, "set aside by hand: made up")
    ]
    outcome = put(place, WHOLE, "2026-01-05")
    assert (outcome["state"], outcome["reason"]) == ("quarantined", "set aside by hand: made up")
    exported = place.exported()
    assert place.run("rebuild").code == 0
    assert place.exported() == exported
    (place.folder / "decisions.csv").unlink()
    assert place.run("publish").code == 0
    assert points(place, "small_plain") == [("2026-01-01", 50)]
    assert place.run("quarantine", "add", sha256, "--reason", "made up", "--by", "ada").code == 0
    assert points(place, "small_plain") == [("2026-01-02", 60)]


def test_a_page_that_is_set_aside_is_asked_of_no_parser(place: Place) -> None:
    """Also one that could not be read: its reason is then the person's, and stays when it is fetched again."""
    page_, _ = place.run("quarantine", "list", "--format", "json").json()
    assert place.run("quarantine", "add", page_["id"], "--reason", "a move", "--by", "ada").code == 0
    (reason,) = {entry["reason"] for entry in place.run("quarantine", "list", "--format", "json").json()
                 if entry["kind"] == "page"}  # fmt: skip
    assert reason == "set aside by hand: a move"
    assert points(place, "small_plain") == [("2026-01-01", 50)]
