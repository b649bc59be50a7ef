"""Bytes of one page -> rows as dictionaries by column name. One reader for each format, all strict.

Every reader raises PageError where the bytes are not that format: an HTML page where data was expected (a
challenge, an error page), an empty body, half a file. Rows keep the cells as the page has them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson

from scrapers import limits
from scrapers.errors import MissingColumn, PageError, type_in_words

_BAR = re.compile(r"(?<!\\)\|")  # between two cells of Markdown
_DEPTH = 64  # levels of JSON and YAML: the deepest page known has 6, and Python fails at a thousand
_TABLES = 8  # levels of tables in tables of HTML; no page known has any
_CHALLENGE = (
    "just a moment",
    "checking your browser",
    "attention required",
    "verify you are human",
    "captcha",
)


class Row(dict[str, Any]):
    """A row, or another object of a page, by column name or key; one that it lacks is refused by name."""

    __slots__ = ()

    def __missing__(self, key: str) -> Any:
        raise MissingColumn(key, self)


def decode(body: bytes) -> str:
    """The body as UTF-8 text; refused where it is empty, binary, or not UTF-8."""
    try:
        content = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PageError(f"not UTF-8 text (byte {error.start})") from None
    if "\x00" in content:
        raise PageError("binary data where text was expected")
    if not content.strip():
        raise PageError("the body is empty")
    return content


def no_html(content: str) -> str:
    """`content`, if it is not an HTML page."""
    start = content[:2000].lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        if any(sign in start for sign in _CHALLENGE):
            raise PageError("a bot-check page came instead of data")
        raise PageError("an HTML page came instead of data")
    return content


def read_json(body: bytes) -> Any:
    """JSON of at most _DEPTH levels; its objects are Rows. A key that stands twice in one is refused, as in YAML."""
    content = no_html(decode(body))
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith("Not enough memory"):
            raise MemoryError from None
        raise PageError(f"not JSON: {error}") from None
    inner = [value]
    for _ in range(_DEPTH):
        inner = [
            child
            for outer in inner
            for child in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
        if not inner:
            break
    else:
        raise PageError(f"JSON nested deeper than {_DEPTH} levels")
    # Written again, the value has as many colons as the page, unless a key was lost, or a colon was written as an
    # escape. Only then is every key looked at, which takes longer than all the rest.
    escaped = b"\\u003a" in body or b"\\u003A" in body
    if escaped or body.count(b":") != orjson.dumps(value).count(b":"):
        json.loads(content, object_pairs_hook=_distinct, parse_int=float)
    return _with_rows(value)


def _distinct(pairs: list[tuple[str, Any]]) -> None:
    """PageError for the first key that occurs twice in a JSON object."""
    keys: set[str] = set()
    for key, _ in pairs:
        if key in keys:
            raise PageError(f"not JSON: the key {key[:60]!r} stands twice in one object")
        keys.add(key)


def _with_rows(value: Any) -> Any:
    if isinstance(value, dict):
        return Row({key: _with_rows(child) for key, child in value.items()})
    return [_with_rows(child) for child in value] if isinstance(value, list) else value


def json_rows(body: bytes, under: str = "", keyed_by: str = "") -> list[Row]:
    """A JSON list of objects, or the list under the key `under` of an object.

    With `keyed_by` it is an object in place of that list, whose keys become the column of that name.
    """
    value, kind = read_json(body), f"JSON under {under!r}" if under else "JSON"
    if under:
        if not isinstance(value, dict):
            raise PageError(f"JSON: {type_in_words(type(value).__name__)} where an object with {under!r} was expected")
        value = value[under]
    if not keyed_by:
        return _objects(value, kind)
    if not isinstance(value, dict):
        raise PageError(f"{kind}: {type_in_words(type(value).__name__)} where an object of rows was expected")
    return [Row({**row, keyed_by: key}) for key, row in zip(value, _objects([*value.values()], kind), strict=True)]


def yaml_rows(body: bytes) -> list[Row]:
    """A YAML list of mappings, cells as texts; aliases are refused (they can expand without end)."""
    import yaml

    from scrapers.yaml_text import Loader

    content = no_html(decode(body))
    try:
        depth = 0
        for event in yaml.parse(content, Loader=Loader):
            if isinstance(event, yaml.AliasEvent):
                raise PageError("YAML with aliases")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH:
                raise PageError(f"YAML nested deeper than {_DEPTH} levels")
        value = yaml.load(content, Loader=Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, OverflowError) as error:  # `!!int ''`, `!!bool x`
        place = getattr(error, "problem_mark", None)
        where = f" (line {place.line + 1})" if place else ""
        raise PageError(f"not YAML: {getattr(error, 'problem', None) or error}{where}") from None
    rows = _objects(value, "YAML")
    # A page that is cut inside a row is still YAML, and its last number may lack digits. Then the last row ends with
    # a key that is in the middle of the other rows; a key that no other row has does not indicate a cut.
    ends, inside = {list(row)[-1] for row in rows[:-1] if row}, {key for row in rows[:-1] for key in row}
    if ends and rows[-1] and (last := list(rows[-1])[-1]) in inside - ends:
        raise PageError(f"the page is cut: its last row ends with {str(last)[:60]!r}, as no other row does")
    return rows


def _objects(value: Any, kind: str) -> list[Row]:
    if not isinstance(value, list):
        raise PageError(f"{kind}: {type_in_words(type(value).__name__)} where a list of rows was expected")
    for number, row in enumerate(value, 1):
        if not isinstance(row, dict):
            raise PageError(f"{kind}: row {number} is {type_in_words(type(row).__name__)}, not a mapping")
    limits.check(len(value), sum(map(len, value)))
    return [Row(row) for row in value]


def csv_rows(body: bytes) -> list[Row]:
    """CSV with a header; a row with another number of cells is refused (a file that was cut ends with such a row)."""
    no_html(decode(body))
    # Not a StringIO, which holds four bytes for each character.
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(body), "utf-8-sig", newline="\n"), strict=True)
    try:
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise PageError(f"not CSV: {error} (line {reader.line_num})") from None
    return table(lines[0], lines[1:])


def parquet_rows(body: bytes, where: Mapping[str, str] = MappingProxyType({})) -> list[Row]:
    """Parquet rows as Python values; only those whose columns hold the texts of `where`."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not body:
        raise PageError("the body is empty")
    if body[:4] != b"PAR1":
        no_html(body[:4000].decode("utf-8", "replace"))
        raise PageError("not a Parquet file")
    rows: list[Row] = []
    try:
        # Not pq.read_table: its threads wait forever on some damaged files.
        file = pq.ParquetFile(pa.BufferReader(body))
        present = file.schema_arrow.names
        if len(set(present)) != len(present):
            raise PageError(f"two columns of one name: {', '.join(present)[:200]}")
        for column in where:
            if column not in present:
                raise MissingColumn(column, present)
        # A file of a few kB can hold columns of one repeated value without end.
        limits.check(file.metadata.num_rows, file.metadata.num_rows * file.metadata.num_columns)
        for batch in file.iter_batches(10_000, use_threads=False):  # all rows as Python values would be large
            kept = batch
            for column, wanted in where.items():
                kept = kept.filter(pc.equal(kept[column], _arrow_text(wanted)))
            rows += map(Row, kept.to_pylist())
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise PageError(f"not a whole Parquet file: {error}") from None
    return rows


