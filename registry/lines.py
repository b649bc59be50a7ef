"""Lines of the registry's CSV files, read strictly: one wrong line, and the file is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_text

T = TypeVar("T")


class RegistryError(DeclarationError):
    """A registry file is wrong: `file`, `line` (1 is the header), `column`, and what was expected."""

    def __init__(self, file: str, line: int, column: str, expected: str) -> None:
        super().__init__(file, f"line {line}, column {column}", f"expected {expected}")
        self.line, self.column = line, column


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; a blank cell is left out of `cells`."""

    file: str
    number: int
    cells: dict[str, str]

    def wrong(self, column: str, expected: str) -> RegistryError:
        """The error that says what the cell must be, and what it is."""
        return RegistryError(self.file, self.number, column, f"{expected}, found {self.cells.get(column, '')!r}")


def layered(files: Iterable[Iterable[T]], key: Callable[[T], str]) -> list[T]:
    """The lines of several files as those of one, sorted by `key`; what a later file has of a key replaces it."""
    lines: dict[str, list[T]] = {}
    for file in files:
        of_file: dict[str, list[T]] = {}
        for line in file:
            of_file.setdefault(key(line), []).append(line)
        lines |= of_file
    return [line for text in sorted(lines) for line in lines[text]]


def read_lines(path: Path, file: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a file that has exactly these columns, is sorted by `keys` and repeats none; errors call it `file`.

    Raises RegistryError for a file that is absent or not UTF-8, a wrong header, a line of the wrong length,
    space around a value, a key that is repeated or out of order (by code points).
    """
    try:
        text = read_regular_text(path)
    except DeclarationError as problem:
        raise RegistryError(file, 1, columns[0], f"a readable UTF-8 file ({problem})") from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)

    def wrong(column: str, expected: str) -> RegistryError:
        return RegistryError(file, reader.line_num, column, expected)

    before: tuple[str, ...] = ()
    try:
        _check_header(file, tuple(next(reader, ())), columns)
        for values in reader:
            if len(values) != len(columns):
                column = columns[min(len(values), len(columns) - 1)]
                raise wrong(column, f"{len(columns)} values, found {len(values)}")
            cells = dict(zip(columns, values, strict=True))
            for column, value in cells.items():
                if value != value.strip():
                    raise wrong(column, f"no space around {value!r}")
            key = tuple(cells[name] for name in keys)
            if key <= before:
                reason = "repeats the line before" if key == before else f"must stand before {before[0]!r}"
                raise wrong(keys[0], f"sorted lines: {key[0]!r} {reason}")
            before = key
            yield Line(file, reader.line_num, {column: value for column, value in cells.items() if value})
    except csv.Error as problem:
        raise wrong(columns[0], f"CSV ({problem})") from None


def _check_header(file: str, header: tuple[str, ...], columns: tuple[str, ...]) -> None:
    for column in columns:
        if column not in header:
            raise RegistryError(file, 1, column, "this column")
    for column in header:
        if column not in columns:
            raise RegistryError(file, 1, column, f"no such column; the columns are {','.join(columns)}")
    if header != columns:
        raise RegistryError(file, 1, header[0], f"the columns in this order: {','.join(columns)}")
