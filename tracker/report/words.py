"""What is counted, in the words of a title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.country_names import adjective
from storage.origins import IN_WORDS
from tracker.analysis.filter import Where
from tracker.analysis.shares import Share

_OPEN = {"open": "open", "closed": "closed", "open_weights": "open-weights", "open_source": "open-source",
         "restricted_weights": "restricted-weights", "proprietary": "proprietary", "mixed": "mixed",
         "unknown": "unknown"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: `models` is the subject of a sentence, `short` a label, `country` a code if there is one."""

    models: str
    short: str
    country: str | None = None

    def of(self, share: Share) -> str:
        """`14 of 20`, `13 to 14 of 20`."""
        return f"{span(share.count, share.high)} of {number(share.of)}"

    @property
    def subject(self) -> str:
        """`models` as a sentence begins."""
        return self.models[0].upper() + self.models[1:]


def finding(counts: Sequence[tuple[Counted, Share]]) -> str:
    """`Chinese models hold 14 of the top 20`, `Chinese models hold 4 and American models 16 of the top 20`.

    By developer it is labs that are counted.
    """
    parts: list[str] = []
    for each, share in counts:
        subject = each.models.replace(" models", " labs") if share.unit == "developer" else each.models
        parts.append(f"{subject}{'' if parts else ' hold'} {span(share.count, share.high)}")
    share = counts[0][1]
    places = f"the top {number(share.of)}" if share.of == share.top else f"all {number(share.of)} places"
    text = f"{', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]} of {places}"
    return text[0].upper() + text[1:]


def counted(where: Where) -> Counted:
    """The words for what is asked, such as country=CN,open=open."""
    values = dict(zip(where.by.split(","), where.values, strict=True))
    openness = values.get("open") or values.get("openness")
    country = values.get("country")
    words = [_OPEN[openness]] if openness else []
    if "developer" in values:
        return Counted(f"models of {values['developer']}", values["developer"])
    if country:
        words.append(adjective(country))
    short = " ".join([*([country] if country else []), *([_OPEN[openness]] if openness else [])])
    return Counted(" ".join([*words, "models"]), short, country)


def number(count: float) -> str:
    """At most two decimals, none where it is whole."""
    return f"{count:.2f}".rstrip("0").rstrip(".")


def span(count: float, high: float) -> str:
    """`13`, or `13 to 14` where what is unknown may be it."""
    return number(count) + (f" to {number(high)}" if high > count else "")


def source(board: Mapping[str, Any]) -> str:
    """Who published it, where, and under which licence."""
    licence = board["licence"] if board["licence"] != "not stated" else "licence not stated"
    return f"Source: {board['publisher']}, {board['homepage']} ({licence})"


def age(share: Share, today: date) -> str:
    """How old the point is."""
    days = (today - share.day).days
    return "today" if not days else f"{days} day{'s' * (days != 1)} ago"


def origin_words(origin: str | None) -> str:
    """Where the bytes come from."""
    return IN_WORDS[origin] if origin else "origin unknown"  # type: ignore[index]
