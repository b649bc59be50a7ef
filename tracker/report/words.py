"""What is counted, in the words of a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
        count = number(share.count)
        if share.high > share.count:
            count = f"{count} to {number(share.high)}"
        return f"{count} of {number(share.of)}"


def finding(counts: Sequence[tuple[Counted, Share]]) -> str:
    """`Chinese models hold 14 of the top 20`, `Chinese models hold 4 and American models 16 of the top 20`.

    By developer it is labs that are counted.
    """
    parts: list[str] = []
    for each, share in counts:
        subject = each.models.replace(" models", " labs") if share.unit == "developer" else each.models
        count = number(share.count) + (f" to {number(share.high)}" if share.high > share.count else "")
        parts.append(f"{subject}{'' if parts else ' hold'} {count}")
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


def age(share: Share, today: date) -> str:
    """How old the point is."""
    days = (today - share.day).days
    return "today" if not days else f"{days} day{'s' * (days != 1)} ago"


def origin_words(origin: str | None) -> str:
    """Where the bytes come from."""
    return IN_WORDS[origin] if origin else "origin unknown"  # type: ignore[index]
