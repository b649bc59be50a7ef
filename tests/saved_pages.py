"""The saved pages of `pages/`, and what a source reads from a page.

`pages/<source>/<role>[.more].<ext>` is a page; a folder there is a set of pages that are read together. Arena's Parquet
pages are kept as CSV.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scrapers import table_parser
from scrapers.model import Page, Pages, Snapshot
from scrapers.spec import SOURCES, Source, load_source
from storage import validate

SAVED = Path(__file__).parent / "pages"


@functools.cache
def declared(source: str) -> Source:
    """What the source declares of itself."""
    return load_source(SOURCES / f"{source}.toml")


def csv_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def parquet(rows: Sequence[dict[str, str]]) -> bytes:
    """The Parquet page that rows of text stand for: whole numbers are int64, other numbers double, the rest text."""

    def typed(name: str) -> pa.Array:
        cells = [row[name] for row in rows]
        for kind in (int, float):
            try:
                return pa.array([kind(cell) for cell in cells])
            except ValueError:
                continue
        return pa.array(cells, pa.string())

    sink = io.BytesIO()
    pq.write_table(pa.table({name: typed(name) for name in rows[0]}), sink)
    return sink.getvalue()


def page(file: Path) -> Page:
    """The saved page as it would come: the role is what stands before the first dot."""
    body = parquet(csv_rows(file)) if file.parent.name == "arena" else file.read_bytes()
    address = file.relative_to(SAVED / file.relative_to(SAVED).parts[0])  # folders of a set are part of it
    return Page(file.name.partition(".")[0], f"https://saved.example/{address.as_posix()}", body)


def read(source: str, *pages: Page) -> list[Snapshot]:
    """What the source reads from these pages."""
    return table_parser.snapshots(declared(source), Pages(pages))


def boards_of(source: str, body: bytes, role: str) -> dict[str, Snapshot]:
    """The snapshots of one page, by board; each board once."""
    result = read(source, Page(role, f"https://saved.example/{role}", body))
    assert len({snapshot.board for snapshot in result}) == len(result)
    return {snapshot.board: snapshot for snapshot in result}


def by_board(source: str, file: str) -> dict[str, Snapshot]:
    """The snapshots of one saved page, by board; each board once."""
    result = read(source, page(SAVED / source / file))
    assert len({snapshot.board for snapshot in result}) == len(result)
    return {snapshot.board: snapshot for snapshot in result}


def replaced(of: Page, old: str, new: str) -> Page:
    """The page with one text replaced everywhere, which it must hold."""
    assert old.encode() in of.body
    return Page(of.role, of.address, of.body.replace(old.encode(), new.encode()))


def doubted(source: str, snapshot: Snapshot, day: date) -> str | None:
    """Why the board's expectations do not believe the snapshot; None where they do."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    names = {entry.name for entry in snapshot.entries}
    stats = validate.SnapshotStats(
        day, len(snapshot.entries), names, min(scores, default=None), max(scores, default=None)
    )
    return validate.fault(declared(source).boards[snapshot.board].expectations, stats)
