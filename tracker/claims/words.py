"""The words of a sentence, and the lists of those that mean something by themselves.

A word that stands in none of these lists, and is no board, day or country, is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

_TOKEN = re.compile(r"[^\s,;:()\[\]{}\"“”„«»!?—–]+|[,;:()\[\]{}!?—–]")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s?$")
_ENDINGS = ("-based", "-made", "-built", "-developed", "-trained", "-owned")  # China-based is China

# Words that add nothing to what is counted. Not in it: whatever bounds or denies (about, at least, most, not, or).
_FILLERS = """
a an the in on at by from as to for with that which who it its this these those their there
is are was were be been being has have had hold holds held account accounts accounted take takes took taken
occupy occupies occupied claim claims claimed come comes came make makes made appear appears appeared
feature features rank ranks ranked list lists listed place placed stand stands stood go goes went sit sits
built developed trained created produced published based
ai llm artificial-intelligence large language world world's global worldwide
ranking rankings leaderboard leaderboards board table chart list benchmark according per
only just now currently latest newest current overall
"""
FILLERS = frozenset(_FILLERS.split())
FILLER_PHRASES = (
    "in this group", "of this group", "in that group", "in the world", "in the list", "artificial intelligence",
    "make up", "makes up", "made up", "as of", "a total of", "total of", "such as of",
)  # fmt: skip
JOINS = frozenset(("and", "while", "whereas", "but", "plus", "&"))
OF = frozenset(("of", "among", "amongst", "within"))
OF_PHRASES = ("out of",)
THEM = ("of them", "of these", "of those", "of which", "of whom", "among them", "amongst them", "among these",
        "among those", "among which", "including", "out of them", "out of these", "out of those")  # fmt: skip
TOP = frozenset(("top", "first", "best", "leading", "highest-ranked", "top-ranked"))

UNITS = {
    "entry": "model models llms entry entries row rows place places spot spots position positions slot slots",
    "release": "release releases",
    "developer": "lab labs developer developers company companies organisation organisations organization organizations"
    " firm firms maker makers vendor vendors startup startups",
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}
BY_UNIT = ("by entry", "by release", "by developer")

OPENNESS = {
    True: ("open source", "open sourced", "open weight", "open weights", "opensource", "openweight", "openweights",
           "open"),
    False: ("closed source", "closed weight", "closed weights", "closedsource", "closed", "proprietary", "not open"),
}  # fmt: skip

_UNDER_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty"
)
NUMBERS = {word: number for number, word in enumerate(_UNDER_TWENTY.split())}
NUMBERS |= {"no": 0, "none": 0, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100}
PARTS = {
    "half": Fraction(1, 2), "one third": Fraction(1, 3), "a third": Fraction(1, 3), "two thirds": Fraction(2, 3),
    "a quarter": Fraction(1, 4), "one quarter": Fraction(1, 4), "three quarters": Fraction(3, 4), "all": Fraction(1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written (`raw`), without possessive and full stop (`bare`), and in small letters (`key`)."""

    raw: str
    bare: str
    key: str

    @property
    def is_punctuation(self) -> bool:
        """Whether it is punctuation, which separates clauses."""
        return not self.key


def words_of(text: str) -> tuple[Word, ...]:
    """The words and the punctuation of a sentence."""
    words: list[Word] = []
    for raw in _TOKEN.findall(text):
        stripped = raw.strip("'‘’").rstrip(".")
        bare = _POSSESSIVE.sub("", stripped)
        for ending in _ENDINGS:
            bare = bare.removesuffix(ending)
        key = unicodedata.normalize("NFKC", bare).casefold() if any(c.isalnum() or c in "&%" for c in bare) else ""
        words.append(Word(raw, bare, key))
        # `U.S.` and `Oct.` end no sentence; `Chinese.` does.
        if key and raw.endswith(".") and "." not in bare and len(bare) > 4:
            words.append(Word(".", "", ""))
    return tuple(words)


def quote(words: tuple[Word, ...], at: int, length: int) -> str:
    """The words as they are written, without the full stop of the sentence."""
    return " ".join(word.bare or word.raw for word in words[at : at + length])


def phrase(words: tuple[Word, ...], at: int, phrases: tuple[str, ...]) -> tuple[str, int] | None:
    """The longest of the phrases that stands at a place, and how many words it takes; hyphens are spaces."""
    best: tuple[str, int] | None = None
    for candidate in phrases:
        wanted, length = candidate.split(), 0
        while wanted and at + length < len(words):
            parts = words[at + length].key.split("-")
            if wanted[: len(parts)] != parts:
                break
            wanted, length = wanted[len(parts) :], length + 1
        if not wanted and (best is None or len(candidate) > len(best[0])):
            best = candidate, length
    return best


def number(key: str) -> int | None:
    """14 of `14` and of `fourteen`."""
    return int(key) if re.fullmatch(r"[0-9]{1,6}", key) else NUMBERS.get(key)
