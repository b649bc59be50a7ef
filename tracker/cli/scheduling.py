"""`tracker schedule`."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import click

from tracker import output
from tracker.cli.common import Setting, common

if TYPE_CHECKING:
    from tracker.fetching import FetchResult


@click.command("schedule")
@common
def schedule_command(setting: Setting) -> None:
    """Collect each enabled source at its times (config.toml), publish after each, until SIGTERM."""
    from tracker import scheduler

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def tell(sentence: str) -> None:
        output.say(f"{setting.clock():%Y-%m-%d %H:%M:%S} {sentence}")

    def done(outcomes: list[FetchResult]) -> None:
        for outcome in outcomes:
            problems = f"; problem: {'; '.join(outcome.problems)}" if outcome.problems else ""
            tell(f"{outcome.source}: {outcome.pages} pages, {outcome.new} new, {outcome.unchanged} unchanged, "
                 f"{outcome.seconds:.1f} s{problems}")  # fmt: skip

    scheduler.run(setting.config, setting.clock, tell, done)
    sys.stderr.flush()
    os._exit(0)  # a fetch under way holds a thread; what it archived is safe, and the next run reads on
