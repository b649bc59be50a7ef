"""`tracker share --all`: the share of each board beside those of the others. Never pooled, no mean over boards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker import output
from tracker.analysis.filter import UNKNOWN, Figure, Where, figure
from tracker.analysis.shares import Share
from tracker.definition import Definition

if TYPE_CHECKING:
    from datetime import date

SHOWN = 4  # values with a column of their own, the commonest; the rest stand together


def print_boards(
    abouts: dict[str, dict[str, Any]], results: Sequence[Share], definition: Definition, top: int, today: date
) -> None:
    """A row for each board with kind, adjustment, day and age; under it the range of each value over the boards."""
    often: Counter[tuple[str, ...]] = Counter(tuple(share.values.values()) for share in results)
    by_board: dict[str, list[Share]] = {}
    for share in results:
        by_board.setdefault(share.board, []).append(share)
    # an unknown always has its column: it is what the others may still turn out to be
    order = sorted(often, key=lambda values: (UNKNOWN in values, -often[values], values))
    columns = {" ".join(values): Where(definition.by, values)
               for place, values in enumerate(order) if place < SHOWN or UNKNOWN in values}  # fmt: skip
    rows, spans = [], []
    for board, shares_ in by_board.items():
        board_info, first = abouts[board], shares_[0]
        rest = sum(share.count for share in shares_ if " ".join(share.values.values()) not in columns)
        rows.append({
            "board": board, "kind": board_info["kind"], "adjustment": board_info["adjustment"], "day": first.day,
            "age": (today - first.day).days, "of": first.of,
            **{name: counted(held(shares_, where)) for name, where in columns.items()},
            "other": output.shown(rest) if rest else "",
        })  # fmt: skip
    for name, where in columns.items():
        figures = {board: held(shares_, where) for board, shares_ in by_board.items()}
        low = min(figures, key=lambda board: figures[board].share)
        high = max(figures, key=lambda board: figures[board].share_high)
        ends = f"{figures[low].share:.1%} ({low}) to {figures[high].share_high:.1%} ({high})"
        spans.append(f"{name}: from {ends}.")
    shown = ["board", "kind", "adjustment", "day", "age", "of", *columns]
    shown += ["other"] if any(row["other"] for row in rows) else []
    output.table(rows, shown, f"Top {top} of {len(rows)} boards, each by itself; age in days")
    for span in spans:
        output.paragraph(span)
    output.paragraph(
        f"Boards measure different things on different days: there is no mean over them. Counted: {definition.words()}."
    )


def held(shares_: Sequence[Share], where: Where) -> Figure:
    """What a board has of a value: 0 where it does not occur, and then still as many as are unknown may be it."""
    counted = figure(shares_, where)
    return counted or Figure(1, 0, 0)


def counted(known: Figure) -> str:
    """The count with its bounds and its share in percent."""
    if known.high > known.count:
        counts = f"{output.shown(known.count)} to {output.shown(known.high)}"
        return f"{counts} ({known.share:.0%} to {known.share_high:.0%})"
    return f"{output.shown(known.count)} ({known.share:.0%})" if known.count else "0"
