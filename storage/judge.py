"""Which snapshots are believed: a function of all that was seen, the declarations and the decisions.

Neighbours are neighbours by day, not by arrival, so old pages that come in late are judged as if they had come
in time. `decisions.csv` holds what a person accepted or rejected against this judgement, with the reason.
"""

from __future__ import annotations

import csv
import sys
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
    """Sets state and reason of every snapshot, unless nothing has changed of what they follow from."""
    code = [Path(str(module.__file__)).read_bytes() for module in (expect, sys.modules[__name__])]
    mark = warehouse.mark(sorted(decisions.items()), *code, warehouse.sql("judged"), warehouse.sql("judged_names"))
    if warehouse.current(connection, "verdicts", mark):
        return
    import pyarrow as pa

    outcomes: list[tuple[int, str, str | None]] = []
    boards = warehouse.primary(sources)
    for board, seen_on in _seen(connection, sources).items():
        accepted: dict[str, expect.Seen] = {}  # by witness: the last believed snapshot before
        for key, snapshot, witness, seen in seen_on:
            declared = sources[witness].boards[board] if witness in sources else boards[board][1]
            # Unit and breaks are the board's, whoever saw them.
            reason = expect.fault(declared.expect, seen, boards[board][1].unit)
            if reason is None and witness in accepted:
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
    changed = connection.execute(
        "UPDATE snapshots SET state = verdict.state, reason = verdict.reason FROM verdict"
        " WHERE verdict.snapshot_key = snapshots.snapshot_key AND (snapshots.state, snapshots.reason)"
        " IS DISTINCT FROM (verdict.state, verdict.reason)"
    ).fetchall()[0][0]
    if changed:
        warehouse.stale(connection, *warehouse.DERIVED)
    warehouse.keep(connection, "verdicts", mark)


def _seen(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]
) -> dict[str, list[tuple[int, str, str, expect.Seen]]]:
    """By board: every snapshot as (key, id, witness, what is judged), in order of day."""
    landmarks = sorted({(name, landmark) for source in sources.values() for name, board in source.boards.items()
                        for landmark in board.expect.landmarks})  # fmt: skip
    names: dict[int, set[str]] = {}
    boards, wanted = [board for board, _ in landmarks], [landmark for _, landmark in landmarks]
    for key, name in connection.execute(warehouse.sql("judged_names"), [boards, wanted]).fetchall():
        names.setdefault(key, set()).add(name)
    found: dict[str, list[tuple[int, str, str, expect.Seen]]] = {}
    for board, key, snapshot, witness, day, count, scored, different, lowest, highest, edition in connection.execute(
        warehouse.sql("judged")
    ).fetchall():
        seen = expect.Seen(day, count, names.get(key, set()), lowest, highest, edition, scored, different)
        found.setdefault(board, []).append((key, snapshot, witness, seen))
    return found


def stands_alone(source: Source, snapshot: Snapshot) -> bool:
    """Whether a snapshot meets what its board expects of any page, whatever the day."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    board = source.boards[snapshot.board]
    names = {entry.name for entry in snapshot.entries}
    seen = expect.Seen(date.max, len(names), names, min(scores, default=None), max(scores, default=None))
    widest = Rows(min=min(rows.min for rows in board.expect.rows), max=max(rows.max for rows in board.expect.rows))
    undated = board.expect.model_copy(update={"rows": (widest,)})
    return expect.fault(undated, seen, board.unit) is None
