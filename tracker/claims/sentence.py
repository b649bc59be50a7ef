"""A claim from a sentence as people write it.

    "14 of the top 20 models are Chinese, 9 of them open, on OpenCompass, 2025-10-18"

    sentence = parts in any order, separated by commas, brackets, `and`, `while`, `but`
    part     = top | board | day | unit | clause | filler
    top      = (top | first | best | leading) N | N (top | best | ...)            once, and the same
    board    = an id, a title, a name under which it is quoted, or a source's     tracker.claims.board_names
    day      = 2025-10-18 | 18 October 2025 | October 18, 2025 | 18/10/2025 | ... tracker.claims.days
    unit     = models | releases | labs | by entry | by release | by developer
    clause   = amount, with a country, an openness or both, in any order          tracker.claims.counting
    amount   = 14 | fourteen | none | all | half | 70%, of [the top N | them | the 14]
    openness = open | open-source | open-weight(s) | closed | proprietary

Every word belongs to a part, or stands in the list of words that add nothing (tracker.claims.words); any other word is
refused by name. Where a part may mean several things nothing is chosen: AmbiguousClaim has the sentences that may be
meant, in the exact form of tracker.claims.canonical. A sentence of that form is read as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise, product

from tracker.claims.board_names import BoardNames, KnownBoards
from tracker.claims.canonical import canonical, claim_of, read_exact
from tracker.claims.counting import Clause, clauses_of, counts_of
from tracker.claims.files import Claim
from tracker.claims.parts import Part, parts_of
from tracker.claims.refusals import AmbiguousClaim, UnreadableClaim
from tracker.claims.words import words_of

__all__ = ["AmbiguousClaim", "ParsedSentence", "UnreadableClaim", "read", "read_sentence"]

LONGEST = 1_000  # characters
_MOST = 40  # candidates


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """The claim of a sentence, and notes on how it was read. `freely`: not in the exact form."""

    claim: Claim
    freely: bool = False
    notes: tuple[str, ...] = ()


def read_sentence(text: str, today: date, boards: Mapping[str, BoardNames]) -> Claim:
    """The claim that a sentence makes; without a day it is of today. UnreadableClaim says what is not understood,
    AmbiguousClaim has the canonical sentences that may be meant."""
    return read(text, today, boards).claim


def read(text: str, today: date, boards: Mapping[str, BoardNames]) -> ParsedSentence:
    """As `read_sentence`, with the notes."""
    if len(text) > LONGEST:
        raise UnreadableClaim(f"a claim has at most {LONGEST:,} characters; this has {len(text):,}")
    exact = read_exact(text, today)
    if exact and exact.board in boards:
        return ParsedSentence(exact)
    try:
        return _read_freely(text, today, KnownBoards(boards))
    except AmbiguousClaim:
        raise
    except UnreadableClaim:
        if exact:  # its board is not declared; whether it is known, the database says
            return ParsedSentence(exact)
        raise


def _read_freely(text: str, today: date, known: KnownBoards) -> ParsedSentence:
    parts = parts_of(words_of(text), known, today)
    top = _top(parts)
    _refuse_other_rankings(parts)
    clauses = clauses_of(parts)
    board, also = _board(parts, known)
    day = _day(parts, today)
    unit = _unit(parts)
    countries = [clause.country for clause in clauses if clause.country]
    claims: dict[str, Claim] = {}
    unclear = [part for part in (board, day, unit, *countries) if len(part.options) > 1]
    open_of = False
    wrong: UnreadableClaim | None = None
    ways = list(
        islice(product(board.options, day.options, unit.options, *(part.options for part in countries)), _MOST + 1)
    )
    if len(ways) > _MOST:
        raise UnreadableClaim(f"{_unclear(unclear, False)}; these are too many ways to list")
    for board_id, claim_day, unit_name, *codes in ways:
        try:
            counted, several = counts_of(_with_countries(clauses, codes), top, _MOST)
        except UnreadableClaim as error:
            wrong = wrong or error
            continue
        open_of = open_of or several
        for counts in counted:
            claim = claim_of(text, str(board_id), claim_day, top, str(unit_name), counts, also)  # type: ignore[arg-type]
            claims.setdefault(canonical(claim), claim)
    if not claims and wrong:
        raise wrong
    if len(claims) > 1:
        raise AmbiguousClaim(_unclear(unclear, open_of), tuple(islice(claims, _MOST)))
    return ParsedSentence(next(iter(claims.values())), True, _notes(parts, day))


def _top(parts: Sequence[Part]) -> int:
    tops = list(dict.fromkeys(int(str(part.options[0])) for part in parts if part.kind == "top"))
    if not tops:
        raise UnreadableClaim("no top N is named, such as top 20")
    if len(tops) > 1:
        raise UnreadableClaim(f"top {' and top '.join(map(str, tops))}: one claim has one top N")
    return tops[0]


def _refuse_other_rankings(parts: Sequence[Part]) -> None:
    """`the top 20 Chinese models` are a ranking of Chinese models alone, which is another question."""
    for part, after in pairwise(parts):
        if part.kind == "top" and after.kind in ("country", "open"):
            phrase = f"{part.quote} {after.quote}"
            raise UnreadableClaim(f"{phrase!r} is not understood: a claim counts within the top N of the whole board")


def _board(parts: Sequence[Part], known: KnownBoards) -> tuple[Part, tuple[str, ...]]:
    """One part for all that is said of the board, and the further boards that the sentence names.

    `in reasoning, math, knowledge and programming`, beside a board that has one for each, names these as well: the
    board carries the headline.
    """
    named = [part for part in parts if part.kind == "board"]
    topics = [part for part in parts if part.kind == "topic"]
    if not named:
        if topics:
            raise UnreadableClaim(f"{topics[0].quote!r} is not understood; no board is named")
        raise UnreadableClaim("no board is named, such as OpenCompass; tracker boards lists them")
    common = [board for board in named[0].options if all(board in part.options for part in named)]
    boards = common or list(dict.fromkeys(board for part in named for board in part.options))
    named_boards = " and ".join(dict.fromkeys(part.quote for part in (*named, *topics)))
    if len(boards) == 1 and (also := _also(str(boards[0]), topics, known)):
        return Part("board", named_boards, tuple(boards)), also
    chosen = known.chosen(tuple(map(str, boards)), frozenset(str(part.options[0]) for part in topics))
    if not chosen:
        raise UnreadableClaim(f"{topics[0].quote!r} is not understood: no board of {named[0].quote!r} has that name")
    return Part("board", named_boards, chosen), ()


def _also(headline: str, topics: Sequence[Part], known: KnownBoards) -> tuple[str, ...]:
    """The board of each topic, where two or more are named and each has exactly one beside the headline's."""
    words = list(dict.fromkeys(str(part.options[0]) for part in topics))
    candidates = [
        [board for board in known.chosen((headline,), frozenset({word})) if board != headline] for word in words
    ]
    return (
        tuple(boards[0] for boards in candidates)
        if len(candidates) > 1 and all(len(boards) == 1 for boards in candidates)
        else ()
    )


