"""A day as people write it -> the days that it may be.

2025-10-18, 2025/10/18, 18 October 2025, October 18(th), 2025, Oct 18 2025, 18/10/2025, 18.10.2025, today.
Of 03/04/2025 both orders are possible; of October 2025 the first and the last day; of 18 October the last two years.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

from tracker.claims.words import Word

_MONTHS = {name.casefold(): number for names in (calendar.month_name, calendar.month_abbr)
           for number, name in enumerate(names) if name} | {"sept": 9}  # fmt: skip
_NUMERIC = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20)[0-9][0-9]")


def day_at(words: tuple[Word, ...], at: int, today: date) -> tuple[tuple[date, ...], int] | None:
    """The days that the words at a place may mean, and how many words that takes. No days: there is no such day."""
    if words[at].key == "today":
        return (today,), 1
    if match := _NUMERIC.fullmatch(words[at].key):
        return tuple(dict.fromkeys(_days(*_orders(match)))), 1
    for shape in ("d of m y", "d m , y", "d m y", "m d , y", "m d y", "m y", "m , y", "d of m", "d m", "m d"):
        if parts := _shaped(words[at:], shape.split()):
            return _named(parts, today), len(shape.split())
    return None


def _orders(match: re.Match[str]) -> list[tuple[int, int, int]]:
    """(year, month, day) for each order that the separator allows; the day first, where both are possible."""
    first, separator, second, third = match[1], match[2], int(match[3]), match[4]
    if len(first) == 4 and len(third) <= 2:
        return [(int(first), second, int(third))]
    if len(third) != 4 or len(first) > 2:
        return []
    orders = [(int(third), second, int(first)), (int(third), int(first), second)]
    return orders[:1] if separator == "." else orders


def _days(*orders: tuple[int, int, int]) -> Iterator[date]:
    for year, month, day in orders:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _shaped(words: tuple[Word, ...], shape: list[str]) -> dict[str, int] | None:
    """The day, month and year of words of that shape."""
    fields: dict[str, int] = {}
    if len(words) < len(shape):
        return None
    for word, kind in zip(words, shape, strict=False):
        if kind == "m":
            # `may` is a verb, May is a month
            if word.key not in _MONTHS or not word.raw[0].isupper():
                return None
            fields["m"] = _MONTHS[word.key]
        elif kind in "dy":
            match = (_DAY if kind == "d" else _YEAR).fullmatch(word.key)
            if not match:
                return None
            fields[kind] = int(match[1] if kind == "d" else match[0])
        elif (word.key or word.raw) != kind:
            return None
    return fields


def _named(parts: dict[str, int], today: date) -> tuple[date, ...]:
    month = parts["m"]
    if "d" not in parts:
        last = calendar.monthrange(parts["y"], month)[1]
        return date(parts["y"], month, 1), date(parts["y"], month, last)
    if "y" in parts:
        return tuple(_days((parts["y"], month, parts["d"])))
    # The last two years in which that day has passed; nine years hold two of 29 February.
    years = [(year, month, parts["d"]) for year in range(today.year, today.year - 9, -1)]
    return tuple(day for day in _days(*years) if day <= today)[:2]
