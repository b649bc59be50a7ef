"""Third parties' copies of the Arena's tables: their days, and how a cut one is told."""

from __future__ import annotations

from datetime import date

import pytest

from storage import validate
from tests.saved_pages import SAVED, declared, page, read


def test_the_mirror_takes_the_arenas_day_and_none_where_that_is_blank() -> None:
    """last_updated; the day on which the copy was made was published by nobody."""
    days = {
        file: read("arena_mirror", page(SAVED / "arena_mirror" / file))[0].published_on
        for file in ("text.2026-04-01.json", "text.2026-08-17.json")
    }
    assert days == {"text.2026-04-01.json": None, "text.2026-08-17.json": date(2026, 8, 12)}


@pytest.mark.parametrize(
    ("board", "rows", "day", "believed"),
    [
        ("arena_text", 71, date(2026, 4, 1), False),
        ("arena_text", 385, date(2026, 8, 1), True),
        ("arena_vision", 50, date(2026, 6, 14), False),
        ("arena_vision", 145, date(2026, 8, 1), True),
        ("arena_webdev", 55, date(2026, 3, 18), True),
        ("arena_webdev", 30, date(2026, 6, 12), False),
    ],
)
def test_a_mirror_that_was_cut_is_not_believed(board: str, rows: int, day: date, believed: bool) -> None:
    """It was cut to between 10 and 71 rows on most days of 2026, with green builds."""
    expected = declared("arena_mirror").boards[board].expectations
    reason = validate.fault(expected, validate.SnapshotStats(day, rows, set(expected.landmarks), 1000, 1500))
    assert (reason is None) == believed


def test_sources_that_are_frozen_or_cut_are_off_and_say_why() -> None:
    """A page without a day, fetched now, would count as today's."""
    for name in ("arena_csv", "arena_catalog", "arena_mirror"):
        source = declared(name)
        assert not source.enabled
        assert len(source.disabled_reason) > 20
