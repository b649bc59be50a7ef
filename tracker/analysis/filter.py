"""What a share is asked of: `country=CN`, `open=open`, or two together as `country=CN,open=open`.

A country may be given by any name that registry.country_names has: `country=China` and `country=Chinese` are
`country=CN`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from registry.country_names import NoCountry, one_country
from tracker.analysis.shares import Share
from tracker.definition import By

UNKNOWN = "unknown"
LEVELS = ("open_source", "open_weights", "restricted_weights", "proprietary", "mixed", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Where:
    """Properties and the value asked of each; `by` is the property as `Definition.by` names it."""

    by: By
    values: tuple[str, ...]

    def __str__(self) -> str:
        return " and ".join(f"{name}={value}" for name, value in zip(self.by.split(","), self.values, strict=True))

    def holds(self, row: Mapping[str, str], unknown: bool = False) -> bool:
        """Whether a row (property -> value) has these values; with `unknown`, whether it may turn out to have them."""
        allowed = [{value, UNKNOWN} if unknown else {value} for value in self.values]
        return all(row[name] in values for name, values in zip(self.by.split(","), allowed, strict=True))


def parse(text: str) -> Where:
    """The question in a text such as `country=CN`. ValueError says what was expected."""
    pairs = dict(part.strip().partition("=")[::2] for part in text.split(","))
    if pairs.get("country"):
        pairs["country"] = _country(pairs["country"])
    names = ["country", *(name for name in pairs if name != "country")] if "country" in pairs else list(pairs)
    columns = [by for by in get_args(By) if by == ",".join(names)]
    if not columns:
        raise ValueError(f"{text!r}: expected property=value, of {', '.join(get_args(By))}")
    for name, value in pairs.items():
        if name == "openness" and value not in LEVELS:
            raise ValueError(f"openness={value}: expected one of {', '.join(LEVELS)}")
        if name == "open" and value not in ("open", "closed", "mixed", UNKNOWN):
            raise ValueError(f"open={value}: expected open, closed, mixed or unknown")
        if not value:
            raise ValueError(f"{name}: no value is given")
    return Where(columns[0], tuple(pairs[name] for name in names))


def _country(value: str) -> str:
    """The code of a country, whatever it is called; `mixed` and `unknown` stay."""
    if value in ("mixed", UNKNOWN):
        return value
    try:
        return one_country(value)
    except NoCountry as error:
        raise ValueError(f"country={value}: {error}; or INT, mixed or unknown") from None


@dataclass(frozen=True, slots=True)
class Figure:
    """The share of what was asked: counts of units out of `of`; `high` adds what is unknown."""

    of: float
    count: float
    high: float

    @property
    def share(self) -> float:
        """0 to 1, the unknown left out."""
        return self.count / self.of

    @property
    def share_high(self) -> float:
        """0 to 1, every unknown counted in."""
        return self.high / self.of


def figure(results: Sequence[Share], where: Where) -> Figure | None:
    """What was asked out of the shares of one top N over all values; None where nothing has a place.

    A value that does not occur counts 0, and what is unknown may still turn out to be it.
    """
    if not results:
        return None
    count = sum(share.count for share in results if where.holds(share.values))
    high = sum(share.count for share in results if where.holds(share.values, unknown=True))
    return Figure(results[0].of, count, high)


def share_of(results: Sequence[Share], where: Where) -> Share:
    """The share of a value out of those of one top N, at least one; of a value that does not occur it is 0.

    What is unknown may still turn out to be it.
    """
    for share in results:
        if tuple(share.values.values()) == where.values:
            return share
    high = sum(share.count for share in results if where.holds(share.values, unknown=True))
    return replace(
        results[0], values=dict(zip(where.by.split(","), where.values, strict=True)), count=0.0, low=0.0, high=high,
        share=0.0, share_low=0.0, share_high=high / results[0].of,
    )  # fmt: skip


def with_zeros(results: Sequence[Share], by: By, asked: Sequence[tuple[str, ...]] = ()) -> list[Share]:
    """The shares with a row of 0 for each value that was asked for and does not occur at a point.

    Asked for are the values `asked`, or else every value that occurs at some point of the same board and N, and where
    openness is split into open and closed, both of these.
    """
    points: dict[tuple[object, ...], list[Share]] = {}
    occurring: dict[tuple[object, ...], dict[tuple[str, ...], None]] = {}
    for share in results:
        points.setdefault((share.board, share.top, share.day), []).append(share)
        known = occurring.setdefault((share.board, share.top), {})
        known[tuple(share.values.values())] = None
        if by in ("open", "country,open") and UNKNOWN not in share.values.values():
            known |= {(*tuple(share.values.values())[:-1], value): None for value in ("open", "closed")}
    filled = []
    for (board, top, _), at_point in points.items():
        if asked:
            filled += [share_of(at_point, Where(by, values)) for values in asked]
            continue
        there = {tuple(share.values.values()) for share in at_point}
        missing = [values for values in occurring[board, top] if values not in there and UNKNOWN not in values]
        filled += [*at_point, *(share_of(at_point, Where(by, values)) for values in sorted(missing))]
    return filled
