"""Gaps, lags, representation and composition on boards worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from storage import database, publish
from tests.test_shares import on_any_board, row_lists
from tests.test_uncertainty import board, row
from tests.tiny import DAY, Row, fill, in_memory, tiny_database
from tracker.analysis.composition import Change, representation
from tracker.analysis.filter import parse
from tracker.analysis.gap import BRADLEY_TERRY, gap, win
from tracker.analysis.lag import lag, median
from tracker.cli import cli
from tracker.definition import DEFAULTS

ARENA = board(row("a", 1500, 3, "US"), row("b", 1460, 4, "CN"), row("c", 1400, 1, "US"), metric=BRADLEY_TERRY)


def test_a_gap_by_hand() -> None:
    """40 points; halves of 3 and 4 make 5; 40 points win 55.7 % of comparisons."""
    result = gap(ARENA, "country", "US", "CN")
    assert result
    assert (result.best, result.best_other, result.gap) == ("a", "b", 40)
    assert result.half == pytest.approx(5)
    assert result.win == pytest.approx(1 / (1 + 10**-0.1))
    assert (result.win_low, result.win_high) == (pytest.approx(win(35)), pytest.approx(win(45)))


def test_a_gap_without_intervals_or_arena() -> None:
    """No interval is made up; a chance to win is of Bradley-Terry boards alone; lower is better."""
    result = gap(board(row("a", 2, None), row("b", 5, 1, "CN"), direction="lower"), "country", "US", "CN")
    assert result
    assert (result.gap, result.half, result.win) == (3, None, None)
    assert gap(ARENA, "country", "US", "FR") is None


def test_unknown_rows_may_be_the_best_of_either() -> None:
    """Of two rows of unknown country one scores above the worse best."""
    result = gap(board(row("a", 9, 1), row("x", 7, 1, "unknown"), row("b", 5, 1, "CN"), row("y", 1, 1, "unknown")),
                "country", "US", "CN")  # fmt: skip
    assert result
    assert result.unknown_above == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0.5, 2.0]), st.sampled_from(["CN", "US"])), min_size=1))
def test_a_gap_turned_round_is_its_negative(cells: list[tuple[int, float, str]]) -> None:
    """A over B is minus B over A, with the same interval, and the chances to win sum to 1."""
    result = board(*(row(str(n), *cell) for n, cell in enumerate(cells)), metric=BRADLEY_TERRY)
    item, other = gap(result, "country", "US", "CN"), gap(result, "country", "CN", "US")
    assert (item is None) == (other is None)
    if item and other and item.win is not None and other.win is not None:
        assert (item.gap, item.half) == (-other.gap, other.half)
        assert item.win + other.win == pytest.approx(1)


def day(number: int) -> date:
    """A day of December 2025."""
    return date(2025, 12, number)


def test_a_lag_by_hand() -> None:
    """Records of US on days 1, 5 and 9; CN reaches the first on day 4, was before the second on 4, never the third."""
    result = lag(
        board(
            row("us1", 10, None, "US", day(1)),
            row("us worse", 9, None, "US", day(2)),
            row("us same", 10, None, "US", day(3)),  # not strictly better: no record
            row("us2", 20, None, "US", day(5)),
            row("us2 small", 15, None, "US", day(5)),  # the best of a day counts
            row("us3", 40, None, "US", day(9)),
            row("cn1", 25, None, "CN", day(4)),
            row("cn2", 30, None, "CN", day(7)),
            row("no day", 99, None, "CN"),
            row("nobody", 99, None, "unknown", day(1)),
        ),
        "country",
        "CN",
        "US",
    )
    assert [(r.name, r.days, r.reached_by) for r in result.records] == [
        ("us1", 3, "cn1"),
        ("us2", -1, "cn1"),
        ("us3", 24, None),  # until the day of the snapshot, 2026-01-02
    ]
    assert (result.censored, result.undated, result.unknown, result.median) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ([(1, True), (2, True), (3, True)], 2),
        ([(1, True), (2, True), (3, True), (4, True)], 2),
        ([(5, False), (5, False), (1, True)], None),  # a third ended: half is never reached
        ([(1, False), (2, False), (3, True)], 3),  # those that were let go before are not at risk
        ([(2, True), (2, False), (9, True)], 9),  # censored on the day of an end is still at risk then
        ([], None),
    ],
)
def test_kaplan_meier_medians(observed: list[tuple[int, bool]], expected: int | None) -> None:
    """Worked out on paper."""
    assert median(observed) == expected


@given(st.lists(st.integers(-50, 500), min_size=1))
def test_without_censoring_it_is_the_lower_median(days: list[int]) -> None:
    """Nothing censored: the middle, of two the lower."""
    assert median([(item, True) for item in days]) == sorted(days)[(len(days) - 1) // 2]


def ratios(rows: list[Row], top: int) -> tuple[float | None, float | None, float | None]:
    """Ratio, low and high of CN on a tiny board."""
    connection = in_memory({"tiny": ("higher", rows)})
    result = representation(connection, "tiny", parse("country=CN"), top, as_of=DAY, today=DAY)
    return (result.ratio, result.low, result.high) if result else (None, None, None)


def test_representation_with_unknown_rows() -> None:
    """1 of the top 2 is CN, and of 6 rows 2; an unknown below the cut may make it 3 of 6, one above 2 of 2."""
    rows = [Row("a", 9, country="CN"), Row("b", 8, country="US"), Row("c", 7, country="CN"),
            Row("d", 6, country="US"), Row("x", 5), Row("e", 4, country="US")]  # fmt: skip
    assert ratios(rows, 2) == pytest.approx((1.5, 1.0, 1.5))
    rows[1] = Row("y", 8)
    # low: `y` is not CN, `x` is: (1/2) / (3/6); high: `y` is and `x` is not: (2/2) / (3/6)
    assert ratios(rows, 2) == pytest.approx((1.5, 1.0, 2.0))


def test_representation_with_unknown_rows_tied_at_the_cut() -> None:
    """Two unknown rows share place 1, a CN row stands below: both are CN and the ratio is 1, or none is and it is 0."""
    rows = [Row("x", 9), Row("y", 9), Row("a", 5, country="CN")]
    assert ratios(rows, 1) == pytest.approx((0, 0, 1))


def test_representation_of_what_is_not_known_to_be_there() -> None:
    """No CN row for certain: no ratio; but where the unknown row is CN, it is all of them, and in the top 1 of 2."""
    assert ratios([Row("x", 9), Row("a", 5, country="US")], 1) == (None, 2, 2)
    assert ratios([Row("b", 9, country="US"), Row("a", 5, country="US")], 1) == (None, None, None)


@given(rows=row_lists, top=st.integers(1, 6), country=st.sampled_from(["CN", "US"]))
@on_any_board
def test_resolving_an_unknown_stays_within_the_ratio(rows: list[Row], top: int, country: str) -> None:
    """Whatever the unknown turn out to be, the ratio lies within its bounds."""
    known = [Row(r.name, r.score, r.published_rank, r.release, r.developer, r.country or country) for r in rows]
    _, low, high = ratios(rows, top)
    now, *_ = ratios(known, top)
    if None not in (low, high, now):
        assert (low or 0) - 1e-9 <= (now or 0) <= (high or 0) + 1e-9


def two_days(folder: Path) -> Path:
    """Four rows on the first day; on the second the leading US row is gone and a CN row of the middle moved down."""
    first = [Row("old", 9, country="US"), Row("a", 8, country="CN"), Row("b", 7, country="US"),
             Row("c", 6, country="CN")]  # fmt: skip
    second = [Row("a", 8, country="CN"), Row("b", 5, country="US"), Row("c", 6, country="CN")]
    file = folder / "warehouse.duckdb"
    with database.opened(file) as connection:
        fill(connection, 1, "tiny", "higher", first, date(2026, 1, 1))
        connection.execute("DELETE FROM boards")
        fill(connection, 2, "tiny", "higher", second, DAY)
        publish.derive(connection, DEFAULTS)
        connection.execute("CHECKPOINT")
    publish.swap(folder)
    return folder


def test_the_rows_of_both_days(tmp_path: Path) -> None:
    """CN holds 1 of 2, then 2 of 2; on the rows of both days 1 of 2, then 2 of 2: the removal moved nothing alone."""
    command = ["composition", "tiny", "--where", "country=CN", "--from", "2026-01-01", "--to", "2026-01-02", "--top", "2",
               "--data", str(two_days(tmp_path)), "--format", "json"]  # fmt: skip
    output = json.loads(CliRunner().invoke(cli, command, catch_exceptions=False).stdout)
    counts = {name: output[name]["count"] for name in ("before", "after", "common_before", "common_after")}
    assert counts == {"before": 1, "after": 2, "common_before": 1, "common_after": 2}
    assert (output["dropped"], output["added"], output["common"]) == (1, 0, 3)
    assert [step["break"] for step in output["changes"]] == [True]


def test_a_break_is_many_rows_at_once() -> None:
    """A tenth of the rows before, dropped or added."""
    assert Change(day(1), day(2), "s", "s", 100, 90, 10, 0).is_break()
    assert Change(day(1), day(2), "s", "s", 100, 110, 0, 10).is_break()
    assert not Change(day(1), day(2), "s", "s", 100, 100, 9, 9).is_break()


@pytest.mark.parametrize("command", ["gap tiny --between US --and CN", "lag tiny --of CN --behind US"])
def test_boards_whose_scores_do_not_compare_are_refused_by_name(tmp_path: Path, command: str) -> None:
    """Scores are refused with exit code 2; the share of the same board is given."""
    tiny_database(tmp_path, {"tiny": ("higher", [Row("a", 2, country="US"), Row("b", 1, country="CN")])})
    file = tmp_path / "warehouse.duckdb"
    with database.opened(file) as connection:
        connection.execute("UPDATE boards SET editions_comparable = false")
        connection.execute("CHECKPOINT")
    publish.swap(tmp_path)
    words = [*command.split(), "--data", str(tmp_path)]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 2
    assert "tiny: its scores are not comparable across editions" in refused.output
    assert CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path)]).exit_code == 0


def test_all_boards_side_by_side(tmp_path: Path) -> None:
    """Each board with its own figures, the range of each value, bounds where a value may still occur, and no mean."""
    tiny_database(tmp_path, {
        "one": ("higher", [Row("a", 2, country="CN"), Row("b", 1, country="US")]),
        "two": ("lower", [Row("a", 2, country="US"), Row("x", 1)]),
    })  # fmt: skip
    done = CliRunner().invoke(cli, ["share", "--all", "--top", "20", "--data", str(tmp_path)], catch_exceptions=False)
    text = " ".join(done.stdout.split())
    assert "CN: from 0.0% (two) to 50.0% (one)." in text
    assert "US: from 50.0% (one) to 100.0% (two)." in text
    assert "0 to 1 (0% to 50%)" in text
    output = json.loads(CliRunner().invoke(cli, ["share", "--all", "--data", str(tmp_path), "--format", "json"]).stdout)
    assert {(s["board"], s["country"], s["count"]) for s in output} == {
        ("one", "CN", 1), ("one", "US", 1), ("two", "US", 1), ("two", "unknown", 1),
    }  # fmt: skip
    for wrong in (["share"], ["share", "one", "--all"]):
        assert CliRunner().invoke(cli, [*wrong, "--data", str(tmp_path)]).exit_code == 2


def test_headlines_at_ten_twenty_and_fifty(tmp_path: Path) -> None:
    """As a table without --top the three; as JSON the documented default of 20 alone."""
    rows = [Row(f"m{n}", -n, country="CN" if n % 3 else "US") for n in range(60)]
    tiny_database(tmp_path, {"tiny": ("higher", rows)})
    text = CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path)]).stdout
    assert [f"top {n} of tiny: {n} places" in text for n in (10, 20, 50)] == [True, True, True]
    output = json.loads(CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path), "--format", "json"]).stdout)
    assert {share["top"] for share in output} == {20}
