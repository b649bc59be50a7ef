"""Is a snapshot the board that it claims to be? Accepted, or quarantined with the reason; a person has the last word.

What a page says of itself (row range, score range and unit, rows without a score, names that repeat, columns without a
value) is validated alone, within limits that are wide enough for the whole history of a board. The accepted neighbour
before it is the fine sieve: a loss of rows or of rows with a score, a column that lost its values, other names.
Landmarks stand in for a neighbour where there is none, or where a declared break or a new edition lies between.
Neighbours are neighbours by day, not by arrival: old pages that come in late fare as if they had come in time.
`decisions.csv` holds what a person accepted or rejected, with the reason.

A loss of rows that is seen once is taken for a cut page. Where the same smaller roster is seen on two days, or by two
sources, the board itself was cut: that is accepted, breaks the series, and stands from the page that confirmed it on,
so that no day rests on what came later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scrapers.errors import DeclarationError
from scrapers.model import COLUMNS as OTHER_COLUMNS
from scrapers.model import SAMPLE, Snapshot
from scrapers.regular_files import read_regular_text
from scrapers.spec import Board, Expectations, Rows, Source
from storage import database, declarations, freshness

if TYPE_CHECKING:
    import duckdb

COLUMNS = ["snapshot", "decision", "day", "by", "reason"]
SAME_BOARD = 0.3  # of the names of two neighbours, at least as many are in both
SAME_ROSTER = 0.9  # and as many where the later one confirms the earlier one
NEAR = timedelta(days=60)  # boards of few rows change most of their names in half a year
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
    filled: Sequence[int] = ()  # rows with a value, in the order of scrapers.model.COLUMNS
    name_sample: Sequence[int] = ()  # as scrapers.model.Snapshot has it


@dataclass(frozen=True, slots=True)
class _Seen:
    """A snapshot with its key in the database, its id, and the source that its expectations are of."""

    key: int
    snapshot: str
    provider: str
    stats: SnapshotStats


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on one snapshot."""

    decision: Literal["accept", "reject"]
    reason: str


def fault(expectations: Expectations, stats: SnapshotStats, unit: str = "", *, landmarks: bool = True) -> str | None:
    """What is wrong with the snapshot by itself; `unit` is that of the board's scores."""
    return next(_faults(expectations, stats, unit, landmarks), None)


def _faults(expectations: Expectations, stats: SnapshotStats, unit: str, landmarks: bool) -> Iterator[str]:
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
    for column, count in zip(OTHER_COLUMNS, stats.filled, strict=False):
        if not count and column in expectations.filled and stats.day >= expectations.filled[column]:
            yield f"no row has a value in the column {column}, as it had since {expectations.filled[column]}"
    if landmarks and expectations.landmarks and stats.day >= expectations.landmarks_since:
        missing = [name for name in expectations.landmarks if name not in stats.names]
        if 2 * len(missing) > len(expectations.landmarks):
            yield f"{len(missing)} of {len(expectations.landmarks)} landmark names are missing: {', '.join(missing)}"


def comparable(board: Board, before: SnapshotStats, stats: SnapshotStats) -> bool:
    """Whether neither a new edition nor a declared break lies between two neighbours."""
    if not board.editions_comparable and before.edition != stats.edition:
        return False
    return not any(before.day < known.day <= stats.day for known in board.breaks)


def drop(board: Board, before: SnapshotStats, stats: SnapshotStats) -> str | None:
    """Whether more rows were lost since the accepted snapshot before than is believable."""
    if not comparable(board, before, stats):
        return None
    counts = [("rows", before.rows, stats.rows), ("rows with a score", before.scored, stats.scored)]
    for what, then, now in counts:
        if then is not None and now is not None and now < then * (1 - board.expectations.max_drop):
            return f"{now} {what} after {then} on {before.day}: a larger loss than {board.expectations.max_drop:.0%}"
    return None


def drift(board: Board, before: SnapshotStats, stats: SnapshotStats) -> str | None:
    """Whether it is another board than the accepted snapshot before, or lacks a column that most rows of that had."""
    if not comparable(board, before, stats):
        return None
    for column, then, now in zip(OTHER_COLUMNS, before.filled, stats.filled, strict=False):
        if 2 * then >= before.rows and not now and column not in board.expectations.may_vanish:
            return f"the column {column} had {then} values on {before.day}, now none"
    alike = in_common(before, stats)
    if alike and max(alike) < SAME_BOARD and stats.day - before.day <= NEAR:
        return f"{max(alike):.0%} of the names are those of {before.day}: another board?"
    return None


