"""The counts of a sentence: its clauses, and what each is a count of.

A clause has one amount, and a country, an openness, or both. It is of the top M where it says so (`9 of the top 20`)
or has both, and where nothing was counted before that it might be a part of. `of them` and `of the 14` take over what
was counted before. Where a count may be of several things, all are given: of the top M first, then of what was counted
earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any

from tracker.claims.files import Count
from tracker.claims.parts import Part
from tracker.claims.refusals import UnreadableClaim

MOST = 12  # counts of a claim


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause says. `them` and `out_of` take over an earlier count; `whole`: of the top M by its words."""

    amount: Part | None = None
    country: Part | None = None
    open: Part | None = None
    them: Part | None = None
    out_of: Part | None = None
    whole: bool = False
    described: bool = False  # `half of the open models`: of something that the clause describes itself
    leads: bool = False  # begins with `of`: it says what the next clause is of
    quote: tuple[str, ...] = field(default=())

    def properties(self) -> dict[str, object]:
        """Country and openness, where they are said."""
        both = {"country": self.country, "open": self.open}
        return {name: part.options[0] for name, part in both.items() if part}

    def is_part_of_described(self) -> bool:
        """Whether a part (half, all, 70%) is of what the clause itself describes, and that was not counted."""
        held = self.whole or self.them or self.out_of
        return self.described or (len(self.properties()) == 2 and not held)

    def says(self) -> bool:
        """Whether it bears on a count at all."""
        return any((self.amount, self.country, self.open, self.them, self.out_of))


_SLOTS = {"amount": "amount", "country": "country", "open": "open", "them": "them", "number of": "out_of"}


def clauses_of(parts: Sequence[Part]) -> list[Clause]:
    """The clauses with an amount; a clause without one belongs to the one before or after it."""
    clauses: list[Clause] = []
    waiting = Clause()
    for clause in _segments(parts):
        if clause.amount:
            if waiting.properties() and clause.whole:  # `Among open models, 14 of the top 20 are ...`
                raise _other_ranking(waiting)
            clauses.append(_merged(waiting, clause))
            waiting = Clause()
        elif clauses and not (clause.leads or waiting.says() or clauses[-1].them or _both_say(clauses[-1], clause)):
            clauses[-1] = _merged(clauses[-1], clause)
        else:
            waiting = _merged(waiting, clause)
    if waiting.says() and clauses:
        reason = f"{' '.join(waiting.quote)!r} is not understood"
        raise UnreadableClaim(f"{reason}: it has no count of its own, and is not part of the count before it")
    if not clauses:
        raise UnreadableClaim("no count is named, such as 14")
    if len(clauses) > MOST:
        raise UnreadableClaim(f"{len(clauses)} counts are too many for one claim; at most {MOST}")
    for clause in clauses:
        spoken = clause.amount.quote if clause.amount else ""
        if not clause.properties():
            raise UnreadableClaim(f"{spoken!r} of what? A country is expected, or open or closed")
        if clause.amount and isinstance(clause.amount.options[0], Fraction) and clause.is_part_of_described():
            reason = f"{' '.join(clause.quote)!r} is not understood"
            raise UnreadableClaim(
                f"{reason}: {spoken} is read of the top N, and of what was counted before; give the number"
            )
    return clauses


def _other_ranking(clause: Clause) -> UnreadableClaim:
    reason = f"{' '.join(clause.quote)!r} is not understood before the top N"
    return UnreadableClaim(f"{reason}: a claim counts within the top N of the whole board")


def _segments(parts: Sequence[Part]) -> Iterator[Clause]:
    """The clauses between commas and joining words. A second amount begins another one, too."""
    now, after_of = Clause(), False
    for part in parts:
        if part.quote == ":" and now.properties() and not now.amount:  # `China: 14` is one clause
            continue
        if part.kind == "join" or (part.kind in ("amount", "all of") and now.amount and now.properties()):
            if now.says():
                yield now
            now, after_of = Clause(), False
        if part.kind == "top" and after_of and now.amount:
            now = replace(now, whole=True)
        if part.kind in ("country", "open") and after_of and now.amount:
            now = replace(now, described=True)
        if part.kind in ("of", "them", "number of") and not now.says():
            now = replace(now, leads=True)
        if part.kind == "all of":
            every = replace(part, kind="amount", options=(Fraction(1),))
            now = _merged(now, Clause(amount=every, out_of=part, quote=(part.quote,)))
        elif part.kind in _SLOTS:
            slot: dict[str, Any] = {_SLOTS[part.kind]: part}
            now = _merged(now, Clause(**slot, quote=(part.quote,)))
        after_of = part.kind == "of" or (after_of and part.kind in ("filler", "board"))
    if now.says():
        yield now


