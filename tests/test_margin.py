"""The margin of a count: boards worked out by hand, and what the definition says of any small board."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product
from math import factorial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tiny import DAY, Row, in_memory
from tracker.analysis.filter import Where, parse
from tracker.analysis.margin import Margin, Margins, last_digit, margins, sentence, units_of
from tracker.analysis.shares import shares
from tracker.analysis.top_n import Cut, RankedRow
from tracker.definition import Definition

CN, US = {"country": "CN"}, {"country": "US"}
OPEN, CLOSED = {"openness": "open_weights"}, {"openness": "proprietary"}
OF_CN = parse("country=CN")


def margins_of(
    connection: Any, board: str, top: int, wheres: list[Where], definition: Definition, *, as_of: date, today: date
) -> dict[Where, Margins]:
    """The margins of several counts of one board."""
    units = units_of(connection, board, definition, as_of=as_of, today=today)
    return {where: units.margins(top, where) for where in wheres}


def asked(rows: list[Row], top: int, where: Where = OF_CN, direction: str = "higher", **options: Any) -> Margins:
    """The margins, low and high, of one count on one board."""
    connection = in_memory({"tiny": (direction, rows)})
    return margins_of(connection, "tiny", top, [where], Definition(**options), as_of=DAY, today=DAY)[where]


def in_short(margin: Margin) -> tuple[str, str, str, str] | str:
    """Count, difference, the two names, the count after the exchange; or why there is none."""
    if margin.inside is None or margin.outside is None:
        assert (margin.inside, margin.outside, margin.difference, margin.exchanged) == (None, None, None, None)
        return f"{margin.count}: {margin.why}"
    assert not margin.why
    names = f"{margin.inside.name} {margin.outside.name}"
    return str(margin.count), f"{margin.difference:g}".removesuffix(".0"), names, str(margin.exchanged)


# Edition 25-07 of CompassBench by Average, whole (2025-08-12), with countries and openness put beside it by hand.
EDITION = """
GPT-5-2025-08-07 65.8 US closed | o3-high-2025-04-16 65.2 US closed | Doubao-Seed-1.6-thinking-250715 64.0 CN closed
Grok-4 63.9 US closed | Qwen3-235B-A22B-Thinking-2507 63.8 CN open | DeepSeek-R1-0528 63.2 CN open
o4-mini-high-2025-04-16 62.8 US closed | Gemini-2.5-Pro 61.1 US closed | GLM-4.5 59.6 CN open
Hunyuan-T1-20250711 59.2 CN closed | Claude-Sonnet-4-Thinking 58.8 US closed
Qwen3-235B-A22B-Instruct-2507 57.6 CN open | GLM-4.5-Air 56.8 CN open | Kimi-K2-Instruct 55.5 CN open
ERNIE-X1-Turbo-32K 55.2 CN closed | MiniMax-M1-80k 55.0 CN open | DeepSeek-V3-0324 54.4 CN open
iFlytek-Spark-X1-0720 54.4 CN closed | Finix-P1-32B-Thinking 52.6 CN closed | Hunyuan-A13B-Instruct 51.9 CN open
GPT-4.1-20250414 51.8 US closed | ERNIE-4.5-Turbo-128K 49.4 CN open | iFlytek-Spark-V4.0Ultra-0720 48.4 CN closed
Bailing-Pro-20250225 44.6 CN closed | Llama4-Maverick-17B-128E-Instruct 44.0 US open | Gemma-3-27B-it 42.5 US open
Bailing-Lite-20250220 41.1 CN closed | MiniMax-Text-01 38.8 CN open
"""


def edition() -> list[Row]:
    """Its 28 rows."""
    cells = [line.split() for line in EDITION.strip().replace("\n", "|").split("|")]
    levels = {"open": "open_weights", "closed": "proprietary"}
    return [Row(name, float(score), country=country, openness=levels[opened]) for name, score, country, opened in cells]


def test_the_edition_of_the_founding_claim() -> None:
    """CN 14 of 20 by 0.1: exchanged, CN 13, CN and open 8, US 7. US and open is 7.9 away. One query answers all."""
    wheres = [parse(text) for text in ("country=CN", "country=CN,open=open", "country=US", "country=US,open=open")]
    connection = in_memory({"tiny": ("higher", edition())})
    result = margins_of(connection, "tiny", 20, wheres, Definition(), as_of=DAY, today=DAY)
    assert list(result) == wheres
    assert all(low == high for low, high in result.values())
    last = "Hunyuan-A13B-Instruct GPT-4.1-20250414"
    assert [in_short(low) for low, _ in result.values()] == [
        ("14", "0.1", last, "13"),
        ("9", "0.1", last, "8"),
        ("6", "0.1", last, "7"),
        ("0", "7.9", "Hunyuan-A13B-Instruct Llama4-Maverick-17B-128E-Instruct", "1"),
    ]
    assert [low.one_step for low, _ in result.values()] == [True, True, True, False]
    assert sentence(result[wheres[0]][0], "CN", "points of 100") == (
        "Hunyuan-A13B-Instruct 51.9 over GPT-4.1-20250414 51.8: 0.1 points of 100, one step of the last digit;"
        " exchanged, CN 13"
    )


# Rows, N, and what the low and the high margin are: count, difference, the pair, the count after the exchange.
A, B, C = Row("a", 9, **CN), Row("b", 8, **US), Row("c", 7, **CN)
Case = tuple[str, list[Row], int, Any, Any]
CASES: list[Case] = [
    ("a plain cut", [A, B, C], 1, ("1", "1", "a b", "0"), ...),
    ("lost in binary", [Row("a", 0.3, **CN), Row("b", 0.1, **US)], 1, ("1", "0.2", "a b", "0"), ...),
    # b falls behind c: a c. That c rises above b changes nothing, since a falls out then.
    ("not the last place", [Row("b", 9, **US), Row("a", 8, **CN), C], 2, ("1", "2", "b c", "2"), ...),
    ("not the first outside", [A, Row("b", 8, **CN), C, Row("d", 5, **US)], 2, ("2", "3", "b d", "1"), ...),
    ("two pairs at one distance", [Row("u", 9, **US), Row("a", 8, **CN), Row("c", 7, **CN), Row("v", 6, **US)], 2,
     ("1", "2", "a v", "0"), ...),
    # three share place 2 and 3, two of them CN: 4/3, and equal scores exchanged are no change
    ("tied, different", [Row("u", 9, **US), Row("b", 8, **CN), Row("c", 8, **US), Row("d", 8, **CN)], 3,
     ("4/3", "0", "d c", "4/3"), ...),
    # u and v tie above, d is alone below. Places 2 and 3 go to three CN rows: 2. With d in their group: 4/3.
    ("tied, all the same", [Row("u", 9, **US), *(Row(name, 7, **CN) for name in "abc"), Row("d", 6, **US)], 3,
     ("2", "1", "c d", "4/3"), ...),
    # u falls into the group of three: place 1 is a CN row's, and two CN rows of three have two places
    ("tied, and nearer above", [Row("u", 9, **US), *(Row(name, 8, **CN) for name in "abc"), Row("d", 1, **US)], 3,
     ("2", "1", "u a", "7/3"), ...),
    ("the whole board is in", [A, B, C], 3, "2: the whole board is in, all 3 rows", ...),
    ("N is larger", [A, B, C], 20, "2: the whole board is in, all 3 rows", ...),
    ("all have the value", [A, C], 1, "1: all of the 2 rows on the board have the value", ...),
    ("none has the value", [B, Row("d", 1, **US)], 1, "0: none of the 2 rows on the board has the value", ...),
    ("none inside", [B, Row("u", 7.5, **US), Row("c", 2, **CN)], 2, ("0", "5.5", "u c", "1"), ...),
    ("no row", [], 1, "0: nothing on the board has a place", ...),
    ("no score", [A, Row("x", None, **CN), B], 1, ("1", "1", "a b", "0"), ...),
    ("only rows without", [Row("x", None, **CN)], 1, "0: nothing on the board has a place", ...),
    # x is none of CN: 1 apart from a's place. As CN it is like a, and the next that differs is b.
    ("unknown outside", [A, Row("x", 8), Row("b", 5, **US)], 1, ("1", "1", "a x", "0"), ("1", "4", "a b", "0")),
    ("unknown inside", [A, Row("x", 8), Row("c", 7.5, **CN), Row("b", 5, **US)], 2,
     ("1", "0.5", "x c", "2"), ("2", "3", "x b", "1")),
    ("unknown at the cut", [A, Row("x", 8), Row("b", 8, **US)], 2, ("1", "1", "a x", "1/2"), ("3/2", "0", "x b", "3/2")),
    ("all unknown", [Row("x", 2), Row("y", 1)], 1, "0: none of the 2 rows on the board has the value",
     "1: all of the 2 rows on the board have the value"),
    ("a mixed row is another", [A, Row("m", 8, country="mixed")], 1, ("1", "1", "a m", "0"), ...),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "top", "low", "high"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_by_hand(rows: list[Row], top: int, low: Any, high: Any) -> None:
    """Each case as worked out; `...` is a high margin that is equal to the low one."""
    result = asked(rows, top)
    assert in_short(result[0]) == low
    assert in_short(result[1]) == (low if high is ... else high)


def test_lower_is_better() -> None:
    """The smaller score is inside; the difference is positive all the same."""
    low, high = asked([Row("a", 1.8, **CN), Row("b", 2.5, **US), Row("c", 9.9, **CN)], 1, direction="lower")
    assert low == high
    assert in_short(low) == ("1", "0.7", "a b", "0")


def test_a_release_moves_with_all_its_rows() -> None:
    """By entry the second row of b stands between; by release b's best row counts, and a holds the place it left."""
    rows = [
        Row("b high", 9, release="b", **US),
        Row("b low", 8, release="b", **US),
        Row("a high", 7, release="a", **CN),
        Row("a low", 3, release="a", **CN),
        Row("c", 2.5, release="c", **US),
    ]
    assert in_short(asked(rows, 2)[0]) == ("0", "1", "b low a high", "1")
    assert in_short(asked(rows, 2, unit="release")[0]) == ("1", "4.5", "a high c", "0")
    assert in_short(asked(rows, 3, unit="release")[0]) == "1: the whole board is in, all 3 releases"


