"""Shares on boards small enough to count by hand, and what must hold on any board."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import warehouse
from tests.tiny import DAY, Row, database, in_memory
from tracker.shares import Definition, Share, shares

CN = {"country": "CN", "openness": "open_weights"}
US = {"country": "US", "openness": "proprietary"}
# Three rows tie on places 2 to 4.
TIED = [
    Row("a", 9, 1, "a", "A", **US),
    Row("b", 8, 2, "b", "B", **CN),
    Row("c", 8, 2, "c", "C", **US),
    Row("d", 8, 2, "d", "D", **CN),
    Row("e", 7, 5, "e", "E", **CN),
]


def ask(rows: list[Row], top: int, direction: str = "higher", **knobs: Any) -> dict[str, Share]:
    """The shares of one board: value -> share. Of two properties the values are joined by a space."""
    connection = in_memory({"tiny": (direction, rows)})
    found = shares(connection, ["tiny"], [top], Definition(**knobs), as_of=DAY, today=DAY)
    return {" ".join(share.values.values()): share for share in found}


def counts(found: dict[str, Share]) -> dict[str, float]:
    """value -> count."""
    return {value: round(share.count, 6) for value, share in found.items()}


def test_three_tied_across_the_cut() -> None:
    """Place 2 and 3 are shared by three rows: each is two thirds in; include takes 4 rows, exclude 1."""
    found = ask(TIED, 3)
    assert counts(found) == {"US": pytest.approx(1 + 2 / 3), "CN": pytest.approx(4 / 3)}
    assert {share.of for share in found.values()} == {3}
    found = ask(TIED, 3, ties="include")
    assert counts(found) == {"US": 2, "CN": 2}
    assert found["CN"].of == 4
    assert found["CN"].share == 0.5
    assert counts(ask(TIED, 3, ties="exclude")) == {"US": 1}


def test_a_board_shorter_than_n() -> None:
    """The real denominator: five rows, not twenty."""
    found = ask(TIED, 20)
    assert counts(found) == {"US": 2, "CN": 3}
    assert found["CN"].of == 5
    assert found["CN"].share == 0.6


def test_lower_is_better() -> None:
    """The smallest score holds place 1."""
    rows = [Row("good", 1.8, **CN), Row("bad", 9.9, **US)]
    assert counts(ask(rows, 1, "lower")) == {"CN": 1}


def test_all_unknown() -> None:
    """Nothing is known, and the only value is unknown; no value is made up."""
    found = ask([Row("x", 2), Row("y", 1)], 2)
    assert counts(found) == {"unknown": 2}


def test_an_unknown_widens_the_answer() -> None:
    """An unknown row is in no other count and in every high."""
    found = ask([Row("a", 3, **CN), Row("x", 2), Row("b", 1, **US)], 3)
    assert (found["CN"].count, found["CN"].low, found["CN"].high) == (1, 1, 2)
    assert (found["unknown"].count, found["unknown"].high) == (1, 1)
    assert found["US"].share_high == pytest.approx(2 / 3)


def test_bounds_of_two_properties() -> None:
    """Country CN with openness unknown may be CN and open; a US row may not."""
    rows = [Row("a", 3, **CN), Row("b", 2, country="CN"), Row("c", 1, country="US"), Row("d", 0)]
    found = ask(rows, 4, by="country,openness")
    assert counts(found) == {"CN open_weights": 1, "CN unknown": 1, "US unknown": 1, "unknown unknown": 1}
    assert found["CN open_weights"].high == 3


def test_rows_without_a_score_have_no_place() -> None:
    """Absent is not zero: the row with score 0 is in, the one without is not."""
    found = ask([Row("a", 0, **CN), Row("b", None, **US)], 2)
    assert counts(found) == {"CN": 1}
    assert found["CN"].of == 1


def test_by_release_each_once_by_its_best_row() -> None:
    """Two configurations of one release take one place; unresolved rows count one by one, and are told."""
    rows = [
        Row("a high", 9, release="a", **US),
        Row("a low", 8, release="a", **US),
        Row("x high", 7, **CN),
        Row("x low", 6, **CN),
        Row("b", 5, release="b", **CN),
    ]
    found = ask(rows, 3, unit="release")
    assert counts(found) == {"US": 1, "CN": 2}
    assert found["CN"].unresolved == 2


def test_by_developer_mixed_rows_are_left_out() -> None:
    """A row of several developers belongs to none of them; a developer's openness is that of its best row."""
    rows = [
        Row("a + b", 9, release="a + b", developer="*", country="mixed", openness="mixed"),
        Row("a", 8, release="a", developer="A", country="US", openness="proprietary"),
        Row("a open", 7, release="a2", developer="A", country="US", openness="open_weights"),
        Row("b", 6, release="b", developer="B", **CN),
    ]
    assert counts(ask(rows, 5, unit="developer", by="openness")) == {
        "proprietary": 1,
        "open_weights": 1,
    }
    assert counts(ask(rows, 1)) == {"mixed": 1}
    assert counts(ask(rows, 5, unit="developer", by="developer")) == {"A": 1, "B": 1}


