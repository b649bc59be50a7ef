"""`tracker claim`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.cli.options import Setting, common, nothing

if TYPE_CHECKING:
    import duckdb

    from tracker.claims.files import Claim
    from tracker.claims.history import History
    from tracker.claims.verdicts import Basis, Verdict

ROWS = ["place", "name", "in", "country", "open", "release", "developer", "score"]


@click.command("claim")
@click.argument("words", nargs=-1, required=True, metavar='check [ID|FILE] | history ID|"SENTENCE" | "SENTENCE"')
@click.option("--strict", is_flag=True, help="A claim that cannot be judged fails, too.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False),
              help="With history: draw it as FILE.svg or FILE.png.")  # fmt: skip
@common
def claim_command(setting: Setting, words: tuple[str, ...], strict: bool, chart: Path | None) -> None:
    """Judge a claim: supported, depends, contradicted or not judged.

    `check` judges the claims of a TOML file, or one of those that ship by its ID; `history` says what the same
    sentence would have said at every edition or day that is known. A sentence is read as people write it, by the
    grammar of docs/claims.md: "14 of the top 20 on OpenCompass are Chinese, 9 of them open, 2025-10-18". Where it may
    mean several things, it is answered with the commands to choose from.

    Exit codes: 0 all are supported (or not judged, without --strict), 1 one is contradicted or depends, 2 the claim
    cannot be read. The verdict on a claim of several boards is that on its first.

    Example: tracker claim "14 of the top 20 models are Chinese on OpenCompass, 2025-10-18"
    """
    from tracker.claims.verdicts import judge

    if words[0] == "history":
        claim_history(setting, words[1:], chart)
        return
    if chart:
        raise click.UsageError("--chart draws the history of a claim: tracker claim history ID --chart FILE.svg")
    claims = _asked(words, setting)
    with setting.database() as connection:
        for claim in claims:
            _check_boards(setting, connection, claim)
        verdicts = [judge(connection, claim, setting.today) for claim in claims]
    if setting.is_json:
        output.write_json([record(verdict) for verdict in verdicts], setting.format)
    elif setting.format == "csv":
        columns = ["id", "verdict", "why", "board", "day", "snapshot_day", "snapshot", "sha256", "origin"]
        flat = [record(board_verdict) for verdict in verdicts for board_verdict in (verdict, *verdict.others)]
        output.write(flat, columns, "csv")
    else:
        for verdict in verdicts:
            print_verdict(verdict)
    failing = {"depends", "contradicted"} | ({"not judged"} if strict else set())
    if any(verdict.verdict in failing for verdict in verdicts):
        raise click.exceptions.Exit(1)


def _check_boards(setting: Setting, connection: duckdb.DuckDBPyConnection, claim: Claim) -> None:
    """A board that is declared, but not in this database, is no mistake of the claim: there is no snapshot."""
    from storage import declarations
    from tracker.cli.lookups import known_board

    declared = declarations.primary(setting.config.declared())
    for board in (claim.board, *claim.other_boards):
        if board not in declared:
            known_board(connection, board)


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
    claim, basis = verdict.claim, verdict.basis
    return {
        "id": claim.id, "text": claim.text, "verdict": verdict.verdict, "why": verdict.why, "board": claim.board,
        "day": claim.day, "top": claim.top, "unit": claim.unit,
        "snapshot_day": basis.day if basis else None,
        "age_days": (claim.day - basis.day).days if basis else None,
        "edition": basis.edition if basis else None, "in_force": verdict.in_force,
        "snapshot": basis.snapshot if basis else None,
        "captured_at": basis.captured_at if basis else None, "address": basis.address if basis else None,
        "sha256": basis.sha256 if basis else None, "origin": basis.origin if basis else None,
        "origin_detail": basis.origin_detail if basis else None,
        "definition": verdict.cut.definition.words() if verdict.cut else None,
        "counts": [
            {**bound.record(), "id": id_, "margin": {"low": low.record(), "high": high.record()}}
            for bound, id_, (low, high) in zip(verdict.bounds, verdict.ids, verdict.margins, strict=False)
        ],
        "margin": margin_record(verdict),
        "holds": [
            {"changes": holding.changes, "ties": holding.rule, "of": holding.of, "always": holding.always,
             "example": list(holding.example), "words": holding.words}
            for holding in verdict.holds
        ],
        "rows": _rows(verdict),
        "other_boards": [record(other) for other in verdict.others],
    }  # fmt: skip


def margin_record(verdict: Verdict) -> dict[str, Any] | None:
    """The margin of the claim, which is the smallest of its counts', with its sentences."""
    from tracker.analysis.margin import smallest

    least = smallest(verdict.margins)
    return {**least.record(), "unit": verdict.unit, "sentences": margin_words(verdict)} if least else None


