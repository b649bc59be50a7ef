"""`tracker claim`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.commands.common import Setting, common

if TYPE_CHECKING:
    from tracker.claims.files import Claim
    from tracker.claims.verdicts import Verdict

ROWS = ["place", "name", "in", "country", "open", "release", "developer", "score"]


@click.command("claim")
@click.argument("words", nargs=-1, required=True, metavar='check [ID|FILE] | "SENTENCE"')
@click.option("--strict", is_flag=True, help="A claim that cannot be judged fails, too.")
@common
def claim_command(setting: Setting, words: tuple[str, ...], strict: bool) -> None:
    """Judge a claim: supported, depends, contradicted or not judged.

    `check` judges the claims of a TOML file, or one of those that ship by its ID. A sentence is read as people write
    it, by the grammar of docs/claims.md: "14 of the top 20 on OpenCompass are Chinese, 9 of them open, 2025-10-18".
    Where it may mean several things, it is answered with the commands to choose from.

    Exit codes: 0 all are supported (or not judged, without --strict), 1 one is contradicted or depends, 2 the claim
    cannot be read.
    """
    from storage import warehouse
    from tracker.claims.verdicts import judge
    from tracker.commands.board import known_board

    claims = _asked(words, setting)
    with setting.database() as connection:
        for claim in claims:
            # A board that is declared, but not in this database, is no mistake of the claim: there is no snapshot.
            if claim.board not in warehouse.primary(setting.config.declared()):
                known_board(connection, claim.board)
        found = [judge(connection, claim, setting.today) for claim in claims]
    if setting.format == "json":
        print(output.json_text([record(verdict) for verdict in found]))
    elif setting.format == "csv":
        columns = ["id", "verdict", "why", "board", "day", "snapshot_day", "snapshot", "sha256"]
        output.write([record(verdict) for verdict in found], columns, "csv")
    else:
        for verdict in found:
            _print(verdict)
    failing = {"depends", "contradicted"} | ({"not judged"} if strict else set())
    if any(verdict.verdict in failing for verdict in found):
        raise click.exceptions.Exit(1)


def _asked(words: tuple[str, ...], setting: Setting) -> tuple[Claim, ...]:
    """The claims of a file, of an id, or of a sentence."""
    from tracker.claims.files import SHIPPED, read_claims

    if words[0] != "check":
        return (_of_sentence(" ".join(words), setting),)
    if len(words) > 2:
        raise click.UsageError("`claim check` takes one id or one file")
    if len(words) == 2 and (words[1].endswith(".toml") or Path(words[1]).is_file()):
        return read_claims(Path(words[1]))
    shipped = read_claims(SHIPPED)
    chosen = tuple(claim for claim in shipped if words[1:] in ((), (claim.id,)))
    if not chosen:
        raise click.UsageError(f"no claim {words[1]!r}; there are: {', '.join(claim.id for claim in shipped)}")
    return chosen


def _of_sentence(text: str, setting: Setting) -> Claim:
    """The claim of a sentence; how it was read goes to stderr, where it is not in the exact form."""
    from tracker.claims.board_names import board_names
    from tracker.claims.canonical import canonical
    from tracker.claims.sentence import AmbiguousClaim, UnreadableClaim, read

    try:
        reading = read(text, setting.today, board_names(setting.config.declared()))
    except AmbiguousClaim as error:
        commands = "\n".join(f'  tracker claim "{candidate}"' for candidate in error.candidates)
        raise click.UsageError(f"{error}. Ask for one of them:\n{commands}") from None
    except UnreadableClaim as error:
        raise click.UsageError(str(error)) from None
    if reading.freely:
        output.say("; ".join((f"read as: {canonical(reading.claim)}", *reading.notes)))
    return reading.claim


def record(verdict: Verdict) -> dict[str, Any]:
    """A verdict as one object; `rows` are those of the cut, with how much of each is in."""
    claim, witness = verdict.claim, verdict.witness
    return {
        "id": claim.id, "text": claim.text, "verdict": verdict.verdict, "why": verdict.why, "board": claim.board,
        "day": claim.day, "top": claim.top, "unit": claim.unit,
        "snapshot_day": witness.day if witness else None,
        "age_days": (claim.day - witness.day).days if witness else None,
        "edition": witness.edition if witness else None, "snapshot": witness.snapshot if witness else None,
        "captured_at": witness.captured_at if witness else None, "address": witness.address if witness else None,
        "sha256": witness.sha256 if witness else None, "evidence": witness.evidence if witness else None,
        "definition": verdict.cut.definition.words() if verdict.cut else None,
        "counts": [
            {"what": bound.what, "claimed": bound.claimed, "low": float(bound.low), "high": float(bound.high),
             "id": id_}
            for bound, id_ in zip(verdict.bounds, verdict.ids, strict=False)
        ],
        "holds": [
            {"changes": each.changes, "ties": each.rule, "of": each.of, "always": each.always,
             "example": list(each.example), "words": each.words}
            for each in verdict.holds
        ],
        "rows": _rows(verdict),
    }  # fmt: skip


def _rows(verdict: Verdict) -> list[dict[str, Any]]:
    if verdict.cut is None:
        return []
    return [
        {"place": row.place, "name": row.name, "in": float(verdict.cut.weight(row)), "country": row.country,
         "open": row.open, "release": row.release, "developer": row.developer, "score": row.score}
        for row in verdict.cut.rows
    ]  # fmt: skip


def _print(verdict: Verdict) -> None:
    """One verdict for a person."""
    claim, witness = verdict.claim, verdict.witness
    output.paragraph(f"{verdict.verdict.upper()}: {output.shown(claim.text)}")
    output.paragraph(f"  {output.shown(verdict.why)}.")
    if witness and verdict.cut:
        age = (claim.day - witness.day).days
        edition = f", edition {witness.edition}" if witness.edition else ""
        output.paragraph(f"  {claim.board}, {witness.day} ({age} days before){edition}, snapshot {witness.snapshot}")
        output.paragraph(f"  Page: {output.shown(witness.address)}, sha256 {witness.sha256} ({witness.evidence})")
        output.paragraph(f"  Counted: {verdict.cut.definition.words()}.")
        if verdict.verdict == "supported" and (others := [each.words for each in verdict.holds if each.changes]):
            output.paragraph(f"  It also holds {'; or '.join(others)}.")
        for bound, id_ in zip(verdict.bounds, verdict.ids, strict=False):
            print(f"  id of {bound.what}: {id_}")
        output.table(_rows(verdict), ROWS)
    print()