def test_by_developer() -> None:
    """Each by its best row, whose openness counts; rows of several developers are no units."""
    rows = [
        Row("a", 9, developer="A", **CN, **CLOSED),
        Row("a open", 8.5, developer="A", **CN, **OPEN),
        Row("a + b", 8, developer="*", country="mixed", openness="mixed"),
        Row("b", 7, developer="B", **US, **OPEN),
    ]
    result = asked(rows, 1, parse("open=open"), unit="developer")[0]
    assert in_short(result) == ("0", "2", "a b", "1")
    assert in_short(asked(rows[:3], 1, unit="developer")[0]) == "1: the whole board is in, all 1 developers"


def test_the_digits_are_those_of_all_rows() -> None:
    """A row that is no unit of the count tells how the board is rounded: a tenth is no step of hundredths."""
    rows = [
        Row("a", 9.1, developer="A", **CN),
        Row("a low", 8.25, developer="A", **CN),
        Row("b", 9, developer="B", **US),
    ]
    for unit in ("entry", "developer"):
        result = asked(rows, 1, unit=unit)[0]
        assert (result.difference, result.step, result.one_step) == (Decimal("0.1"), Decimal("0.01"), False)
    assert asked([rows[0], rows[2]], 1)[0].one_step
    connection = in_memory({"tiny": ("higher", [*rows, Row("own", 3.125, developer="O", **US)])})
    connection.execute("UPDATE boards SET operator = 'O'")
    definition = Definition(without_operator=True)
    left = margins_of(connection, "tiny", 1, [OF_CN], definition, as_of=DAY, today=DAY)[OF_CN][0]
    assert (in_short(left), left.step) == (("1", "0.1", "a b", "0"), Decimal("0.001"))


