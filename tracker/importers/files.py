"""Pages that lie in files, each with the day on which somebody saved it."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_file
from scrapers.spec import Source
from storage import validate
from storage.parse_pool import ParsePool
from tracker.clock import Clock, moment
from tracker.config import Config
from tracker.pipeline import Progress, import_pages
from tracker.saved_pages import ImportResult, SavedPage


def import_files(
    config: Config,
    clock: Clock,
    source: Source,
    files: Sequence[Path],
    *,
    captured_at: str | None,
    role: str | None,
    address: str | None,
    progress: Progress,
) -> list[ImportResult]:
    """Imports each file as a capture of its day; one result for each file."""
    saved = []
    with ParsePool.for_one(source, config.limits) as pool:
        for file in files:
            body = unpacked(file, config.http.max_unpacked)
            page = known_role(source, role, file) if role else role_of(source, file, body, pool)
            at = moment_of(file, captured_at)
            url = address or address_of(source, page, file)
            saved.append(SavedPage(str(file), source.name, page, url, at, "import", file.name, partial(bytes, body)))
    return import_pages(config, clock, saved, progress)


def moment_of(file: Path, given: str | None) -> datetime:
    """When a saved page was captured: as given, or the day that its name begins with."""
    try:
        return moment(given if given else date.fromisoformat(file.name[:10]).isoformat())
    except ValueError:
        wrong = f"--captured-at {given!r} is no day or time" if given else "its name does not begin with a YYYY-MM-DD"
        raise DeclarationError(str(file), "", f"{wrong}; give --captured-at YYYY-MM-DD") from None


def unpacked(file: Path, limit: int) -> bytes:
    """The bytes of a saved page; a .gz is only how it lies there, and is unpacked within the limit."""
    body = read_regular_file(file, limit)
    if file.suffix != ".gz":
        return body
    try:
        with gzip.open(io.BytesIO(body)) as packed:
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


def role_of(source: Source, file: Path, body: bytes, pool: ParsePool) -> str:
    """Which page of the source a file is: the only one, the one that its path names, or the one it reads as."""
    roles = roles_of(source)
    if len(roles) == 1:
        return roles[0]
    for part in (file.name.split(".")[0], *(parent.name for parent in file.resolve().parents)):
        if part in roles:
            return part + "_full" if f"{part}_full" in roles and "full" in file.name else part
    fitting = []
    sha256 = pool.archive.put(body)
    for role in roles:
        parsed = pool.parse([(source.name, role, address_of(source, role, file), sha256)])
        if any(validate.fault_of(source, shown.snapshot()) is None for shown in parsed.snapshots):
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
