"""Shares on boards small enough to count by hand, and what must hold on any board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations_with_replacement, permutations
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import database, publish, share_query
from tests.any_board import on_any_board, row_lists
from tests.tiny import DAY, Row, in_memory, tiny_database
from tracker.analysis.shares import Share, shares
from tracker.definition import By, Definition

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


def ask(rows: list[Row], top: int, direction: str = "higher", **options: Any) -> dict[str, Share]:
    """The shares of one board: value -> share. Of two properties the values are joined by a space."""
    connection = in_memory({"tiny": (direction, rows)})
    result = shares(connection, ["tiny"], [top], Definition(**options), as_of=DAY, today=DAY)
    return {" ".join(share.values.values()): share for share in result}


def counts(result: dict[str, Share]) -> dict[str, float]:
    """value -> count."""
    return {value: round(share.count, 6) for value, share in result.items()}


def test_three_tied_across_the_cut() -> None:
    """Place 2 and 3 are shared by three rows: each is two thirds in; include takes 4 rows, exclude 1."""
    result = ask(TIED, 3)
    assert counts(result) == {"US": pytest.approx(1 + 2 / 3), "CN": pytest.approx(4 / 3)}
    assert {share.of for share in result.values()} == {3}
    result = ask(TIED, 3, ties="include")
    assert counts(result) == {"US": 2, "CN": 2}
    assert result["CN"].of == 4
    assert result["CN"].share == 0.5
    assert counts(ask(TIED, 3, ties="exclude")) == {"US": 1}


def test_a_board_shorter_than_n() -> None:
    """The real denominator: five rows, not twenty."""
    result = ask(TIED, 20)
    assert counts(result) == {"US": 2, "CN": 3}
    assert result["CN"].of == 5
    assert result["CN"].share == 0.6


def test_lower_is_better() -> None:
    """The smallest score holds place 1."""
    rows = [Row("good", 1.8, **CN), Row("bad", 9.9, **US)]
    assert counts(ask(rows, 1, "lower")) == {"CN": 1}


def test_all_unknown() -> None:
    """Nothing is known, and the only value is unknown; no value is made up."""
    result = ask([Row("x", 2), Row("y", 1)], 2)
    assert counts(result) == {"unknown": 2}


def test_an_unknown_widens_the_answer() -> None:
    """An unknown row is in no other count and in every high."""
    result = ask([Row("a", 3, **CN), Row("x", 2), Row("b", 1, **US)], 3)
    assert (result["CN"].count, result["CN"].low, result["CN"].high) == (1, 1, 2)
    assert (result["unknown"].count, result["unknown"].high) == (1, 1)
    assert result["US"].share_high == pytest.approx(2 / 3)


def test_bounds_of_two_properties() -> None:
    """Country CN with openness unknown may be CN and open; a US row may not."""
    rows = [Row("a", 3, **CN), Row("b", 2, country="CN"), Row("c", 1, country="US"), Row("d", 0)]
    result = ask(rows, 4, by="country,openness")
    assert counts(result) == {"CN open_weights": 1, "CN unknown": 1, "US unknown": 1, "unknown unknown": 1}
    assert result["CN open_weights"].high == 3


def test_rows_without_a_score_have_no_place() -> None:
    """Absent is not zero: the row with score 0 is in, the one without is not."""
    result = ask([Row("a", 0, **CN), Row("b", None, **US)], 2)
    assert counts(result) == {"CN": 1}
    assert result["CN"].of == 1


def test_by_release_each_once_by_its_best_row() -> None:
    """Two configurations of one release take one place; unresolved rows count one by one, and are told."""
    rows = [
        Row("a high", 9, release="a", **US),
        Row("a low", 8, release="a", **US),
        Row("x high", 7, **CN),
        Row("x low", 6, **CN),
        Row("b", 5, release="b", **CN),
    ]
    result = ask(rows, 3, unit="release")
    assert counts(result) == {"US": 1, "CN": 2}
    assert result["CN"].unresolved == 2


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
    """The cut by the published rank: the group is the rows that share the rank of the row at place N."""
    rows = [Row("a", 1, 1, **CN), Row("b", 9, 2, **US), Row("c", 8, 2, **CN), Row("d", 7, None, **US)]
    result = ask(rows, 2, rank_by="published_rank")
    assert counts(result) == {"CN": 1.5, "US": 0.5}


@pytest.mark.parametrize(
    ("openness_as_of", "out_on", "today", "level"),
    [
        ("snapshot", 0, 9, "open_weights"),  # published on the day of the snapshot itself
        ("snapshot", 1, 9, "proprietary"),  # on the day after: as of the snapshot it was not
        ("today", 1, 1, "open_weights"),  # as of today it is
        ("today", 2, 1, "proprietary"),  # and is not yet, where that is tomorrow
        ("today", 0, -1, "proprietary"),  # whatever the day of the snapshot says
    ],
)
def test_openness_as_of(openness_as_of: Any, out_on: int, today: int, level: str) -> None:
    """Weights hold from the day on which they were published, read at the snapshot's day or today's, as asked."""
    connection = in_memory({"tiny": ("higher", [Row("a", 1, openness="proprietary")])})
    out = DAY + timedelta(out_on)
    connection.execute("UPDATE openness SET until = ?", [out])
    connection.execute(
        "INSERT INTO openness SELECT name_key, meant_since, ?, ?, 'open_weights', '' FROM openness",
        [out, publish.NO_DAY],
    )
    definition = Definition(by="openness", openness_as_of=openness_as_of)
    (result,) = shares(connection, ["tiny"], [1], definition, as_of=DAY, today=DAY + timedelta(today))
    assert result.values == {"openness": level}


def test_every_day_and_as_of(tmp_path: Path) -> None:
    """Nothing on or before the day: no answer. The newest on or before it otherwise."""
    tiny_database(tmp_path, {"tiny": ("higher", TIED)})
    connection = database.connect(database.published(tmp_path), read_only=True)
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


@dataclass(frozen=True)
class Question:
    """One board, the N asked of it, and the definition."""

    rows: tuple[Row, ...]
    top: int
    direction: str = "higher"
    definition: Definition = field(default_factory=Definition)


def ask_all(questions: Sequence[Question]) -> list[dict[str, Share]]:
    """The shares that each question has, value -> share: all of them by one run of the text, as it can be asked."""
    boards = {f"board {ask}": (item.direction, item.rows) for ask, item in enumerate(questions)}
    connection = in_memory(boards)
    asked = [
        {"ask": ask, "board": board, "top": item.top, "as_of": DAY, "today": DAY, "every_day": False,
         **{"by_value" if option == "by" else option: value for option, value in asdict(item.definition).items()}}
        for ask, (board, item) in enumerate(zip(boards, questions, strict=True))
    ]  # fmt: skip
    connection.register("questions", pa.Table.from_pylist(asked))
    answers = connection.execute(share_query.shares("FROM questions")).fetchall()
    connection.unregister("questions")
    result: list[dict[str, Share]] = [{} for _ in questions]
    for ask, *row in answers:
        by, first, second = row[12:15]
        values = dict(zip(by.split(","), (first, second), strict=False))
        result[ask][" ".join(values.values())] = Share(*row[:12], values, *row[15:])  # type: ignore[call-arg]
    return result


def may_be(result: Mapping[str, Share], value: str) -> float:
    """How many may turn out to have the value (its parts joined by a space), by the counts alone."""
    wanted = value.split(" ")
    return sum(
        share.count for share in result.values()
        if all(held in (part, "unknown") for held, part in zip(share.values.values(), wanted, strict=True))
    )  # fmt: skip


# Every board of one to three rows that has two scores and, of both properties, what is known and what is not, at every
# N that it has: ties across the cut and unknowns in all places, whatever the dice say.
KINDS = [
    Row("x", score, rank, country=country, openness=openness)
    for score, rank in ((2.0, 1.0), (1.0, 2.0))
    for country, openness in (("CN", "open_weights"), ("CN", ""), ("US", "proprietary"), ("", ""))
]
EVERY_SMALL = [
    Question(rows, top)
    for size in (1, 2, 3)
    for rows in combinations_with_replacement(KINDS, size)
    for top in range(1, size + 1)
]


class Small(list[Question]):
    """Every small board under a definition; told by its options, as hypothesis prints each example."""

    def __init__(self, **options: Any) -> None:
        super().__init__(replace(item, definition=Definition(**options)) for item in EVERY_SMALL)
        self._options = options

    def __repr__(self) -> str:
        return f"Small(**{self._options})"


def questions(**narrower: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Question]]:
    """Up to twenty boards at a time, each with an N within its rows."""
    options = {
        "by": st.sampled_from(get_args(By)),
        "unit": st.sampled_from(["entry", "release", "developer"]),
        "ties": st.sampled_from(["fractional", "include", "exclude"]),
        "rank_by": st.sampled_from(["score", "score", "published_rank", "published_rank_at_most"]),
        "open_means": st.sampled_from(["any", "permissive"]),
    }
    definitions = st.builds(Definition, **(options | narrower))

    def asked(rows: list[Row]) -> st.SearchStrategy[Question]:
        return st.builds(
            Question, st.just(tuple(rows)), st.integers(1, len(rows)), st.sampled_from(["higher", "lower"]), definitions
        )

    return st.lists(row_lists.flatmap(asked), min_size=1, max_size=20)


on_any_boards = settings(on_any_board, max_examples=6, suppress_health_check=list(HealthCheck))


@given(asked=questions())
@example(asked=Small())
@example(asked=Small(ties="include", by="country,openness"))
@on_any_boards
def test_shares_sum_to_one(asked: list[Question]) -> None:
    """Over all values a share is whole; each lies within its bounds; the high is what may turn out to be the value."""
    for item, result in zip(asked, ask_all(asked), strict=True):
        of = sum(share.count for share in result.values())
        if result:
            assert sum(share.share for share in result.values()) == pytest.approx(1)
        for value, share in result.items():
            assert 0 <= share.low <= share.count <= share.high <= share.of + 1e-9
            assert 0 <= share.share_low <= share.share <= share.share_high <= 1 + 1e-12
            assert (share.of, share.high) == (pytest.approx(of), pytest.approx(may_be(result, value)))
            assert share.share == pytest.approx(share.count / of)
        if item.definition.ties == "fractional" and item.definition.rank_by == "score":
            assert of <= item.top + 1e-9


@given(asked=questions(**{option: st.just(value) for option, value in asdict(Definition()).items()}))
@example(asked=Small())
@on_any_boards
def test_fractional_is_the_mean_over_all_orders(asked: list[Question]) -> None:
    """Sharing the places left equals the mean over every order in which the tied rows could stand."""
    for item, result in zip(asked, ask_all(asked), strict=True):
        sign = -1 if item.direction == "higher" else 1
        scored = [(sign * row.score, row.country or "unknown") for row in item.rows if row.score is not None]
        orders = [sorted(order, key=lambda row: row[0]) for order in permutations(scored)]
        for value in {country for _, country in scored} | result.keys():
            mean = sum(country == value for order in orders for _, country in order[: item.top]) / len(orders)
            assert (result[value].count if value in result else 0) == pytest.approx(mean)


@given(asked=questions(ties=st.sampled_from(["fractional", "include"])))
@example(asked=Small())
@example(asked=Small(unit="release", ties="include"))
@example(asked=Small(unit="developer", ties="include"))
@example(asked=Small(rank_by="published_rank", ties="include"))
@on_any_boards
def test_rows_below_the_cut_change_nothing(asked: list[Question]) -> None:
    """Worse rows under a full top N, of new models and of those above, leave every figure as it was."""
    more = []
    for item in asked:
        worse = [0.5, 0.25] if item.direction == "higher" else [3.0, 4.0]
        rows = [
            Row("last", worse[0], 98.0, "r1", "A", "CN", "open_weights"), Row("least", worse[1], 99.0),
            Row("new", worse[1], 99.0, "r9", "Z", "FR", "proprietary"),
        ]  # fmt: skip
        more.append(replace(item, rows=(*item.rows, *rows)))
    whole = [replace(item, top=len(item.rows), definition=replace(item.definition, ties="include")) for item in asked]
    result = ask_all([*asked, *more, *whole])
    for item, before, after, every in zip(asked, *(result[n:][: len(asked)] for n in starts(asked)), strict=True):
        if item.definition.rank_by == "published_rank_at_most" or (every and next(iter(every.values())).of >= item.top):
            assert figures(before) == figures(after)


@given(
    asked=questions(by=st.sampled_from([by for by in get_args(By) if by != "developer"])),
    values=st.lists(st.sampled_from(["CN", "US"]), min_size=6, max_size=6),
)
@example(asked=Small(), values=["CN"] * 6)
@example(asked=Small(ties="include", by="country,openness"), values=["US", "CN", "CN", "US", "CN", "US"])
@on_any_boards
def test_resolving_an_unknown_stays_within_the_bounds(asked: list[Question], values: list[str]) -> None:
    """Whatever unknowns turn out to be, each count lies within its bounds; where all are of one value, they are met."""
    opened = {"CN": "open_weights", "US": "proprietary"}

    def known(item: Question, values: Sequence[str]) -> Question:
        rows = [
            replace(row, country=row.country or value, openness=row.openness or opened[value])
            for row, value in zip(item.rows, values, strict=False)
        ]
        return replace(item, rows=tuple(rows))

    result = ask_all([*asked, *(known(item, values) for item in asked), *(known(item, ["CN"] * 6) for item in asked)])
    for item, before, after, all_cn in zip(asked, *(result[n:][: len(asked)] for n in starts(asked)), strict=True):
        for value, share in after.items():
            low = before[value].low if value in before else 0
            assert low - 1e-9 <= share.count <= may_be(before, value) + 1e-9
            if value in before:
                assert share.count <= before[value].high + 1e-9
        met = {"country": "CN", "openness": "open_weights", "open": "open", "country,openness": "CN open_weights",
               "country,open": "CN open"}[item.definition.by]  # fmt: skip
        if met in before:
            assert all_cn[met].count == pytest.approx(before[met].high)
        for value, share in before.items():
            if value != met and "unknown" not in value and " " not in value:
                assert all_cn[value].count == pytest.approx(share.low)


def starts(asked: Sequence[Question]) -> tuple[int, int, int]:
    """Where the three answers begin that belong to each question."""
    return 0, len(asked), 2 * len(asked)


def figures(result: Mapping[str, Share]) -> dict[str, list[float]]:
    """value -> what is printed of it."""
    return {
        value: [
            round(figure, 9) for figure in (share.count, share.low, share.high, share.of, share.share, share.unresolved)
        ]
        for value, share in result.items()
    }