def test_a_joint_model_has_each_of_its_countries() -> None:
    """Under the country rule `multi` a row of US and CN is one of CN, and no CN row differs from it."""
    rows = [
        RankedRow(
            "s", DAY, n, n, name, n + 1, 1, 9.0 - n, None, None, "d", countries[0], "unknown", "unknown", countries
        )
        for n, (name, countries) in enumerate({"a": ("US", "CN"), "b": ("CN",), "c": ("US",)}.items())
    ]
    low, high = margins(Cut(Definition(country_rule="multi"), 1000, tuple(rows)), 1, OF_CN, Decimal(1))
    assert low == high
    assert in_short(low) == ("1", "2", "a c", "0")


@pytest.mark.parametrize(
    ("scores", "step"),
    [
        ([51.9, 51.0, 8], "0.1"),
        ([51, 8.0, 1000], "1"),
        ([5e22], "1"),
        ([0.25, 1e-7], "1E-7"),
        ([0.0], "1"),
        ([], "1"),
    ],
)
def test_the_last_digit(scores: list[float], step: str) -> None:
    """Of scores as they are printed; a number without decimals is whole, however round."""
    assert last_digit(scores) == Decimal(step)


@pytest.mark.parametrize(
    "options",
    [{"ties": "include"}, {"ties": "exclude"}, {"rank_by": "published_rank"}, {"rank_by": "published_rank_at_most"}],
)
def test_no_margin_under_other_rules(options: dict[str, Any]) -> None:
    """The count is that of the rule; a margin is not given, and it is said why."""
    rows = [Row("a", 9, 1, **CN), Row("b", 8, 2, **US), Row("x", 8, 2), Row("c", 8, 2, **CN), Row("d", 7, 5, **CN)]
    result = asked(rows, 2, **options)
    connection = in_memory({"tiny": ("higher", rows)})
    (share,) = (item for item in shares(connection, ["tiny"], [2], Definition(**options), as_of=DAY, today=DAY)
                if item.values == {"country": "CN"})  # fmt: skip
    assert [float(item.count) for item in result] == [share.low, share.high]
    why = "a margin is given only where the cut goes by score and the rows tied at it share the places left"
    assert [item.why for item in result] == [why, why]
    assert [item.difference for item in result] == [None, None]
    assert sentence(result[0], "CN", "points") == f"no margin: {why}"


