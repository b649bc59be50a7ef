"""What people call a country -> its ISO 3166-1 alpha-2 code: China, CN, CHN and Chinese are one.

Two sources: the tables below (adjectives, and what ISO does not list: USA, UK, Russia), then ISO's own names by
pycountry, which is imported only for words that are neither in the tables nor an ISO code.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from scrapers.countries import ISO

COUNTRIES = ISO | {"INT"}  # INT stands for a developer without a single base
# The countries of the registry's developers and of the G20, and those whose AI is often written about.
_SPOKEN = """
AE: emirati, emirates, uae, the uae
AR: argentine, argentinian
AT: austrian
AU: australian
BE: belgian
BR: brazilian
CA: canadian
CH: swiss
CN: chinese, china, prc, the prc, mainland china, people's republic of china
CZ: czech, czech republic
DE: german
DK: danish
ES: spanish
FI: finnish
FR: french
GB: british, uk, the uk, britain, great britain, united kingdom, english, england
GR: greek
HU: hungarian
ID: indonesian
IE: irish
IL: israeli
IN: indian
IT: italian
JP: japanese
KR: korean, korea, south korean, south korea, republic of korea
KP: north korean, north korea
LV: latvian
MX: mexican
NL: dutch, holland
NO: norwegian
NZ: new zealander
PL: polish
PT: portuguese
RU: russian, russia
SA: saudi, saudi arabian
SE: swedish
SG: singaporean
TH: thai
TR: turkish, turkey
TW: taiwanese, taiwan
UA: ukrainian
US: american, us, usa, america, united states, united states of america
VN: vietnamese, vietnam
ZA: south african
"""
# Countries that a word may mean in addition to those of that name.
_ALSO = {"georgia": ("US",), "georgian": ("GE", "US")}
_HELD_BY_CHINA = frozenset(("hk", "hkg", "hong kong", "hongkong", "mo", "mac", "macao", "macau"))
# Notes for words that are read in a way that the reader may not expect.
_NOTES = {
    "korea": "South Korea",
    "korean": "South Korea",
    "england": "the United Kingdom",
    "english": "the United Kingdom",
}
_NO_COUNTRY = {
    "european": "Europe is no country: name one, such as France",
    "europe": "Europe is no country: name one, such as France",
    "eu": "the EU is no country: name one, such as France",
    "western": "'Western' is no country: name one, such as US",
    "asian": "Asia is no country: name one, such as Japan",
}


class NoCountry(ValueError):
    """A word that names no country that is counted; the text says why, or what may be meant."""


def country_named(text: str) -> tuple[str, ...]:
    """Codes of the countries that a name, adjective or code may mean: one, none, or several as of Congo (CD, CG).

    Raises NoCountry where the reason is known. INT, the code for developers without a single base, counts as a country.

    >>> country_named("Chinese"), country_named("Congo"), country_named("Atlantis")
    (('CN',), ('CD', 'CG'), ())
    >>> country_named("Europe")
    Traceback (most recent call last):
    registry.country_names.NoCountry: Europe is no country: name one, such as France
    """
    key = _key(text)
    if key in _HELD_BY_CHINA:
        raise NoCountry(f"{text}: models of Hong Kong and Macao count as CN (without them: the rule mainland_only)")
    if key in _NO_COUNTRY:
        raise NoCountry(_NO_COUNTRY[key])
    if text in COUNTRIES:
        return (text,)
    if code := _spoken_names().get(key):
        return (code,)
    if key.upper() in ISO:
        return (key.upper(),)
    return tuple(dict.fromkeys((*_iso_names().get(key, ()), *_ALSO.get(key, ()))))


def one_country(text: str) -> str:
    """The code of a name, adjective or code; NoCountry where it is none, or may be several."""
    country = country_named(text)
    if not country:
        raise NoCountry(_suggested(text))
    if len(country) > 1:
        meant = " or ".join(f"{code} ({country_name(code)})" for code in country)
        raise NoCountry(f"{text} may be {meant}; give the code")
    return country[0]


def note(text: str) -> str:
    """A note on a word that is read as a larger or smaller country than it names; empty for most words."""
    return f"{text!r} is read as {_NOTES[_key(text)]}" if _key(text) in _NOTES else ""


def country_name(code: str) -> str:
    """ISO's name of a code."""
    import pycountry

    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code


def _key(text: str) -> str:
    """U.S. is us, `South  Korea` is south korea, Türkiye is turkiye."""
    unaccented = unicodedata.normalize("NFKD", text.replace("’", "'").replace(".", "")).casefold()
    unaccented = "".join(c for c in unaccented if not unicodedata.combining(c))
    return " ".join(unaccented.split()).removeprefix("the ")


@functools.cache
def _spoken_names() -> dict[str, str]:
    lines = [line.partition(": ") for line in _SPOKEN.strip().splitlines()]
    return {_key(name): code for code, _, names in lines for name in names.split(", ")}


@functools.cache
def _iso_names() -> dict[str, tuple[str, ...]]:
    """ISO's names and three-letter codes, and `Congo` of `Congo, The Democratic Republic of the` -> codes.

    A whole name that is also a word of another's (Guinea, of Guinea-Bissau) may mean either.
    """
    import pycountry

    codes_of: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    for country in pycountry.countries:
        names = [country.name, getattr(country, "common_name", country.name)]
        words[country.alpha_2] = {word for name in names for word in re.split(r"[\s,()-]+", _key(name))}
        short_names = [re.split(r",| \(", name)[0] for name in names]
        for name in (*names, *short_names, getattr(country, "official_name", country.name), country.alpha_3):
            codes_of.setdefault(_key(name), set()).add(country.alpha_2)
    for name, codes in codes_of.items():
        if " " not in name:
            codes.update(code for code, inside in words.items() if name in inside)
    return {name: tuple(sorted(codes)) for name, codes in codes_of.items()}


def _suggested(text: str) -> str:
    """The message for an unknown word, with the most similar known name if there is one."""
    from rapidfuzz import fuzz, process

    names = [*_spoken_names(), *(name for name in _iso_names() if len(name) > 3)]
    nearest = process.extractOne(_key(text)[:60], names, scorer=fuzz.ratio, score_cutoff=75)
    expected = "expected a country such as China, Chinese or CN"
    return f"{text[:60]!r} is no country that is known; {expected}" + (f"; {nearest[0].title()}?" if nearest else "")


def adjective(code: str) -> str:
    """The word for what is of that country, for a sentence: CN is Chinese, and what has no such word is its code.

    >>> adjective("CN"), adjective("US"), adjective("XX")
    ('Chinese', 'American', 'XX')
    """
    spoken = dict(line.split(": ", 1) for line in _SPOKEN.strip().splitlines())
    if code not in spoken:
        return {"mixed": "mixed", "unknown": "unknown"}.get(code, code)
    return spoken[code].split(", ")[0].title()
