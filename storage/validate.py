"""Is a snapshot the board that it claims to be? Accepted, or quarantined with the reason; a person has the last word.

What a page says of itself (row range, score range and unit, rows without a score, names that repeat, landmarks) is
validated alone; a loss of rows, or of rows with a score, against the accepted neighbour before it, unless a declared
break or a new edition lies between them. Neighbours are neighbours by day, not by arrival: old pages that come in late
fare as if they had come in time. `decisions.csv` holds what a person accepted or rejected, with the reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scrapers.errors import DeclarationError, of_file
from scrapers.model import Snapshot
from scrapers.spec import Board, Expectations, Rows, Source
from storage import database, freshness

if TYPE_CHECKING:
    import duckdb

COLUMNS = ["snapshot", "decision", "day", "by", "reason"]
OF_100 = frozenset({"%", "points of 100"})  # units in which a whole board of fractions of 1 is in another unit


@dataclass(frozen=True, slots=True)
class SnapshotStats:
    """What validation needs of a snapshot. `names` may be limited to the board's landmarks."""

    day: date
    rows: int
    names: Set[str]
    lowest: float | None
    highest: float | None
    edition: str | None = None
    scored: int | None = None  # rows with a score; None where nobody counted
    different: int | None = None  # names, each counted once


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on one snapshot."""

    decision: Literal["accept", "reject"]
    reason: str


def fault(expectations: Expectations, stats: SnapshotStats, unit: str = "") -> str | None:
    """What is wrong with the snapshot by itself; `unit` is that of the board's scores."""
    return next(_faults(expectations, stats, unit), None)


def _faults(expectations: Expectations, stats: SnapshotStats, unit: str) -> Iterator[str]:
    rows = expectations.rows_on(stats.day)
    if stats.rows < rows.min:
        yield f"{stats.rows} rows, at least {rows.min} are expected"
    if stats.rows > rows.max:
        yield f"{stats.rows} rows, at most {rows.max} are expected"
    if stats.lowest is None or stats.highest is None:
        if expectations.scored:
            yield "no row has a score"
    elif not expectations.score[0] <= stats.lowest <= stats.highest <= expectations.score[1]:
        low, high = expectations.score
        yield f"scores from {stats.lowest:g} to {stats.highest:g}, expected from {low:g} to {high:g}"
    elif unit in OF_100 and stats.highest <= 1 < expectations.score[1]:
        yield f"scores from {stats.lowest:g} to {stats.highest:g}: fractions of 1, where the unit is {unit}"
    elif stats.scored is not None and 2 * stats.scored < stats.rows:
        yield f"only {stats.scored} of {stats.rows} rows have a score"
    if stats.different is not None and 4 * stats.different < 3 * stats.rows:
        yield f"only {stats.different} different names in {stats.rows} rows"
    if expectations.landmarks and stats.day >= expectations.landmarks_since:
        missing = [name for name in expectations.landmarks if name not in stats.names]
        if 2 * len(missing) > len(expectations.landmarks):
            yield f"{len(missing)} of {len(expectations.landmarks)} landmark names are missing: {', '.join(missing)}"


def drop(board: Board, before: SnapshotStats, stats: SnapshotStats) -> str | None:
    """Whether more rows were lost since the accepted snapshot before than is believable."""
    if not board.editions_comparable and before.edition != stats.edition:
        return None
    if any(before.day < known.day <= stats.day for known in board.breaks):
        return None
    counts = [("rows", before.rows, stats.rows), ("rows with a score", before.scored, stats.scored)]
    for what, then, now in counts:
        if then is not None and now is not None and now < then * (1 - board.expectations.max_drop):
            return f"{now} {what} after {then} on {before.day}: a larger loss than {board.expectations.max_drop:.0%}"
    return None