def test_nothing_on_or_before_the_day() -> None:
    """A board that has no snapshot yet has no margin."""
    connection = in_memory({"tiny": ("higher", [A, B])})
    before = date(2020, 1, 1)
    result = margins_of(connection, "tiny", 1, [OF_CN], Definition(), as_of=before, today=DAY)[OF_CN]
    assert in_short(result[0]) == "0: nothing on the board has a place"


@pytest.mark.parametrize(
    ("intervals", "overlap"),
    [
        ({"a": (8.5, 9.5), "b": (7.6, 8.4)}, False),
        ({"a": (8.5, 9.5), "b": (7.6, 8.5)}, True),
        ({"a": (8.5, 9.5)}, None),
        ({"a": (8.5, 9.5), "b": (None, 8.5)}, None),
        ({}, None),
    ],
)
def test_published_intervals(intervals: dict[str, tuple[float | None, float]], overlap: bool | None) -> None:
    """Intervals that touch overlap; where either has none, nothing is said of them."""
    connection = in_memory({"tiny": ("higher", [A, B, C])})
    for name, ends in intervals.items():
        connection.execute(
            "UPDATE entries SET score_low = ?, score_high = ?"
            " WHERE name_key = (SELECT n.name_key FROM names AS n WHERE n.name = ?)",
            [*ends, name],
        )
    result = margins_of(connection, "tiny", 1, [OF_CN], Definition(), as_of=DAY, today=DAY)[OF_CN][0]
    assert result.overlap is overlap
    message = {True: ", and their published intervals overlap", False: ", and their published intervals do not overlap"}
    assert sentence(result, "CN", "rating") == (
        f"a 9 over b 8: 1 rating, one step of the last digit{'' if overlap is None else message[overlap]}; exchanged, CN 0"
    )


def test_sentences() -> None:
    """A tie across the cut, scores of many digits, a unit with a comma, and none."""
    tied = asked([Row("a", 8, **CN), Row("b", 8, **US), Row("c", 8, **US)], 1)[0]
    assert sentence(tied, "CN", "points") == (
        "a 8 and b 8 tie across the cut: margin 0, any change of either moves CN 0.3333"
    )
    fine = asked([Row("a", 1417.2350482117, **CN), Row("b", 1417.23487, **US)], 1)[0]
    assert fine.difference == Decimal("0.0001782117")
    assert sentence(fine, "CN", "rating") == "a 1417.2350482 over b 1417.2348700: 0.0001782 rating; exchanged, CN 0"
    wide = asked([Row("a", 0.81, **CN), Row("b", 0.7, **US)], 1)[0]
    assert sentence(wide, "CN", "share, 0 to 1") == "a 0.81 over b 0.70: 0.11 (share, 0 to 1); exchanged, CN 0"
    none = asked([A, C], 2)[0]
    assert sentence(none, "CN", "points") == "no margin: the whole board is in, all 2 rows"


