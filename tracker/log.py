"""The log of a data directory: what a person needs who asks why, and what no summary has room for."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE = "tracker.log"
_BYTES, _OLDER = 1 << 20, 3


@contextmanager
def to_file(data: Path) -> Iterator[None]:
    """While the block runs, what this program logs goes to `data`/tracker.log (UTC, 1 MB, three older ones).

    A warning is a sentence for the person, and goes to stderr as well.
    """
    logger = logging.getLogger("tracker")
    handler = RotatingFileHandler(data / FILE, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True)
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    console = logging.StreamHandler()
    console.setFormatter(logging.Formatter("warning: %(message)s"))
    console.addFilter(lambda record: record.levelno == logging.WARNING)
    logger.addHandler(handler)
    logger.addHandler(console)
    was_propagated, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.propagate = was_propagated
        logger.removeHandler(console)
        logger.removeHandler(handler)
        handler.close()
