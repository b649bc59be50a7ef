"""The verdict on a claim: supported, depends, contradicted or not judged (docs/claims.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING, Literal

from tracker.claims.files import Claim, Count
from tracker.claims.outcomes import RULES, Bound, Rule, bounds, example
from tracker.figures.cuts import Cut, cuts
from tracker.figures.ids import id_of
from tracker.figures.shares import Definition
from tracker.figures.where import Where, parse

if TYPE_CHECKING:
    import duckdb

AT_MOST_DAYS = 92  # a snapshot that is older does not speak for the day
LABS = 10  # developers are counted in a top of this many at most, or where N reaches all of them


@dataclass(frozen=True, slots=True)
class Witness:
    """The snapshot that judges a claim, and the page that showed it."""

    day: date
    edition: str | None
    snapshot: str
    captured_at: datetime
    address: str
    sha256: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A definition under which the claim holds: what it changes of the claim's own, and for which rows."""

    changes: dict[str, object]
    rule: Rule
    of: float
    always: bool
    example: tuple[str, ...]  # where not always: the tied rows that are in, and what the unknown turn out to be
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a claim. `bounds` are those of its own definition; `cut` holds the rows behind it."""

    claim: Claim
    verdict: Literal["supported", "depends", "contradicted", "not judged"]
    why: str
    witness: Witness | None = None
    bounds: tuple[Bound, ...] = ()
    holds: tuple[Holding, ...] = ()
    cut: Cut | None = None
    ids: tuple[str | None, ...] = ()  # of the figure of each count


def judge(connection: duckdb.DuckDBPyConnection, claim: Claim, today: date) -> Verdict:
    """Judges a claim by the newest snapshot on or before its day. The board must be known."""
    found = _witnesses(connection, claim.board)
    before = [one for one in found if one.day <= claim.day]
    if not before or (claim.day - before[-1].day).days > AT_MOST_DAYS:
        return Verdict(claim, "not judged", _no_snapshot(claim, found))
    witness = before[-1]
    if claim.fetched_only and not _was_fetched(connection, witness.snapshot):
        said = f"only a page that was fetched can judge it, and that of {witness.day} was not ({witness.evidence})"
        return Verdict(claim, "not judged", f"{said}; {_no_snapshot(claim, found)}")
    own = Definition(by="country,open", unit=claim.unit)
    ids = tuple(id_of(connection, claim.board, claim.top, _where(count), own, as_of=claim.day, today=today)
                for count in claim.counts)  # fmt: skip
    questions = [(claim.top, definition) for definition in _definitions(claim, own)]
    ours, *others = cuts(connection, claim.board, questions, as_of=claim.day, today=today)
    if not any(cut.rows for cut in (ours, *others)):
        return Verdict(claim, "not judged", f"no row of the snapshot of {witness.day} has a place", witness)
    known = bounds(ours, claim.counts)
    holds = _least([holding for cut in (ours, *others) for holding in _holdings(cut, claim, own)])
    size = f"{witness.day}, {'all' if ours.of() < claim.top else 'top'} {ours.of()}"
    counted = ", ".join(bound.words() for bound in known)
    if not ours.rows:  # a page that prints ranks and no scores: 0 of nothing is no count
        size, counted, known = str(witness.day), "no row has a place under the claim's own definition", ()
    if known and all(bound.exact() for bound in known):
        return Verdict(claim, "supported", f"{size}: {counted}", witness, known, holds, ours, ids)
    verdict: Literal["depends", "contradicted"] = "depends" if holds else "contradicted"
    end = f"; it holds {'; or '.join(each.words for each in holds[:3])}" if holds else "; it holds under no definition"
    more = f"; and {len(holds) - 3} more" if len(holds) > 3 else ""
    return Verdict(claim, verdict, f"{size}: {counted}{end}{more}", witness, known, holds, ours, ids)


def _where(count: Count) -> Where:
    """What a count asks, as shares are asked."""
    held = {True: "open", False: "closed"}
    pairs = {"country": count.country, "open": None if count.open is None else held[count.open]}
    return parse(",".join(f"{name}={value}" for name, value in pairs.items() if value is not None))


def _witnesses(connection: duckdb.DuckDBPyConnection, board: str) -> list[Witness]:
    rows = connection.execute(
        "SELECT s.day, s.edition, s.snapshot, s.captured_at, c.address, c.content_sha256, c.evidence"
        " FROM series AS s LEFT JOIN captures AS c ON c.capture = s.capture WHERE s.board = ? ORDER BY s.day",
        [board],
    ).fetchall()
    return [Witness(*row) for row in rows]


def _was_fetched(connection: duckdb.DuckDBPyConnection, snapshot: str) -> bool:
    counted = connection.execute(
        "SELECT count(*) FROM sightings AS g JOIN captures AS c ON c.capture = g.capture"
        " JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key WHERE s.snapshot = ? AND c.evidence = 'fetched'",
        [snapshot],
    ).fetchall()
    return bool(counted[0][0])


def _no_snapshot(claim: Claim, found: list[Witness]) -> str:
    """How far the nearest snapshots are."""
    if not found:
        return f"there is no snapshot of {claim.board}"
    near = [max((one.day for one in found if one.day <= claim.day), default=None),
            min((one.day for one in found if one.day > claim.day), default=None)]  # fmt: skip
    said = [f"{abs((claim.day - day).days)} days {'after' if day > claim.day else 'before'} it ({day})"
            for day in sorted(filter(None, near), key=lambda day: abs((claim.day - day).days))]  # fmt: skip
    return f"the nearest snapshot of {claim.board} is {', the next '.join(said)}"


def _definitions(claim: Claim, own: Definition) -> Iterator[Definition]:
    """The claim's own definition first, then every other that might be meant. Tie rules are applied to the cut."""
    knobs: dict[str, tuple[object, ...]] = {
        "unit": ("entry", "release", "developer"),
        "rank_by": ("score", "printed", "printed_at_most"),
        "without_operator": (False, True),
        "country_rule": ("primary", "mainland_only", "multi") if any(c.country for c in claim.counts) else ("primary",),
        "open_means": ("any", "permissive") if any(c.open is not None for c in claim.counts) else ("any",),
        "facts": ("then", "now") if any(c.open is not None for c in claim.counts) else ("then",),
    }
    yield own
    for values in product(*knobs.values()):
        other = replace(own, **dict(zip(knobs, values, strict=True)))  # type: ignore[arg-type]
        if other != own:
            yield other