def _arrow_text(value: str) -> Any:
    """`pa.scalar(value)`, which would import pandas."""
    import pyarrow as pa

    text = value.encode()
    buffers = [None, pa.py_buffer(struct.pack("=ii", 0, len(text))), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.string(), 1, buffers)[0]


def markdown_tables(body: bytes) -> list[tuple[list[str], list[Row]]]:
    """Every table of a Markdown page: (columns, rows).

    Markdown itself fills short rows with empty cells and cuts long ones: a cell that is missing in the middle would
    move the others under wrong columns. So the cells of each line are counted, and rows after a gap, which Markdown
    reads as text, are refused, too.
    """
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    content = no_html(decode(body))
    source = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tokens = MarkdownIt("commonmark").enable("table").parse(content)
    tables: list[tuple[list[str], list[Row]]] = []
    lines: list[list[str]] = []

    def words(token: Token) -> str:
        # Images are left out: a logo beside a name is not part of the name.
        kept = [t.content for t in token.children or () if t.type in {"text", "code_inline", "softbreak"}]
        return " ".join("".join(kept).split())

    for number, token in enumerate(tokens):
        if token.type == "table_open":
            lines = []
        elif token.type == "tr_open" and token.map:
            lines.append([])
            line = source[token.map[0]].strip()
            count = len(_BAR.split(line.removeprefix("|").removesuffix("|")))
            if token.level <= 2 and lines[1:] and count != len(lines[0]):  # deeper tables have other signs before them
                raise PageError(f"row {len(lines) - 1} has {count} cells, not {len(lines[0])}: {line[:100]}")
        elif token.type == "inline" and lines and token.map and token.level >= 4:
            lines[-1].append(words(token))
        elif token.type == "table_close":
            tables.append((lines[0], table(lines[0], lines[1:])))
            lines = []
            for after in [inline for inline in tokens[number + 1 : number + 4] if inline.type == "inline"][:1]:
                if after.content.startswith("|"):
                    raise PageError(f"rows behind a gap in the table: {after.content[:100]}")
    return tables


