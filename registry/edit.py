"""Adds a person's decision to the registry as a line, which is kept only if the whole registry loads with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from registry import whole_file
from registry.load import Registry, load_registry
from scrapers.errors import of_file
from scrapers.regular_files import read_regular_file


def add_alias(
    folders: Sequence[Path], to: Path, name: str, release: str, variant: str, url: str, day: date
) -> Registry:
    """Adds a line: the published name means the release. RegistryError, and the file as before, if that is refused.

    `folders` are those that the registry is loaded from, the shipped facts first, and `to` is that of the line.
    """
    return _add(folders, to, "aliases.csv", [name, release, variant, "", "", url, day.isoformat()])


def add_developer_alias(folders: Sequence[Path], to: Path, name: str, developer: str, url: str, day: date) -> Registry:
    """Adds a line: the organisation is the developer. RegistryError, and the file as before, if that is refused."""
    return _add(folders, to, "developer_aliases.csv", [name, developer, url, day.isoformat()])


def _add(folders: Sequence[Path], to: Path, file: str, line: list[str]) -> Registry:
    path = to / file
    is_new = not path.exists()  # in a folder of one's own, which begins empty
    before = read_regular_file(folders[0] / file if is_new else path)
    with of_file(path):
        header, *rows = list(csv.reader(io.StringIO(before.decode("utf-8"), newline="")))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    dated = header.index("since") if "since" in header else 0
    lines = [line] if is_new else [*rows, line]
    lines.sort(key=lambda cells: (cells[0], cells[dated]))
    writer.writerows(lines)
    to.mkdir(parents=True, exist_ok=True)
    whole_file.write(path, text.getvalue().encode("utf-8"))
    try:
        return load_registry(*folders)
    except BaseException:
        if is_new:
            path.unlink()
        else:
            whole_file.write(path, before)
        raise
