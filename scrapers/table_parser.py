"""Fetches and parses sources that need no Python: their declared pages, and rows by column name."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from datetime import date

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError, source_code
from scrapers.formats import Row
from scrapers.model import Entry, Page, Pages, Request, Snapshot
from scrapers.spec import Board, Columns, PageSpec, Source

_NOTHING = object()


def requests(source: Source) -> Generator[Request, bytes | None, None]:
    """The declared pages of `source`, or what its module asks for."""
    if source.module and hasattr(source.module, "pages"):
        yield from source.module.pages(source)
        return
    for page in source.pages:
        if page.address:
            yield Request(role=page.role, address=page.address, fetch_once=page.fetch_once, optional=page.optional)


def snapshots(source: Source, pages: Pages) -> list[Snapshot]:
    """The snapshots in the pages of `source`. PageError if they are not the expected pages."""
    with source_code(source.name):  # parsers index required keys directly; a missing one is a failure of the page
        if source.module and hasattr(source.module, "parse"):
            parsed = list(source.module.parse(pages))
        else:
            parsed = [snapshot for page in pages for snapshot in parse(source, page)]
    unknown = sorted({snapshot.board for snapshot in parsed} - set(source.boards))
    if unknown:
        raise PageError(f"board {unknown[0]!r} is not declared in {source.name}.toml")
    return parsed


def parse(source: Source, page: Page) -> Iterable[Snapshot]:
    """Snapshots of every board that the declaration reads from this page."""
    declared = next((known for known in source.pages if known.role == page.role), None)
    if declared is None:
        raise PageError(f"{source.name}.toml declares no page of role {page.role!r}")
    for name, board in source.boards_of(page.role).items():
        rows = read(declared, page.body, board)
        yield from of_rows(name, board, rows, published_on(source, page))


def read(declared: PageSpec, body: bytes, board: Board) -> list[Row]:
    """The rows of a page in its declared format."""
    if declared.format == "parquet":
        return formats.parquet_rows(body, board.where)
    if declared.format == "json":
        return formats.json_rows(body, declared.rows_under, declared.keyed_by)
    if declared.format in formats.ROWS:
        return formats.ROWS[declared.format](body)
    tables = formats.markdown_tables(body) if declared.format == "markdown" else formats.html_tables(body)
    asked = (board.columns.name, board.columns.score, *((column,) for column in declared.table_with))
    return formats.first_with(tables, asked)


def published_on(source: Source, page: Page) -> date | None:
    """The day that the page has after the declared words; PageError if there is none."""
    if not source.published_after:
        return None
    for line in formats.decode(page.body).splitlines():
        _, words, after = line.partition(source.published_after)
        if words and (day := values.day(after.strip(" *_.:"))):
            return day
    raise PageError(f"the page says no day after {source.published_after!r}")


def of_rows(board_name: str, board: Board, rows: Iterable[Row], day: date | None) -> Iterator[Snapshot]:
    """A snapshot, or several where a column holds the day: one for each day."""
    columns = board.columns
    by_day: dict[date | None, list[Entry]] = {}
    row_days: dict[date | None, list[object]] = {}
    for row in rows:
        if any(str(cell(row, (column,))) != wanted for column, wanted in board.where.items()):
            continue
        on = values.day(cell(row, columns.published)) if columns.published else day
        by_day.setdefault(on, []).append(entry(row, columns))
        row_days.setdefault(on, []).extend(row.get(column) for column in columns.row_day)
    if not by_day:
        raise PageError(f"no rows of {board_name}")
    for on, entries in sorted(by_day.items(), key=lambda item: item[0] or date.min):
        yield Snapshot(board_name, None, on, tuple(entries), values.newest_day(row_days[on]))


def cell(row: Row, names: tuple[str, ...]) -> object:
    """What a row has under the first of these names that is a column of it, or leads into an object of it (`a.b`)."""
    for name in names:
        if name in row:
            return row[name]
        value: object = row
        for key in name.split("."):
            value = value[key] if isinstance(value, dict) and key in value else _NOTHING
        if value is not _NOTHING:
            return value
    raise MissingColumn(" or ".join(names), row)


def entry(row: Row, columns: Columns) -> Entry:
    """A row as an entry. Name and score are required; a row that lacks another column has no value there."""

    def optional(names: tuple[str, ...]) -> object:
        try:
            return cell(row, names) if names else None
        except MissingColumn:
            return None

    score = cell(row, columns.score)
    half = values.half_width(score)
    at = values.number(score)
    low, high = values.number(optional(columns.score_low)), values.number(optional(columns.score_high))
    return Entry(
        name=str(cell(row, columns.name) or ""),
        score=at,
        score_low=low if half is None or at is None else at - half,
        score_high=high if half is None or at is None else at + half,
        published_rank=values.number(optional(columns.published_rank)),
        votes=values.number(optional(columns.votes)),
        organization=values.text(optional(columns.organization)),
        licence=values.text(optional(columns.licence)),
        country=values.text(optional(columns.country)),
    )
