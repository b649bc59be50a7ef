"""Lines of the registry's CSV files, read strictly: one wrong line, and the file is refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.models import Evidence
from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_text

Row = dict[str, str]


class RegistryError(DeclarationError):
    """A registry file is wrong: `file`, `line` (1 is the header), `column`, and what was expected."""

    def __init__(self, file: str, line: int, column: str, expected: str) -> None:
        super().__init__(file, f"line {line}, column {column}", expected)
        self.line, self.column = line, column


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a registry file, with the checks that readers apply to it."""

    file: str
    line: int
    column: str
    text: str

    def wrong(self, expected: str) -> RegistryError:
        return RegistryError(self.file, self.line, self.column, f"expected {expected}, found {self.text!r}")

    def day(self) -> date | None:
        if not self.text:
            return None
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.text):
            raise self.wrong("a day as YYYY-MM-DD")
        try:
            return date.fromisoformat(self.text)
        except ValueError:
            raise self.wrong("a day of the calendar") from None

    def matching(self, pattern: str, expected: str) -> str:
        if not re.fullmatch(pattern, self.text):
            raise self.wrong(expected)
        return self.text

    def one_of(self, values: Sequence[str]) -> str:
        if self.text not in values:
            raise self.wrong("one of " + ", ".join(repr(v) for v in values))
        return self.text


class Line:
    """One line of a registry file."""

    def __init__(self, file: str, number: int, values: Row) -> None:
        self.file, self.number, self.values = file, number, values

    def __getitem__(self, column: str) -> Cell:
        return Cell(self.file, self.number, column, self.values[column])

    def filled(self, column: str) -> str:
        if not self.values[column]:
            raise self[column].wrong("a value")
        return self.values[column]

    def evidence(self) -> Evidence:
        url = self["evidence_url"].matching(r"https?://[^\s/]+\S*", "the http(s) address of the evidence")
        day = self["evidence_day"].day()
        if day is None:
            raise self["evidence_day"].wrong("the day on which the evidence was read")
        return Evidence(url, day)


def read_lines(path: Path, columns: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a file that has exactly these columns, is sorted by `keys` and repeats none.

    Raises RegistryError for a file that is absent or not UTF-8, a wrong header, a line of the wrong length,
    space around a value, a key that is repeated or out of order (by code points).
    """
    try:
        text = read_regular_text(path)
    except DeclarationError as problem:
        raise RegistryError(path.name, 1, columns[0], f"expected a readable UTF-8 file ({problem})") from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    before: tuple[str, ...] | None = None
    try:
        for number, values in enumerate(reader):
            line = reader.line_num
            if number == 0:
                _check_header(path.name, tuple(values), columns)
                continue
            if len(values) != len(columns):
                raise RegistryError(path.name, line, columns[min(len(values), len(columns) - 1)],
                                    f"expected {len(columns)} values, found {len(values)}")  # fmt: skip
            row = dict(zip(columns, values, strict=True))
            for column, value in row.items():
                if value != value.strip():
                    raise RegistryError(path.name, line, column, f"expected no space around {value!r}")
            key = tuple(row[k] for k in keys)
            if before is not None and key <= before:
                reason = "repeats the line before" if key == before else f"must stand before {before[0]!r}"
                raise RegistryError(path.name, line, keys[0], f"expected sorted lines: {key[0]!r} {reason}")
            before = key
            yield Line(path.name, line, row)
    except csv.Error as problem:
        raise RegistryError(path.name, reader.line_num, columns[0], f"expected CSV ({problem})") from None
    if before is None and reader.line_num == 0:
        raise RegistryError(path.name, 1, columns[0], f"expected the header {','.join(columns)}")


def _check_header(file: str, header: tuple[str, ...], columns: tuple[str, ...]) -> None:
    for column in columns:
        if column not in header:
            raise RegistryError(file, 1, column, "expected this column")
    for column in header:
        if column not in columns:
            raise RegistryError(file, 1, column, f"expected no such column; the columns are {','.join(columns)}")
    if header != columns:
        raise RegistryError(file, 1, header[0], f"expected the columns in this order: {','.join(columns)}")
