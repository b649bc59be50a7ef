"""Figure ids: the id of a figure, from which alone the figure is found again, and all that it rests on.

    BOARD:DAY:TOP:BY=VALUE:COUNT:SNAPSHOT[:OPTION=VALUE]...

COUNT is the count that was published (`4`, `7.33333`, or `13-14` with an unknown), SNAPSHOT the first 12 hex digits of
the snapshot's id, and each OPTION one of the definition that is not at its default. So nothing needs to be stored, and
a figure that is not what it was is noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, get_args, get_type_hints
from urllib.parse import quote, unquote

from scrapers.errors import TrackerError
from tracker.analysis.filter import Where, share_of
from tracker.analysis.shares import Share, shares
from tracker.definition import Definition

if TYPE_CHECKING:
    import duckdb

DIGITS = 12
_KEPT = "+._-~@"  # of values, beside letters and digits; what separates, and what a shell reads, is escaped


class UnreadableFigureId(TrackerError):
    """A text that is no id of a figure."""


class NotTheFigure(TrackerError):
    """What is found is not what the id says."""


@dataclass(frozen=True, slots=True)
class FigureId:
    """What an id says."""

    board: str
    day: date
    top: int
    definition: Definition
    value: tuple[str, ...]
    count: str
    snapshot: str  # its first digits
    today: date | None = None  # where openness is read as of a today


def figure_id(share: Share, definition: Definition, today: date) -> str:
    """The id of a figure."""
    value = ",".join(_escaped(each) for each in share.values.values())
    figure = f"{definition.by}={value}"
    parts = [_escaped(share.board), share.day, share.top, figure, counted(share), share.snapshot[:DIGITS]]
    options = [f"{name}={_escaped(str(value))}" for name, value in definition.changed().items()]
    options += [f"today={today}"] if definition.openness_as_of == "today" and "open" in definition.by else []
    return ":".join(str(part) for part in (*parts, *options))


def id_of(
    connection: duckdb.DuckDBPyConnection,
    board: str,
    top: int,
    where: Where,
    definition: Definition,
    *,
    as_of: date,
    today: date,
) -> str | None:
    """The id of one value's figure at the newest point on or before a day; None where nothing has a place."""
    asked = replace(definition, by=where.by)
    results = shares(connection, [board], [top], asked, as_of=as_of, today=today)
    return figure_id(share_of(results, where), asked, today) if results else None


def counted(share: Share) -> str:
    """`4`, `7.33333`, or `13-14` where an unknown may add one."""
    low, high = f"{share.low:.6g}", f"{share.high:.6g}"
    return low if low == high else f"{low}-{high}"


def _escaped(text: str) -> str:
    return quote(text, safe=_KEPT)


def read_figure_id(text: str) -> FigureId:
    """The id taken apart; UnreadableFigureId says what is wrong with it.

    >>> read = read_figure_id("arena_text:2026-08-19:20:country=CN:3:0123456789ab:unit=release")
    >>> read.board, read.top, read.value, read.count, read.definition.unit
    ('arena_text', 20, ('CN',), '3', 'release')
    """
    parts = text.strip().split(":")
    if len(parts) < 6:
        raise UnreadableFigureId(f"{text!r} is no id of a figure: BOARD:DAY:TOP:BY=VALUE:COUNT:SNAPSHOT is expected")
    board, day, top, figure, count, snapshot, *options = parts
    by, _, value = figure.partition("=")
    given: dict[str, Any] = {"by": by}
    today = None
    try:
        for option in options:
            key, _, held = option.partition("=")
            if key == "today":
                today = date.fromisoformat(held)
            else:
                given[key] = held == "True" if key == "without_operator" else unquote(held)
        if not re.fullmatch(r"[0-9]{1,9}", top):
            raise ValueError(f"{top!r} is no number of places")
        hints = get_type_hints(Definition)
        for key, held in given.items():
            if key not in hints or (get_args(hints[key]) and held not in get_args(hints[key])):
                raise ValueError(f"{key}={held} is no part of a definition")
        figure_id = FigureId(unquote(board), date.fromisoformat(day), int(top), Definition(**given),
                        tuple(unquote(each) for each in value.split(",")), count, snapshot, today)  # fmt: skip
        if (
            len(figure_id.value) != len(figure_id.definition.by.split(","))
            or len(snapshot) != DIGITS
            or figure_id.top < 1
        ):
            raise ValueError("its parts do not fit together")
    except ValueError as error:
        raise UnreadableFigureId(f"{text!r} is no id of a figure: {error}") from None
    return figure_id


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was found again, with the shares beside it."""

    id: str
    figure_id: FigureId
    share: Share

    def record(self) -> dict[str, Any]:
        """As one flat object: the figure, and its definition in words and by its options."""
        definition = self.figure_id.definition
        return {
            "id": self.id, **self.share.record(), "definition": definition.words(),
            "options": {field.name: getattr(definition, field.name) for field in fields(definition)},
            "today": self.figure_id.today,
        }  # fmt: skip


def find(connection: duckdb.DuckDBPyConnection, text: str) -> Figure:
    """The figure of an id, computed again. NotTheFigure where the snapshot or the count is another."""
    wanted = read_figure_id(text)
    # The clock has no part in a figure whose openness is not read as of today.
    results = shares(
        connection, [wanted.board], [wanted.top], wanted.definition, as_of=wanted.day, today=wanted.today or wanted.day
    )
    if not results or results[0].day != wanted.day:
        newest = f"; the newest before it is of {results[0].day}" if results else ""
        raise NotTheFigure(f"{wanted.board} has no snapshot of {wanted.day} here{newest}")
    if results[0].snapshot[:DIGITS] != wanted.snapshot:
        raise NotTheFigure(
            f"{wanted.board} of {wanted.day} is another snapshot here:"
            f" {results[0].snapshot[:DIGITS]}, not {wanted.snapshot}"
        )
    mine = share_of(results, Where(wanted.definition.by, wanted.value))
    if counted(mine) != wanted.count:
        raise NotTheFigure(
            f"{', '.join(wanted.value)} is now {counted(mine)}, not {wanted.count}: a fact of the registry or a rule"
            " has changed since"
        )
    return Figure(figure_id(mine, wanted.definition, wanted.today or wanted.day), wanted, mine)
