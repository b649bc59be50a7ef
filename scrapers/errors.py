"""Everything that this project raises on purpose.

TrackerError
├── DeclarationError      a config, source or registry file is wrong: names file, key, what was expected
├── FetchError            a page could not be fetched
│   ├── Unreachable       no server answered (refused, no name, no route, time-out of the connection)
│   ├── Refused           a server answered, but not with the page (status, robots.txt)
│   ├── LimitExceeded     too large, too many redirects
│   │   └── TooSlow       not whole in the time that config allows
│   └── ForbiddenAddress  the address is not a public http(s) address and config does not allow it
├── PageError             the bytes are not the expected page; the text says what is wrong
│   ├── MissingColumn     a required column or key is not there
│   ├── OverLimit         reading the bytes costs more than config allows
│   └── SourceCodeFailed  a source's own code raised an unexpected exception
├── Damaged               archived bytes are missing, or are not those of their sha256
└── NothingPublished      no published database yet
"""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOG = logging.getLogger("tracker")
# What a page has in a place, by the name of its type in Python.
_IN_WORDS = {
    "list": "a list",
    "dict": "an object",
    "Row": "an object",
    "str": "a text",
    "string": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "NoneType": "null",
}


def type_in_words(name: str) -> str:
    """A type of Python as a sentence about a page calls it."""
    return _IN_WORDS.get(name, "a value of another kind")


class TrackerError(Exception):
    """Base of all expected errors; its text is a sentence for a person."""


class DeclarationError(TrackerError):
    """A declaration is wrong. `file` and `key` say where."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}" if key else f"{file}: {expected}")
        self.file, self.key = file, key


@contextmanager
def of_file(path: Path) -> Iterator[None]:
    """What goes wrong in the block without naming a file (a full disk, text that is not UTF-8) names this one."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    except UnicodeDecodeError as error:
        raise DeclarationError(str(path), "", f"UTF-8 is expected: {error}") from None
    except csv.Error as error:
        raise DeclarationError(str(path), "", f"not CSV: {error}") from None


class FetchError(TrackerError):
    """A page could not be fetched. `status` is the HTTP status where there was one."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class Unreachable(FetchError):
    """No server answered."""


class Refused(FetchError):
    """A server answered, but not with the page."""


class LimitExceeded(FetchError):
    """A limit of config on size, time or redirects was exceeded."""


class TooSlow(LimitExceeded):
    """Not whole in the time that config allows for a page."""


class ForbiddenAddress(FetchError):
    """Not a public http(s) address, nor one that config allows."""


class PageError(TrackerError):
    """The bytes are not the expected page."""


class MissingColumn(PageError):
    """A required column or key is not there."""

    def __init__(self, column: str, present: object) -> None:
        shown = ", ".join(sorted(str(name) for name in present)) if hasattr(present, "__iter__") else str(present)
        super().__init__(f"no column {column!r}; the page has: {shown[:300]}")
        self.column = column


class OverLimit(PageError):
    """Reading the bytes costs more than config allows, or ends the process in which they are read. `key` is that of
    [limits] which says how much is allowed, where the sentence does not name it."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(f"{sentence} ([limits] {key} in config.toml)" if key else sentence)


class SourceCodeFailed(PageError):
    """A source's own code raised an unexpected exception; the log has the traceback."""


@contextmanager
def source_code(name: str) -> Iterator[None]:
    """Wraps a source's own code (`pages`, `sets`, `parse`, `facts`), so that any exception is a failure of that source
    and does not stop the others."""
    try:
        yield
    except (TrackerError, MemoryError):  # who sets a limit on memory says what became of it
        raise
    except Exception as error:
        _LOG.exception("source %s failed", name)
        raise SourceCodeFailed(_in_words(error)[:300]) from error


def _in_words(error: Exception) -> str:
    """What an exception of a source's code says of the page; what Python calls it is in the log."""
    text = str(error)
    if isinstance(error, KeyError):
        return f"unexpected shape: the key {error.args[0]!r} is missing"
    if isinstance(error, IndexError):
        return "unexpected shape: a list is shorter than it should be"
    if isinstance(error, TypeError | AttributeError):
        match = re.search(r"'(\w+)' object|^(\w+) ind(?:ices|ex)|type: '(\w+)'", text)
        name = next(filter(None, match.groups())) if match else ""
        expected = "an object" if name == "list" else "an object or a list"
        return f"unexpected shape: {type_in_words(name)} where {expected} should be"
    if isinstance(error, ValueError):
        value = re.search(r"'[^']*'", text)
        return f"unexpected shape: a value cannot be read{f': {value[0]}' if value else ''}"
    return "its own code failed; tracker.log in the data directory has the traceback"


class Damaged(TrackerError):
    """Archived bytes are missing, or are not those of their sha256."""

    def __init__(self, file: str, what: str, sha256: str) -> None:
        super().__init__(f"{file} {what}: see tracker check-archive")
        self.file, self.what, self.sha256 = file, what, sha256


class NothingPublished(TrackerError):
    """No published database yet."""
