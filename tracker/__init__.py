"""Shares of AI leaderboards that stand up to a hostile reader: collecting, answers, exports.

`tracker.open`, `tracker.resolve` and `tracker.collect` are the Python API, which tracker.api has.
"""

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.api import Tracker, collect, open, resolve

__all__ = ["Tracker", "collect", "open", "resolve"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The API is loaded when it is asked for: the command has no use for it."""
    if name not in __all__:
        raise AttributeError(f"module 'tracker' has no attribute {name!r}")
    from tracker import api

    return getattr(api, name)


def _end_at_once(code: int, numbers: tuple[int, ...]) -> None:
    """Until tracker.signals listens, a process that is told to end does so there and then, without a traceback."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: os._exit(code))


if sys.argv and os.path.basename(sys.argv[0]) in ("-m", "tracker"):  # this process is the command
    if sys.argv[1:2] == ["schedule"]:
        _end_at_once(0, (signal.SIGINT, signal.SIGHUP, signal.SIGTERM))
    else:
        _end_at_once(130, (signal.SIGINT,))