def _both_say(first: Clause, other: Clause) -> list[Part]:
    """What the second says that the first says already."""
    return [part for slot in _SLOTS.values() if getattr(first, slot) and (part := getattr(other, slot))]


def _merged(first: Clause, other: Clause) -> Clause:
    if twice := _both_say(first, other):
        before = " ".join(first.quote)
        raise UnreadableClaim(f"{twice[0].quote!r} is not understood after {before!r} in one count")
    slots = {slot: getattr(first, slot) or getattr(other, slot) for slot in _SLOTS.values()}
    return Clause(**slots, whole=first.whole or other.whole, described=first.described or other.described,
                  leads=first.leads, quote=(*first.quote, *other.quote))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Base:
    """What a count may be of: the top M (no properties), or what was counted before."""

    properties: dict[str, object]
    size: int


def counts_of(clauses: Sequence[Clause], top: int, most: int) -> tuple[list[list[Count | None]], bool]:
    """The counts for each way to read the clauses, at most so many; and whether some count may be of several things."""
    whole = _Base({}, top)
    options: list[list[Count | None]] = []
    earlier: list[_Base] = []
    spoken_whole = False  # `14 of them` said of the top M: `them` may be the top M again
    for clause in clauses:
        bases = _bases(clause, whole, earlier, spoken_whole)
        counted = [_count(clause, base) for base in bases]
        if not any(isinstance(count, Count) for count in counted):
            raise UnreadableClaim(next(reason for reason in counted if isinstance(reason, str)))
        kept = [count for count in counted if isinstance(count, Count)]
        options.append(list(dict.fromkeys(kept)))
        if bases[0] is whole and isinstance(counted[0], Count):
            spoken_whole = spoken_whole or bool(clause.them)
            earlier.append(_Base(clause.properties(), counted[0].count))
    unclear = any(len(counts) > 1 for counts in options)
    return [list(counts) for counts in islice(product(*options), most)], unclear


def _bases(clause: Clause, whole: _Base, earlier: Sequence[_Base], spoken_whole: bool) -> list[_Base]:
    """What the count of a clause may be of."""
    mine = clause.properties()
    parts = [base for base in earlier if not base.properties.keys() & mine.keys()]
    if clause.out_of:
        size = clause.out_of.options[0]
        bases = [base for base in (whole, *parts) if base.size == size]
        if not bases:
            reason = f"{clause.out_of.quote!r} is not understood"
            raise UnreadableClaim(f"{reason}: nothing that is counted before it is {size}, nor is the top {whole.size}")
        return bases
    if clause.them:
        several = len(parts) > 1 or spoken_whole
        return [*([whole] if several or not parts else []), *parts]
    if clause.whole or len(mine) == 2:
        return [whole]
    # 9 open, after 14 Chinese: of the top M, or of the 14. (15 open could not be of the 14.)
    amount = clause.amount.options[0] if clause.amount else 0
    return [whole, *(base for base in parts if isinstance(amount, Fraction) or amount <= base.size)]  # type: ignore[operator]


def _count(clause: Clause, base: _Base) -> Count | str:
    """The count, or the sentence that says why it is none."""
    amount = clause.amount.options[0] if clause.amount else 0
    spoken = clause.amount.quote if clause.amount else ""
    value = amount * base.size if isinstance(amount, Fraction) else Fraction(int(str(amount)))
    if value.denominator != 1:
        return f"{spoken} of {base.size} is {float(value):.4g}, which is no whole number"
    if value > base.size:
        return f"{spoken} of {base.size} are more than there are"
    return Count.model_validate({**base.properties, **clause.properties(), "count": int(value)})
