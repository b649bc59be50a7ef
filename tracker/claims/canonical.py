"""The one exact form of a claim, which can be copied:

    N [open|closed] of the top M on BOARD are WHAT {, N [open|closed] are WHAT} [on DAY] [by entry|release|developer]
        [, also on BOARD {, BOARD}]
    WHAT = COUNTRY | COUNTRY and open | COUNTRY and closed | open | closed

BOARD is an id, COUNTRY a code of ISO 3166-1 alpha-2 or INT, DAY is YYYY-MM-DD. Every count is of the top M.
"""

from __future__ import annotations

import re
from datetime import date

from registry.country_names import COUNTRIES
from scrapers.errors import DeclarationError
from scrapers.spec import validate
from tracker.claims.files import Claim, Count
from tracker.claims.refusals import UnreadableClaim

_COUNTED = r"([0-9]{1,6})(?: (open|closed))?"
_WHAT = r"(?:([A-Z]{2}|INT)(?: and (open|closed))?|(open|closed))"
_FIRST = re.compile(rf"{_COUNTED} of the top ([0-9]{{1,6}}) on (\S+) are {_WHAT}")
_NEXT = re.compile(rf", {_COUNTED} are {_WHAT}")
_ALSO = r"(?:, also on ([^\s,]+(?:, [^\s,]+)*))?"
_END = re.compile(rf"(?: on ([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}))?(?: by (entry|release|developer))?{_ALSO}\.?")
_OPEN = {"open": True, "closed": False}


def canonical(claim: Claim) -> str:
    """The exact sentence of a claim, always with its day."""
    first, *others = claim.counts
    sentence = f"{first.count} of the top {claim.top} on {claim.board} are {first.words()}"
    sentence += "".join(f", {count.count} are {count.words()}" for count in others)
    sentence += f" on {claim.day}" + ("" if claim.unit == "entry" else f" by {claim.unit}")
    return sentence + (f", also on {', '.join(claim.other_boards)}" if claim.other_boards else "")


def read_exact(text: str, today: date) -> Claim | None:
    """The claim of a sentence in the exact form, whether the board is known or not; None for any other sentence."""
    text = " ".join(text.split())
    if not (claim := _FIRST.match(text)):
        return None
    number, opened, top, board, *what = claim.groups()
    counts = [_count(number, opened, *what)]
    while following := _NEXT.match(text, claim.end()):
        claim = following
        counts.append(_count(*claim.groups()))
    end = _END.fullmatch(text, claim.end())
    if not end or None in counts:
        return None
    try:
        day = date.fromisoformat(end[1]) if end[1] else today
    except ValueError:
        raise UnreadableClaim(f"{end[1]!r} is not understood: there is no such day") from None
    also = tuple(end[3].split(", ")) if end[3] else ()
    return claim_of(text, board, day, int(top), end[2] or "entry", counts, also)


def claim_of(
    text: str, board: str, day: date, top: int, unit: str, counts: list[Count | None], also: tuple[str, ...] = ()
) -> Claim:
    """A claim of a sentence, `also` on further boards; UnreadableClaim says what no claim can hold."""
    claim = {"id": "sentence", "text": text, "board": board, "day": day, "top": top, "unit": unit, "counts": counts,
             "other_boards": also}  # fmt: skip
    try:
        return validate(Claim, claim, "the claim")
    except DeclarationError as error:
        raise UnreadableClaim(str(error)) from None


def _count(number: str, opened: str | None, country: str | None, also: str | None, alone: str | None) -> Count | None:
    """None where the country is no code, or openness is said twice."""
    words = [word for word in (opened, also, alone) if word]
    if len(words) > 1 or (country and country not in COUNTRIES - {"HK", "MO"}):
        return None
    return Count(country=country, open=_OPEN[words[0]] if words else None, count=int(number))
