"""A clock that jumped: captures whose time lies in the future are set aside until then, and said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.archive import Archive
from tests.place import Place, page, points, put, small
from tests.upstream import Upstream

NOW, LATER = "2026-02-01", "2036-05-06"


def boards(place: Place) -> list[tuple[str, float]]:
    """The points of the board without a day of its own."""
    return points(place, "small_plain")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A page of January, and one that a machine with a wrong clock saved in 2036."""
    place = small(tmp_path / "place")
    put(place, page([50, 40]), "2026-01-01")
    put(place, page([60, 40]), "2036-05-05")
    return place


def test_a_capture_from_the_future_is_set_aside(place: Place) -> None:
    """It gives no point, its import says why, and so do status and the quarantine; the ledger keeps it."""
    assert boards(place) == [("2026-01-01", 50)]
    assert len(place.ledger()) == 2
    outcome = put(place, page([60, 40]), "2036-05-05")
    assert (outcome["state"], outcome["reason"]) == (
        "quarantined", "its time, 2036-05-05 00:00, lies in the future",
    )  # fmt: skip
    status = place.run("status", now=NOW)
    assert "problem: small: 1 captures are set aside: their time, up to 2036-05-05, lies in the future" in status.err
    (row,) = [row for row in place.run("status", "--format", "json", now=NOW).json() if row["board"] == "small_plain"]
    assert row["last_success"] == "2026-01-01T00:00:00Z"
    (entry,) = place.run("quarantine", "list", "--format", "json", now=NOW).json()
    assert entry["reason"] == "its time, 2036-05-05 00:00, lies in the future"
    assert len(place.ledger()) == 2


def test_once_its_time_has_come_it_counts(place: Place) -> None:
    """Lived through or rebuilt, a database of that day is the same; and so is one of today, if the clock goes back."""
    today = place.exported()
    assert place.run("publish", now=LATER).code == 0
    assert boards(place) == [("2026-01-01", 50), ("2036-05-05", 60)]
    later = place.exported()
    assert "set aside" not in place.run("status", now=LATER).err
    assert place.run("rebuild", now=LATER).code == 0
    assert place.exported() == later
    assert place.run("publish", now=NOW).code == 0
    assert place.exported() == today
    assert place.run("rebuild", now=NOW).code == 0
    assert place.exported() == today


@pytest.mark.parametrize(
    ("at", "counts"), [("2026-02-02T00:00:00", True), ("2026-02-02T00:00:01", False)], ids=["a day", "more"]
)
def test_a_day_ahead_is_believed(tmp_path: Path, at: str, counts: bool) -> None:
    """Time zones, and clocks that are a little fast."""
    place = small(tmp_path / "place")
    put(place, page([50, 40]), at)
    assert place.run("publish", now=NOW).code == 0
    assert bool(boards(place)) == counts


def test_the_last_day_of_all(place: Place) -> None:
    """No date is too late to be `--now`."""
    assert place.run("publish", now="9999-12-31").code == 0
    assert len(boards(place)) == 2


def test_a_clock_that_fell_back_is_said_in_one_line(upstream: Upstream, tmp_path: Path) -> None:
    """A collect whose clock is earlier than the ledger by more than a day; with the right clock all is as it was."""
    place = Place(tmp_path / "place", upstream.mirror)
    assert place.run("collect", "vectara").code == 0
    right = place.exported()
    done = place.run("collect", "vectara", now="2026-10-30")
    assert done.code == 0
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert warnings == [
        "warning: the clock says 2026-10-30 00:00, and the ledger has captures of up to 2026-11-01 00:00: 2 are set aside"
        " until then"
    ]
    assert warnings[0].removeprefix("warning: ") in (place.data / "tracker.log").read_text()
    done = place.run("collect", "vectara")
    assert done.code == 0
    assert "warning" not in done.err
    for file in ("entries.csv", "shares.csv"):
        assert place.exported()[file].count(b"\n") == right[file].count(b"\n")
    assert place.run("collect", "vectara", now="2026-10-31T12:00:00").err.count("warning") == 0


def test_what_a_run_fetched_while_its_clock_jumped(upstream: Upstream, tmp_path: Path) -> None:
    """A set of pages of which some have the right time: read without the others today, and with them once they count."""
    place = Place(tmp_path / "place", upstream.mirror)
    assert place.run("collect", "tau2").code == 0
    ledger = next((place.archive / "ledger").iterdir())
    lines = ledger.read_bytes().splitlines(keepends=True)
    jumped = [line.replace(b"2026-11-01T", b"2036-05-05T") if n % 2 else line for n, line in enumerate(lines)]
    ledger.write_bytes(b"".join(line for line in jumped if b"2036" not in line))
    (ledger.parent / "2036-05.jsonl").write_bytes(b"".join(line for line in jumped if b"2036" in line))
    assert sum(1 for _ in Archive(place.archive).lines()) == len(lines)
    assert place.run("publish").code == 0
    assert place.days() == {}
    assert place.run("publish", now=LATER).code == 0
    lived = place.exported()
    assert place.days()
    assert place.run("rebuild", now=LATER).code == 0
    assert place.exported() == lived
