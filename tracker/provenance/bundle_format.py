"""Bundles as bytes: a zip that is the same for the same members, and that is read as hostile input.

Members are stored, not packed, in the order of their names and without times: so the file can be written again from
its members and compared byte by byte (one flipped byte anywhere shows), and nothing in it unfolds to more than it is.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from scrapers.errors import DeclarationError, TrackerError
from scrapers.regular_files import read_regular_file

MEMBERS = 1024  # a set of pages of one source has some dozens
BYTES = 256 << 20
_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)?(\.(json|csv|toml))?")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold


class BrokenBundle(TrackerError):
    """The file is no bundle, or not as it was made: the sentence says what is wrong."""


def packed(members: Mapping[str, bytes]) -> bytes:
    """The zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, members[name])
    return out.getvalue()


def unpacked(path: Path) -> tuple[dict[str, bytes], bytes]:
    """The members of a file, and its bytes; BrokenBundle where it is not what `packed` makes of its members."""
    try:
        whole = read_regular_file(path, BYTES)
    except DeclarationError as error:
        raise BrokenBundle(str(error)) from None
    _check_end(path, whole)
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            for info in _checked(archive):
                members[info.filename] = _member(archive, info)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, RuntimeError) as error:
        raise BrokenBundle(f"{path}: damaged, or no zip file as bundles are: {error}") from None
    return members, whole


def _check_end(path: Path, whole: bytes) -> None:
    """The last record of the file, before its list of contents is read: a long list would fill the memory."""
    end = whole[-22:]
    if len(end) < 22 or not end.startswith(b"PK\5\6") or whole[-42:].startswith(b"PK\6\7"):
        raise BrokenBundle(f"{path}: damaged, or no zip file as bundles are")
    count, size = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count > MEMBERS or size > MEMBERS * 256:
        raise BrokenBundle(f"{count} members, more than the {MEMBERS} that a bundle may have")


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The list of contents, once it is known to be harmless."""
    members = archive.infolist()
    if len(members) > MEMBERS:  # its last record may lie
        raise BrokenBundle(f"{len(members)} members, more than the {MEMBERS} that a bundle may have")
    if sum(info.file_size for info in members) > BYTES:
        raise BrokenBundle(f"more than {BYTES >> 20} MiB unpacked")
    names = [info.filename for info in members]
    for info in members:
        if not _NAME.fullmatch(info.filename) or names.count(info.filename) > 1:
            raise BrokenBundle(f"{info.filename[:80]!r} is no name of a member of a bundle, or is there twice")
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise BrokenBundle(f"{info.filename}: packed; the members of a bundle are stored as they are")
    return members


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(info.file_size + 1)
    except zipfile.BadZipFile:
        raise BrokenBundle(f"{info.filename}: its bytes were changed") from None
