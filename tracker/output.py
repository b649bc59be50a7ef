"""What a command prints: data on stdout as table, CSV, JSON or NDJSON; everything else on stderr.

Nothing else in this project writes to a terminal. What pages, files and people wrote is shown there and never obeyed: a
character that a terminal acts upon, or that nobody sees, stands there as its escape, such as \\x1b.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal, TextIO

from scrapers.errors import TrackerError
from tracker.clock import Clock

# Of a longer text the rest is lost without a word where a reader leaves and Python's streams are unbuffered.
_CHUNK = 1 << 15
READER_LEFT = 141  # as a shell says of any tool whose pipe was closed: 128 and SIGPIPE
Format = Literal["table", "csv", "json", "ndjson"]
Level = Literal["info", "warning", "error"]
Record = Mapping[str, Any]
# Controls (C0, DEL, C1), formats (bidi, zero width), halves of surrogate pairs, separators of lines and of paragraphs.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HIDDEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # a joiner, and fillers without a glyph
_PICTURE = "\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
# What may be hidden. The joiner within an emoji, such as that of a family, is part of its picture.
_MAY_HIDE = re.compile(f"(?P<emoji>(?<=[{_PICTURE}])\u200d(?=[{_PICTURE}]))|[^ -~]")
# A cell that begins with one of these is a formula to spreadsheets, also behind blanks and what nobody sees.
SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫\t\r"


def visible(text: str, keep: str = "") -> str:
    """The text with each hidden character as its escape, but for those of `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return _MAY_HIDE.sub(lambda match: _escape(match[0]) if _hides(match) and match[0] not in keep else match[0], text)


def _hides(match: re.Match[str]) -> bool:
    character = match[0]
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES or character in _HIDDEN_LETTERS
    return hidden and not match["emoji"]


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class EventLog:
    """The log of a run on stderr as NDJSON, one object an event, where `--log-format json` asks for it."""

    def __init__(self) -> None:
        self.clock: Clock | None = None  # None: stderr has sentences for a person
        self.run_id: str | None = None  # of the run that is under way

    def write(self, event: str, message: str, level: Level = "info", **fields: Any) -> bool:
        """Writes an event with its time; False where the log is sentences, and nothing is written."""
        if self.clock is None:
            return False
        run = {} if self.run_id is None else {"run_id": self.run_id}
        time_of_event = self.clock().astimezone(UTC).replace(microsecond=0)
        whole = {"time": time_of_event, "level": level, "event": event, **run, **fields, "message": message}
        _emit(_escaped_json(whole, sys.stderr, indent=False), sys.stderr)
        return True


EVENTS = EventLog()  # of this process


def _emit(text: str, stream: TextIO | None, **style: Any) -> None:
    """Writes lines for a person: the only place that does. `style` is that of click.style, and for terminals alone."""
    if stream is None:  # whoever started us closed it
        return
    text = visible(text, keep="\n\t")
    if not _is_utf_8(stream):
        text = text.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
    if style and stream.isatty():
        import click

        text = click.style(text, **style)
    text += "\n"
    try:
        for at in range(0, len(text), _CHUNK):
            stream.write(text[at : at + _CHUNK])
        stream.flush()
    except OSError as error:
        _discard(stream)
        if stream is sys.stderr:  # nobody can be told, and that is no reason to give up
            return
        if isinstance(error, BrokenPipeError):
            raise SystemExit(READER_LEFT) from None
        error.filename = "standard output"
        raise


def _discard(stream: TextIO) -> None:
    """What is still to be written there goes nowhere: its reader left, or its disk is full."""
    with suppress(ValueError):  # a stream in memory is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _is_utf_8(stream: TextIO | None) -> bool:
    """Whether it takes every character; a stream in memory has no encoding."""
    return not stream or not stream.encoding or codecs.lookup(stream.encoding).name == "utf-8"


def line(text: str = "", **style: Any) -> None:
    """One line on stdout, wrapped by nobody."""
    _emit(visible(text), sys.stdout, **style)


def say(sentence: str, event: str = "message", level: Level = "info", *, prefix: str = "") -> None:
    """A sentence for the person, on stderr, behind the prefix; where the log is JSON, the event with that message."""
    if not EVENTS.write(event, sentence, level):
        _emit(visible(prefix + sentence), sys.stderr)


def complain(sentences: Iterable[str]) -> None:
    """Problems, one a line, on stderr."""
    for sentence in sentences:
        say(f"problem: {sentence}")


def sentence(error: Exception) -> str:
    """What went wrong, for a person, with the file where there is one."""
    duckdb = sys.modules.get("duckdb")
    if isinstance(error, TrackerError):
        return str(error)
    if isinstance(error, OSError):
        files = [str(name) for name in (error.filename, error.filename2) if name is not None]
        reason = error.strerror or str(error)
        return f"{' -> '.join(files)}: {reason}" if files else reason
    if isinstance(error, UnicodeDecodeError):
        return f"a file is not text in UTF-8: {error}"
    if duckdb and isinstance(error, duckdb.Error):
        first = str(error).partition("\n")[0]
        within = re.search(r'"exception_message":("(?:[^"\\]|\\.)*")', first)  # of a write that went on by itself
        return str(json.loads(within[1])) if within else first.removeprefix("IO Error: ")
    import traceback

    *_, last = traceback.extract_tb(error.__traceback__)
    where = f"{type(error).__name__} in {os.path.basename(last.filename)}, line {last.lineno}"
    return f"{error or 'no reason given'} ({where}); that is a fault of the tracker, please report it"


def wrong_use(lines: str, reason: str) -> None:
    """What click says of a command that was not used as it is meant, on stderr; it may have several lines."""
    if not EVENTS.write("wrong_use", reason, "error"):
        _emit(lines, sys.stderr)


def write(
    records: Sequence[Record], columns: Sequence[str], format_: Format, title: str = "", drop_first: Sequence[str] = ()
) -> None:
    """Records under these columns, in that order; `drop_first` as in `table`."""
    if format_ in ("json", "ndjson"):
        write_json([{column: record[column] for column in columns} for record in records], format_)
    elif format_ == "csv":
        import csv

        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([safe_cell(column) for column in columns])
        writer.writerows([safe_cell(record[column]) for column in columns] for record in records)
        _emit(out.getvalue().removesuffix("\n"), sys.stdout)
    else:
        table(records, columns, title, drop_first)


def write_record(record: Record, format_: Format) -> None:
    """What a command has done, as a list of one record; to a person a sentence says it."""
    if format_ != "table":
        write([record], list(record), format_)


def write_json(value: Any, format_: Format = "json") -> None:
    """JSON on stdout: exactly the data, what is hidden by the escapes of JSON.

    As NDJSON each record of a list is a line, and an object is one; where there is no answer there is no line.
    """
    if format_ == "json":
        _emit(_escaped_json(value, sys.stdout), sys.stdout)
        return
    records = value if isinstance(value, list) else [] if value is None else [value]
    if records:
        _emit("\n".join(_escaped_json(record, sys.stdout, indent=False) for record in records), sys.stdout)


def _escaped_json(value: Any, stream: TextIO | None, *, indent: bool = True) -> str:
    """JSON in which every character that is hidden, or that the stream does not take, is an escape of JSON."""
    hides = _hides if _is_utf_8(stream) else lambda match: not match[0].isascii()
    return _MAY_HIDE.sub(
        lambda match: _json_escape(match[0]) if match[0] != "\n" and hides(match) else match[0],
        json_text(value, indent=indent),
    )


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def json_text(value: Any, *, indent: bool = True) -> str:
    """JSON, with days and times in ISO 8601 (UTC). What JSON does not know is a number where it is one, else text."""
    import orjson

    option = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if indent else 0)
    try:
        return orjson.dumps(value, option=option, default=_number_or_text).decode()
    except orjson.JSONEncodeError:  # an integer of more than 64 bits or a time of day with a zone, which DuckDB has
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


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet may run the cell; tracker/export.py asks DuckDB the same."""
    for character in text:
        if character in SIGNS:
            return True
        if unicodedata.category(character)[0] not in "CZ":
            return False
    return False


def safe_cell(value: Any) -> str:
    """A CSV cell: no formula in a spreadsheet, empty for None, ISO 8601 for times."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(timespec="seconds") + "Z"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | Decimal | date):
        return str(value)
    if isinstance(value, list | tuple):
        value = " | ".join(_on_one_line(part) for part in value)
    elif isinstance(value, Mapping):
        value = _on_one_line(value)
    text = f"'{value}" if _is_formula(str(value)) else str(value)
    return visible(text, keep="\n\t")  # a lone return would end the row for those who read it


def table(records: Sequence[Record], columns: Sequence[str], title: str = "", drop_first: Sequence[str] = ()) -> None:
    """A table for people.

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
    needed = sum(max([cell_len(column), *(cell_len(row[column]) for row in cells)]) + 2 for column in kept)
    drawn = io.StringIO()
    console = Console(file=drawn, width=max(width(), needed), highlight=False, color_system=None)
    grid = Table(box=None, pad_edge=False)
    numeric = {c for c in columns if any(_is_figure(r[c]) for r in records)}
    for column in kept:
        grid.add_column(
            Text(visible(column)), justify="right" if column in numeric else "left", no_wrap=True, overflow="crop"
        )
    for row in cells:
        grid.add_row(*(Text(row[column]) for column in kept))
    console.print(grid, crop=False)
    header, *lines = drawn.getvalue().split("\n")[:-1]
    line(header, bold=True)
    if lines:
        _emit("\n".join(lines), sys.stdout)
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

    return shutil.get_terminal_size().columns if sys.stdout and sys.stdout.isatty() else 200


def _is_figure(value: Any) -> bool:
    """Whether a cell is a number, or a share in percent."""
    if isinstance(value, str):
        return value.endswith("%") and value[0].isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def paragraph(text: str) -> None:
    """A sentence on stdout, wrapped at the width of the terminal; an address, an id or a hash is never cut in two."""
    import shutil
    import textwrap

    text = visible(text)
    wide = min(shutil.get_terminal_size((110, 24)).columns, 110)
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    wrapped = textwrap.fill(text, wide, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    _emit(wrapped, sys.stdout)


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
    return visible(str(value))


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], object]]:
    """Progress bars on stderr where that is a terminal, silence otherwise; the block calls with (stage, done, all)."""
    if not sys.stderr or not sys.stderr.isatty() or EVENTS.clock:
        yield lambda _stage, _done, _all: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description:<11}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    )
    from tracker import signals

    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        signals.ENDING.before = bar.stop  # which gives the cursor back
        tasks: dict[str, progress.TaskID] = {}

        def report(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of)
            bar.update(tasks[stage], completed=done, total=of)

        yield report
