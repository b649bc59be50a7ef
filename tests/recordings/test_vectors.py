"""Every line of the vectors: shares of tiny boards that somebody else's brute force worked out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.brute_force import BY, RULES, TIES, TOPS, Figures, figures, read_boards, read_figures
from tests.tiny import Row, tiny_database
from tracker.cli import cli

BOARDS = "lower_is_better missing_scores mixed_rows plain printed_ties tie_at_cut unknowns variants".split()
ROUNDED = 1e-5  # the figures of the file have six decimals


@pytest.fixture(scope="module")
def boards(recordings: Path) -> dict[str, tuple[str, list[Row]]]:
    """The boards of the vectors."""
    return read_boards(recordings / "vectors" / "boards.csv", "printed_rank")


@pytest.fixture(scope="module")
def expected(recordings: Path) -> Figures:
    """Their figures, under our word for the rank that a board publishes."""
    return {
        tuple("published_rank" if part == "printed" else part for part in key): answers
        for key, answers in read_figures(recordings / "vectors" / "expected.csv").items()
    }


@pytest.fixture(scope="module")
def data(boards: dict[str, tuple[str, list[Row]]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database that holds the boards."""
    return tiny_database(tmp_path_factory.mktemp("vectors"), boards)


def test_our_own_brute_force_gives_the_same(boards: dict[str, tuple[str, list[Row]]], expected: Figures) -> None:
    """Two programs, written apart from each other, agree on every line."""
    ours = {key: answers for key, answers in figures(boards).items() if answers}
    assert sorted({key[0] for key in expected}) == BOARDS
    assert ours.keys() == expected.keys()
    for key, answers in expected.items():
        assert {asked: pytest.approx(four, abs=ROUNDED) for asked, four in answers.items()} == ours[key]


@pytest.mark.parametrize("board", BOARDS)
def test_every_line_of_the_vectors(board: str, expected: Figures, data: Path) -> None:
    """`tracker share` gives the count, bounds and denominator of every line, and no other value."""
    tops = [word for top in TOPS for word in ("--top", str(top))]
    for unit, rank_by in RULES:
        for ties in TIES:
            for by in BY:
                command = ["share", board, "--unit", unit, "--rank-by", rank_by, "--ties", ties, "--by", by, *tops]
                done = CliRunner().invoke(cli, [*command, "--data", str(data), "--format", "json"])
                shares = json.loads(done.stdout)
                got = {
                    f"{item['top']} {item[by]}": (item["count"], item["low"], item["high"], item["of"])
                    for item in shares
                }
                answers = expected[board, unit, rank_by, ties, by]
                assert got == {asked: pytest.approx(four, abs=ROUNDED) for asked, four in answers.items()}, command