def html_tables(body: bytes) -> list[tuple[list[str], list[Row]]]:
    """Every table of an HTML page, nested at most _TABLES levels: (columns, rows); cells as their visible text."""
    from bs4 import BeautifulSoup

    content = decode(body)
    if len(content) < 20_000 and any(sign in content.lower() for sign in _CHALLENGE):
        raise PageError("a bot-check page came instead of data")
    tables = []
    elements = BeautifulSoup(content, "lxml").find_all("table")
    # The cells of an inner table count as cells of each table around it: the cost grows with the cube of the depth.
    if any(len(element.find_parents("table", limit=_TABLES)) == _TABLES for element in elements):
        raise PageError(f"HTML with tables nested deeper than {_TABLES} levels")
    for element in elements:
        lines = [
            [cell.get_text(" ", strip=True) for cell in line.find_all(["th", "td"])] for line in element.find_all("tr")
        ]
        lines = [line for line in lines if line]
        if len(lines) > 1:
            tables.append((lines[0], table(lines[0], lines[1:])))
    return tables


def table(columns: list[str], lines: Iterable[list[str]]) -> list[Row]:
    """Rows by column name; a line with another number of cells, or a column named twice, is refused."""
    columns = [" ".join(column.split()) for column in columns]
    if len(set(columns)) != len(columns):
        raise PageError(f"two columns of one name: {', '.join(columns)[:200]}")
    rows = []
    for number, line in enumerate(lines, 1):
        limits.check(number, number * len(columns))
        if len(line) != len(columns):
            raise PageError(f"row {number} has {len(line)} cells, not {len(columns)}: {' | '.join(line)[:100]}")
        rows.append(Row(zip(columns, line, strict=True)))
    return rows


def first_with(tables: list[tuple[list[str], list[Row]]], needed: Iterable[str | Sequence[str]]) -> list[Row]:
    """The first table that has all these columns; a column may have several names.

    MissingColumn names what the most similar table lacks.
    """
    asked = [(names,) if isinstance(names, str) else names for names in needed]
    if not tables:
        raise PageError("the page has no table")

    def lacking(columns: list[str]) -> list[Sequence[str]]:
        return [names for names in asked if not any(name in columns for name in names)]

    for columns, rows in tables:
        if not lacking(columns):
            return rows
    columns = min((columns for columns, _ in tables), key=lambda columns: len(lacking(columns)))
    raise MissingColumn(" or ".join(lacking(columns)[0]), columns)


def checked(rows: list[Row], columns: Iterable[str], *, at_least: int) -> None:
    """Raises PageError for fewer than `at_least` rows, and MissingColumn for a row that lacks a column."""
    if len(rows) < at_least:
        raise PageError(f"{len(rows)} rows, at least {at_least} are expected")
    for column in columns:
        for row in rows:
            if column not in row:
                raise MissingColumn(column, row)


ROWS: dict[str, Callable[[bytes], list[Row]]] = {
    "csv": csv_rows,
    "json": json_rows,
    "yaml": yaml_rows,
}
