"""Cells as boards print them: what they say, and what is refused because it could say two things."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers import values
from scrapers.errors import PageError

NUMBERS = [
    ("77.47%", 77.47),
    ("77.47 %", 77.47),
    ("1.8 %", 1.8),
    ("69.8％", 69.8),
    ("100 %", 100.0),
    ("1504 ±6", 1504.0),
    ("1,504±6.5", 1504.0),
    ("82.0 % ± 2.2", 82.0),
    ("82.0% ± 2.2%", 82.0),
    ("1504 +/- 6", 1504.0),
    ("12,730", 12730.0),
    ("1,234,567.5", 1234567.5),
    ("#3", 3.0),
    ("$0.3236", 0.3236),
    ("-4", -4.0),
    ("+5", 5.0),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("44.9*", 44.9),
    ("44.9 **", 44.9),
    ("  60.4\n", 60.4),
    ("0", 0.0),
    (0, 0.0),
    (72, 72.0),
    (72.0, 72.0),
    (-0.5, -0.5),
    (Decimal("12.50"), 12.5),
]
MISSING = [None, "", "  ", "-", "--", "—", "–", "N/A", "n/a", "NA", "NaN", "nan", "null", "None", "TBD", "/", math.nan]
NOT_NUMBERS = [
    True, False, "12,73", "1.234,5", "1,2345", "+5/-4", "1504 +5/-4", "5 of 8", "abc", "1 2", "1.2.3", "50%%",
    "±6", "%", "1504 ±", "٪5", "−5", "inf", "Infinity", "1e999", math.inf, -math.inf, 10**400, 10**5000,
    [1], {"a": 1}, "5\n6", "1_000", "0x10", "1e400", "١٢", "１２", "12.５", "1２", "८५.5%", "82 ± ６", "1,٠٠٠", "1e１",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "expected"), NUMBERS)
def test_a_number_is_read_as_printed(cell: object, expected: float) -> None:
    """Percent signs, thousands commas, half-widths, footnote stars and currency are no part of the number."""
    read = values.number(cell)
    assert read == expected
    assert isinstance(read, float)


@pytest.mark.parametrize("cell", MISSING, ids=repr)
def test_a_sign_for_nothing_is_missing_and_never_zero(cell: object) -> None:
    """`-`, N/A, empty, null and NaN are None, as a number, as a text and as a day."""
    assert values.number(cell) is None
    assert values.text(cell) is None
    assert values.day(cell) is None


@pytest.mark.parametrize(
    "cell", NOT_NUMBERS, ids=lambda cell: repr(cell) if not isinstance(cell, int) else type(cell).__name__
)
def test_what_cannot_be_read_as_a_number_is_refused(cell: object) -> None:
    """A European comma, a boolean, a pair of offsets, infinity: PageError, not a guess and not missing."""
    with pytest.raises(PageError):
        values.number(cell)


def test_the_refusal_shows_the_cell() -> None:
    """The sentence quotes what the page has, cut to a readable length."""
    with pytest.raises(PageError, match="'5 of 8' is not a number"):
        values.number("5 of 8")
    with pytest.raises(PageError) as refused:
        values.number("x" * 10_000)
    assert len(str(refused.value)) < 100


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_inverts_printing(value: float) -> None:
    """What Python prints of a finite float, as it stands and as text, reads back as the same float."""
    assert values.number(value) == value
    assert values.number(repr(value)) == value


@given(st.integers(min_value=-(10**12), max_value=10**12), st.integers(min_value=0, max_value=99))
def test_number_inverts_thousands_and_percent(whole: int, cents: int) -> None:
    """With commas between thousands, two decimals and a percent sign, the value is the same."""
    published = f"{whole:,}.{cents:02d}"
    assert values.number(f"{published} %") == float(published.replace(",", ""))


@given(st.text())
def test_number_of_any_text_is_a_finite_float_or_none_or_refused(cell: str) -> None:
    """No text makes number() raise anything but PageError, or give NaN or infinity."""
    try:
        read = values.number(cell)
    except PageError:
        return
    assert read is None or math.isfinite(read)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1504 ±6", 6.0), ("82.0 % ± 2.2", 2.2), ("82.0% ± 2.2%", 2.2), ("1504 +/- 6", 6.0), ("1,504 +-6.5", 6.5),
     ("77.47%", None), ("+5/-4", None), ("-", None), (None, None), (1504.0, None), (6, None)],
)  # fmt: skip
def test_the_half_width_is_what_stands_after_the_sign(cell: object, expected: float | None) -> None:
    """± and its spellings in ASCII; a cell without one has none."""
    assert values.half_width(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [(" OpenAI ", "OpenAI"), ("0", "0"), (0, "0"), (False, "False"), ("N/A!", "N/A!")]
)
def test_text_is_trimmed_and_otherwise_as_printed(cell: object, expected: str) -> None:
    """Zero and False are something; a text that merely contains a sign for nothing is a text."""
    assert values.text(cell) == expected


DAYS = [
    ("2026-08-24", date(2026, 8, 24)),
    ("2026/3/9", date(2026, 3, 9)),
    ("2026.03.09", date(2026, 3, 9)),
    ("2026-08-24T23:59:59Z", date(2026, 8, 24)),
    ("2026-08-24 23:59", date(2026, 8, 24)),
    ("20250917132916", date(2025, 9, 17)),
    ("20250917", date(2025, 9, 17)),
    (20250917, date(2025, 9, 17)),
    ("April 29th, 2025", date(2025, 4, 29)),
    ("November 1st, 2023", date(2023, 11, 1)),
    ("March 10, 2026", date(2026, 3, 10)),
    ("10 March 2026", date(2026, 3, 10)),
    ("Sept 5, 2025", date(2025, 9, 5)),
    ("Mar 5 2026 10:00 XYZT", date(2026, 3, 5)),
    (date(2026, 8, 24), date(2026, 8, 24)),
    (datetime(2026, 8, 24, 23, 0), date(2026, 8, 24)),  # noqa: DTZ001 - as Parquet gives it
    (datetime(2026, 8, 24, 23, 0, tzinfo=timezone(timedelta(hours=-5))), date(2026, 8, 25)),
    (datetime(2026, 8, 24, 23, 0, tzinfo=UTC), date(2026, 8, 24)),
]


@pytest.mark.parametrize(("cell", "expected"), DAYS, ids=str)
def test_a_day_is_read_as_printed(cell: object, expected: date) -> None:
    """Every way in which the boards write a day; a moment with an offset is the day that it is in UTC."""
    read = values.day(cell)
    assert read == expected
    assert type(read) is date


@pytest.mark.parametrize(
    "cell",
    ["March", "March 2026", "Friday", "2026", "12:30", "may", "03/04/2026", "24/08/2026", "10 March 26", "2026-02-30",
     "2026/13/9", "20261340", "20250917132916000", "1758067200", "1701020304", "5.5", "REALTIME", "yesterday", True,
     "٢٠٢٦-08-24", "2026-08-２４", "２０２６０８２４", "March ١٠, 2026", "24 Aug ２０２６"],
)  # fmt: skip
def test_what_is_not_one_whole_day_is_refused(cell: object) -> None:
    """A part of a day, a day that is none, digits that may be two days or a moment: PageError."""
    with pytest.raises(PageError):
        values.day(cell)


@given(st.dates())
def test_day_inverts_printing(day: date) -> None:
    """ISO, slashes without zeros, and digits alone read back as the same day."""
    assert values.day(day.isoformat()) == day
    assert values.day(f"{day.year:04d}/{day.month}/{day.day}") == day
    assert values.day(day.strftime("%Y%m%d").rjust(8, "0")) == day


@given(st.text())
def test_day_of_any_text_is_a_day_or_none_or_refused(cell: str) -> None:
    """No text makes day() raise anything but PageError."""
    try:
        read = values.day(cell)
    except PageError:
        return
    assert read is None or type(read) is date


@given(
    st.from_regex(
        r"[0-9]{0,6}[ ,./-]{0,2}(jan|Mar|December|may)[ ,.a-z]{0,3}[0-9:+ ]{0,12}[a-zA-Z]{0,5}", fullmatch=True
    )
)
def test_day_of_any_text_with_a_month_in_it_is_a_day_or_refused(cell: str) -> None:
    """The same for texts that reach the reader of months by name."""
    try:
        read = values.day(cell)
    except PageError:
        return
    assert type(read) is date


@pytest.mark.parametrize("root", ["scrapers", "registry", "storage", "tracker"])
def test_no_pattern_takes_the_digits_of_every_script(root: str) -> None:
    """The class for any digit takes those of every script: [0-9] is written instead.

    A pattern for letters, which are words without digits of any kind, may have it.
    """
    folder = Path(__file__).resolve().parent.parent / root
    for file in folder.rglob("*.py"):
        text = file.read_text("utf-8").replace(r"[^\W\d]", "")
        assert r"\d" not in text, file
        assert r"\D" not in text, file