def in_common(stats: SnapshotStats, other: SnapshotStats) -> tuple[float, float] | None:
    """Which part of the names of each is in the other, by their samples; None where these are too small to say."""
    ends = [sample[-1] for sample in (stats.name_sample, other.name_sample) if len(sample) == SAMPLE]
    # Of the names up to that hash, both samples have all.
    names, others = ({name for name in sample if name <= min(ends, default=name)}
                     for sample in (stats.name_sample, other.name_sample))  # fmt: skip
    if min(len(names), len(others)) < 3:
        return None
    return len(names & others) / len(names), len(names & others) / len(others)


def fault_of(source: Source, snapshot: Snapshot, day: date | None = None) -> str | None:
    """What is wrong with a snapshot that has no neighbours, on that day or, without one, whatever the day."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    board = source.boards[snapshot.board]
    names = {entry.name for entry in snapshot.entries}
    stats = SnapshotStats(
        day or date.max,
        len(names),
        names,
        min(scores, default=None),
        max(scores, default=None),
        filled=snapshot.filled(),
    )
    expectations = board.expectations
    if day is None:
        ranges = expectations.rows
        widest = Rows(min=min(rows.min for rows in ranges), max=max(rows.max for rows in ranges))
        expectations = expectations.model_copy(update={"rows": (widest,), "filled": {}})
    return fault(expectations, stats, board.unit)


def read_decisions(path: Path) -> dict[str, Decision]:
    """decisions.csv (snapshot, decision, day, by, reason); an absent file holds none."""
    if not path.exists():
        return {}
    reader = csv.DictReader(io.StringIO(read_regular_text(path), newline=""))
    decisions: dict[str, Decision] = {}
    try:
        if reader.fieldnames != COLUMNS:
            raise DeclarationError(str(path), "line 1", f"the columns {', '.join(COLUMNS)} are expected")
        for number, row in enumerate(reader, 2):
            if row["decision"] not in {"accept", "reject"} or not row["reason"] or len(row["snapshot"]) != 64:
                raise DeclarationError(
                    str(path),
                    f"line {number}",
                    "expected a snapshot id or the sha256 of a page (64 hex digits), accept or reject, and a reason",
                )
            decisions[row["snapshot"]] = Decision("accept" if row["decision"] == "accept" else "reject", row["reason"])
    except csv.Error as error:
        raise DeclarationError(str(path), f"line {reader.reader.line_num}", f"not CSV: {error}") from None
    return decisions


def validate(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], decisions: Mapping[str, Decision]
) -> None:
    """Sets state and reason of every snapshot, all or nothing, unless nothing has changed of what they follow from."""
    statements = ("validated_snapshots", "validated_names", "validated_observations")
    code = [Path(__file__).read_bytes(), *map(database.sql, statements)]
    fingerprint = freshness.fingerprint(sorted(decisions.items()), *code)
    if freshness.is_fresh(connection, "validation", fingerprint):
        return
    outcomes, cuts = _outcomes(connection, sources, decisions)
    with database.transaction(connection):
        if _update_states(connection, outcomes) | _update_cuts(connection, cuts):
            freshness.invalidate(connection, *freshness.DERIVED_FROM_SNAPSHOTS)
        freshness.record(connection, "validation", fingerprint)


def _outcomes(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source], decisions: Mapping[str, Decision]
) -> tuple[list[tuple[int, str, str | None, datetime | None]], list[tuple[str, str, date, str]]]:
    """(snapshot key, state, reason, believed from when on) of every snapshot.

    And (board, source, day, reason) of every roster that was cut.
    """
    outcomes: list[tuple[int, str, str | None, datetime | None]] = []
    cuts: list[tuple[str, str, date, str]] = []
    boards = declarations.primary(sources)
    for name, snapshots in _snapshots_by_board(connection, sources):
        primary = boards[name][1]
        by_provider: dict[str, Board] = {}
        accepted: dict[str, SnapshotStats] = {}  # by provider: the last believed snapshot before
        believed_from: dict[str, datetime] = {}  # by provider: the page that confirmed the last cut of its roster
        for seen in snapshots:
            stats, before = seen.stats, accepted.get(seen.provider)
            if seen.provider not in by_provider:
                declared = sources[seen.provider].boards[name] if seen.provider in sources else primary
                # Breaks are the board's, as its unit is, whoever provides it.
                by_provider[seen.provider] = declared.model_copy(update={"breaks": primary.breaks})
            board, cut = by_provider[seen.provider], None
            if before is None or not comparable(board, before, stats):
                reason = fault(board.expectations, stats, primary.unit)
            else:
                lost = drop(board, before, stats)
                reason = fault(board.expectations, stats, primary.unit, landmarks=lost is not None)
                if lost and not reason and (at := _confirmed(connection, name, board, before, seen, snapshots)):
                    lost, cut = None, f"roster cut from {before.rows} to {stats.rows} rows"
                    believed_from[seen.provider] = at
                reason = reason or lost or drift(board, before, stats)
            if seen.snapshot in decisions:
                decision = decisions[seen.snapshot]
                reason = None if decision.decision == "accept" else f"rejected by hand: {decision.reason}"
                believed_from.pop(seen.provider, None)
            if reason is None:
                accepted[seen.provider] = stats
                if cut:
                    cuts.append((name, seen.provider, stats.day, cut))
            state = "quarantined" if reason else "accepted"
            outcomes.append((seen.key, state, reason, believed_from.get(seen.provider)))
    return outcomes, cuts


def _confirmed(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    board: Board,
    before: SnapshotStats,
    seen: _Seen,
    snapshots: Sequence[_Seen],
) -> datetime | None:
    """When the smaller roster of `seen` was seen on a second day before the larger one came back, or by another source.

    `before` is the larger one.
    """
    if seen.stats.rows >= before.rows:  # scores were lost, no rows
        return None
    same, larger = set(), set()
    for other in snapshots:
        alike = in_common(seen.stats, other.stats)
        if other.key == seen.key or (alike and min(alike) >= SAME_ROSTER and drop(board, before, other.stats)):
            same.add(other.key)
        elif comparable(board, before, other.stats) and drop(board, before, other.stats) is None:
            larger.add(other.key)
    observations: list[tuple[date, datetime, str, int]] = connection.execute(
        database.sql("validated_observations"), [name]
    ).fetchall()
    days, captured, sources, began = set(), set(), set(), False
    for day, seen_at, source, key in observations:
        began = began or key == seen.key
        if key in same and day > before.day:
            sources.add(source)
        if began and source == seen.provider:
            if key in larger:
                break
            if key in same:
                days.add(day)
                captured.add(seen_at.date())
        if max(len(days), len(captured), len(sources)) > 1:
            return seen_at
    return None


def _update_states(
    connection: duckdb.DuckDBPyConnection, outcomes: list[tuple[int, str, str | None, datetime | None]]
) -> bool:
    """Writes the states that are others than before; whether there were any."""
    import pyarrow as pa

    connection.execute(
        "CREATE OR REPLACE TEMP TABLE verdict"
        " (snapshot_key INTEGER, state VARCHAR, reason VARCHAR, believed_from TIMESTAMP)"
    )
    columns = {
        "snapshot_key": pa.int32(), "state": pa.string(), "reason": pa.string(), "believed_from": pa.timestamp("us")
    }  # fmt: skip
    database.insert(connection, "verdict", columns, outcomes)
    changed = connection.execute(
        "UPDATE snapshots SET state = verdict.state, reason = verdict.reason, believed_from = verdict.believed_from"
        " FROM verdict WHERE verdict.snapshot_key = snapshots.snapshot_key"
        " AND (snapshots.state, snapshots.reason, snapshots.believed_from)"
        " IS DISTINCT FROM (verdict.state, verdict.reason, verdict.believed_from)"
    ).fetchall()[0][0]
    return bool(changed)


def _update_cuts(connection: duckdb.DuckDBPyConnection, cuts: list[tuple[str, str, date, str]]) -> bool:
    """Writes the rosters that were cut; whether they are others than before."""
    import pyarrow as pa

    if connection.execute("SELECT * FROM roster_cuts ORDER BY ALL").fetchall() == sorted(cuts):
        return False
    connection.execute("DELETE FROM roster_cuts")
    columns = {"board": pa.string(), "source": pa.string(), "day": pa.date32(), "reason": pa.string()}
    database.insert(connection, "roster_cuts", columns, cuts)
    return True


def _snapshots_by_board(
    connection: duckdb.DuckDBPyConnection, sources: Mapping[str, Source]
) -> Iterator[tuple[str, list[_Seen]]]:
    """Each board with its snapshots, in order of day."""
    landmarks = sorted({(name, landmark) for source in sources.values() for name, board in source.boards.items()
                        for landmark in board.expectations.landmarks})  # fmt: skip
    names: dict[int, set[str]] = {}
    boards, wanted = [board for board, _ in landmarks], [landmark for _, landmark in landmarks]
    for key, name in connection.execute(database.sql("validated_names"), [boards, wanted]).fetchall():
        names.setdefault(key, set()).add(name)
    for (board,) in connection.execute("SELECT DISTINCT board FROM snapshots ORDER BY board").fetchall():
        yield (
            board,
            [
                _Seen(key, snapshot, provider, SnapshotStats(day, rows, names.get(key, set()), *others))
                for key, snapshot, provider, day, rows, *others in connection.execute(
                    database.sql("validated_snapshots"), [board]
                ).fetchall()
            ],
        )
