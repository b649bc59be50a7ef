"""Which snapshots are believed: a function of all that was seen, the declarations and the decisions.

Neighbours are neighbours by day, not by arrival, so old pages that come in late are judged as if they had come
in time. `decisions.csv` holds what a person accepted or rejected against this judgement, with the reason.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scrapers import expect
from scrapers.base import Snapshot
from scrapers.declare import Rows, Source
from scrapers.errors import DeclarationError
from storage import warehouse

if TYPE_CHECKING:
    import duckdb

COLUMNS = ["snapshot", "decision", "day", "by", "reason"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on one snapshot."""

    decision: Literal["accept", "reject"]
    reason: str


def read_decisions(path: Path) -> dict[str, Decision]:
    """decisions.csv (snapshot, decision, day, by, reason); an absent file holds none."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise DeclarationError(str(path), "line 1", f"the columns {', '.join(COLUMNS)} are expected")
        found: dict[str, Decision] = {}
        for number, row in enumerate(reader, 2):
            if row["decision"] not in {"accept", "reject"} or not row["reason"] or len(row["snapshot"]) != 64:
                raise DeclarationError(
                    str(path),
                    f"line {number}",
                    "expected a snapshot id (64 hex digits), accept or reject, and a reason",
                )
            found[row["snapshot"]] = Decision("accept" if row["decision"] == "accept" else "reject", row["reason"])
    return found


def judge(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], decisions: Mapping[str, Decision]
) -> None:
    """Sets state and reason of every snapshot."""
    import pyarrow as pa

    outcomes: list[tuple[int, str, str | None]] = []
    boards = warehouse.primary(sources)
    for board in [
        row[0] for row in connection.execute("SELECT DISTINCT board FROM snapshots ORDER BY board").fetchall()
    ]:
        accepted: dict[str, expect.Seen] = {}  # by witness: the last believed snapshot before
        for key, snapshot, witness, seen in _seen(connection, board, sources):
            declared = sources[witness].boards[board] if witness in sources else boards[board][1]
            reason = expect.fault(declared.expect, seen)
            if reason is None and witness in accepted:
                # Breaks are the board's, whoever saw them.
                known = declared.model_copy(update={"breaks": boards[board][1].breaks})
                reason = expect.drop(known, accepted[witness], seen)
            if snapshot in decisions:
                decision = decisions[snapshot]
                reason = None if decision.decision == "accept" else f"rejected by hand: {decision.reason}"
            if reason is None:
                accepted[witness] = seen
            outcomes.append((key, "quarantined" if reason else "accepted", reason))
    connection.execute("CREATE OR REPLACE TEMP TABLE verdict (snapshot_key INTEGER, state VARCHAR, reason VARCHAR)")
    warehouse.insert(
        connection,
        "verdict",
        {"snapshot_key": pa.int32(), "state": pa.string(), "reason": pa.string()},
        outcomes,
    )
    connection.execute(
        "UPDATE snapshots SET state = verdict.state, reason = verdict.reason FROM verdict"
        " WHERE verdict.snapshot_key = snapshots.snapshot_key AND (snapshots.state, snapshots.reason)"
        " IS DISTINCT FROM (verdict.state, verdict.reason)"
    )


def _seen(
    connection: duckdb.DuckDBPyConnection, board: str, sources: Mapping[str, Source]
) -> list[tuple[int, str, str, expect.Seen]]:
    """Every snapshot of the board as (key, id, witness, what is judged), in order of day."""
    landmarks = sorted({name for source in sources.values() if board in source.boards
                        for name in source.boards[board].expect.landmarks})  # fmt: skip
    names: dict[int, set[str]] = {}
    if landmarks:
        for key, name in connection.execute(
            "SELECT e.snapshot_key, n.name FROM names AS n JOIN entries AS e ON e.name_key = n.name_key"
            " JOIN snapshots AS s ON s.snapshot_key = e.snapshot_key"
            " WHERE s.board = ? AND n.name IN (SELECT unnest(?))",
            [board, landmarks],
        ).fetchall():
            names.setdefault(key, set()).add(name)
    rows = connection.execute(warehouse.sql("judged"), [board]).fetchall()
    return [
        (
            key,
            snapshot,
            witness,
            expect.Seen(day, count, names.get(key, set()), lowest, highest, edition, scored, different),
        )
        for key, snapshot, witness, day, count, scored, different, lowest, highest, edition in rows
    ]


def stands_alone(source: Source, snapshot: Snapshot) -> bool:
    """Whether a snapshot meets what its board expects of any page, whatever the day."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    declared = source.boards[snapshot.board].expect
    names = {entry.name for entry in snapshot.entries}
    seen = expect.Seen(date.max, len(names), names, min(scores, default=None), max(scores, default=None))
    widest = Rows(min=min(rows.min for rows in declared.rows), max=max(rows.max for rows in declared.rows))
    undated = declared.model_copy(update={"rows": (widest,)})
    return expect.fault(undated, seen) is None
