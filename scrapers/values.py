"""Cells as boards publish them, read as numbers and days. What cannot be read is refused, never guessed.

Digits are those of ASCII, here as wherever a page is read: int(), float() and a pattern for any digit also take those
of every other script, and `1_000`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from scrapers.errors import PageError

MISSING = frozenset({"", "-", "--", "—", "–", "n/a", "na", "nan", ".nan", "null", "none", "tbd", "/"})
_NUMBER = re.compile(
    r"""^[#$]?\s*(?P<value>[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[-+]?\.[0-9]+)(?P<power>e[-+]?[0-9]+)?\s*[%％]?
        (?:\s*(?:±|\+/-|\+-)\s*(?P<half>[0-9]+(?:\.[0-9]+)?)\s*[%％]?)?\s*\*{0,2}$""",
    re.VERBOSE | re.IGNORECASE,
)
_DAY = re.compile(r"^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?$")
_MONTH = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_STAMP = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{6})?$")


def text(value: object) -> str | None:
    """A cell as trimmed text; None where the cell is blank or holds a sign for a missing value."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        trimmed = str(value).strip()
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits, lists in lists in lists
        raise PageError(f"a {type(value).__name__} that cannot be written as text") from error
    return None if trimmed.lower() in MISSING else trimmed


def number(value: object) -> float | None:
    """A score: plain, with %, thousands commas or a ± half-width after it. None where it is missing.

    A cell that holds something else raises PageError: a number that cannot be read is not treated as missing.

    >>> number("1504 ±6"), number("82.0 % ± 2.2"), number("12,730"), number("N/A")
    (1504.0, 82.0, 12730.0, None)
    >>> number("about 80")
    Traceback (most recent call last):
    scrapers.errors.PageError: 'about 80' is not a number
    """
    if isinstance(value, bool):
        raise PageError(f"{value!r} is not a number")
    shown = text(value)
    if shown is None:
        return None
    if isinstance(value, float):
        read = value
    else:
        match = _NUMBER.match(shown)
        if not match:
            raise PageError(f"{shown[:60]!r} is not a number")
        read = float(match["value"].replace(",", "") + (match["power"] or ""))
    if math.isinf(read):
        raise PageError(f"{shown[:60]!r} is not a finite number")
    return read


def half_width(value: object) -> float | None:
    """The half-width after ± in the same cell, if there is one."""
    match = _NUMBER.match(text(value) or "") if not isinstance(value, int | float) else None
    return float(match["half"]) if match and match["half"] else None


def day(value: object) -> date | None:
    """A day as boards write it: 2026-08-24, 2026/3/9, 20250917132916, 'March 10, 2026', 'April 29th, 2025'.

    A text that leaves a part of the day open, or that can be read as two days, raises PageError.

    >>> day("April 29th, 2025")
    datetime.date(2025, 4, 29)
    >>> day("March 2025")
    Traceback (most recent call last):
    scrapers.errors.PageError: 'March 2025' is not a whole day
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    shown = text(value)
    if shown is None:
        return None
    try:
        if match := _DAY.match(shown) or _STAMP.match(shown):
            return date(*map(int, match.groups()))
        if not _MONTH.search(shown):
            raise ValueError("digits alone: 03/04/2026 is two days, 1701020304 a moment or a day")
        if any(character.isdigit() and not character.isascii() for character in shown):
            raise ValueError("digits that are not of ASCII, which dateutil would read")
        from dateutil import parser

        # Two defaults: a text that leaves a part of the day open gives two answers, and is refused.
        # The same where a text reads in two ways ("10 March 26").
        first: datetime = parser.parse(shown, default=datetime(2000, 1, 1), ignoretz=True)  # noqa: DTZ001 - a day, not an instant
        second: datetime = parser.parse(shown, default=datetime(2001, 2, 2), ignoretz=True, yearfirst=True)  # noqa: DTZ001
    except (ValueError, OverflowError) as error:
        raise PageError(f"{shown[:60]!r} is not a day") from error
    if first.date() != second.date():
        raise PageError(f"{shown[:60]!r} is not a whole day")
    return first.date()


def newest_day(cells: Iterable[object]) -> date | None:
    """The newest of the days that rows print. What is no whole day is left out: it does not say how new the page is."""
    days = []
    for cell in cells:
        try:
            days.append(day(cell))
        except PageError:
            continue
    return max((known for known in days if known), default=None)