def test_a_record() -> None:
    """The same as one flat object, in numbers; what there is not is None."""
    assert asked([A, B, C], 1)[0].record() == {
        "count": 1.0, "margin": 1.0, "why_none": "", "inside": "a", "inside_score": 9.0, "outside": "b",
        "outside_score": 8.0, "exchanged": 0.0, "one_step": True, "overlap": None,
    }  # fmt: skip
    nothing = asked([A, C], 2)[0].record()
    assert (nothing["margin"], nothing["inside"], nothing["exchanged"], nothing["one_step"]) == (
        None,
        None,
        None,
        False,
    )
    assert nothing["why_none"] == "the whole board is in, all 2 rows"


def test_differences_are_exact() -> None:
    """Scores as far apart as doubles can be lose no digit."""
    result = asked([Row("a", 1e300, **CN), Row("b", 1e-300, **US)], 1)[0]
    assert result.difference is not None
    assert Fraction(result.difference) == Fraction(10) ** 300 - Fraction(1, 10**300)


# What follows knows boards as lists of (score, country) and nothing of the module: places by trying every order.


@dataclass(frozen=True)
class Plain:
    """A board with no more than that, higher is better; each row's country is CN, US or unknown."""

    scores: tuple[Fraction, ...]
    countries: tuple[str, ...]

    def held(self, top: int) -> list[Fraction]:
        """How much of a place each row has: the part of all orders of tied rows in which it is in the top N."""
        times = [0] * len(self.scores)
        for order in permutations(range(len(self.scores))):
            for row in sorted(order, key=lambda row: -self.scores[row])[:top]:
                times[row] += 1
        return [Fraction(each, factorial(len(self.scores))) for each in times]

    def count(self, top: int, values: Iterable[str]) -> Fraction:
        """The count of rows of these countries."""
        return sum(
            (part for part, item in zip(self.held(top), self.countries, strict=True) if item in values), Fraction(0)
        )

    def moved(self, **by: Fraction) -> Plain:
        """The board with some rows' scores changed: `r0` by so much."""
        changed = (score + by.get(f"r{row}", Fraction(0)) for row, score in enumerate(self.scores))
        return Plain(tuple(changed), self.countries)

    def exchanged(self, item: int, other: int) -> Plain:
        """The board with two scores exchanged."""
        gap = self.scores[other] - self.scores[item]
        return self.moved(**{f"r{item}": gap, f"r{other}": -gap})

    def pairs(self, top: int, values: Iterable[str]) -> dict[tuple[int, int], Fraction]:
        """(one that holds a part of a place, one that misses a part, just one of them counted) -> the difference."""
        held = self.held(top)
        return {
            (item, other): self.scores[item] - self.scores[other]
            for item, other in permutations(range(len(held)), 2)
            if held[item] > 0 and held[other] < 1
            and (self.countries[item] in values) != (self.countries[other] in values)
        }  # fmt: skip

    def margins(self, top: int, better: str) -> Margins:
        """What the module says of it, with the board's direction: of lower is better the scores are turned round."""
        sign = 1 if better == "higher" else -1
        placed = [
            RankedRow(
                "s", DAY, row, row, f"r{row}", 1 + sum(other > score for other in self.scores),
                self.scores.count(score), float(sign * score), None, None, "d", country, "unknown", "unknown", (),
            )
            for row, (score, country) in enumerate(zip(self.scores, self.countries, strict=True))
        ]  # fmt: skip
        units = Cut(Definition(), 1000, tuple(sorted(placed, key=lambda row: (row.place, row.row))))
        return margins(units, top, OF_CN, Decimal("0.25"))


quarters = st.integers(0, 8).map(lambda four: Fraction(four, 4))
boards = st.lists(st.tuples(quarters, st.sampled_from(["CN", "US", "US", "unknown"])), min_size=1, max_size=5).map(
    lambda rows: Plain(tuple(score for score, _ in rows), tuple(country for _, country in rows))
)
COUNTED = ({"CN"}, {"CN", "unknown"})  # low, high
MORE = (Fraction(1, 1000), Fraction(1, 2), Fraction(5))