def margin_words(verdict: Verdict) -> list[str]:
    """The margins of the counts in words, the smallest first."""
    from tracker.analysis.margin import sentences

    whats = [count.words() for count in verdict.claim.counts]
    return sentences(list(zip(whats, verdict.margins, strict=False)), verdict.unit)


def _rows(verdict: Verdict) -> list[dict[str, Any]]:
    if verdict.cut is None:
        return []
    return [
        {"place": row.place, "name": row.name, "in": float(verdict.cut.weight(row)), "country": row.country,
         "open": row.open, "release": row.release, "developer": row.developer, "score": row.score}
        for row in verdict.cut.rows
    ]  # fmt: skip


def print_verdict(verdict: Verdict) -> None:
    """One verdict for a person."""
    claim, basis = verdict.claim, verdict.basis
    output.paragraph(f"{verdict.verdict.upper()}: {output.shown(claim.text)}")
    output.paragraph(f"  {claim.board}, {output.shown(verdict.why)}.")
    if basis:
        output.paragraph(f"  {stands(verdict, basis)}.")
        for sentence in margin_words(verdict)[:1]:  # that of the claim; --format json has them all
            output.paragraph(f"  Margin: {output.shown(sentence)}.")
    if verdict.others:
        output.paragraph(
            f"  On {verdict.agreeing} of {len(verdict.others)} other boards that it names the verdict is the same:"
        )
        for other in verdict.others:
            output.paragraph(f"    {other.claim.board}: {other.verdict}; {output.shown(other.why)}.")
    if basis and verdict.cut:
        output.paragraph(f"  Page: {output.shown(basis.address)}, sha256 {basis.sha256}")
        output.paragraph(f"  Counted: {verdict.cut.definition.words()}.")
        if verdict.verdict == "supported" and (
            others := [holding.words for holding in verdict.holds if holding.changes]
        ):
            output.paragraph(f"  It also holds {'; or '.join(others)}.")
        for bound, id_ in zip(verdict.bounds, verdict.ids, strict=False):
            output.line(f"  id of {bound.what}: {id_}")
        output.table(_rows(verdict), ROWS, drop_first=("release", "developer"))
    output.line()


def stands(verdict: Verdict, basis: Basis) -> str:
    """The snapshot with its day and age, and where its bytes come from."""
    from storage.origins import IN_WORDS

    day, age = verdict.claim.day, (verdict.claim.day - basis.day).days
    named = f"Edition {basis.edition} of {basis.day}" if basis.edition else f"Snapshot of {basis.day}"
    force = f", in force on {day}" if verdict.in_force else ""
    before = f"{age} day{'s' * (age != 1)} before" if age else "that day"
    detail = f" ({output.shown(basis.origin_detail)})" if basis.origin_detail else ""
    return f"{named}{force} ({before}); {IN_WORDS[basis.origin]}{detail}; snapshot {basis.snapshot[:12]}"


def claim_history(setting: Setting, words: tuple[str, ...], chart: Path | None) -> None:
    """`tracker claim history`: the claim at every point that is known."""
    from tracker.claims.history import history

    if not words:
        raise click.UsageError("`claim history` takes the id of a claim, or a sentence")
    claims = _asked(("check", *words), setting) if len(words) == 1 and " " not in words[0] else _asked(words, setting)
    if len(claims) != 1:
        raise click.UsageError("`claim history` takes one claim")
    if chart and chart.suffix not in (".svg", ".png"):
        raise click.UsageError(f"--chart {chart}: expected a name that ends in .svg or .png")
    with setting.database() as connection:
        _check_boards(setting, connection, claims[0])
        points = history(connection, claims[0], setting.today)
    if not points.points:
        raise nothing(setting, f"there is no snapshot of {claims[0].board}", None, history_columns(points))
    print_history(setting, points)
    if chart:
        from tracker.claims.chart import specification
        from tracker.report import files

        files.write(specification(points), chart)
        output.say(f"{chart} is drawn")


def history_columns(points: History) -> list[str]:
    """The columns of a history as a table and as CSV."""
    return ["day", "edition", *points.whats, "of", "verdict", "margin", "origin"]


def print_history(setting: Setting, points: History) -> None:
    """A row for each point, and how the claimed figures stand among them."""
    columns = history_columns(points)
    if setting.is_json:
        output.write_json(points.record(), setting.format)
    elif setting.format == "csv":
        output.write(points.rows(), columns, "csv")
    else:
        edited = any(point.basis.edition for point in points.points)
        shown = [column for column in columns if column != "edition" or edited]
        title = f"{output.shown(points.claim.text)} On {points.claim.board}, at every point:"
        output.table(points.rows(), shown, title, drop_first=("origin", "margin", "of"))
        for sentence in points.sentences():
            output.paragraph(output.shown(sentence))
