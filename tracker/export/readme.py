"""README.md of an export: what a stranger who finds the folder needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker import __version__
from tracker.definition import Definition
from tracker.export import every_eval_ever, sqlite_file
from tracker.export.description import DESCRIPTION, TITLE, Board
from tracker.export.tables import Selection, Table


def readme(
    tables: Sequence[Table],
    formats: Sequence[str],
    boards: Sequence[Board],
    selection: Selection,
    left_out: Sequence[str],
    newest: date | None,
    records: Sequence[str],
) -> str:
    """What a stranger who finds the folder needs to know."""
    span = (
        f"in force on {selection.as_of}"
        if selection.as_of
        else f"up to {newest}"
        if newest
        else "without any point yet"
    )
    since = f", from {selection.since} on" if selection.since else ""
    lines = [f"# {TITLE}", "", DESCRIPTION, "", f"{len(boards)} leaderboards, {span}{since}. Written by"
             f" leaderboard-tracker {__version__}.", ""]  # fmt: skip
    has_tables = set(formats) != {every_eval_ever.FOLDER}
    if has_tables:
        lines += ["| table | holds | key |", "|---|---|---|"]
        lines += [f"| {table.name} | {table.holds} | {', '.join(table.key)} |" for table in tables]
        lines.append("")
    lines += ["## Files", ""]
    if "csv" in formats:
        lines += [
            "- `*.csv`, `entries/<leaderboard>.csv`: UTF-8 with a header; empty is unknown or not published."
            " `datapackage.json` and `croissant.json` describe every column. A text that a spreadsheet would run as a"
            " formula has an apostrophe before it. `last_seen.csv` is the one that changes on a day without news; it is"
            " CSV alone. `sources.yml` is for dbt.",
        ]
    if "parquet" in formats:
        lines.append("- `parquet/`: the same, typed; `parquet/entries/<leaderboard>/<year>.parquet`.")
    if "sqlite" in formats:
        lines.append(
            f"- `{sqlite_file.FILE}`: the same in SQLite, with indexes, full-text search (`names`) and views. In"
            f" Datasette: `datasette {sqlite_file.FILE} -m metadata.json`."
        )
    lines += records
    shares = f"Shares: {Definition().words()}. Unknown is never zero: `low` and `high` bound what it may be. "
    breaks = "; `break_before` in `snapshots` names each point that does not compare with the one before"
    lines += ["", "## What a figure means", "",
              f"{shares if has_tables else ''}Scores of different leaderboards, and of different editions of one whose"
              f" scores do not compare, say nothing about each other{breaks if has_tables else ''}.", ""]  # fmt: skip
    lines += ["## Where it is from", "",
              "Names, scores and ranks are facts that the publishers state; what is resolved and counted from them is"
              " this program's. Attribute the publisher.", "",
              "| leaderboard | publisher | licence of the data |", "|---|---|---|"]  # fmt: skip
    for board in boards:
        licence = f"[{board.licence}]({board.licence_page})" if board.licence_page else board.licence
        lines.append(
            f"| {_cell(board.title)} (`{board.board}`) | [{_cell(board.publisher)}]({board.homepage}) | {licence} |"
        )
    counted = "; the shares counted from them are here" if has_tables else ""
    if left_out:
        lines += ["", "## What is left out", "",
                  f"Their terms forbid to pass on rows{counted}: "
                  + ", ".join(f"`{board}`" for board in left_out) + "."]  # fmt: skip
    if selection.restricted:
        lines += ["", "**For your own use**: rows are in here that their sources forbid to pass on (`redistribute` in"
                  " `boards`)."]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text in a cell of Markdown."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
