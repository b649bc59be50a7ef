"""Why a share moved between two days of a board: parts that add up to the whole, exactly (docs/provenance.md).

Boards that never were stand between the two: first the rows that left are taken away, then what is left is given its
new scores, then the entrants are put in, then the facts are read anew. Each board has its share by the same
definition and the same SQL; a part is the difference of two of them, as a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from storage import database, publish
from tracker.analysis.top_n import Cut, cuts
from tracker.changes.row_matching import BoardRow, Facts, Pair
from tracker.definition import Definition, Question

if TYPE_CHECKING:
    import duckdb

CAUSES = ("removals", "rescoring", "entrants", "reclassification")
_DAY = date(2000, 1, 1)
Rows = list[tuple[BoardRow, Facts]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did: to the count of the value, and to its share. `then` is the share with it done."""

    cause: str
    count: Fraction
    share: Fraction
    then: Fraction


@dataclass(frozen=True, slots=True)
class Split:
    """The movement of one value's share: from, to, and its parts in the published order."""

    value: tuple[str, ...]
    count_before: Fraction
    count: Fraction
    before: Fraction
    after: Fraction
    parts: tuple[Part, ...]


def boards_between(pairs: Sequence[Pair]) -> list[Rows]:
    """The board before, those that never were, and the board after: one more than there are causes."""
    before = [(pair.before, pair.before.facts) for pair in pairs if pair.before]
    both = [(pair.before, pair.after) for pair in pairs if pair.before and pair.after]
    entrants = [(pair.after, pair.after.facts) for pair in pairs if pair.after and not pair.before]
    kept = [(old, old.facts) for old, _ in both]
    rescored = [(new, old.facts) for old, new in both]
    after = [(new, new.facts) for _, new in both] + entrants
    return [before, kept, rescored, rescored + entrants, after]


def split(
    pairs: Sequence[Pair],
    board_info: dict[str, object],
    definition: Definition,
    top: int,
    values: Sequence[Sequence[str]],
) -> list[Split]:
    """The parts for each value; without values for every one that occurs before or after."""
    top_cuts = _cuts(boards_between(pairs), board_info, definition, top)
    if not values:
        values = sorted({value for cut in (top_cuts[0], top_cuts[-1]) for row in cut.rows if cut.weight(row)
                         for value in row.values(definition.by)})  # fmt: skip
    return [_of(top_cuts, tuple(value)) for value in values]


def _of(pair: Sequence[Cut], value: tuple[str, ...]) -> Split:
    counts = [cut.count(value) for cut in pair]
    shares = [count / of if (of := cut.of()) else Fraction(0) for cut, count in zip(pair, counts, strict=True)]
    parts = [
        Part(cause, counts[at + 1] - counts[at], shares[at + 1] - shares[at], shares[at + 1])
        for at, cause in enumerate(CAUSES)
    ]
    return Split(value, counts[0], counts[-1], shares[0], shares[-1], tuple(parts))


def _cuts(boards: Sequence[Rows], board_info: dict[str, object], definition: Definition, top: int) -> list[Cut]:
    """The cut of each board, by the one query that every share comes from, in a database in memory."""
    import duckdb

    connection = duckdb.connect(
        ":memory:", config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        connection.execute(database.sql("schema"))
        connection.execute(
            "CREATE TABLE series (board VARCHAR, day DATE, published_on DATE, captured_at TIMESTAMP, snapshot VARCHAR,"
            " snapshot_key INTEGER, edition VARCHAR, break_before VARCHAR, origin VARCHAR, content_since DATE)"
        )
        _fill(connection, boards, board_info)
        return cuts(connection, [Question(str(key), top, definition, _DAY, _DAY) for key in range(len(boards))])
    finally:
        connection.close()


def _fill(connection: duckdb.DuckDBPyConnection, boards: Sequence[Rows], board_info: dict[str, object]) -> None:
    import pyarrow as pa

    text, key, real, day = pa.string(), pa.int32(), pa.float64(), pa.date32()
    sign = 1 if board_info["direction"] == "lower" else -1
    tables: dict[str, list[tuple[object, ...]]] = {name: [] for name in _COLUMNS}
    number = 0
    for board, rows in enumerate(boards):
        tables["boards"].append((str(board), board_info["direction"], board_info["operator"]))
        tables["series"].append((str(board), _DAY, str(board), board))
        ranked = sorted(sign * row.score for row, _ in rows if row.score is not None)
        places = {score: place for place, score in reversed([*enumerate(ranked, 1)])}
        for row, facts in rows:
            number += 1
            rank = None if row.score is None else places[sign * row.score]
            tables["entries"].append((board, row.row, number, rank, row.score, row.published_rank))
            tables["names"].append((number, row.name))
            tables["names_resolved"].append((number, facts.release, facts.developer, facts.country, facts.subdivision))
            tables["openness"].append((number, publish.FIRST_DAY, publish.NO_DAY, facts.openness or "unknown"))
            tables["name_countries"] += [(number, country) for country in facts.countries]
    kinds = {"snapshot_key": key, "name_key": key, "row": key, "rank": key, "score": real, "published_rank": real,
             "day": day, "since": day, "until": day}  # fmt: skip
    for name, columns in _COLUMNS.items():
        of = {column: kinds[column] if column in kinds else text for column in columns.split()}
        database.insert(connection, name, of, tables[name])


_COLUMNS = {
    "boards": "board direction operator",
    "series": "board day snapshot snapshot_key",
    "entries": "snapshot_key row name_key rank score published_rank",
    "names": "name_key name",
    "names_resolved": "name_key release developer country subdivision",
    "openness": "name_key since until value",
    "name_countries": "name_key country",
}