def _holdings(cut: Cut, claim: Claim, own: Definition) -> Iterator[Holding]:
    """The tie rules under which the claim holds for this cut, always or for some."""
    few = cut.definition.unit == "developer" and cut.definition.unit != claim.unit
    if not cut.rows or (few and claim.top > LABS and len(cut.rows) >= claim.top):
        return
    changes = {key: value for key, value in asdict(cut.definition).items() if value != getattr(own, key)}
    for rule in RULES:
        if rule != "any order" and not cut.group:
            continue  # without a tie at the cut all rules say the same
        always = all(bound.exact() for bound in bounds(cut, claim.counts, rule))
        shown = () if always else example(cut, claim.counts, rule)
        if shown is not None:
            of = cut.of() if rule in {"any order", "fractional"} else replace_ties(cut, rule).of()
            yield Holding(changes, rule, float(of), always, shown, _words(changes, rule, always, shown, cut.top, of))


def replace_ties(cut: Cut, rule: Rule) -> Cut:
    """The cut under a tie rule of definitions."""
    ties: Literal["include", "exclude"] = "include" if rule == "include" else "exclude"
    return replace(cut, definition=replace(cut.definition, ties=ties))


def _least(holds: list[Holding]) -> tuple[Holding, ...]:
    """Without those that change more than another that holds as well."""

    def changed(one: Holding) -> set[tuple[str, object]]:
        return {*one.changes.items()} | ({("ties", one.rule)} if one.rule != "any order" else set())

    def better(other: Holding, one: Holding) -> bool:
        return changed(other) < changed(one) and (other.always or not one.always)

    kept = [one for one in holds if not any(better(other, one) for other in holds)]
    return tuple(sorted(kept, key=lambda one: (not one.always, len(changed(one)))))


def _words(changes: dict[str, object], rule: Rule, always: bool, shown: tuple[str, ...], top: int, of: object) -> str:
    said = [_KNOBS[key, value] for key, value in changes.items()]
    said += [_TIES[rule]] if rule in _TIES else []
    text = " and ".join(said) or "as it stands"
    text += "" if of == top else f" (of {float(of):.4g})"  # type: ignore[arg-type]
    return text if always else f"{text}, if {' and '.join(shown)}"


_TIES = {
    "include": "if all rows tied at the cut are in",
    "exclude": "if the rows tied at the cut are out",
    "fractional": "if the rows tied at the cut share the places left",
}
_KNOBS: dict[tuple[str, object], str] = {
    ("unit", "entry"): "if each printed row counts once",
    ("unit", "release"): "if each release counts once",
    ("unit", "developer"): "if each developer counts once",
    ("rank_by", "printed"): "if the cut goes by the printed rank",
    ("rank_by", "printed_at_most"): "if every row with a printed rank of at most N is in",
    ("without_operator", True): "if the operator's own models are left out",
    ("country_rule", "mainland_only"): "if Hong Kong and Macao are not CN",
    ("country_rule", "multi"): "if a joint model counts for each of its countries",
    ("facts", "now"): "if openness is that of today",
    ("open_means", "permissive"): "if open means weights under a permissive licence",
}