def fault_of(source: Source, snapshot: Snapshot) -> str | None:
    """What is wrong with a snapshot that has no neighbours, whatever the day."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    board = source.boards[snapshot.board]
    names = {entry.name for entry in snapshot.entries}
    stats = SnapshotStats(date.max, len(names), names, min(scores, default=None), max(scores, default=None))
    ranges = board.expectations.rows
    widest = Rows(min=min(rows.min for rows in ranges), max=max(rows.max for rows in ranges))
    undated = board.expectations.model_copy(update={"rows": (widest,)})
    return fault(undated, stats, board.unit)


def read_decisions(path: Path) -> dict[str, Decision]:
    """decisions.csv (snapshot, decision, day, by, reason); an absent file holds none."""
    if not path.exists():
        return {}
    with of_file(path), path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise DeclarationError(str(path), "line 1", f"the columns {', '.join(COLUMNS)} are expected")
        decisions: dict[str, Decision] = {}
        for number, row in enumerate(reader, 2):
            if row["decision"] not in {"accept", "reject"} or not row["reason"] or len(row["snapshot"]) != 64:
                raise DeclarationError(
                    str(path),
                    f"line {number}",
                    "expected a snapshot id (64 hex digits), accept or reject, and a reason",
                )
            decisions[row["snapshot"]] = Decision("accept" if row["decision"] == "accept" else "reject", row["reason"])
    return decisions


def validate(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], decisions: Mapping[str, Decision]
) -> None:
    """Sets state and reason of every snapshot, all or nothing, unless nothing has changed of what they follow from."""
    code = [Path(__file__).read_bytes(), database.sql("validated_snapshots"), database.sql("validated_names")]
    fingerprint = freshness.fingerprint(sorted(decisions.items()), *code)
    if freshness.is_fresh(connection, "validation", fingerprint):
        return
    outcomes = _outcomes(connection, sources, decisions)
    with database.transaction(connection):
        if _update_states(connection, outcomes):
            freshness.invalidate(connection, *freshness.DERIVED_FROM_SNAPSHOTS)
        freshness.record(connection, "validation", fingerprint)


def _outcomes(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], decisions: Mapping[str, Decision]
) -> list[tuple[int, str, str | None]]:
    """(snapshot key, state, reason) of every snapshot."""
    outcomes: list[tuple[int, str, str | None]] = []
    boards = database.primary(sources)
    for board, snapshots in _stats_by_board(connection, sources).items():
        accepted: dict[str, SnapshotStats] = {}  # by provider: the last believed snapshot before
        for key, snapshot, provider, stats in snapshots:
            declared = sources[provider].boards[board] if provider in sources else boards[board][1]
            # Unit and breaks are the board's, whoever provides it.
            reason = fault(declared.expectations, stats, boards[board][1].unit)
            if reason is None and provider in accepted:
                with_breaks = declared.model_copy(update={"breaks": boards[board][1].breaks})
                reason = drop(with_breaks, accepted[provider], stats)
            if snapshot in decisions:
                decision = decisions[snapshot]
                reason = None if decision.decision == "accept" else f"rejected by hand: {decision.reason}"
            if reason is None:
                accepted[provider] = stats
            outcomes.append((key, "quarantined" if reason else "accepted", reason))
    return outcomes


def _update_states(connection: duckdb.DuckDBPyConnection, outcomes: list[tuple[int, str, str | None]]) -> bool:
    """Writes the states that are others than before; whether there were any."""
    import pyarrow as pa

    connection.execute("CREATE OR REPLACE TEMP TABLE verdict (snapshot_key INTEGER, state VARCHAR, reason VARCHAR)")
    columns = {"snapshot_key": pa.int32(), "state": pa.string(), "reason": pa.string()}
    database.insert(connection, "verdict", columns, outcomes)
    changed = connection.execute(
        "UPDATE snapshots SET state = verdict.state, reason = verdict.reason FROM verdict"
        " WHERE verdict.snapshot_key = snapshots.snapshot_key AND (snapshots.state, snapshots.reason)"
        " IS DISTINCT FROM (verdict.state, verdict.reason)"
    ).fetchall()[0][0]
    return bool(changed)


def _stats_by_board(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]
) -> dict[str, list[tuple[int, str, str, SnapshotStats]]]:
    """By board: every snapshot as (key, id, provider, stats), in order of day."""
    landmarks = sorted({(name, landmark) for source in sources.values() for name, board in source.boards.items()
                        for landmark in board.expectations.landmarks})  # fmt: skip
    names: dict[int, set[str]] = {}
    boards, wanted = [board for board, _ in landmarks], [landmark for _, landmark in landmarks]
    for key, name in connection.execute(database.sql("validated_names"), [boards, wanted]).fetchall():
        names.setdefault(key, set()).add(name)
    by_board: dict[str, list[tuple[int, str, str, SnapshotStats]]] = {}
    for board, key, snapshot, provider, day, rows, scored, different, lowest, highest, edition in connection.execute(
        database.sql("validated_snapshots")
    ).fetchall():
        stats = SnapshotStats(day, rows, names.get(key, set()), lowest, highest, edition, scored, different)
        by_board.setdefault(board, []).append((key, snapshot, provider, stats))
    return by_board
