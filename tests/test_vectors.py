"""Every line of the shared vectors: shares of tiny boards that an independent brute force worked out."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.tiny import Row, tiny_database
from tracker.cli import cli


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Path:
    """The folder of the vectors."""
    return shared / "vectors"


@pytest.fixture(scope="module")
def data(vectors: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database that holds the boards of the vectors."""
    boards: dict[str, tuple[str, list[Row]]] = {}
    with (vectors / "boards.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            rows = boards.setdefault(line["board"], (line["direction"], []))[1]
            rows.append(
                Row(
                    line["name"],
                    float(line["score"]) if line["score"] else None,
                    float(line["printed_rank"]) if line["printed_rank"] else None,
                    line["release"],
                    line["developer"],
                    line["country"],
                    line["openness"],
                )
            )
    return tiny_database(tmp_path_factory.mktemp("vectors"), boards)


# The words of the file -> ours.
RANK_BY = {"score": "score", "printed": "published_rank", "printed_at_most": "published_rank_at_most"}


def expected(vectors: Path) -> dict[tuple[str, ...], dict[str, tuple[float, float, float, float]]]:
    """(board, unit, rank_by, ties, by) -> {(top, value)} as text -> (count, low, high, of)."""
    found: dict[tuple[str, ...], dict[str, tuple[float, float, float, float]]] = defaultdict(dict)
    with (vectors / "expected.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            rank_by = RANK_BY[line["rank_by"]]
            key = (line["board"], line["unit"], rank_by, line["ties"], line["by"])
            figures = (float(line["count"]), float(line["low"]), float(line["high"]), float(line["of"]))
            found[key][f"{line['top']} {line['value']}"] = figures
    return found


BOARDS = "lower_is_better missing_scores mixed_rows plain printed_ties tie_at_cut unknowns variants".split()


def test_no_board_of_the_vectors_is_left_out(vectors: Path) -> None:
    """The boards that are asked below are those of the file."""
    assert sorted({key[0] for key in expected(vectors)}) == BOARDS


@pytest.mark.parametrize("board", BOARDS)
def test_every_line_of_the_vectors(board: str, vectors: Path, data: Path) -> None:
    """`tracker share` gives the brute force's count, bounds and denominator for every line, and no other value."""
    wrong = []
    lines = 0
    of_board = {key[1:]: figures for key, figures in expected(vectors).items() if key[0] == board}
    for (unit, rank_by, ties, by), figures in of_board.items():
        tops = sorted({key.split()[0] for key in figures}, key=int)
        command = ["share", board, "--unit", unit, "--rank-by", rank_by, "--ties", ties, "--by", by]
        command += ["--data", str(data), "--format", "json"]
        for top in tops:
            command += ["--top", top]
        done = CliRunner().invoke(cli, command, catch_exceptions=False)
        shares = json.loads(done.stdout)
        got = {f"{s['top']} {s[by]}": (s["count"], s["low"], s["high"], s["of"]) for s in shares}
        lines += len(figures)
        for key in figures.keys() | got.keys():
            if key not in figures or key not in got or got[key] != pytest.approx(figures[key]):
                wrong.append((board, unit, rank_by, ties, by, key, figures.get(key), got.get(key)))
        for _, values in groupby(shares, key=lambda share: share["top"]):
            assert sum(share["share"] for share in values) == pytest.approx(1)
    assert not wrong, wrong[:10]
    with (vectors / "expected.csv").open(newline="") as file:
        assert lines == sum(line["board"] == board for line in csv.DictReader(file))
