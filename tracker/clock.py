"""The clock, which every command can be given: `--now` or TRACKER_NOW, so that a past day can be lived again."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def moment(value: str) -> datetime:
    """An instant from a day or an ISO 8601 time; without a zone it is UTC. ValueError where it is neither."""
    read = datetime.fromisoformat(value.strip())
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def clock(now: str | None) -> Clock:
    """A clock that stands at `now` or TRACKER_NOW, else the real one."""
    given = now or os.environ.get("TRACKER_NOW")
    if not given:
        return lambda: datetime.now(UTC)
    fixed = moment(given)
    return lambda: fixed


def today(clock: Clock) -> date:
    """The UTC day."""
    return clock().date()
