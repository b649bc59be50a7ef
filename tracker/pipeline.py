"""From an address to a published share, in the order in which it happens.

    fetch     scrapers.http               bytes from an address; an importer has bytes that somebody else saved
    archive   storage.archive             the bytes by sha256 and a line in the ledger, before anything reads them
    parse     scrapers.table_parser       bytes to snapshots, entries as published (or sources/<name>.py)
    validate  storage.validate            is this the board that it claims to be? accepted, or quarantined with a reason
    resolve   registry.resolve            a published name to release, developer, country and openness
    publish   storage.publish             shares by day, and a read-only copy that is swapped in at once

`collect`, `import_pages`, `rebuild` and `publish_again` differ only in where the pages come from. What any of them does
follows from the archive alone, so a run that is killed leaves nothing to mend: the next goes on where the ledger ends.
"""

from __future__ import annotations

import functools
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from scrapers.errors import TrackerError
from storage import captures, database, load, lock, publish, validate
from storage.archive import Archive
from storage.memory import limit_arenas, release_memory
from storage.parse_pool import ParsePool
from tracker import log, output
from tracker.clock import Clock
from tracker.config import Config
from tracker.definition import DEFAULTS
from tracker.fetching import FetchResult, Run, account, chosen_sources, fetch_all, fresh_robots, known_pages
from tracker.saved_pages import ImportResult, SavedPage, archive_pages, results

if TYPE_CHECKING:
    import duckdb

    from scrapers.spec import Source

_LOG = logging.getLogger("tracker")
Given = ParamSpec("Given")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], object]  # is told (stage, done, all)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One run that holds the data directory; made by `running`."""

    config: Config
    clock: Clock
    archive: Archive
    connection: duckdb.DuckDBPyConnection
    pool: ParsePool
    progress: Progress
    left_behind: load.Parsed = field(default_factory=load.Parsed)  # what a killed run had not read

    def parse_and_validate(self) -> load.Parsed:
        """What is archived and was not read yet: parsed, then accepted or quarantined."""
        sources, decisions = self.config.declared(), validate.read_decisions(self.config.decisions)
        rejected = {id_: decided.reason for id_, decided in decisions.items() if decided.decision == "reject"}
        parsed = load.parse(
            self.connection,
            self.archive,
            sources,
            self.pool,
            rejected,
            self.clock(),
            lambda at, of: self.progress("parsing", at, of),
        )
        validate.validate(self.connection, sources, decisions)
        return parsed

    def resolve_and_derive(self) -> None:
        """Every name by the registry, and what follows from it: statements, series, shares by day."""
        self.progress("publishing", 0, 1)
        publish.prepare(self.connection, self.config.registries, DEFAULTS)


@contextmanager
def running(config: Config, clock: Clock, progress: Progress, file: str = database.WAREHOUSE) -> Iterator[Pipeline]:
    """Holds the data directory for one writer: first reads what a killed run left, publishes at the end."""
    with lock.writing(config.data, lambda sentence: output.say(sentence, "waiting")), log.to_file(config.data):
        archive = Archive(config.data / "archive")
        if not archive.has_lines() and database.holds_captures(config.data):
            raise TrackerError(f"{archive.root}: no fetch is in it, and the database beside it was read from some: put"
                               " the archive back, or begin in another data directory")  # fmt: skip
        archive.sweep()
        with database.opened(config.data / file, lambda connection: captures.is_of(connection, archive)) as connection:
            with ParsePool(archive, config.limits) as pool:
                run = Pipeline(config, clock, archive, connection, pool, progress)
                run = replace(run, left_behind=run.parse_and_validate())
                _compare_clock(run)
                yield run
            run.resolve_and_derive()
        if file != database.WAREHOUSE:
            database.replace(config.data / file, config.data / database.WAREHOUSE)
        publish.swap(config.data)
        progress("publishing", 1, 1)


def _compare_clock(run: Pipeline) -> None:
    """Says so where the archive has captures that lie in the future: of the clock and their times, one is wrong."""
    count, newest = run.connection.execute(
        "SELECT count(*), max(fetched_at) FROM captures WHERE state = 'future'"
    ).fetchall()[0]
    if count:
        _LOG.warning("the clock says %s, and the ledger has captures of up to %s: %d are set aside until then",
                     f"{run.clock():%Y-%m-%d %H:%M}", f"{newest:%Y-%m-%d %H:%M}", count)  # fmt: skip


