"""The verdict on a claim: supported, depends, contradicted or not judged (docs/claims.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from storage.origins import IN_WORDS, Origin, at_least
from tracker.analysis.figure_ids import id_of
from tracker.analysis.filter import Where, parse
from tracker.analysis.margin import Margins, units_of
from tracker.analysis.top_n import Cut, cuts
from tracker.claims.files import Claim, Count
from tracker.claims.outcomes import RULES, Bound, Rule, bounds, example
from tracker.definition import OPTIONS, Definition, Question, alternatives

if TYPE_CHECKING:
    import duckdb

AT_MOST_DAYS = 92  # an older snapshot is not used for the day
LABS = 10  # developers are counted in a top of this many at most, or where N reaches all of them


@dataclass(frozen=True, slots=True)
class Basis:
    """The snapshot that a verdict rests on, and the page that showed it, with where its bytes come from."""

    day: date
    edition: str | None
    snapshot: str
    captured_at: datetime
    last_seen_on: date
    address: str
    sha256: str
    origin: Origin
    origin_detail: str


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
    """Whether a claim holds on one board, and why. `bounds` are those of its own definition; `cut` holds its rows.

    `others` are the verdicts on the claim's other boards, in their order.
    """

    claim: Claim
    verdict: Literal["supported", "depends", "contradicted", "not judged"]
    why: str
    basis: Basis | None = None
    bounds: tuple[Bound, ...] = ()
    holds: tuple[Holding, ...] = ()
    cut: Cut | None = None
    ids: tuple[str | None, ...] = ()  # of the figure of each count
    margins: tuple[Margins, ...] = ()  # of each count, under the claim's own definition
    unit: str = ""  # of the board's scores
    in_force: bool = False  # the basis is an edition that was in force on the day
    others: tuple[Verdict, ...] = ()

    @property
    def agreeing(self) -> int:
        """How many of the other boards have the same verdict."""
        return sum(other.verdict == self.verdict for other in self.others)


def judge(connection: duckdb.DuckDBPyConnection, claim: Claim, today: date) -> Verdict:
    """Judges a claim, on each of its boards, by the newest snapshot on or before its day. The boards must be known."""
    others = tuple(
        judge(connection, claim.model_copy(update={"board": board, "other_boards": ()}), today)
        for board in claim.other_boards
    )
    return replace(_on_its_board(connection, claim, today), others=others)


def _on_its_board(connection: duckdb.DuckDBPyConnection, claim: Claim, today: date) -> Verdict:
    snapshots = bases(connection, claim.board)
    before = [snapshot for snapshot in snapshots if snapshot.day <= claim.day]
    basis = before[-1] if before else None
    in_force = basis is not None and _in_force(connection, claim, basis, is_last=basis == snapshots[-1])
    if basis is None or ((claim.day - basis.day).days > AT_MOST_DAYS and not in_force):
        return Verdict(claim, "not judged", _no_snapshot(claim, snapshots))
    if claim.origin and not at_least(basis.origin, claim.origin):
        asked, is_ = IN_WORDS[claim.origin], IN_WORDS[basis.origin]
        why = f"the claim asks for a page {asked} or nearer; that of {basis.day} is {is_}"
        return Verdict(claim, "not judged", f"{why}; {_no_snapshot(claim, snapshots)}", basis, in_force=in_force)
    own = Definition(by="country,open", unit=claim.unit)
    ids = tuple(id_of(connection, claim.board, claim.top, _where(count), own, as_of=claim.day, today=today)
                for count in claim.counts)  # fmt: skip
    questions = [
        Question(claim.board, claim.top, definition, claim.day, today) for definition in _definitions(claim, own)
    ]
    ours, *others = cuts(connection, questions)
    if not any(cut.rows for cut in (ours, *others)):
        return Verdict(claim, "not judged", f"no row of the snapshot of {basis.day} has a place", basis)
    known = bounds(ours, claim.counts)
    holds = _least([holding for cut in (ours, *others) for holding in _holdings(cut, claim, own)])
    size = f"{basis.day}, {'all' if ours.of() < claim.top else 'top'} {ours.of()}"
    counted = ", ".join(bound.words() for bound in known)
    if not ours.rows:  # a board that publishes ranks and no scores: there is nothing to count
        size, counted, known = str(basis.day), "no row has a place under the claim's own definition", ()
    rests_on = Verdict(claim, "supported", f"{size}: {counted}", basis, known, holds, ours, ids, in_force=in_force)
    rests_on = _with_margins(connection, rests_on, own, today)
    if known and all(bound.exact() for bound in known):
        return rests_on
    end = (
        f"; it holds {'; or '.join(holding.words for holding in holds[:3])}"
        if holds
        else "; it holds under no definition"
    )
    more = f"; and {len(holds) - 3} more" if len(holds) > 3 else ""
    return replace(rests_on, verdict="depends" if holds else "contradicted", why=f"{size}: {counted}{end}{more}")


def _with_margins(connection: duckdb.DuckDBPyConnection, verdict: Verdict, own: Definition, today: date) -> Verdict:
    """The verdict with the margin of each count, and the unit of the board's scores."""
    if not verdict.bounds:
        return verdict
    claim = verdict.claim
    units = units_of(connection, claim.board, own, as_of=claim.day, today=today)
    margins = tuple(units.margins(claim.top, _where(count)) for count in claim.counts)
    unit = connection.execute("SELECT coalesce(unit, '') FROM boards WHERE board = ?", [claim.board]).fetchall()[0][0]
    return replace(verdict, margins=margins, unit=unit)


