"""Files that a person, an index or a folder names: regular files alone, and each within a limit.

Opening a named pipe waits for somebody who writes to it, and a device such as /dev/zero never ends.
"""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

from scrapers.errors import DeclarationError

LIMIT = 64 << 20  # bytes of a declaration, a registry file, a list: the largest known has one million


def read_regular_file(path: Path, limit: int = LIMIT) -> bytes:
    """The bytes of a file; DeclarationError where there is none, for what is no regular file, and for a larger one."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            regular = stat.S_ISREG(os.fstat(handle).st_mode)
            body = b""
            if regular:
                with open(handle, "rb", closefd=False) as file:
                    body = file.read(limit + 1)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        raise DeclarationError(str(path), "", f"cannot be read: {getattr(error, 'strerror', error)}") from None
    if not regular:
        raise DeclarationError(str(path), "", "cannot be read: it is no regular file")
    if len(body) > limit:
        raise DeclarationError(str(path), "", f"cannot be read: it is larger than {limit:,} bytes")
    return body


def read_regular_text(path: Path, limit: int = LIMIT) -> str:
    """The UTF-8 text of a file, its line ends as they are; DeclarationError as above, and for other bytes."""
    try:
        return read_regular_file(path, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DeclarationError(str(path), "", f"cannot be read: no UTF-8 text (byte {error.start})") from None


def read_toml(path: Path) -> dict[str, object]:
    """A TOML file; DeclarationError names the file and the line."""
    return parse_toml(path, read_regular_text(path))


def parse_toml(path: Path, text: str) -> dict[str, object]:
    """The TOML in the text of a file; DeclarationError names the file and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(str(path), "", f"not TOML: {error}") from None
