"""A claim from a sentence of a small grammar.

    N [open|closed] of the top M on BOARD are WHAT {, N [open|closed] are WHAT} [on DAY] [by entry|release|developer]
    WHAT = COUNTRY | COUNTRY and open | COUNTRY and closed | open | closed

Nothing is guessed: a word that the grammar does not have is refused, and named.
"""

from __future__ import annotations

import re
from datetime import date

from scrapers.declare import validate
from scrapers.errors import DeclarationError, TrackerError
from storage.registry_files import COUNTRIES
from tracker.claims.files import Claim


class UnreadableClaim(TrackerError):
    """A sentence that the grammar does not have."""


_WORD = re.compile(r"[^\s,]+|,")
_OPEN = {"open": True, "closed": False}


def read_sentence(text: str, today: date) -> Claim:
    """The claim that a sentence of the grammar makes; without a day it is of today. UnreadableClaim says what is not
    understood, and where."""
    said = _Words(_WORD.findall(text.strip().removesuffix(".")))
    counts = [said.counted()]
    said.words("of", "the", "top")
    top = said.number()
    said.words("on")
    board = said.take("a board")
    said.words("are")
    counts[0] = said.what(counts[0])
    while said.next() == ",":
        said.take(",")
        counts.append(said.counted())
        said.words("are")
        counts[-1] = said.what(counts[-1])
    day, unit = today, "entry"
    if said.next() == "on":
        said.words("on")
        day = said.day()
    if said.next() == "by":
        said.words("by")
        unit = said.one_of("entry", "release", "developer")
    said.end()
    claim = {"id": "sentence", "text": text, "board": board, "day": day, "top": top, "unit": unit, "counts": counts}
    try:
        return validate(Claim, claim, "the claim")
    except DeclarationError as error:
        raise UnreadableClaim(str(error)) from None


class _Words:
    """The words of a sentence, taken from the left."""

    def __init__(self, words: list[str]) -> None:
        self._words, self._at = words, 0

    def next(self) -> str:
        """The word that comes, empty at the end."""
        return self._words[self._at] if self._at < len(self._words) else ""

    def take(self, expected: str) -> str:
        """The word that comes, whatever it is."""
        if not self.next():
            raise UnreadableClaim(f"the claim ends where {expected} is expected")
        self._at += 1
        return self._words[self._at - 1]

    def wrong(self, expected: str) -> UnreadableClaim:
        """The word that was just taken is not what is expected."""
        before = " ".join(self._words[: self._at - 1][-3:])
        after = f" after {before!r}" if before else ""
        return UnreadableClaim(f"{self._words[self._at - 1]!r}{after} is not understood; expected {expected}")

    def words(self, *expected: str) -> None:
        for word in expected:
            if self.take(repr(word)) != word:
                raise self.wrong(repr(word))

    def one_of(self, *expected: str) -> str:
        names = " or ".join(expected)
        word = self.take(names)
        if word not in expected:
            raise self.wrong(names)
        return word

    def number(self) -> int:
        if not re.fullmatch(r"[0-9]{1,6}", self.take("a whole number")):
            raise self.wrong("a whole number")
        return int(self._words[self._at - 1])

    def day(self) -> date:
        word = self.take("a day")
        try:
            return date.fromisoformat(word if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word) else "")
        except ValueError:
            raise self.wrong("a day such as 2025-10-18") from None

    def counted(self) -> dict[str, object]:
        """`9` or `9 open`."""
        found: dict[str, object] = {"count": self.number()}
        return found | ({"open": _OPEN[self.take("open")]} if self.next() in _OPEN else {})

    def what(self, counted: dict[str, object]) -> dict[str, object]:
        """The count with its `CN`, `CN and open` or `open`."""
        word = self.take("a country code")
        if word not in COUNTRIES and (word not in _OPEN or "open" in counted):
            raise self.wrong("a country code such as CN" + ("" if "open" in counted else ", or open or closed"))
        if word in _OPEN:
            return counted | {"open": _OPEN[word]}
        if self.next() != "and":
            return counted | {"country": word}
        self.words("and")
        if "open" in counted:
            self.take("the end of the count")
            raise self.wrong("the end of the count, which says already whether they are open")
        return counted | {"country": word, "open": _OPEN[self.one_of("open", "closed")]}

    def end(self) -> None:
        if self.next():
            self.take("nothing")
            raise self.wrong("the end of the claim")
