"""The claims that ship, judged, as a table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tracker.analysis.margin import smallest
from tracker.claims.files import SHIPPED, read_claims
from tracker.claims.verdicts import judge

if TYPE_CHECKING:
    import duckdb

    from tracker.export.tables import Selection


def fill(connection: duckdb.DuckDBPyConnection, selection: Selection, today: date) -> None:
    """The temporary table `claims`: a row for each claim and board that is exported and that some page was seen of.

    A claim of a later day than `--as-of` was not made yet. What terms forbid to pass on is left out: a verdict names
    models and scores.
    """
    import pyarrow as pa

    from storage.database import insert

    connection.execute(
        "CREATE OR REPLACE TEMP TABLE claims (claim VARCHAR, board VARCHAR, text VARCHAR, claimed_day DATE,"
        " top INTEGER, unit VARCHAR, verdict VARCHAR, why VARCHAR, day DATE, edition VARCHAR, snapshot VARCHAR,"
        " origin VARCHAR, margin DOUBLE)"
    )
    there = {
        board
        for (board,) in connection.execute("SELECT board FROM chosen_boards WHERE redistribute <> 'shares'").fetchall()
    }
    rows = []
    for claim in read_claims(SHIPPED):
        if selection.as_of and claim.day > selection.as_of:
            continue
        if selection.since and claim.day < selection.since:
            continue
        if not {claim.board, *claim.other_boards} <= there:
            continue
        verdict = judge(connection, claim, today)
        for each in (verdict, *verdict.others):
            basis, margin = each.basis, smallest(each.margins)
            rows.append((
                claim.id, each.claim.board, claim.text, claim.day, claim.top, claim.unit, each.verdict, each.why,
                basis and basis.day, basis and basis.edition, basis and basis.snapshot, basis and basis.origin,
                float(margin.difference) if margin and margin.difference is not None else None,
            ))  # fmt: skip
    text, day = pa.string(), pa.date32()
    insert(connection, "claims", {
        "claim": text, "board": text, "text": text, "claimed_day": day, "top": pa.int32(), "unit": text,
        "verdict": text, "why": text, "day": day, "edition": text, "snapshot": text, "origin": text,
        "margin": pa.float64(),
    }, rows)  # fmt: skip
