"""The series of a board: one point a day, from the most trusted accepted provider; of several the last observation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import database
from tests import tiny
from tests.place import page, points, put, small

A, B, C = page([50, 40]), page([60, 40]), page([70, 40])


def test_content_that_comes_back_is_a_point_of_its_own(tmp_path: Path) -> None:
    """Without a published day, A-B-A are three points of two snapshots; first and last seen are those of each turn."""
    place = small(tmp_path / "place")
    for body, at in [(A, "2026-01-01"), (A, "2026-01-02"), (B, "2026-01-03"), (A, "2026-01-04"), (A, "2026-01-06")]:
        put(place, body, at)
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-03", 60), ("2026-01-04", 50)]
    assert place.sql("SELECT count(*) FROM snapshots") == [(2,)]
    seen = place.sql("SELECT captured_at::DATE::VARCHAR, last_seen_at::DATE::VARCHAR FROM series ORDER BY day")
    assert seen == [("2026-01-01", "2026-01-02"), ("2026-01-03", "2026-01-03"), ("2026-01-04", "2026-01-06")]


def test_a_page_from_between_splits_a_turn(tmp_path: Path) -> None:
    """A is seen on the 1st and the 5th; once B of the 3rd turns up, A has come back."""
    place = small(tmp_path / "place")
    for body, at in [(A, "2026-01-01"), (A, "2026-01-05"), (B, "2026-01-03")]:
        put(place, body, at)
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-03", 60), ("2026-01-05", 50)]


def test_a_quarantined_page_does_not_split_a_turn(tmp_path: Path) -> None:
    """What is not believed is as if it had not been seen."""
    place = small(tmp_path / "place")
    for body, at in [(A, "2026-01-01"), (page([50]), "2026-01-03"), (A, "2026-01-05")]:
        put(place, body, at)
    assert points(place, "small_plain") == [("2026-01-01", 50)]


def test_of_one_day_the_last_sighting_wins(tmp_path: Path) -> None:
    """Whichever came in first: B of the evening stands for the day, and A seen again at night in its place."""
    place = small(tmp_path / "place")
    put(place, B, "2026-01-01T20:00:00")
    put(place, A, "2026-01-01T06:00:00")
    assert points(place, "small_plain") == [("2026-01-01", 60)]
    put(place, A, "2026-01-01T23:00:00")
    assert points(place, "small_plain") == [("2026-01-01", 50)]


def test_a_day_is_a_day_in_utc(tmp_path: Path) -> None:
    """One in the morning in Shanghai is the day before."""
    place = small(tmp_path / "place")
    put(place, A, "2026-01-02T01:00:00+08:00")
    assert points(place, "small_plain") == [("2026-01-01", 50)]


def test_the_published_day_counts_but_never_after_the_capture(tmp_path: Path) -> None:
    """Published earlier: that day. Published, so it says, in the future: the day of the capture."""
    place = small(tmp_path / "place")
    put(place, page([50, 40], "2026-01-01"), "2026-01-20", "dated")
    put(place, page([60, 40], "2026-03-01"), "2026-01-25", "dated")
    assert points(place, "small_dated") == [("2026-01-01", 50), ("2026-01-25", 60)]
    published = place.sql("SELECT published_on::VARCHAR FROM series ORDER BY day")
    assert published == [("2026-01-01",), ("2026-03-01",)]


def test_a_day_from_the_future_goes_by_its_first_capture(tmp_path: Path) -> None:
    """SnapshotStats again later, also once its published day has come, the point stays where it was."""
    place = small(tmp_path / "place")
    body = page([60, 40], "2026-03-01")
    for at in ("2026-01-25", "2026-02-20", "2026-03-02"):
        put(place, body, at, "dated")
    assert points(place, "small_dated") == [("2026-01-25", 60)]


def test_a_correction_of_a_published_day_replaces_it(tmp_path: Path) -> None:
    """Two contents under one published day: the one seen last, also when that is the old one again."""
    place = small(tmp_path / "place")
    old, new = page([50, 40], "2026-01-01"), page([60, 40], "2026-01-01")
    put(place, new, "2026-01-10", "dated")
    put(place, old, "2026-01-05", "dated")
    assert points(place, "small_dated") == [("2026-01-01", 60)]
    put(place, old, "2026-01-15", "dated")
    assert points(place, "small_dated") == [("2026-01-01", 50)]


def test_one_page_may_carry_several_days(tmp_path: Path) -> None:
    """A history in one file gives a point for each of its days."""
    place = small(tmp_path / "place")
    body = b"model,points,double,day\nA,50,1,2026-01-01\nB,40,1,2026-01-01\nA,70,1,2026-01-08\nB,40,1,2026-01-08\n"
    put(place, body, "2026-02-01", "dated")
    assert points(place, "small_dated") == [("2026-01-01", 50), ("2026-01-08", 70)]


BY_PROVIDER = """
title = "Other"
publisher = "A test"
homepage = "https://example.org/"
licence = "CC0-1.0"
redistribute = "pages"
licence_page = "https://example.org/licence"
pages = [{ role = "copy", format = "csv", address = "https://example.net/copy.csv" }]
columns = { name = "model", score = "points" }
[boards.small_plain]
page = "copy"
expectations = { rows = [{ min = 2, max = 8 }], score = [0, 100] }
"""


def test_one_provider_for_each_stretch(tmp_path: Path) -> None:
    """A second source shows the same board: it gives points only 60 days after the first was last seen, behind a break."""
    place = small(tmp_path / "place")
    (place.folder / "more").mkdir()
    (place.folder / "more" / "other.toml").write_text(BY_PROVIDER)
    place.config.write_text(place.config.read_text().replace('["sources"]', '["sources", "more"]'))
    put(place, A, "2026-01-01T06:00:00")
    for body, at in [(B, "2026-01-01T20:00:00"), (C, "2026-03-02"), (B, "2026-03-03")]:
        file = place.folder / "copy.csv"
        file.write_bytes(body)
        assert place.run("import", "other", file, "--captured-at", at).code == 0
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-03-03", 60)]
    assert place.sql("SELECT source, break_before FROM series ORDER BY day") == [
        ("small", None), ("other", "provider other after small")
    ]  # fmt: skip
    assert "provider other after small" in place.run("breaks", "small_plain").out


@pytest.mark.parametrize(("comparable", "expected"), [(True, None), (False, "new edition b after a")])
def test_a_new_edition_breaks_a_board_whose_editions_do_not_compare(comparable: bool, expected: str | None) -> None:
    """And no other: where editions compare, the series goes on."""
    connection = tiny.in_memory({})
    tiny.put(connection, "boards", [{"board": "tiny", "direction": "higher", "editions_comparable": comparable}])
    for key, edition in ((1, "a"), (2, "b")):
        day = date(2026, 1, key)
        tiny.put(connection, "snapshots", [{"snapshot_key": key, "snapshot": str(key), "board": "tiny", "published_on": day,
                                       "rows": 1, "state": "accepted"}])  # fmt: skip
        tiny.put(connection, "observations", [{"capture": str(key), "snapshot_key": key, "source": "tiny", "role": "page",
                                       "seen_at": datetime.combine(day, time()), "edition": edition}])  # fmt: skip
    connection.execute(database.sql("series"))
    result = connection.execute("SELECT day, break_before FROM series ORDER BY day").fetchall()
    assert result == [(date(2026, 1, 1), None), (date(2026, 1, 2), expected)]


@pytest.mark.parametrize(("comparable", "expected"), [(True, ["a", "b", "a", "a"]), (False, ["a", "b", "b"])])
def test_an_old_edition_that_is_corrected_later_is_not_the_board_again(comparable: bool, expected: list[str]) -> None:
    """On the third day the old edition changed, and on the fourth both at once: the newer one is what the board is."""
    connection = tiny.in_memory({})
    tiny.put(connection, "boards", [{"board": "tiny", "direction": "higher", "editions_comparable": comparable}])
    for key, edition, on in [(1, "a", 1), (2, "b", 2), (3, "a", 3), (4, "a", 4), (5, "b", 4)]:
        # Of two snapshots of one moment the first by id stands, where editions compare.
        tiny.put(connection, "snapshots", [{"snapshot_key": key, "snapshot": f"{edition}{key}", "board": "tiny",
                                       "published_on": None, "rows": 1, "state": "accepted"}])  # fmt: skip
        tiny.put(connection, "observations", [{"capture": str(key), "snapshot_key": key, "source": "tiny", "role": "page",
                                       "seen_at": datetime.combine(date(2026, 1, on), time()), "edition": edition}])  # fmt: skip
    connection.execute(database.sql("series"))
    result = connection.execute("SELECT edition FROM series ORDER BY day").fetchall()
    assert [edition for (edition,) in result] == expected


def test_ranks_alone_are_names_in_common() -> None:
    """A provider that publishes no scores is no break from point to point; other names are one."""
    connection = tiny.in_memory({})
    tiny.put(connection, "boards", [{"board": "tiny", "max_drop": 0.25, "editions_comparable": True}])
    for key, name in ((1, "a"), (2, "a"), (3, "b")):
        day = date(2026, 1, key)
        tiny.put(connection, "snapshots", [{"snapshot_key": key, "snapshot": str(key), "board": "tiny", "rows": 1,
                                       "published_on": day, "state": "accepted"}])  # fmt: skip
        tiny.put(connection, "observations", [{"capture": str(key), "snapshot_key": key, "source": "tiny", "role": "page",
                                       "seen_at": datetime.combine(day, time())}])  # fmt: skip
        tiny.put(connection, "names", [{"name_key": key, "name": name, "models": []}])
        tiny.put(connection, "entries", [{"snapshot_key": key, "row": 0, "name_key": key, "published_rank": 1}])
    connection.execute(database.sql("series"))
    result = connection.execute(database.sql("suspected_breaks"), ["tiny"]).fetchall()
    assert [(row[2], row[-1]) for row in result] == [(date(2026, 1, 3), "no name in common")]


def test_an_edition_seen_while_it_was_the_newest_is_not_replaced_by_what_it_became() -> None:
    """Edition a was seen live on day 2, and again in August, dated to the eve of b: it stands as it was on day 2.

    Edition b was never seen live: its eve, day 9, is the best that is known of it.
    """
    connection = tiny.in_memory({})
    tiny.put(connection, "boards", [{"board": "tiny", "direction": "higher", "editions_comparable": False}])
    shown = [
        ("live", "a", None, date(2026, 1, 2)),
        ("eve of b", "a", date(2026, 1, 4), date(2026, 8, 1)),
        ("eve of c", "b", date(2026, 1, 9), date(2026, 8, 1)),
    ]
    for key, (snapshot, edition, published, seen) in enumerate(shown, 1):
        tiny.put(connection, "snapshots", [{"snapshot_key": key, "snapshot": snapshot, "board": "tiny",
                                       "published_on": published, "rows": 1, "state": "accepted"}])  # fmt: skip
        tiny.put(connection, "observations", [{"capture": str(key), "snapshot_key": key, "source": "tiny", "role": "page",
                                       "seen_at": datetime.combine(seen, time()), "edition": edition}])  # fmt: skip
    connection.execute(database.sql("series"))
    result = connection.execute("SELECT day, snapshot FROM series ORDER BY day").fetchall()
    assert result == [(date(2026, 1, 2), "live"), (date(2026, 1, 9), "eve of c")]


@dataclass(frozen=True)
class Observation:
    """One observation: a snapshot, seen at an hour of January, by a page of a provider, under a published day."""

    snapshot: str
    hour: int  # since the first of January
    source: str = "main"
    role: str = "json"
    published: int | None = None  # day of January
    rows: int = 1
    newest_row: int | None = None
    content: str = ""

    @property
    def at(self) -> datetime:
        return datetime.combine(date(2026, 1, 1), time()) + timedelta(hours=self.hour)

    @property
    def published_on(self) -> date | None:
        return None if self.published is None else date(2026, 1, self.published)

    def is_dated(self) -> bool:
        """Whether the publisher dates these rows: `line` prints no more than a day of its page."""
        return self.source != "line" and self.published_on is not None and self.published_on <= self.at.date()


TRUST = {("main", "json"): 0, ("main", "html"): 1, ("line", "json"): 100, ("copy", "json"): 200}


def series_of(observations: Iterable[Observation], bridge_days: int = 60) -> list[tuple[str, str, str | None]]:
    """(day, snapshot, break) of every point of the series that these observations make."""
    connection = tiny.in_memory({})
    tiny.put(connection, "boards", [{"board": "tiny", "direction": "higher", "bridge_days": bridge_days}])
    tiny.put(connection, "board_providers", [
        {"board": "tiny", "source": source, "role": role, "trust": trust, "dates_content": source != "line"}
        for (source, role), trust in TRUST.items()
    ])  # fmt: skip
    keys: dict[str, int] = {}
    for number, seen in enumerate(observations):
        if seen.snapshot not in keys:
            keys[seen.snapshot] = len(keys)
            tiny.put(connection, "snapshots", [{
                "snapshot_key": keys[seen.snapshot], "snapshot": seen.snapshot, "board": "tiny", "rows": seen.rows,
                "published_on": seen.published_on, "state": "accepted", "content": seen.content or seen.snapshot,
            }])  # fmt: skip
        day = None if seen.newest_row is None else date(2026, 1, seen.newest_row)
        tiny.put(connection, "observations", [{
            "capture": str(number), "snapshot_key": keys[seen.snapshot], "source": seen.source, "role": seen.role,
            "seen_at": seen.at, "newest_row": day,
        }])  # fmt: skip
    connection.execute(database.sql("series"))
    points = connection.execute("SELECT day, snapshot, break_before FROM series ORDER BY day").fetchall()
    return [(str(day), snapshot, reason) for day, snapshot, reason in points]


def days_of(points: Iterable[tuple[str, str, str | None]]) -> list[str]:
    """What stands on which day, as `3 A`."""
    return [f"{int(day[-2:])} {snapshot}" for day, snapshot, _ in points]


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        # The front page changed hours after the data file was read: the newer content stands, not the more trusted page.
        ([Observation("A", 4), Observation("B", 20, role="html")], ["1 B"]),
        # At one moment the more trusted page speaks for both.
        ([Observation("A", 4), Observation("B", 4, role="html")], ["1 A"]),
        # The data file is read again and still says what it said: it brings no news, and the front page stands.
        ([Observation("A", 4), Observation("B", 20, role="html"), Observation("A", 30), Observation("A", 60)], ["1 B"]),
        # A page that changes back is news.
        ([Observation("A", 4), Observation("B", 30), Observation("A", 60)], ["1 A", "2 B", "3 A"]),
        # A page's own line dates nothing: the rows changed under it, and stand where they were first seen.
        ([Observation("A", 4, "line", published=1), Observation("B", 200, "line", published=1)], ["1 A", "9 B"]),
        # Dated data stand on their day, whenever they came.
        ([Observation("A", 200, published=3)], ["3 A"]),
        # A day that was still to come when the rows were seen was published by nobody.
        ([Observation("A", 4, published=31)], ["1 A"]),
        # Two captures of one second: the later content by the days of its rows, or else by its rows.
        ([Observation("A", 4, newest_row=1), Observation("B", 4, newest_row=2)], ["1 B"]),
        ([Observation("B", 4, newest_row=2), Observation("C", 4, newest_row=1, rows=9)], ["1 B"]),
        ([Observation("C", 4, rows=9), Observation("D", 4, rows=8)], ["1 C"]),
        # Of two versions of one dated day the one that was seen last.
        ([Observation("A", 100, published=3), Observation("B", 200, published=3)], ["3 B"]),
    ],
)  # fmt: skip
def test_what_stands_on_a_day(observations: list[Observation], expected: list[str]) -> None:
    """In whatever order the observations came in."""
    for order in (observations, observations[::-1]):
        assert days_of(series_of(order)) == expected


def test_providers_take_no_turns() -> None:
    """Two providers with different rows in one week, a bridge of 5 days: the copy stands only where the other is away."""
    main = [Observation(f"m{day}", 24 * day) for day in (4, 6, 8, 20)]
    copy = [Observation(f"c{day}", 24 * day, "copy") for day in (1, 5, 7, 12, 13, 14)]
    points = series_of([*main, *copy], bridge_days=5)
    assert days_of(points) == ["2 c1", "5 m4", "7 m6", "9 m8", "15 c14", "21 m20"]
    assert [reason for *_, reason in points] == [
        None, "provider main after copy", None, None, "provider copy after main", "provider main after copy"
    ]  # fmt: skip


def test_how_old_the_rows_are() -> None:
    """Since the newest day that the rows print, or else since the same rows were first seen, under whatever day."""
    for observations, expected in [
        ([Observation("A", 100), Observation("A", 200)], ["2026-01-05"]),
        ([Observation("A", 100, newest_row=2)], ["2026-01-02"]),
        ([Observation("A", 100, newest_row=30)], ["2026-01-05"]),  # a row of a day to come makes no page younger
        (
            [Observation("A", 24, published=1, content="x"), Observation("B", 96, published=4, content="x")],
            ["2026-01-01"] * 2,
        ),
    ]:
        series_of(observations)
        result = tiny.memory().execute("SELECT content_since FROM series ORDER BY day").fetchall()
        assert [str(day) for (day,) in result] == expected


@st.composite
def observed(draw: st.DrawFn) -> list[Observation]:
    """Some observations of a few snapshots, each with one published day, one content and one number of rows."""
    days = {name: draw(st.none() | st.integers(1, 12), label=f"day of {name}") for name in "ABCDE"}
    return draw(
        st.lists(
            st.builds(
                lambda name, hour, page, newest: Observation(name, hour, *page, days[name], ord(name) % 3, newest),
                st.sampled_from("ABCDE"), st.integers(0, 11 * 24), st.sampled_from(list(TRUST)), st.none(),
            ),
            min_size=1, max_size=10, unique_by=lambda seen: (seen.source, seen.role, seen.hour),
        )
    )  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(observed(), st.integers(1, 12), st.sampled_from([2, 60]))
def test_no_day_looks_ahead(observations: list[Observation], day: int, bridge_days: int) -> None:
    """What stands on a day is what stood there when only captures up to it were known, and data dated by a publisher."""
    by_then = [seen for seen in observations if seen.at.date() <= date(2026, 1, day) or seen.is_dated()]
    whole, known = series_of(observations, bridge_days), series_of(by_then, bridge_days)
    up_to = f"2026-01-{day:02}"
    assert [point for point in whole if point[0] <= up_to] == [point for point in known if point[0] <= up_to]
