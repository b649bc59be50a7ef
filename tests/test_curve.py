"""The specification curve on boards small enough to work it out by hand, and what must hold on any board."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given

from tests.any_board import on_any_board, row_lists
from tests.tiny import DAY, Row, in_memory, tiny_database
from tracker.analysis.curve import Choice, Curve, curve, moves, sentence
from tracker.analysis.filter import Figure, Where, figure, parse
from tracker.cli import cli

CN = {"country": "CN", "openness": "restricted_weights"}
US = {"country": "US", "openness": "open_weights"}
# Six rows of three developers; places 5 and 6 tie, one CN and one US.
SIX = [
    Row("a1", 9, 1, "a1", "A", **US),
    Row("a2", 8, 2, "a2", "A", **US),
    Row("b1", 7, 3, "b1", "B", **CN),
    Row("a1 low", 6, 4, "a1", "A", **US),
    Row("b2", 5, 5, "b2", "B", **CN),
    Row("c", 5, 5, "c", "C", **US),
]


def curve_of(rows: list[Row], where: str) -> Curve:
    """The curve of one tiny board."""
    connection = in_memory({"tiny": ("higher", rows)})
    result = curve(connection, "tiny", parse(where), as_of=DAY, today=DAY)
    assert result
    return result


def test_every_point_of_a_tiny_board() -> None:
    """Unit x N x ties, the whole board once, the tie rule only where it matters, developer at what there is."""
    result = curve_of(SIX, "country=CN")
    counts = {(c.unit, c.top, c.ties): (round(f.count, 6), f.of) for c, f in result.points.items()}
    assert counts == {
        ("entry", 5, "fractional"): (1.5, 5),
        ("entry", 5, "include"): (2, 6),
        ("entry", None, "fractional"): (2, 6),
        ("release", None, "fractional"): (2, 5),  # five releases: 5 is all of them
        ("developer", None, "fractional"): (1, 3),
    }
    assert result.low == pytest.approx(0.3)
    assert result.high == pytest.approx(0.4)


def test_the_knob_that_moves_it_most() -> None:
    """The mean over all pairs that differ in one option alone, by hand; the sentence names ends and options."""
    result = curve_of(SIX, "country=CN")
    # whole board by entry 1/3, release 2/5, developer 1/3, under both tie rules; entry at 5: 3/10 shared, 1/3 included
    assert result.moves == pytest.approx({
        "unit": (1 / 15 + 0 + 1 / 15) / 3,  # the three pairs at the whole board, twice
        "top": (1 / 30 + 0) / 2,
        "ties": (1 / 30 + 0 + 0 + 0) / 4,
    })  # fmt: skip
    assert list(result.moves) == ["unit", "top", "ties"]
    assert sentence(result) == (
        "country=CN on tiny, 2026-01-02: between 30.0% (by entry, top 5) and 40.0% (by release, the whole board),"
        " depending on the unit, N and the tie rule. The unit moves it most: by 4.4 points in the mean when it alone"
        " varies (N 1.7; the tie rule 0.8)."
    )


def test_the_meaning_of_open_is_a_knob_where_openness_is_asked() -> None:
    """Restricted weights are open on any terms and closed under permissive ones; a country question has no such option."""
    result = curve_of(SIX, "open=open")
    whole = {c.open_means: f.share for c, f in result.points.items() if (c.unit, c.top) == ("entry", None)}
    assert whole == {"any": 1, "permissive": pytest.approx(4 / 6)}
    assert next(iter(result.moves)) == "open_means"
    both = curve_of(SIX, "open=open,country=CN")
    assert both.points[Choice("entry", None, "fractional", "any")].count == 2
    assert both.points[Choice("entry", None, "fractional", "permissive")].count == 0


def test_developer_at_five_and_ten_only() -> None:
    """With twelve developers there is no whole board by developer; with ten N = 10 is all of them."""
    rows = [Row(f"m{n}", -n, n, f"m{n}", f"d{n}", **(CN if n % 2 else US)) for n in range(12)]
    tops = [c.top for c in curve_of(rows, "country=CN").points if c.unit == "developer"]
    assert tops == [5, 10]
    tops = [c.top for c in curve_of(rows[:10], "country=CN").points if c.unit == "developer"]
    assert tops == [5, None]


def test_a_value_that_does_not_occur() -> None:
    """No row is French, and the two whose country is not known may be."""
    rows = [Row("a", 3, **US), Row("x", 2), Row("y", 1)]
    result = curve_of(rows, "country=FR")
    assert {(f.count, f.high, f.of) for c, f in result.points.items() if c.unit == "entry"} == {(0, 2, 3)}
    assert "between 0.0% and 66.7%, by what is unknown alone" in sentence(result) or "if every unknown" in sentence(
        result
    )
    assert figure([], Where("country", ("FR",))) is None


def test_one_definition_has_no_moves() -> None:
    """A single point differs from nothing."""
    assert moves({Choice("entry", None, "fractional", None): Figure(1, 1, 1)}) == {}


@given(rows=row_lists)
@on_any_board
def test_every_point_lies_in_the_range(rows: list[Row]) -> None:
    """Low and high of the sentence bound every point with its own bounds; moves are shares."""
    if not any(row.score is not None for row in rows):
        return
    result = curve_of(rows, "country=CN")
    for point in result.points.values():
        assert 0 <= result.low <= point.share <= point.share_high + 1e-12 <= result.high + 2e-12 <= 1 + 3e-12
    assert all(0 <= change <= 1 for change in result.moves.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("country=CN", Where("country", ("CN",))),
        ("open=open,country=CN", Where("country,open", ("CN", "open"))),
        ("country=US, openness=proprietary", Where("country,openness", ("US", "proprietary"))),
        ("developer=alibaba", Where("developer", ("alibaba",))),
    ],
)
def test_questions(text: str, expected: Where) -> None:
    """What can be asked, in either order."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["China", "country=Chin", "country=XX", "open=yes", "openness=free", "licence=MIT", "developer="]
)
def test_wrong_questions_are_refused(text: str) -> None:
    """A value that no row can have would count 0 and look like an answer."""
    with pytest.raises(ValueError, match=r"expected|no value"):
        parse(text)


def test_the_command(tmp_path: Path) -> None:
    """JSON and CSV hold every point, and the table ends with the sentence."""
    tiny_database(tmp_path, {"tiny": ("higher", SIX)})

    def run(*more: str) -> str:
        command = ["curve", "tiny", "--where", "country=CN", "--data", str(tmp_path), "--now", "2026-01-03", *more]
        done = CliRunner().invoke(cli, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    output = json.loads(run("--format", "json"))
    assert (output["low"], output["high"], len(output["points"])) == (pytest.approx(0.3), 0.4, 5)
    assert output["points"][2]["all"] is True
    assert len(run("--format", "csv").splitlines()) == 6
    assert "The unit moves it most" in " ".join(run().split())
