"""A board that lost many rows: a cut page, or a roster that was cut on purpose; and a page of another board."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.place import Place, page, put, small

WHOLE = page([90, 80, 70, 60, 50, 40, 30, 20])  # models A to H
KEPT = page([90, 80, 70, 60])  # A to D
FIRST, SECOND, THIRD, FOURTH = (f"2026-03-0{number}" for number in range(1, 5))


def states(place: Place) -> list[tuple[int, str, str | None]]:
    """(rows, state, reason) of every snapshot, in the order in which they were first seen."""
    return place.sql(
        "SELECT s.rows, s.state, s.reason FROM snapshots AS s JOIN observations AS o ON o.snapshot_key = s.snapshot_key"
        " GROUP BY s.snapshot, s.rows, s.state, s.reason ORDER BY min(o.seen_at)"
    )


def series(place: Place) -> list[tuple[str, int, str | None]]:
    """(day, rows, break before it) of every point."""
    rows = place.sql("SELECT day, rows, break_before FROM series WHERE board = 'small_plain' ORDER BY day")
    return [(str(day), count, reason) for day, count, reason in rows]


LOST = "4 rows after 8 on 2026-03-01: a larger loss than 40%"
CUT = "roster cut from 8 to 4 rows"


def test_a_loss_that_is_seen_once_stays_in_quarantine(tmp_path: Path) -> None:
    """Twice on one day is once."""
    place = small(tmp_path)
    put(place, WHOLE, FIRST)
    assert put(place, KEPT, f"{SECOND}T06:00:00Z")["reason"] == f"small_plain: {LOST}"
    put(place, KEPT, f"{SECOND}T18:00:00Z")
    assert states(place) == [(8, "accepted", None), (4, "quarantined", LOST)]
    assert series(place) == [(FIRST, 8, None)]


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_a_roster_that_is_seen_on_two_days_was_cut(tmp_path: Path, order: tuple[int, ...]) -> None:
    """It counts from the day that confirms it, in whatever order the pages arrive; the break is shown."""
    place = small(tmp_path)
    pages = [(WHOLE, FIRST), (KEPT, SECOND), (KEPT, THIRD)]
    for number in order:
        put(place, *pages[number])
    assert states(place) == [(8, "accepted", None), (4, "accepted", None)]
    assert series(place) == [(FIRST, 8, None), (THIRD, 4, CUT)]
    (shown,) = place.run("breaks", "small_plain", "--format", "json").json()
    assert (shown["day"], shown["state"], shown["reason"]) == (THIRD, "confirmed", CUT)


def test_a_later_page_confirms_it_although_a_row_came(tmp_path: Path) -> None:
    """Ten models and another one are the roster of ten; both are accepted, and the one that confirms stands."""
    place = small(tmp_path)
    names = [f"model {letter}" for letter in "ABCDEFGHIJKLMNOPQRST"]
    (place.folder / "sources" / "small.toml").write_text(
        (place.folder / "sources" / "small.toml").read_text().replace("max = 8", "max = 80")
    )
    for count, day in ((20, FIRST), (10, SECOND), (11, THIRD)):
        put(place, page(list(range(30, 30 - count, -1)), names=names), day)
    assert [state for _, state, _ in states(place)] == ["accepted"] * 3
    assert series(place) == [(FIRST, 20, None), (THIRD, 11, "roster cut from 20 to 10 rows")]


def test_a_roster_that_came_back_in_between_was_not_cut(tmp_path: Path) -> None:
    """A copy that is cut on some days shows the same first rows each time."""
    place = small(tmp_path)
    for body, day in ((WHOLE, FIRST), (KEPT, SECOND), (WHOLE, THIRD), (KEPT, FOURTH)):
        put(place, body, day)
    assert states(place) == [(8, "accepted", None), (4, "quarantined", LOST)]


def test_another_smaller_roster_confirms_nothing(tmp_path: Path) -> None:
    """Pages that are cut in other places have other rows."""
    place = small(tmp_path)
    for body, day in ((WHOLE, FIRST), (KEPT, SECOND), (page([50, 40, 30, 20], names="EFGH"), THIRD)):
        put(place, body, day)
    assert [state for _, state, _ in states(place)] == ["accepted", "quarantined", "quarantined"]


def test_two_sources_that_show_it_confirm_it(tmp_path: Path) -> None:
    """On one day, with scores that differ by a digit."""
    place = small(tmp_path)
    declared = (place.folder / "sources" / "small.toml").read_text()
    mirror = declared.replace('metric = "points"\n', "").replace("example.org", "example.net")
    (place.folder / "sources" / "mirror.toml").write_text(mirror)
    put(place, WHOLE, FIRST)
    put(place, KEPT, SECOND)
    assert [state for _, state, _ in states(place)] == ["accepted", "quarantined"]
    file = place.folder / "mirrored.csv"
    file.write_bytes(page([90.1, 80, 70, 60]))
    place.run("import", "mirror", file, "--captured-at", SECOND, "--role", "plain")
    assert {state for _, state, _ in states(place)} == {"accepted"}
    assert series(place) == [(FIRST, 8, None), (SECOND, 4, CUT)]


def test_a_persons_word_goes_before_it(tmp_path: Path) -> None:
    """What was rejected by hand is no cut roster, however often it is seen."""
    place = small(tmp_path)
    put(place, WHOLE, FIRST)
    put(place, KEPT, SECOND)
    (snapshot,) = place.sql("SELECT snapshot FROM snapshots WHERE state = 'quarantined'")[0]
    (place.folder / "decisions.csv").write_text(
        f"snapshot,decision,day,by,reason\n{snapshot},reject,2026-03-02,me,a cut page\n"
    )
    put(place, KEPT, THIRD)
    assert states(place)[1] == (4, "quarantined", "rejected by hand: a cut page")
    assert series(place) == [(FIRST, 8, None)]


def test_a_page_of_another_board_is_not_believed(tmp_path: Path) -> None:
    """As many rows, in range, and hardly a name of the day before: a table of something else at the same address."""
    place = small(tmp_path)
    put(place, WHOLE, FIRST)
    outcome = put(place, page([95, 85, 75, 65, 55, 45, 35, 25], names="ABSTUVWX"), SECOND)
    reason = "25% of the names are those of 2026-03-01: another board?"
    assert (outcome["state"], outcome["reason"]) == ("quarantined", f"small_plain: {reason}")
    assert put(place, page([95, 85, 75, 65, 55, 45, 35, 25], names="ABCTUVWX"), THIRD)["state"] == "accepted"


def test_names_that_are_written_otherwise_are_the_same_names(tmp_path: Path) -> None:
    """Claude-4-Opus and Claude Opus 4, GPT-4o and gpt 4o: boards change signs and order, and go on."""
    place = small(tmp_path)
    put(place, page([3, 2, 1], names=["Claude-4-Opus", "GPT-4o", "o3_mini"]), FIRST)
    assert put(place, page([3, 2, 1], names=["Claude Opus 4", "gpt 4o", "O3 Mini"]), SECOND)["state"] == "accepted"


def test_after_a_long_time_other_names_are_no_other_board(tmp_path: Path) -> None:
    """The ten that are used most are others after half a year."""
    place = small(tmp_path)
    put(place, WHOLE, FIRST)
    assert put(place, page([95, 85, 75, 65, 55, 45], names="STUVWX"), "2026-09-01")["state"] == "accepted"


def test_a_board_may_grow_as_it_likes(tmp_path: Path) -> None:
    """From two rows to eight, which hold the two."""
    place = small(tmp_path)
    put(place, page([90, 80]), FIRST)
    assert put(place, WHOLE, SECOND)["state"] == "accepted"
