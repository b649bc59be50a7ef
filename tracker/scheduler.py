"""Collecting at set times: one job a source, never two of one source at once, stopped by SIGTERM, SIGHUP or Ctrl-C.

A source whose last success is older than its interval is collected at the start: missed runs are caught up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from scrapers.errors import TrackerError
from scrapers.spec import Source, seconds
from tracker import output, signals
from tracker.clock import Clock
from tracker.config import Config, interval
from tracker.fetching import FetchResult
from tracker.pipeline import collect

Tell = Callable[[str, str, output.Level], object]  # is told (sentence, event, level)
GRACE = 3.0  # seconds for what is under way when told to stop


def trigger(source: Source, jitter: float) -> Any:
    """When a source runs: its cron expression or its interval, with jitter of at most a tenth of it."""
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if source.every.startswith("cron "):
        trigger_ = CronTrigger.from_crontab(source.every.removeprefix("cron "), timezone="UTC")
        trigger_.jitter = int(jitter) or None
        return trigger_
    every = seconds(source.every)
    return IntervalTrigger(seconds=every, jitter=int(min(jitter, every / 10)) or None, timezone="UTC")


def due(config: Config, sources: Mapping[str, Source], now: datetime) -> list[str]:
    """Sources that were never collected, or last longer ago than their interval."""
    from storage import database

    try:
        connection = database.connect(database.published(config.data), read_only=True)
    except TrackerError:
        return list(sources)
    try:
        last = dict(
            connection.execute(
                "SELECT source, max(fetched_at) FROM captures WHERE state = 'read' GROUP BY source"
            ).fetchall()
        )
    finally:
        connection.close()
    return [
        name for name, source in sources.items()
        if last.get(name) is None or now.replace(tzinfo=None) - last[name] >= interval(source)
    ]  # fmt: skip


def run(config: Config, clock: Clock, tell: Tell, done: Callable[[list[FetchResult]], object]) -> None:
    """Runs until the process is told to end (tracker/signals.py). A run under way is given up: what came is kept."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    sources = {name: source for name, source in config.declared().items() if source.enabled}
    stop, busy = threading.Event(), threading.Lock()

    def job(*names: str) -> None:
        # One writer at a time: jobs that fall together queue here instead of at the lock of the data directory.
        with busy:
            if stop.is_set():
                return
            try:
                done(collect(config, clock, names, progress=lambda *_: None, stop=stop.is_set))
            except Exception as error:  # the next one may fare better: a disk may have room again
                tell(f"problem: {', '.join(names)}: {output.sentence(error)}", "failed", "error")

    def end() -> None:
        tell("stopping", "stopping", "info")
        stop.set()
        busy.acquire(timeout=GRACE)
        tell("stopped", "stopped", "info")

    signals.ENDING.before = end

    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(max(4, len(sources)))},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    for name, source in sources.items():
        scheduler.add_job(job, trigger(source, config.schedule.jitter), args=[name], id=name, name=name)
    late = due(config, sources, clock())
    if late:
        tell(f"catching up: {', '.join(late)}", "catching_up", "info")
        scheduler.add_job(job, args=late, id="catch-up", name="catch-up")
    scheduler.start()
    for scheduled in scheduler.get_jobs():
        if scheduled.id != "catch-up":
            when = f"{scheduled.next_run_time:%Y-%m-%d %H:%M:%S} UTC"
            tell(f"{scheduled.id}: every {sources[scheduled.id].every}, next {when}", "scheduled", "info")
    threading.Event().wait()
