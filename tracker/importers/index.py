"""Recordings that an index lists by their live address, as if each had been collected on its day."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_text
from scrapers.spec import Source
from storage.origins import STRONGEST_FIRST, Origin
from tracker.clock import Clock, moment
from tracker.config import Config
from tracker.importers.files import unpacked
from tracker.pipeline import Progress, import_pages
from tracker.saved_pages import ImportResult, SavedPage


def import_index(config: Config, clock: Clock, index: Path, progress: Progress) -> list[ImportResult]:
    """Recordings by their address, in order of day, as if each had been collected then.

    `index` is a CSV with the columns captured_at, url and file (relative to it; `.gz` is unpacked). Source and role
    follow from the address; an address that no source gives a role is reported, and not taken in. A column `origin` may
    say where the bytes are from (storage.origins). Outcomes are in the order of the index.
    """
    rows = rows_of(index)
    sources = config.declared()
    saved: dict[int, SavedPage] = {}
    unknown: dict[int, ImportResult] = {}
    for number, row in enumerate(rows):
        try:
            at = moment(row["captured_at"])
        except ValueError:
            wrong = f"{row['captured_at']!r} is no day or time"
            raise DeclarationError(str(index), f"line {number + 2}, captured_at", wrong) from None
        match = owner(sources, row["url"])
        if match is None:
            why = f"no source has a page at {row['url']}" if row["url"] else "no address is recorded"
            unknown[number] = ImportResult(row["file"], "", "", at, [], "unknown_address", 0, why)
            continue
        commit = f" at {row['upstream_commit']}" if row.get("upstream_commit") else ""
        detail = f"{row['file']}{commit}"
        limit = config.http.max_unpacked
        origin = origin_of(row, index, number + 2)
        body = partial(listed_file, index.parent, row["file"], limit)
        saved[number] = SavedPage(row["file"], *match, row["url"], at, origin, detail, body)
    order = sorted(saved, key=lambda number: (saved[number].captured_at, number))
    outcomes = dict(zip(order, import_pages(config, clock, [saved[number] for number in order], progress), strict=True))
    return [outcomes[number] if number in outcomes else unknown[number] for number in range(len(rows))]


def rows_of(index: Path) -> list[dict[str, str]]:
    """The lines of an index; DeclarationError names the first that is wrong."""
    reader = csv.DictReader(io.StringIO(read_regular_text(index), newline=""), strict=True)
    rows = []
    try:
        missing = {"captured_at", "url", "file"} - set(reader.fieldnames or ())
        if missing:
            raise DeclarationError(str(index), "line 1", f"no column {sorted(missing)[0]!r}")
        for row in reader:
            if None in row or None in row.values():
                raise DeclarationError(str(index), f"line {reader.line_num}", "not as many cells as there are columns")
            rows.append(row)
    except csv.Error as error:
        raise DeclarationError(str(index), f"line {reader.reader.line_num}", f"not CSV: {error}") from None
    return rows


def listed_file(folder: Path, name: str, limit: int) -> bytes:
    """The bytes of a file that an index lists, unpacked.

    A relative path must lie in the folder of the index, links followed: an index that came with its files reaches no
    others unseen. A full path says openly what it reads.
    """
    path = folder / name
    try:
        inside = Path(name).is_absolute() or path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a ring of links, a NUL
        inside = False
    if not inside:
        raise DeclarationError(name, "", "is not in the folder of the index")
    return unpacked(path, limit)


def origin_of(row: Mapping[str, str], index: Path, line: int) -> Origin:
    """Where the bytes of a recording come from: what the index says in a column `origin`, else a user's import."""
    declared = row.get("origin") or "import"
    for origin in STRONGEST_FIRST:
        if origin == declared:
            return origin
    expected = ", ".join(STRONGEST_FIRST)
    raise DeclarationError(str(index), f"line {line}, origin", f"one of {expected} is expected; found {declared!r}")


def owner(sources: Mapping[str, Source], address: str) -> tuple[str, str] | None:
    """(source, role) of a live address: declared exactly, else by a declared pattern."""
    if not address:
        return None
    for matches in (
        lambda page: page.address == address,
        lambda page: any(fnmatchcase(address, p) for p in page.url_patterns),
    ):
        owners = [(source.name, page.role) for source in sources.values() for page in source.pages if matches(page)]
        if owners:
            return owners[0]
    return None