def test_printed_rank() -> None:
    """The cut by the printed rank: the group is the rows that share the rank of the row at place N."""
    rows = [Row("a", 1, 1, **CN), Row("b", 9, 2, **US), Row("c", 8, 2, **CN), Row("d", 7, None, **US)]
    found = ask(rows, 2, rank_by="printed")
    assert counts(found) == {"CN": 1.5, "US": 0.5}


def test_every_day_and_as_of(tmp_path: Path) -> None:
    """Nothing on or before the day: no answer. The newest on or before it otherwise."""
    database(tmp_path, {"tiny": ("higher", TIED)})
    connection = warehouse.connect(warehouse.published(tmp_path), read_only=True)
    try:
        before = shares(connection, ["tiny"], [3], Definition(), as_of=date(2026, 1, 1), today=DAY)
        after = shares(connection, ["tiny"], [3], Definition(), as_of=date(2027, 1, 1), today=DAY, every_day=True)
        macro = connection.execute("SELECT \"first\", count FROM share_of('tiny', 3) ORDER BY ALL").fetchall()
        daily = connection.execute(
            "SELECT \"first\", count FROM shares_by_day WHERE top = 20 AND by_value = 'country' ORDER BY ALL"
        ).fetchall()
    finally:
        connection.close()
    assert before == []
    assert {share.day for share in after} == {DAY}
    assert macro == [("CN", pytest.approx(4 / 3)), ("US", pytest.approx(5 / 3))]
    assert daily == [("CN", 3), ("US", 2)]


row_lists = st.lists(
    st.builds(
        Row,
        name=st.sampled_from("abcdefgh"),
        score=st.one_of(st.none(), st.integers(1, 4).map(float)),
        release=st.sampled_from(["", "r1", "r2", "r3"]),
        developer=st.sampled_from(["", "*", "A", "B"]),
        country=st.sampled_from(["", "mixed", "CN", "US"]),
        openness=st.sampled_from(["", "open_weights", "proprietary"]),
    ),
    min_size=1,
    max_size=6,
)
on_any_board = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(rows=row_lists, top=st.integers(1, 7), data=st.data())
@on_any_board
def test_shares_sum_to_one(rows: list[Row], top: int, data: st.DataObject) -> None:
    """Over all values a share is whole, and each lies within its bounds."""
    by = data.draw(st.sampled_from(["country", "openness", "country,openness", "developer"]))
    unit = data.draw(st.sampled_from(["entry", "release", "developer"]))
    ties = data.draw(st.sampled_from(["fractional", "include"]))
    found = ask(rows, top, by=by, unit=unit, ties=ties)
    if found:
        assert sum(share.share for share in found.values()) == pytest.approx(1)
    for share in found.values():
        assert 0 <= share.share_low <= share.share <= share.share_high <= 1 + 1e-12


@given(rows=row_lists, top=st.integers(1, 5))
@on_any_board
def test_fractional_is_the_mean_over_all_orders(rows: list[Row], top: int) -> None:
    """Sharing the places left equals the mean over every order in which the tied rows could stand."""
    scored = [row for row in rows if row.score is not None]
    found = counts(ask(rows, top))
    orders = [sorted(order, key=lambda row: -(row.score or 0)) for order in permutations(scored)]
    for value in {row.country or "unknown" for row in scored}:
        mean = sum(sum((r.country or "unknown") == value for r in order[:top]) for order in orders) / len(orders)
        assert (found[value] if value in found else 0) == pytest.approx(mean, abs=1e-6)


@given(rows=row_lists, top=st.integers(1, 4))
@on_any_board
def test_rows_below_the_cut_change_nothing(rows: list[Row], top: int) -> None:
    """Worse rows under a full top N leave every count as it was."""
    if sum(row.score is not None for row in rows) < top:
        return
    more = [*rows, Row("last", 0.5, country="CN"), Row("least", 0.25)]
    before = ask(rows, top)
    after = ask(more, top)
    assert counts(before) == counts(after)


@given(rows=row_lists, top=st.integers(1, 6), country=st.sampled_from(["CN", "US"]))
@on_any_board
def test_resolving_an_unknown_stays_within_the_bounds(rows: list[Row], top: int, country: str) -> None:
    """Whatever an unknown turns out to be, the new count lies within the old bounds."""
    known = [Row(r.name, r.score, r.printed_rank, r.release, r.developer, r.country or country) for r in rows]
    before = ask(rows, top)
    after = ask(known, top)
    unknown = before["unknown"].count if "unknown" in before else 0
    for value, share in after.items():
        low, high = (before[value].low, before[value].high) if value in before else (0, unknown)
        assert low - 1e-9 <= share.count <= high + 1e-9
