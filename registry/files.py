"""The registry's CSV files -> rows. Each reader raises RegistryError for the first thing that is wrong.

A file may lie in several folders: in that of the registry, which must have it, and in those whose lines go before its.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from registry.lines import Line, layered, read_lines
from registry.models import Alias, Developer, DeveloperAlias, Family, Licence, Release, Row
from registry.names.parse import first_token
from registry.names.tokens import same_word

R = TypeVar("R", bound=Row)


def _lines(folders: Sequence[Path], file: str, columns: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Line]:
    """The lines of a file; errors call that of the first folder by its name, and others by their path."""
    first, *others = folders
    files = [read_lines(first / file, file, columns, keys)]
    files += [read_lines(path, str(path), columns, keys) for folder in others if (path := folder / file).exists()]
    if len(files) == 1:
        return files[0]
    return iter(layered(files, lambda line: line.cells.get(keys[0], "")))


def _rows(folders: Sequence[Path], file: str, model: type[R], *keys: str) -> Iterator[tuple[Line, R]]:
    """Each line of a file that is sorted by `keys`, with its row."""
    for line in _lines(folders, file, tuple(model.model_fields), keys):
        try:
            row = model.model_validate(line.cells)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            column = str(first["loc"][0])
            by_validator = first["type"] == "value_error"
            expected = first["ctx"]["error"] if by_validator else model.model_fields[column].description
            raise line.wrong(column, str(expected)) from None
        yield line, row


def _check_known(line: Line, known: set[str]) -> None:
    if line.cells["developer"] not in known:
        raise line.wrong("developer", "a developer of developers.csv")


def _check_as_above(line: Line, column: str, above: dict[str, str], key: str, kind: str) -> None:
    """Lines of one `key` (two spellings of a word) must agree in a column; `above` has what those above say."""
    if above.setdefault(key, line.cells[column]) != line.cells[column]:
        raise line.wrong(column, f"{above[key]!r}, as the same {kind} has above")


def _check_after(line: Line, before: Developer | Alias, row: Developer | Alias, what: str) -> None:
    """The days of a line must begin when those of the line before are over."""
    if (before.until or date.max) > (row.since or date.min):
        raise line.wrong("since", f"a day on or after `until` of the line before: {what} overlap")


def read_developers(folders: Sequence[Path]) -> list[Developer]:
    rows: list[Developer] = []
    for line, row in _rows(folders, "developers.csv", Developer, "developer", "since"):
        if rows and rows[-1].developer == row.developer:
            _check_after(line, rows[-1], row, "bases of one developer")
        rows.append(row)
    return rows


def read_developer_aliases(folders: Sequence[Path], known: set[str]) -> tuple[DeveloperAlias, ...]:
    rows, above = [], dict[str, str]()
    for line, row in _rows(folders, "developer_aliases.csv", DeveloperAlias, "alias"):
        _check_known(line, known)
        _check_as_above(line, "developer", above, same_word(row.alias), "word")
        rows.append(row)
    return tuple(rows)


def read_releases(folders: Sequence[Path], known: set[str]) -> dict[str, Release]:
    rows = {}
    for line, row in _rows(folders, "releases.csv", Release, "release"):
        _check_known(line, known)
        rows[row.release] = row
    return rows


def read_aliases(folders: Sequence[Path], releases: dict[str, Release]) -> tuple[Alias, ...]:
    rows: list[Alias] = []
    for line, row in _rows(folders, "aliases.csv", Alias, "alias", "since"):
        if rows and rows[-1].alias == row.alias:
            _check_after(line, rows[-1], row, "meanings of one alias")
        if not releases.keys() >= set(row.releases):
            raise line.wrong("release", "a release of releases.csv, or several joined by ' | ' where it is ambiguous")
        rows.append(row)
    return tuple(rows)


def read_licences(folders: Sequence[Path]) -> list[Licence]:
    rows, above = [], dict[str, str]()
    for line, row in _rows(folders, "licences.csv", Licence, "published"):
        for key in (f"licence {row.licence}" if row.licence else "", f"word {same_word(row.published)}"):
            if key:
                _check_as_above(line, "terms", above, key, "licence")
        rows.append(row)
    return rows


def read_families(folders: Sequence[Path], known: set[str]) -> list[Family]:
    rows, above = [], dict[str, str]()
    for line, row in _rows(folders, "families.csv", Family, "token"):
        _check_known(line, known)
        _check_as_above(line, "developer", above, first_token(row.token), "token")
        rows.append(row)
    return rows
