"""What a command prints: data on stdout as table, CSV or JSON; everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal

Format = Literal["table", "csv", "json"]
Record = Mapping[str, Any]
# A cell that begins with one of these is read as a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(
    records: Sequence[Record], columns: Sequence[str], format_: Format, title: str = "", drop_first: Sequence[str] = ()
) -> None:
    """Records under these columns, in that order; `drop_first` as in `table`."""
    if format_ == "json":
        print(json_text([{column: record[column] for column in columns} for record in records]))
    elif format_ == "csv":
        import csv

        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(columns)
        out.writerows([safe_cell(record[column]) for column in columns] for record in records)
    else:
        table(records, columns, title, drop_first)


def json_text(value: Any, *, indent: bool = True) -> str:
    """JSON, with days and times in ISO 8601 (UTC). What JSON does not know is a number where it is one, else text."""
    import orjson

    option = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        return orjson.dumps(value, option=option, default=_number_or_text).decode()
    except orjson.JSONEncodeError:  # an integer of more than 64 bits or a time of day with a zone, which DuckDB has
        import json

        return json.dumps(_native(value), indent=2 if indent else None, ensure_ascii=False)


def _number_or_text(value: object) -> float | str:
    """A decimal as a number; a length of time, bytes and the like as text."""
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)


def _native(value: Any) -> Any:
    """The same in values that the standard library writes as JSON."""
    if isinstance(value, Mapping):
        return {str(key): _native(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_native(each) for each in value]
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, time) and value.tzinfo:
        return str(value)
    import orjson

    return orjson.loads(json_text(value))


def _on_one_line(value: Any) -> str:
    """A part of a list, or a structure: text as it is, all else as JSON has it."""
    return value if isinstance(value, str) else "" if value is None else json_text(value, indent=False).strip('"')


def safe_cell(value: Any) -> str:
    """A CSV cell: no formula in a spreadsheet, empty for None, ISO 8601 for times."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(timespec="seconds") + "Z"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, list | tuple):
        value = " | ".join(_on_one_line(part) for part in value)
    elif isinstance(value, Mapping):
        value = _on_one_line(value)
    text = f"'{value}" if str(value).startswith(FORMULA) else str(value)
    return text.replace("\r", "\\r")  # csv leaves a lone carriage return unquoted, and readers end the row there


def table(records: Sequence[Record], columns: Sequence[str], title: str = "", drop_first: Sequence[str] = ()) -> None:
    """A table for people; control characters of hostile pages are shown, not obeyed.

    Nothing is folded: where the terminal is too narrow, columns are left out, those of `drop_first` in that order and
    then from the right, and the table says which.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if title:
        paragraph(title)
    cells = [{column: shown(record[column]) for column in columns} for record in records]
    kept, dropped = _fitting(cells, columns, drop_first)
    needed = sum(max([len(column), *(cell_len(row[column]) for row in cells)]) + 2 for column in kept)
    console = Console(width=max(width(), needed), highlight=False)
    grid = Table(header_style="bold", box=None, pad_edge=False)
    numeric = {c for c in columns if any(_is_figure(r[c]) for r in records)}
    for column in kept:
        grid.add_column(column, justify="right" if column in numeric else "left", no_wrap=True, overflow="crop")
    for row in cells:
        grid.add_row(*(Text(row[column]) for column in kept))
    console.print(grid, crop=False)
    if dropped:
        paragraph(f"(Too narrow for {', '.join(dropped)}: a wider terminal or --format csv shows all.)")


def _fitting(
    cells: Sequence[Mapping[str, str]], columns: Sequence[str], drop_first: Sequence[str]
) -> tuple[list[str], list[str]]:
    """The columns that fit side by side, and those that are left out; the first column always stays."""
    from rich.cells import cell_len

    wide = {column: max([cell_len(column), *(cell_len(row[column]) for row in cells)]) for column in columns}
    kept = list(columns)
    order = [column for column in drop_first if column in kept]
    order += [column for column in reversed(kept[1:]) if column not in order]
    dropped = []
    for column in order:
        if sum(wide[each] + 2 for each in kept) - 2 <= width():
            break
        kept.remove(column)
        dropped.append(column)
    return kept, [column for column in columns if column in dropped]


def width() -> int:
    """Columns of the terminal; what goes to a file or a pipe is not cut to one."""
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 200


def _is_figure(value: Any) -> bool:
    """Whether a cell is a number, or a share in percent."""
    if isinstance(value, str):
        return value.endswith("%") and value[0].isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def paragraph(text: str) -> None:
    """A sentence on stdout, wrapped at the width of the terminal; an address, an id or a hash is never cut in two."""
    import shutil
    import textwrap

    wide = min(shutil.get_terminal_size((110, 24)).columns, 110)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    print(textwrap.fill(text, wide, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def shown(value: Any) -> str:
    """One cell for people."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple):
        value = "; ".join(_on_one_line(part) for part in value)
    elif isinstance(value, Mapping):
        value = _on_one_line(value)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))


def say(*sentences: object) -> None:
    """A sentence for the person, on stderr."""
    print(*sentences, file=sys.stderr)


def complain(sentences: Iterable[str]) -> None:
    """Problems, one a line, on stderr."""
    for sentence in sentences:
        say(f"problem: {sentence}")
