"""Day stamps in names: 20241022, 2024-10-22, 10/22, 25/07, 0905, 2507, Dec '24.

A stamp is kept as eight digits (a day), four that read as month and day (MMDD), or four that read as year and
month (YYMM, 2020 to 2039). The two cannot be confused: months end at 12, and these years begin at 20.
"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
)
_WORDED = re.compile(rf"\b{_MONTH}[\s'-]*(?:20)?(?P<year>[23][0-9])\b(?!\.[0-9])")
_DIGITS = re.compile(
    r"(?<![0-9.])(?:"
    r"(?P<ymd>20[23][0-9][-/._]?[01][0-9][-/._]?[0-3][0-9])"
    r"|(?P<yymmdd>[23][0-9][01][0-9][0-3][0-9])"
    r"|(?P<ym>20[23][0-9][-/._]?[01][0-9])"
    r"|(?P<my>[01][0-9][-/]20[23][0-9])"
    r"|(?P<md>[01][0-9][-/][0-3][0-9])"
    r"|(?P<yym>2[3-9]/[01][0-9])"
    r"|(?P<four>[0-9]{4})"
    r")(?![0-9]|\.[0-9]|[a-z])"
)


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).strftime("%Y%m%d")
    except ValueError:
        return ""


def _month(year: int, month: int) -> str:
    return f"{year % 100:02}{month:02}" if 1 <= month <= 12 else ""


def _month_day(month: int, day: int) -> str:
    return _day(2024, month, day)[4:]


def _read(match: re.Match[str]) -> str:
    kind, text = next((k, v) for k, v in match.groupdict().items() if v)
    digits = re.sub(r"[^0-9]", "", text)
    if kind == "ymd":
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if kind == "yymmdd":  # 250615; 202412 is a month
        month = _month(int(digits[:4]), int(digits[4:])) if digits.startswith("20") else ""
        return month or _day(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    if kind == "yym":  # 25/07: no month is above 12
        kind, digits = "ym", f"20{digits}"
    if kind == "ym":
        return _month(int(digits[:4]), int(digits[4:]))
    if kind == "my":
        return _month(int(digits[2:]), int(digits[:2]))
    first, last = int(digits[:2]), int(digits[2:])
    if kind == "four" and 20 <= first <= 39:
        return _month(2000 + first, last)
    return _month_day(first, last)


def take_stamp(text: str) -> tuple[str, str]:
    """Lower-case text -> (text without its last stamp, the stamp or '').

    A month in words beside a day of that month is taken off, too: `R1 0528 (May '25)`.

    >>> take_stamp("gpt-4o-2024-05-13"), take_stamp("qwen3-235b-a22b-2507")
    (('gpt-4o- ', '20240513'), ('qwen3-235b-a22b- ', '2507'))
    """
    taken, span, month = "", (0, 0), ""
    for match in _WORDED.finditer(text):
        month, span = _month(2000 + int(match["year"]), _MONTHS.index(match["month"]) + 1), match.span()
    taken, worded = month, span
    for match in _DIGITS.finditer(text):
        # a day says more than a month; of two days the last is the stamp
        if (stamp := _read(match)) and len(stamp) >= len(taken):
            taken, span = stamp, match.span()
    named_twice = bool(month) and month[2:] == taken[-4:-2]
    for start, end in sorted({span, worded} if named_twice else {span}, reverse=True):
        text = f"{text[:start]} {text[end:]}" if taken else text
    return text, taken


def same_stamp(first: str, other: str) -> bool:
    """Whether two stamps agree in the parts that both have."""
    if len(first) == len(other):
        return first == other
    full, short = (first, other) if len(first) == 8 else (other, first)
    return bool(short) and short in (full[4:], full[2:6])


def near(stamp: str, day: date, tolerance: int) -> bool:
    """Whether the stamp is at most `tolerance` days from the day; a month (YYMM) must be the month of the day."""
    if len(stamp) == 8:
        return abs((date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:])) - day).days) <= tolerance
    first, last = int(stamp[:2]), int(stamp[2:])
    if first >= 20:
        return (2000 + first, last) == (day.year, day.month)
    for year in (day.year - 1, day.year, day.year + 1):
        if (text := _day(year, first, last)) and near(text, day, tolerance):
            return True
    return False