def _day(parts: Sequence[Part], today: date) -> Part:
    named = [part for part in parts if part.kind == "day"]
    if not named:
        return Part("day", "", (today,))
    common = [day for day in named[0].options if all(day in part.options for part in named)]
    days = common or list(dict.fromkeys(day for part in named for day in part.options))
    return Part("day", " and ".join(dict.fromkeys(part.quote for part in named)), tuple(days))


def _unit(parts: Sequence[Part]) -> Part:
    """What is counted: said by name, else by the noun of the top N or of a count. `models` are entries.

    Labs that stand elsewhere (`14 of the top 20 are from Chinese labs`) may be what is counted, or whose it is.
    """
    named = [part for part in parts if part.kind == "by unit"]
    units: list[Part] = named or [part for at, part in enumerate(parts) if part.kind == "unit" and _counted(parts, at)]
    if units:
        return Part("unit", " and ".join(part.quote for part in units), _in_order(units))
    others = [part for part in parts if part.kind == "unit"]
    others_named = " and ".join(dict.fromkeys(part.quote for part in others))
    if any(part.options[0] == "entry" for part in others) or not others:
        return Part("unit", others_named, ("entry",))
    if all(part.options[0] == "release" for part in others):
        return Part("unit", others_named, ("release",))
    return Part("unit", others_named, ("entry", *(unit for unit in _in_order(others) if unit != "entry")))


def _in_order(units: Sequence[Part]) -> tuple[object, ...]:
    return tuple(unit for unit in ("entry", "release", "developer") if any(unit in part.options for part in units))


def _counted(parts: Sequence[Part], at: int) -> bool:
    """Whether the noun at a place is that of the top N, or of an amount: `top 20 AI models`, `5 Chinese labs`."""
    for part in reversed(parts[:at]):
        if part.kind in ("top", "amount", "all of", "number of"):
            return True
        # `14 are from Chinese labs`: a verb or preposition is between
        if part.kind not in ("country", "open") and part.quote.casefold() not in (
            "ai",
            "artificial intelligence",
            "llm",
        ):
            return False
    return False


def _with_countries(clauses: Sequence[Clause], codes: Sequence[object]) -> list[Clause]:
    """The clauses with one code for each country."""
    left = iter(codes)
    return [replace(clause, country=replace(clause.country, options=(next(left),))) if clause.country else clause
            for clause in clauses]  # fmt: skip


def _unclear(parts: Sequence[Part], open_of: bool) -> str:
    ambiguities = [f"{part.quote!r} may be {' or '.join(dict.fromkeys(map(str, part.options)))}" for part in parts]
    ambiguities += ["a count may be of the top N, or of what is counted before it"] if open_of else []
    return "the claim may be read in several ways: " + "; ".join(ambiguities)


def _notes(parts: Sequence[Part], day: Part) -> tuple[str, ...]:
    notes = [part.note for part in parts if part.note]
    for part in parts:
        if part.kind == "unit" and part.quote.casefold() in ("model", "models", "llms"):
            notes.append(f"{part.quote!r} is read as entries: rows of the board as published")
    notes += [] if day.quote else [f"no day is named: it is read as of today, {day.options[0]}"]
    return tuple(dict.fromkeys(notes))
