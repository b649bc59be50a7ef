"""Ctrl-C, and the signals that end `tracker schedule`: heard at once, whatever the main thread is doing.

Python turns Ctrl-C into an exception of its main thread, once that is back from compiled code, and compiled code may
drop the exception (pydantic does, while it is imported). So each signal is also written into a pipe. A thread reads it,
and ends the process where the main thread has not done so in time. Nothing is lost by that: a run may be killed at any
moment.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

GRACE = 2.0  # seconds that the main thread has for its own way out after Ctrl-C
LAST_WORDS = 1.0  # seconds that saying them may take: a terminal may be stopped, and nobody may read a pipe
STOPPED = 4.0  # seconds that `tracker schedule` has in all
INTERRUPTED = 130
NOTHING = "stopped: nothing was begun"
STOPPING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)  # of `tracker schedule`, which ends with code 0


class Ending:
    """How this process ends once it is told to. Commands keep `kept` and `before` up to date."""

    def __init__(self) -> None:
        self.ends = self._again = False
        self.kept = ""  # what a person is told who pressed Ctrl-C
        self.before: Callable[[], object] = lambda: None  # what is still done
        self._leaving = threading.Lock()

    def interrupt(self, *_: object) -> None:
        """Ctrl-C in the main thread: raised once, so that a second one breaks no clearing up."""
        if not self.ends:
            self.ends = True
            raise KeyboardInterrupt

    def on_interrupt(self) -> None:
        """The first Ctrl-C leaves the main thread its time; the second ends the process there and then."""
        self._once(INTERRUPTED)
        _later(GRACE, self.interrupted)

    def on_stop(self) -> None:
        """SIGTERM and the like: does what `before` is by now, and ends with code 0; at once where it comes again."""
        self._once(0)
        self.ends = True
        _later(STOPPED, lambda: os._exit(0))
        _later(0, self._stopped)

    def _once(self, code: int) -> None:
        if self._again:
            os._exit(code)
        self._again = True

    def interrupted(self) -> None:
        """Says what was kept, and ends the process with code 130."""
        _later(LAST_WORDS, lambda: os._exit(INTERRUPTED))
        self.ends = True
        with self._leaving:
            self.before()
            if self.kept:
                from tracker import output

                output.say(self.kept, "stopped", "warning")
            os._exit(INTERRUPTED)

    def _stopped(self) -> None:
        try:
            self.before()
        finally:
            os._exit(0)


ENDING = Ending()  # of this process


def _later(seconds: float, act: Callable[[], object]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


_heard: set[signal.Signals] = set()


@contextmanager
def heard(
    numbers: Sequence[signal.Signals], handler: Callable[..., object], act: Callable[[], object]
) -> Iterator[None]:
    """While the block runs, each of these signals calls `handler` in the main thread, and `act` in one of its own.

    What whoever started us has switched off stays so: SIGHUP under nohup, Ctrl-C for a job in the background.
    """
    _heard.update(number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, handler) for number in _heard}

    def listen() -> None:
        while number := os.read(reading, 1)[0]:
            if number in handlers:
                act()

    thread = threading.Thread(target=listen, name="signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        for number, before in handlers.items():
            signal.signal(number, before)
        signal.set_wakeup_fd(wakeup)
        _heard.clear()
        os.write(writing, b"\0")  # a forked process may hold the pipe open: its end would not be seen
        thread.join()
        os.close(writing)
        os.close(reading)


def _of_its_own() -> None:
    """A forked process hears its own signals: they are not written into the pipe of the one that forked it."""
    if _heard:
        signal.set_wakeup_fd(-1)
        for number in _heard:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _heard)


os.register_at_fork(
    before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, _heard),
    after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, _heard),
    after_in_child=_of_its_own,
)
