"""Shares of AI leaderboards that stand up to a hostile reader: collecting, answers, exports."""

import os
import signal
import sys

__version__ = "0.1.0"


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