def once_more_if_broken(action: Callable[Given, Result]) -> Callable[Given, Result]:
    """Where the database turns out to be broken, and is taken away, the action is done again with a new one."""

    @functools.wraps(action)
    def wrapped(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return action(*args, **kwargs)
        except database.Broken:
            return action(*args, **kwargs)

    return wrapped


@once_more_if_broken
def collect(
    config: Config,
    clock: Clock,
    names: Iterable[str],
    *,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> list[FetchResult]:
    """Fetches the named sources, or all that are enabled, side by side; one result for each, in order of name.

    A source that fails stops no other. No page is asked for once `stop` says so.
    """
    sources, started = chosen_sources(config, names), time.monotonic()
    limit_arenas()
    try:
        with running(config, clock, progress) as pipeline:
            robots = fresh_robots(pipeline.connection, clock)
            run = Run(config, clock, pipeline.pool, known_pages(pipeline.connection), robots, stop)
            output.EVENTS.run_id = run.run_id
            _log_start(sources)
            fetched = fetch_all(run, sources, lambda at, of: progress("fetching", at, of))
            release_memory()
            parsed = pipeline.parse_and_validate()
            for result in fetched:
                account(pipeline.connection, run.run_id, result, parsed)
                _log_source(result)
        _log_end(fetched, time.monotonic() - started)
    finally:
        output.EVENTS.run_id = None
    return sorted(fetched, key=lambda result: result.source)


def _log_start(sources: Sequence[Source]) -> None:
    names = [source.name for source in sources]
    output.EVENTS.write("run_started", f"collecting {', '.join(names)}", sources=names)


def _log_source(result: FetchResult) -> None:
    """What came of one source, with its counts and problems."""
    message = (
        f"{result.source}: {result.pages} pages, {result.new} new, {result.unchanged} unchanged, {result.rows} rows"
    )
    output.EVENTS.write(
        "source_done", message, "warning" if result.problems else "info", source=result.source, pages=result.pages,
        not_modified=result.unchanged_pages, new=result.new, unchanged=result.unchanged, rows=result.rows,
        seconds=round(result.seconds, 3), unreachable=result.unreachable, problems=result.problems,
    )  # fmt: skip


def _log_end(results: Sequence[FetchResult], seconds: float) -> None:
    """What the run came to, over all of its sources."""
    failing = [result.source for result in results if result.problems]
    sums = {name: sum(getattr(result, name) for result in results) for name in ("pages", "new", "unchanged", "rows")}
    output.EVENTS.write(
        "run_finished", f"published; {len(failing)} of {len(results)} sources have a problem",
        "warning" if failing else "info", sources=sorted(result.source for result in results),
        failing=sorted(failing), **sums,
        seconds=round(seconds, 3),
    )  # fmt: skip


@once_more_if_broken
def import_pages(config: Config, clock: Clock, pages: Sequence[SavedPage], progress: Progress) -> list[ImportResult]:
    """Takes in pages that somebody else saved; one result for each, in their order.

    A page whose capture is known is not noted again: a second import adds nothing, and one that was killed goes on.
    """
    with running(config, clock, progress) as pipeline:
        known = {row[0] for row in pipeline.connection.execute("SELECT capture FROM captures").fetchall()}
        archived = archive_pages(pipeline.archive, pages, known, lambda at: progress("archiving", at, len(pages)))
        lines = list(archived)
        parsed = pipeline.parse_and_validate()
        return results(pipeline.connection, pages, lines, parsed.new_snapshots, parsed.read_captures)


def rebuild(config: Config, clock: Clock, progress: Progress) -> load.Parsed:
    """Everything again from the archive, in a database beside the old one, which it replaces once it is whole."""
    database.remove(config.data / "warehouse.new")
    with running(config, clock, progress, file="warehouse.new") as pipeline:
        parsed = pipeline.left_behind
    return parsed


@once_more_if_broken
def publish_again(config: Config, clock: Clock, progress: Progress = lambda *_: None) -> Path:
    """Resolves all names again and publishes: how a corrected line of the registry reaches all of history."""
    with running(config, clock, progress) as pipeline:
        database.read_all(pipeline.connection)
    return Path(os.path.realpath(database.published(config.data)))
