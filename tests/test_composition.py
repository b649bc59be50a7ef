"""Whether a board is full of some value, and whether its rows are still the same, on boards worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from storage import database, publish
from tests.any_board import on_any_board, row_lists
from tests.tiny import DAY, Row, fill, in_memory
from tracker.analysis.composition import Change, representation
from tracker.analysis.filter import parse
from tracker.cli import cli
from tracker.definition import DEFAULTS


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
    assert Change(date(2025, 12, 1), date(2025, 12, 2), "s", "s", 100, 90, 10, 0).is_break()
    assert Change(date(2025, 12, 1), date(2025, 12, 2), "s", "s", 100, 110, 0, 10).is_break()
    assert not Change(date(2025, 12, 1), date(2025, 12, 2), "s", "s", 100, 100, 9, 9).is_break()
