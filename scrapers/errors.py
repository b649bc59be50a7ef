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
│   └── SourceCodeFailed  a source's own code raised an unexpected exception
└── NothingPublished      no published database yet
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOG = logging.getLogger("tracker")


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


class SourceCodeFailed(PageError):
    """A source's own code raised an unexpected exception; the log has the traceback."""


@contextmanager
def source_code(name: str) -> Iterator[None]:
    """Wraps a source's own code (`pages`, `sets`, `parse`, `facts`), so that any exception is a failure of that source
    and does not stop the others."""
    try:
        yield
    except TrackerError:
        raise
    except Exception as error:
        _LOG.exception("source %s failed", name)
        raise SourceCodeFailed(f"unexpected shape: {type(error).__name__}: {error}"[:300]) from error


class NothingPublished(TrackerError):
    """No published database yet."""
