"""A sentence -> its parts: each word belongs to one, or is not understood.

Each kind of part is recognised by one function, which is given the words and a place among them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial

from registry import country_names
from tracker.claims import words as spoken_forms
from tracker.claims.board_names import KnownBoards, topic
from tracker.claims.days import day_at
from tracker.claims.refusals import UnreadableClaim
from tracker.claims.words import Word, number, phrase, quote

_TOP = re.compile(r"top-?(\w+)")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_YEAR = re.compile(r"(?:19|20)[0-9][0-9]")
_LONGEST_COUNTRY = 6


@dataclass(frozen=True, slots=True)
class Part:
    """Words of one kind. `options` are what they may mean: one thing, or several where that is not clear."""

    kind: str
    quote: str
    options: tuple[object, ...] = (None,)
    length: int = 1
    note: str = ""


Recogniser = Callable[[tuple[Word, ...], int], Part | None]


def parts_of(words: tuple[Word, ...], known: KnownBoards, today: date) -> list[Part]:
    """All parts of a sentence, in its order; UnreadableClaim names the first word that belongs to none."""
    recognisers: tuple[Recogniser, ...] = (
        _punctuation, _filler_phrase, partial(_board, known), partial(_day, today), _top, _unit_by_name, _them,
        _number_of, _of, _openness, _percent, _amount, _unit, _join, _filler, _country, partial(_topic, known),
    )  # fmt: skip
    parts: list[Part] = []
    at = 0
    while at < len(words):
        part = next((part for recognise in recognisers if (part := recognise(words, at))), None)
        if part is None:
            raise UnreadableClaim(f"{words[at].raw!r} is not understood")
        parts.append(part)
        at += part.length
    return parts


def _punctuation(words: tuple[Word, ...], at: int) -> Part | None:
    return Part("join", words[at].raw) if words[at].is_punctuation else None


def _phrase(kind: str, phrases: tuple[str, ...], words: tuple[Word, ...], at: int) -> Part | None:
    match = phrase(words, at, phrases)
    return Part(kind, quote(words, at, match[1]), (match[0],), match[1]) if match else None


_filler_phrase = partial(_phrase, "filler", spoken_forms.FILLER_PHRASES)
_them = partial(_phrase, "them", spoken_forms.THEM)


def _board(known: KnownBoards, words: tuple[Word, ...], at: int) -> Part | None:
    match = known.at(words, at)
    return Part("board", quote(words, at, match[1]), match[0], match[1]) if match else None


def _day(today: date, words: tuple[Word, ...], at: int) -> Part | None:
    match = day_at(words, at, today)
    if match and not match[0]:
        raise UnreadableClaim(f"{quote(words, at, match[1])!r} is not understood: there is no such day")
    return Part("day", quote(words, at, match[1]), match[0], match[1]) if match else None


def _top(words: tuple[Word, ...], at: int) -> Part | None:
    """`top 20`, `top-20`, `20 best`."""
    word = words[at]
    if (joined := _TOP.fullmatch(word.key)) and (top := number(joined[1])) is not None:
        return Part("top", word.raw, (top,))
    if at + 1 == len(words):
        return None
    after = words[at + 1]
    if word.key in spoken_forms.TOP:
        top = number(after.key)
        return Part("top", quote(words, at, 2), (top,), 2) if top is not None else None
    top = number(word.key)
    is_next = at + 2 < len(words) and number(words[at + 2].key) is not None  # `has 14 top 20 places`
    return (
        Part("top", quote(words, at, 2), (top,), 2) if top and after.key in spoken_forms.TOP and not is_next else None
    )


def _number_of(words: tuple[Word, ...], at: int) -> Part | None:
    """`of the 14`, `all 14`: out of how many."""
    end = at
    if words[at].key == "all":
        end += 1
    elif match := phrase(words, at, ("of", "out of")):
        end += match[1]
        while end < len(words) and words[end].key in ("the", "these", "those", "all"):
            end += 1
    else:
        return None
    if end >= len(words) or (value := number(words[end].key)) is None or _top(words, end):
        return None
    kind = "all of" if words[at].key == "all" else "number of"
    return Part(kind, quote(words, at, end + 1 - at), (value,), end + 1 - at)


def _of(words: tuple[Word, ...], at: int) -> Part | None:
    if match := phrase(words, at, spoken_forms.OF_PHRASES):
        return Part("of", quote(words, at, match[1]), length=match[1])
    return Part("of", words[at].raw) if words[at].key in spoken_forms.OF else None


def _openness(words: tuple[Word, ...], at: int) -> Part | None:
    for opened, phrases in spoken_forms.OPENNESS.items():
        if match := phrase(words, at, phrases):
            spoken = quote(words, at, match[1])
            meaning = "open: weights published, on any terms" if opened else "closed: weights not published"
            note = "" if spoken in ("open", "closed") else f"{spoken!r} is read as {meaning}"
            return Part("open", spoken, (opened,), match[1], note)
    return None


def _percent(words: tuple[Word, ...], at: int) -> Part | None:
    """70%, 70 %, 70 percent, 70 per cent."""
    if match := _PERCENT.fullmatch(words[at].key):
        return Part("amount", words[at].raw, (Fraction(match[1]) / 100,))
    for spoken in ("%", "percent", "per cent"):
        after = phrase(words, at + 1, (spoken,))
        if after and re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", words[at].key):
            length = 1 + after[1]
            return Part("amount", quote(words, at, length), (Fraction(words[at].key) / 100,), length)
    return None


def _amount(words: tuple[Word, ...], at: int) -> Part | None:
    """`14`, `fourteen`, `none`, `half`."""
    if match := phrase(words, at, tuple(spoken_forms.PARTS)):
        return Part("amount", quote(words, at, match[1]), (spoken_forms.PARTS[match[0]],), match[1])
    if _YEAR.fullmatch(words[at].key):
        raise UnreadableClaim(f"{words[at].raw!r} is not understood; a day is expected, such as 2025-10-18")
    value = number(words[at].key)
    return Part("amount", words[at].raw, (value,)) if value is not None else None


def _unit_by_name(words: tuple[Word, ...], at: int) -> Part | None:
    """`by release`: it decides the unit, whatever nouns stand elsewhere."""
    if match := phrase(words, at, spoken_forms.BY_UNIT):
        return Part("by unit", quote(words, at, match[1]), (match[0].removeprefix("by "),), match[1])
    return None


def _unit(words: tuple[Word, ...], at: int) -> Part | None:
    unit = spoken_forms.UNIT_OF.get(words[at].key)
    return Part("unit", words[at].raw, (unit,)) if unit else None


def _join(words: tuple[Word, ...], at: int) -> Part | None:
    return Part("join", words[at].raw) if words[at].key in spoken_forms.JOINS else None


def _filler(words: tuple[Word, ...], at: int) -> Part | None:
    return Part("filler", words[at].raw) if words[at].key in spoken_forms.FILLERS else None


def _country(words: tuple[Word, ...], at: int) -> Part | None:
    """The longest name of a country; codes only in capitals, since `us` and `in` are words."""
    for length in range(min(_LONGEST_COUNTRY, len(words) - at), 0, -1):
        inside = words[at : at + length]
        name = " ".join(word.bare for word in inside)
        letters = name.replace(".", "")
        if (
            any(word.is_punctuation for word in inside)
            or len(name) > 60
            or (len(letters) <= 3 and not letters.isupper())
        ):
            continue
        try:
            codes = country_names.country_named(name)
        except country_names.NoCountry as error:
            raise UnreadableClaim(f"{quote(words, at, length)!r} is not understood: {error}") from None
        if codes:
            return Part("country", quote(words, at, length), codes, length, country_names.note(name))
    return None


def _topic(known: KnownBoards, words: tuple[Word, ...], at: int) -> Part | None:
    """`raw`, `math`: a word of a board's name that stands apart from it."""
    return Part("topic", words[at].raw, (topic(words[at]),)) if known.topic(words[at]) else None
