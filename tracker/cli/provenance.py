"""`tracker explain`, `tracker bundle`, `tracker verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storage.origins import IN_WORDS
from tracker import output
from tracker.cli.options import Setting, common, include_restricted

if TYPE_CHECKING:
    import duckdb

    from tracker.analysis.figure_ids import Figure
    from tracker.analysis.margin import Margins


def _figure_of(connection: duckdb.DuckDBPyConnection, text: str) -> Figure:
    """The figure of an id; what is no id, or names no board, is a wrong use."""
    from tracker.analysis.figure_ids import UnreadableFigureId, find, read_figure_id
    from tracker.cli.lookups import known_board

    try:
        figure_id = read_figure_id(text)
    except UnreadableFigureId as error:
        raise click.UsageError(str(error)) from None
    known_board(connection, figure_id.board)
    return find(connection, text)


@click.command("explain")
@click.argument("id_", metavar="ID")
@common
def explain_command(setting: Setting, id_: str) -> None:
    """What the figure ID (an `id` of `tracker share`) rests on, down to the bytes of the page.

    Exit code 1 where the figure is no longer what its id says.

    Example: tracker explain arena_text:2026-08-19:20:country=CN:4:59bed58a4810
    """
    from scrapers.errors import TrackerError
    from storage.archive import Archive
    from tracker.cli.lookups import known_board
    from tracker.provenance import lineage

    with setting.database() as connection:
        figure = _figure_of(connection, id_)
        rows = lineage.rows(connection, figure)
        capture = lineage.capture(connection, figure.share.board, figure.share.day)
        observations = lineage.observations(connection, figure.share.snapshot)
        margins = lineage.margins(connection, figure)
        unit = str(known_board(connection, figure.share.board)["unit"] or "")
    archive = Archive(setting.data / "archive")
    capture |= {"archived_bytes": None, "archive_error": None}
    try:
        capture["archived_bytes"] = len(archive.read(capture["content_sha256"]))
    except TrackerError as error:  # what is wrong with the archive is part of the answer
        capture["archive_error"] = str(error)
    if setting.is_json:
        low, high = (margin.record() for margin in margins)
        whole = {"figure": figure.record(), "margin": {"low": low, "high": high, "unit": unit}, "rows": rows,
                 "observations": observations, "capture": capture}  # fmt: skip
        output.write_json(whole, setting.format)
    else:
        listed = [_listed(row) for row in rows]
        columns = ["place", "in", "counted", "name", "release", "developer", "country", "openness", "steps"]
        if setting.format == "csv":
            output.write(listed, columns, "csv")
        else:
            _print(figure, listed, columns[:-1], observations, capture, margin_words(figure, margins, unit))


def margin_words(figure: Figure, margins: Margins, unit: str) -> list[str]:
    """The margin of the figure in words; with an unknown, those of the low and of the high count."""
    from tracker.analysis.margin import sentences

    return sentences([(" and ".join(figure.figure_id.value), margins)], unit)


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    values = row["values"] or dict.fromkeys(("country", "openness", "developer"))
    return {
        "place": row["place"], "in": row["in"], "counted": row["counted"], "name": row["published"]["name"],
        "release": row["facts"]["release"], "developer": values["developer"], "country": values["country"],
        "openness": values["openness"], "steps": row["facts"]["steps"],
    }  # fmt: skip


def _print(
    figure: Figure,
    rows: list[dict[str, Any]],
    columns: list[str],
    observations: dict[str, Any],
    capture: dict[str, Any],
    margin: list[str],
) -> None:
    share, value = figure.share, ", ".join(figure.figure_id.value)
    counted = output.shown(share.low) if share.low == share.high else f"{share.low:.4g} to {share.high:.4g}"
    output.paragraph(
        f"Figure: {value} is {counted} of {output.shown(share.of)} in the top {share.top} of {share.board}."
    )
    for sentence in margin:
        output.paragraph(f"Margin: {output.shown(sentence)}.")
    output.paragraph(f"Definition: {figure.figure_id.definition.words()}.")
    output.table(rows, columns, "Rows down to the cut (`in`: how much of the row is in the top N):")
    output.line()
    output.paragraph("Names and facts:")
    for row in rows:
        output.paragraph(f"  {output.shown(row['name'])}")
        for step in row["steps"] or ["nothing is recorded"]:
            output.paragraph(f"    {output.shown(step)}")
    edition = f", edition {share.edition}" if share.edition else ""
    output.paragraph(f"Snapshot: {share.snapshot}, {share.day}{edition}; seen {observations['times']} times,")
    output.paragraph(f"  first {output.shown(observations['first'])}, last {output.shown(observations['last'])} (UTC).")
    output.paragraph(f"Capture: {output.shown(capture['address'])}")
    output.paragraph(f"  {output.shown(capture['fetched_at'])} UTC, sha256 {capture['content_sha256']}")
    detail = f" ({output.shown(capture['origin_detail'])})" if capture["origin_detail"] else ""
    output.paragraph(f"  {IN_WORDS[capture['origin']]}{detail}")
    there = capture["archived_bytes"]
    output.paragraph(
        f"Bytes: not in the archive: {capture['archive_error']}" if there is None
        else f"Bytes: {there} in the archive, with that sha256."
    )  # fmt: skip


@click.command("bundle")
@click.argument("id_", metavar="ID")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@include_restricted
@common
def bundle_command(setting: Setting, id_: str, out: Path, restricted: bool) -> None:
    """Write all that the figure ID rests on into the file OUT, for `tracker verify` on any machine.

    The pages themselves are in it only where their licence says that they may be passed on; else their sha256. Where
    terms allow no row to be passed on there is no bundle. --include-restricted is for your own use.

    Example: tracker bundle arena_text:2026-08-19:20:country=CN:4:59bed58a4810 figure.zip
    """
    import hashlib

    from registry import whole_file
    from tracker.provenance.bundle import bundle
    from tracker.provenance.bundle_format import packed

    with setting.database() as connection:
        members = bundle(connection, setting.config, _figure_of(connection, id_), restricted=restricted)
    whole_file.write(out, packed(members))
    seal = hashlib.sha256(members["manifest.json"]).hexdigest()
    pages = sum(name.startswith("pages/") for name in members)
    written = {"file": str(out), "members": len(members), "pages": pages, "manifest_sha256": seal}
    output.write([written], list(written), setting.format)


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@common
def verify_command(setting: Setting, file: Path) -> None:
    """Recompute the figure of a bundle: no database, no network, nothing but FILE and this program.

    Exit code 1 and a sentence where a byte, a row or a line of the registry is not as it was.

    Example: tracker verify figure.zip
    """
    from tracker.provenance.verify import verify

    proof = verify(file)
    share = proof.figure.share
    result = {
        "verified": True, "id": proof.figure.id, "board": share.board, "day": share.day, "top": share.top,
        "value": ",".join(proof.figure.figure_id.value), "count": share.count, "low": share.low, "high": share.high,
        "of": share.of, "rows": proof.rows, "pages": proof.pages, "page_sha256": list(proof.page_sha256),
        "manifest_sha256": proof.manifest_sha256, "made_by": proof.made_by,
    }  # fmt: skip
    if setting.format != "table":
        output.write([result], list(result), setting.format)
        return
    counted = output.shown(share.low) if share.low == share.high else f"{share.low:.4g} to {share.high:.4g}"
    output.paragraph(
        f"Verified: {result['value']} is {counted} of {output.shown(share.of)} in the top {share.top} of {share.board},"
        f" {share.day}, recomputed from {proof.rows} rows."
    )
    output.paragraph(
        f"The rows were read again from {proof.pages} captured page(s) in the bundle." if proof.pages
        else f"The page may not be passed on: the rows are on the bundle's word. Page sha256 {proof.page_sha256[0]}."
    )  # fmt: skip
    output.paragraph(f"Manifest sha256 {proof.manifest_sha256}; made by tracker {proof.made_by}.")
