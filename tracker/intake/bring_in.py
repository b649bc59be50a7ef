"""Pages that somebody else saved, through the same door as collected ones: archive, ledger, ingest, publish."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from scrapers.base import Page, Pages
from scrapers.declare import Source
from scrapers.errors import DeclarationError
from storage import ingest, judge
from storage.origins import STRONGEST_FIRST, Origin
from tracker import clock
from tracker.config import Config
from tracker.intake.door import Brought, Progress, Saved, take_in


def bring_in(
    config: Config,
    source: Source,
    files: Sequence[Path],
    *,
    captured_at: str | None,
    role: str | None,
    address: str | None,
    progress: Progress,
) -> list[Brought]:
    """Puts each file through the door as a capture of its day; one outcome for each file."""
    saved = []
    for file in files:
        body = unpacked(file, config.http.max_unpacked)
        page = known_role(source, role, file) if role else role_of(source, file, body)
        at = moment_of(file, captured_at)
        told = address or address_of(source, page, file)
        saved.append(Saved(str(file), source.name, page, told, at, "import", file.name, partial(bytes, body)))
    return take_in(config, saved, progress)


def moment_of(file: Path, given: str | None) -> datetime:
    """When a saved page was captured: as given, or the day that its name begins with."""
    try:
        return clock.moment(given if given else date.fromisoformat(file.name[:10]).isoformat())
    except ValueError:
        wrong = f"--captured-at {given!r} is no day or time" if given else "its name does not begin with a YYYY-MM-DD"
        raise DeclarationError(str(file), "", f"{wrong}; give --captured-at YYYY-MM-DD") from None


def unpacked(file: Path, limit: int) -> bytes:
    """The bytes of a saved page; a .gz is only how it lies there, and is unpacked within the limit."""
    try:
        if file.suffix != ".gz":
            return file.read_bytes()
        with gzip.open(file) as packed:
            body = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DeclarationError(str(file), "", f"cannot be read: {error}") from None
    if len(body) > limit:
        raise DeclarationError(str(file), "", f"unpacks to more than {limit:,} bytes")
    return body


def roles_of(source: Source) -> list[str]:
    """The pages of a source, as declared."""
    return list(
        dict.fromkeys([page.role for page in source.pages] + [r for b in source.boards.values() for r in b.page])
    )


def known_role(source: Source, role: str, file: Path) -> str:
    """The role that a person gave; a module that chooses its pages may have roles that no declaration names."""
    roles = roles_of(source)
    if role not in roles and not hasattr(source.module, "pages"):
        raise DeclarationError(
            str(file), "", f"{role!r} is no page of {source.name}; expected one of: {', '.join(roles)}"
        )
    return role


def role_of(source: Source, file: Path, body: bytes) -> str:
    """Which page of the source a file is: the only one, the one that its path names, or the one it reads as."""
    roles = roles_of(source)
    if len(roles) == 1:
        return roles[0]
    for part in (file.name.split(".")[0], *(parent.name for parent in file.resolve().parents)):
        if part in roles:
            return part + "_full" if f"{part}_full" in roles and "full" in file.name else part
    fitting = []
    for role in roles:
        read = ingest.read(source, Pages([Page(role, address_of(source, role, file), body)]))
        if any(judge.stands_alone(source, snapshot) for _, snapshot in read.snapshots):
            fitting.append(role)
    if len(fitting) != 1:
        raise DeclarationError(
            str(file), "", f"which page of {source.name} is it? give --role, one of: {', '.join(roles)}"
        )
    return fitting[0]


def address_of(source: Source, role: str, file: Path) -> str:
    """The declared address of a role; a page whose address changes keeps the name of its file."""
    declared = [page.address for page in source.pages if page.role == role and page.address]
    return declared[0] if declared else f"imported:{file.name.removesuffix('.gz')}"


def replay(config: Config, index: Path, progress: Progress) -> list[Brought]:
    """Recordings by their address, in order of day, as if each had been collected then.

    `index` is a CSV with the columns captured_at, url and file (relative to it; `.gz` is unpacked). Source and role
    follow from the address; an address that no source gives a role is reported, and not taken in. A column `origin` may
    say where the bytes are from (storage.origins). Outcomes are in the order of the index.
    """
    with index.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = {"captured_at", "url", "file"} - set(reader.fieldnames or ())
        if missing:
            raise DeclarationError(str(index), "line 1", f"no column {sorted(missing)[0]!r}")
        rows = list(reader)
    sources = config.declared()
    saved: dict[int, Saved] = {}
    unknown: dict[int, Brought] = {}
    for number, row in enumerate(rows):
        try:
            at = clock.moment(row["captured_at"])
        except ValueError:
            wrong = f"{row['captured_at']!r} is no day or time"
            raise DeclarationError(str(index), f"line {number + 2}, captured_at", wrong) from None
        found = owner(sources, row["url"])
        path = index.parent / row["file"]
        if found is None:
            why = f"no source has a page at {row['url']}" if row["url"] else "no address is recorded"
            unknown[number] = Brought(row["file"], "", "", at, [], "unknown_address", 0, why)
            continue
        commit = f" at {row['upstream_commit']}" if row.get("upstream_commit") else ""
        detail = f"{row['file']}{commit}"
        limit = config.http.max_unpacked
        origin = origin_of(row, index, number + 2)
        saved[number] = Saved(row["file"], *found, row["url"], at, origin, detail, partial(unpacked, path, limit))
    order = sorted(saved, key=lambda number: (saved[number].captured_at, number))
    outcomes = dict(zip(order, take_in(config, [saved[number] for number in order], progress), strict=True))
    return [outcomes[number] if number in outcomes else unknown[number] for number in range(len(rows))]


def origin_of(row: Mapping[str, str], index: Path, line: int) -> Origin:
    """Where the bytes of a recording come from: what the index says in a column `origin`, else a user's import."""
    said = row.get("origin") or "import"
    for origin in STRONGEST_FIRST:
        if origin == said:
            return origin
    expected = ", ".join(STRONGEST_FIRST)
    raise DeclarationError(str(index), f"line {line}, origin", f"one of {expected} is expected; found {said!r}")


def owner(sources: Mapping[str, Source], address: str) -> tuple[str, str] | None:
    """(source, role) of a live address: declared exactly, else by a declared pattern."""
    if not address:
        return None
    for matches in (lambda page: page.address == address, lambda page: any(fnmatchcase(address, p) for p in page.like)):
        found = [(source.name, page.role) for source in sources.values() for page in source.pages if matches(page)]
        if found:
            return found[0]
    return None
