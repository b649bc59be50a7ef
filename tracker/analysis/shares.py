"""Shares of the top N: the definition as a value, and the one query that every figure comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from storage import database
from storage.origins import Origin

if TYPE_CHECKING:
    import duckdb

By = Literal["country", "openness", "open", "country,openness", "country,open", "developer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is counted and how (docs/methodology.md). The defaults are the default definition."""

    by: By = "country"
    unit: Literal["entry", "release", "developer"] = "entry"
    ties: Literal["fractional", "include", "exclude"] = "fractional"
    rank_by: Literal["score", "printed", "published_rank_at_most"] = "score"
    facts: Literal["then", "now"] = "then"
    country_rule: Literal["primary", "mainland_only", "multi"] = "primary"
    open_means: Literal["any", "permissive"] = "any"
    without_operator: bool = False

    def words(self) -> str:
        """The definition as a reader needs it beside a figure."""
        said = [
            {
                "entry": "each printed row counts once",
                "release": "each released model counts once, by its best row",
                "developer": "each developer counts once, by its best row; rows of several developers are left out",
            }[self.unit],
        ]
        said += self.of_cut()
        if self.rank_by != "published_rank_at_most":
            said.append(
                {
                    "fractional": "rows tied at the cut share the places left",
                    "include": "all rows tied at the cut are in",
                    "exclude": "rows tied at the cut are out",
                }[self.ties]
            )
        return "; ".join([*said, *self.of_properties()])

    def of_cut(self) -> list[str]:
        """What the cut goes by, and whether all rows are in it."""
        by = {
            "score": "cut by score",
            "printed": "cut by the printed rank",
            "published_rank_at_most": "every row whose printed rank is at most N",
        }[self.rank_by]
        return [by, *(["the operator's own models are left out"] if self.without_operator else [])]

    def of_properties(self) -> list[str]:
        """What country and open mean, where they are asked."""
        said = []
        if "country" in self.by:
            said.append(
                {
                    "primary": "country: primary base of the releasing organisation on the day of release",
                    "mainland_only": "country: as always, but Hong Kong and Macao stand apart from CN",
                    "multi": "country: every one that the board prints for a joint model; shares do not sum to 1",
                }[self.country_rule]
            )
        if "open" in self.by:
            day = "the day of the snapshot" if self.facts == "then" else "today"
            terms = "any terms" if self.open_means == "any" else "under a permissive licence"
            said.append(f"openness as of {day}; open means weights published, {terms}")
        return said


# Definitions with a name, as `--preset` takes them; every option that they do not set stays as it is.
PRESETS: dict[str, dict[str, object]] = {
    "default": {},
    "by_release": {"unit": "release"},
    "by_developer": {"unit": "developer"},
    "permissive_open": {"by": "open", "open_means": "permissive"},
    "mainland_only": {"country_rule": "mainland_only"},
    "epoch_multi": {"country_rule": "multi"},
    "published_rank": {"rank_by": "printed"},
    "published_rank_at_most": {"rank_by": "published_rank_at_most"},
    "without_operator": {"without_operator": True},
}


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one value on one day. Counts are of units and may be fractional; shares are 0 to 1.

    `count` leaves the unknown out of every value, `high` adds them.
    """

    board: str
    day: date
    published_on: date | None
    captured_at: datetime
    snapshot: str
    edition: str | None
    top: int
    of: float
    unit: str
    ties: str
    rank_by: str
    facts: str
    values: dict[str, str]  # each of `by` -> the value
    count: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float
    break_before: str | None  # why this day cannot be compared with the point before it
    unresolved: float  # units in the top N whose release is not known: bounds do not cover identity
    origin: Origin | None = None  # where the bytes behind it come from (storage.origins)

    def record(self) -> dict[str, object]:
        """The share as one flat object, in the order of the documented columns."""
        flat: dict[str, object] = {}
        for key, value in asdict(self).items():
            if key == "values":
                flat |= value
            elif key == "break_before":
                flat["break"] = value
            else:
                flat[key] = value
        return flat


def shares(
    connection: duckdb.DuckDBPyConnection,
    boards: Sequence[str],
    tops: Sequence[int],
    definition: Definition,
    *,
    as_of: date,
    today: date,
    every_day: bool = False,
    roster: tuple[int, int] | None = None,
) -> list[Share]:
    """Shares of each board at each N, newest point on or before `as_of`, or every point up to it.

    `roster`: two snapshot keys; only the rows that both have are counted, placed anew (storage/sql/roster.sql).
    """
    d = definition
    questions = [(board, top) for board in boards for top in tops]
    fields: dict[str, object] = {
        "by_value": d.by, "unit": d.unit, "ties": d.ties, "rank_by": d.rank_by, "facts": d.facts,
        "country_rule": d.country_rule, "open_means": d.open_means, "without_operator": d.without_operator,
        "as_of": as_of, "today": today, "every_day": every_day,
    }  # fmt: skip
    rows = " UNION ALL ".join("SELECT ? AS ask, ? AS board, ? AS top" for _ in questions)
    asked = f"SELECT q.ask, q.board, q.top, {', '.join(f'? AS {name}' for name in fields)} FROM ({rows}) AS q"
    values: list[object] = list(fields.values())
    values += [cell for ask, (board, top) in enumerate(questions) for cell in (ask, board, top)]
    names = d.by.split(",")
    found = []
    common = f"{database.sql('roster')}," if roster else ""
    values = [*(roster or ()), *(roster or ()), *values]
    # With the joins in the order of the text: a handful of points finds its rows among millions, not the reverse.
    connection.execute("SET disabled_optimizers = 'join_order'")
    for row in connection.execute(f"WITH {common} asked AS ({asked}) {database.sql('share')}", values).fetchall():
        _, *head, _, first, second = row[:16]
        found.append(Share(*head, dict(zip(names, (first, second), strict=False)), *row[16:]))  # type: ignore[call-arg]
    connection.execute("RESET disabled_optimizers")
    return found