def plain(text: str) -> Plain:
    """A board such as `CN 8 US 7`."""
    words = text.split()
    return Plain(tuple(Fraction(score) for score in words[1::2]), tuple(words[::2]))


def on_any_board(test: Callable[[Plain, int, str], None]) -> Callable[[], None]:
    """Small boards, half of whose rows tie, at every N that they have and one more."""
    drawn = given(boards, st.integers(1, 6), st.sampled_from(["higher", "lower"]))(test)
    drawn = example(plain("US 9 CN 8 CN 7"), 2, "higher")(drawn)
    drawn = example(plain("CN 8 US 8 CN 8 US 7 CN 9"), 2, "lower")(drawn)
    return settings(max_examples=120, deadline=None)(drawn)


@on_any_board
def test_the_definition(board: Plain, top: int, better: str) -> None:
    """The smallest difference of all pairs, a pair that has it, and the counts before and after the exchange."""
    for margin, values in zip(board.margins(top, better), COUNTED, strict=True):
        assert margin.count == board.count(top, values)
        pairs = board.pairs(top, values)
        assert (margin.difference is None) == (not pairs) == bool(margin.why)
        if margin.inside and margin.outside and margin.difference is not None:
            item, other = int(margin.inside.name[1:]), int(margin.outside.name[1:])
            assert Fraction(margin.difference) == pairs[item, other] == min(pairs.values()) >= 0
            assert margin.exchanged == board.exchanged(item, other).count(top, values)
            assert (margin.exchanged != margin.count) == (margin.difference > 0)


@on_any_board
def test_below_the_margin_nothing_moves(board: Plain, top: int, better: str) -> None:
    """One score changed by less than the margin, or all by less than half of it, leave the count; without a pair any
    change does."""
    for margin, values in zip(board.margins(top, better), COUNTED, strict=True):
        nearly = Fraction(100) if margin.difference is None else Fraction(margin.difference) * Fraction(999, 1000)
        for row, sign in product(range(len(board.scores)), (1, -1)):
            assert board.moved(**{f"r{row}": sign * nearly}).count(top, values) == margin.count
        for sign in (1, -1):
            rows = range(len(board.scores))
            apart = {f"r{row}": sign * nearly / 2 * (1 if board.countries[row] in values else -1) for row in rows}
            assert board.moved(**apart).count(top, values) == margin.count


@on_any_board
def test_above_the_margin_one_of_the_two_moves_it(board: Plain, top: int, better: str) -> None:
    """Past the margin the count moves when the unit outside rises, where the one inside is among the last that hold
    a place; and when the unit inside falls, where the one outside is among the first that miss one. The two of a
    margin are one or the other, and of a tie both."""
    held = board.held(top)
    for margin, values in zip(board.margins(top, better), COUNTED, strict=True):
        if margin.inside is None or margin.outside is None or margin.difference is None:
            continue
        item, other = int(margin.inside.name[1:]), int(margin.outside.name[1:])
        last = board.scores[item] == min(score for score, part in zip(board.scores, held, strict=True) if part > 0)
        first = board.scores[other] == max(score for score, part in zip(board.scores, held, strict=True) if part < 1)
        assert last or first
        for more in MORE:
            by = Fraction(margin.difference) + more
            if last:
                assert board.moved(**{f"r{other}": by}).count(top, values) != margin.count
            if first:
                assert board.moved(**{f"r{item}": -by}).count(top, values) != margin.count
            if not margin.difference:
                assert board.moved(**{f"r{item}": by}).count(top, values) != margin.count
                assert board.moved(**{f"r{other}": -by}).count(top, values) != margin.count


def test_past_the_margin_the_other_of_the_two_may_change_nothing() -> None:
    """Why not any larger change: c rises past b, and a, that is of the same value, falls out for it."""
    board = plain("US 9 CN 8 CN 7")
    margin = board.margins(2, "higher")[0]
    assert in_short(margin) == ("1", "2", "r0 r2", "2")
    assert board.moved(r2=Fraction(3)).count(2, {"CN"}) == margin.count
    assert board.moved(r0=Fraction(-3)).count(2, {"CN"}) != margin.count
