"""Shares of tiny boards against an independent brute force: every unit, rank rule, tie rule, N, country and openness."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.brute_force import RULES, TIES, TOPS, Figures, figures, read_boards, read_figures, units
from tests.tiny import DAY, in_memory, tiny_database
from tracker.analysis.filter import Where
from tracker.analysis.margin import units_of
from tracker.cli import cli
from tracker.definition import Definition

CASES = Path(__file__).parent / "cases"
BOARDS = read_boards(CASES / "boards.csv")
EXPECTED = read_figures(CASES / "shares.csv")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database that holds the boards of the cases."""
    return tiny_database(tmp_path_factory.mktemp("cases"), BOARDS)


def published(data: Path, board: str, unit: str, rank_by: str, ties: str, by: str) -> Any:
    """The shares that the command gives."""
    command = ["share", board, "--unit", unit, "--rank-by", rank_by, "--ties", ties, "--by", by]
    tops = [word for top in TOPS for word in ("--top", str(top))]
    done = CliRunner().invoke(cli, [*command, *tops, "--data", str(data), "--format", "json"], catch_exceptions=False)
    return json.loads(done.stdout)


def test_the_figures_on_file_are_those_of_the_brute_force() -> None:
    """Neither was changed without the other."""
    result: Figures = figures(BOARDS)
    assert result.keys() == {*EXPECTED, *(key for key, answers in result.items() if not answers)}
    for key, answers in EXPECTED.items():
        assert {asked: pytest.approx(four) for asked, four in answers.items()} == result[key]


@pytest.mark.parametrize(
    ("board", "unit", "rank_by", "ties", "top", "value", "four"),
    [
        # Places 2 to 5 are shared by four rows, three of them CN: place 2 and 3 hold 2 * 3/4 of CN.
        ("four_tied_on_place_two", "entry", "score", "fractional", 3, "CN", (1.5, 1.5, 1.5, 3)),
        ("four_tied_on_place_two", "entry", "score", "include", 3, "CN", (3, 3, 3, 5)),
        ("four_tied_on_place_two", "entry", "score", "exclude", 3, "US", (1, 1, 1, 1)),
        # x is unknown, and of the three rows on place 2 two are in: p of CN with 2/3, y of nobody with 2/3.
        ("nobody_knows", "entry", "score", "fractional", 3, "CN", (2 / 3, 2 / 3, 7 / 3, 3)),
        # p is one release, and has three rows.
        ("one_model_in_many_rows", "release", "score", "fractional", 2, "CN", (1, 1, 1, 2)),
        ("one_model_in_many_rows", "developer", "score", "fractional", 10, "US", (2, 2, 2, 3)),
        # A row of several developers is none of them.
        ("rows_of_several_models", "developer", "score", "fractional", 1, "CN", (1, 1, 1, 1)),
        # By the published rank q and r hold the first two places; p, s and t share the third.
        ("published_order_is_another", "entry", "published_rank", "fractional", 3, "CN", (4 / 3, 4 / 3, 4 / 3, 3)),
    ],
)
def test_the_figures_on_file_are_those_of_a_person(
    board: str, unit: str, rank_by: str, ties: str, top: int, value: str, four: tuple[float, ...]
) -> None:
    """Some of them worked out on paper, so that the brute force itself is held."""
    assert EXPECTED[board, unit, rank_by, ties, "country"][f"{top} {value}"] == pytest.approx(four)


@pytest.mark.parametrize("by", ["country", "openness"])
@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize(("unit", "rank_by"), RULES)
@pytest.mark.parametrize("board", BOARDS)
def test_a_share_is_that_of_the_brute_force(
    data: Path, board: str, unit: str, rank_by: str, ties: str, by: str
) -> None:
    """`tracker share` gives its count, bounds and denominator at every N, and no other value; a share is whole."""
    shares = published(data, board, unit, rank_by, ties, by)
    got = {f"{item['top']} {item[by]}": (item["count"], item["low"], item["high"], item["of"]) for item in shares}
    expected = EXPECTED.get((board, unit, rank_by, ties, by), {})
    assert got == {asked: pytest.approx(four) for asked, four in expected.items()}
    for top in {item["top"] for item in shares}:
        assert sum(item["share"] for item in shares if item["top"] == top) == pytest.approx(1)


@pytest.mark.parametrize("unit", ["entry", "release", "developer"])
@pytest.mark.parametrize("board", BOARDS)
def test_the_counts_of_a_margin_are_those_of_the_brute_force(board: str, unit: str) -> None:
    """A margin stands beside the low and the high count, cut by score with ties shared."""
    connection = in_memory(BOARDS)
    result = units_of(connection, board, Definition(unit=unit), as_of=DAY, today=DAY)  # type: ignore[arg-type]
    for by in ("country", "openness"):
        for asked, (_, low, high, _) in EXPECTED[board, unit, "score", "fractional", by].items():
            top, _, value = asked.partition(" ")
            margins = result.margins(int(top), Where(by, (value,)))  # type: ignore[arg-type]
            assert [float(margin.count) for margin in margins] == pytest.approx([low, high]), (by, asked)


def test_units_of_a_board_by_hand() -> None:
    """p is one release with three rows, and stands where its best row stands."""
    direction, rows = BOARDS["one_model_in_many_rows"]
    result = units(rows, direction, "release", "score", "country")
    assert [(-item.place, item.value) for item in result] == [(30, "CN"), (29, "US"), (28, "CN"), (26, "US")]
    assert len(units(rows, direction, "developer", "score", "country")) == 3