def _where(count: Count) -> Where:
    """What a count asks, as shares are asked."""
    held = {True: "open", False: "closed"}
    pairs = {"country": count.country, "open": None if count.open is None else held[count.open]}
    return parse(",".join(f"{name}={value}" for name, value in pairs.items() if value is not None))


def bases(connection: duckdb.DuckDBPyConnection, board: str) -> list[Basis]:
    """Every point of a board's series with its page, in order of day."""
    rows = connection.execute(
        "SELECT s.day, s.edition, s.snapshot, s.captured_at, s.last_seen_at::DATE, c.address, c.content_sha256,"
        " c.origin, c.origin_detail"
        " FROM series AS s JOIN captures AS c ON c.capture = s.capture WHERE s.board = ? ORDER BY s.day",
        [board],
    ).fetchall()
    return [Basis(*row) for row in rows]


def _in_force(connection: duckdb.DuckDBPyConnection, claim: Claim, basis: Basis, *, is_last: bool) -> bool:
    """Whether the basis is an edition, and none came after it by the claim's day as far as is known.

    That is known where a later one is, or where the edition was still the newest when the page was seen.
    """
    comparable = connection.execute("SELECT editions_comparable FROM boards WHERE board = ?", [claim.board]).fetchall()
    if comparable != [(False,)] or basis.edition is None:
        return False
    return not is_last or basis.last_seen_on >= claim.day or (claim.day - basis.day).days <= AT_MOST_DAYS


def _no_snapshot(claim: Claim, snapshots: list[Basis]) -> str:
    """How far the nearest snapshots are."""
    if not snapshots:
        return f"there is no snapshot of {claim.board}"
    near = [max((basis.day for basis in snapshots if basis.day <= claim.day), default=None),
            min((basis.day for basis in snapshots if basis.day > claim.day), default=None)]  # fmt: skip
    distances = [f"{abs((claim.day - day).days)} days {'after' if day > claim.day else 'before'} it ({day})"
            for day in sorted(filter(None, near), key=lambda day: abs((claim.day - day).days))]  # fmt: skip
    return f"the nearest snapshot of {claim.board} is {', the next '.join(distances)}"


def _definitions(claim: Claim, own: Definition) -> Iterator[Definition]:
    """The claim's own definition first, then every other that might be meant. Tie rules are applied to the cut."""
    asks_country = any(count.country for count in claim.counts)
    asks_open = any(count.open is not None for count in claim.counts)
    tried = {
        "unit": True, "rank_by": True, "without_operator": True, "country_rule": asks_country,
        "open_means": asks_open, "openness_as_of": asks_open,
    }  # fmt: skip
    return alternatives(own, {
        name: [value.name for value in OPTIONS[name].values[: None if is_tried else 1]]
        for name, is_tried in tried.items()
    })  # fmt: skip


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

    def changed(holding: Holding) -> set[tuple[str, object]]:
        return {*holding.changes.items()} | ({("ties", holding.rule)} if holding.rule != "any order" else set())

    def better(other: Holding, holding: Holding) -> bool:
        return changed(other) < changed(holding) and (other.always or not holding.always)

    kept = [holding for holding in holds if not any(better(other, holding) for other in holds)]
    return tuple(sorted(kept, key=lambda holding: (not holding.always, len(changed(holding)))))


def _words(changes: dict[str, object], rule: Rule, always: bool, shown: tuple[str, ...], top: int, of: object) -> str:
    phrases = [OPTIONS[name].value(value).supposed for name, value in changes.items()]
    phrases += [_TIES[rule]] if rule in _TIES else []
    text = " and ".join(phrases) or "as it stands"
    text += "" if of == top else f" (of {float(of):.4g})"  # type: ignore[arg-type]
    return text if always else f"{text}, if {' and '.join(shown)}"


_TIES = {
    "include": "if all rows tied at the cut are in",
    "exclude": "if the rows tied at the cut are out",
    "fractional": "if the rows tied at the cut share the places left",
}
