"""The log of a data directory: what a person needs who asks why, and what no summary has room for."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrapers.errors import TrackerError
from tracker import output

FILE = "tracker.log"
_BYTES, _OLDER = 1 << 20, 3


class _OneRecord(logging.Formatter):
    """What a page wrote begins no line of its own, and is escaped as on a terminal."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        return output.visible(super().format(record), keep="\n").replace("\n", "\n  ")


@contextmanager
def to_file(data: Path) -> Iterator[None]:
    """While the block runs, what this program logs goes to `data`/tracker.log (UTC, 1 MB, three older ones).

    A warning is a sentence for the person, and goes to stderr as well.
    """
    from logging.handlers import RotatingFileHandler

    logger = logging.getLogger("tracker")
    handler = RotatingFileHandler(data / FILE, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True)
    handler.setFormatter(_OneRecord("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"))
    console = _Sentence()
    console.addFilter(lambda record: record.levelno == logging.WARNING)
    logger.addHandler(handler)
    logger.addHandler(console)
    was_propagated, logger.propagate = logger.propagate, False
    try:
        yield
    except TrackerError:
        raise
    except Exception:
        logger.exception("the run ended early")  # its sentence for a person has no room for where that was
        raise
    finally:
        logger.propagate = was_propagated
        logger.removeHandler(console)
        logger.removeHandler(handler)
        handler.close()


class _Sentence(logging.Handler):
    """Shows a record as one sentence on stderr; no traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        level: output.Level = "warning" if record.levelno < logging.ERROR else "error"
        output.say(record.getMessage().partition("\n")[0], level, level, prefix=f"{record.levelname.lower()}: ")


@contextmanager
def shown() -> Iterator[None]:
    """While the block runs, warnings, and what libraries log without a file to go to, are shown as sentences."""
    before = logging.lastResort, logging.raiseExceptions
    logging.lastResort = _Sentence(logging.WARNING)
    logging.raiseExceptions = False  # a log that cannot be written, on a full disk, stops nothing
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        logging.lastResort, logging.raiseExceptions = before
