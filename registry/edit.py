"""A person's decision -> a line of the registry, which stands only if the whole registry loads with it."""

from __future__ import annotations

import csv
import io
import os
from datetime import date
from pathlib import Path

from registry.load import Registry, load_registry


def add_alias(folder: Path, name: str, release: str, variant: str, url: str, day: date) -> Registry:
    """Writes that the published name means the release. RegistryError, and nothing written, where that is refused."""
    return _add(folder, "aliases.csv", [name, release, variant, url, day.isoformat()])


def add_developer_alias(folder: Path, name: str, developer: str, url: str, day: date) -> Registry:
    """Writes that the published organisation is the developer. RegistryError, and nothing written, where refused."""
    return _add(folder, "developer_aliases.csv", [name, developer, url, day.isoformat()])


def _add(folder: Path, file: str, line: list[str]) -> Registry:
    path = folder / file
    before = path.read_bytes()
    header, *rows = list(csv.reader(io.StringIO(before.decode("utf-8"), newline="")))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(sorted([*rows, line]))
    _write(path, text.getvalue().encode("utf-8"))
    try:
        return load_registry(folder)
    except BaseException:
        _write(path, before)
        raise


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a reader never sees half a file."""
    torn = path.with_suffix(".tmp")
    torn.write_bytes(content)
    os.replace(torn, path)
