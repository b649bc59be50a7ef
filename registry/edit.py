"""Adds a person's decision to the registry as a line, which is kept only if the whole registry loads with it."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from registry import whole_file
from registry.load import Registry, load_registry
from scrapers.errors import of_file
from scrapers.regular_files import read_regular_file


def add_alias(folder: Path, name: str, release: str, variant: str, url: str, day: date) -> Registry:
    """Adds a line: the published name means the release. RegistryError, and the file as before, if that is refused."""
    return _add(folder, "aliases.csv", [name, release, variant, "", "", url, day.isoformat()])


def add_developer_alias(folder: Path, name: str, developer: str, url: str, day: date) -> Registry:
    """Adds a line: the organisation is the developer. RegistryError, and the file as before, if that is refused."""
    return _add(folder, "developer_aliases.csv", [name, developer, url, day.isoformat()])


def _add(folder: Path, file: str, line: list[str]) -> Registry:
    path = folder / file
    before = read_regular_file(path)
    with of_file(path):
        header, *rows = list(csv.reader(io.StringIO(before.decode("utf-8"), newline="")))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    dated = header.index("since") if "since" in header else 0
    rows.append(line)
    rows.sort(key=lambda cells: (cells[0], cells[dated]))
    writer.writerows(rows)
    whole_file.write(path, text.getvalue().encode("utf-8"))
    try:
        return load_registry(folder)
    except BaseException:
        whole_file.write(path, before)
        raise
