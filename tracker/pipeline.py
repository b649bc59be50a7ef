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

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storage import database, load, publish, validate
from storage.archive import Archive
from storage.memory import limit_arenas, release_memory
from tracker import log, output
from tracker.clock import Clock
from tracker.config import Config
from tracker.definition import DEFAULTS
from tracker.fetching import FetchResult, Run, account, chosen_sources, fetch_all, fresh_robots, known_pages
from tracker.saved_pages import ImportResult, SavedPage, archive_pages, results

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], object]  # is told (stage, done, all)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One run that holds the data directory; made by `running`."""

    config: Config
    archive: Archive
    connection: duckdb.DuckDBPyConnection
    progress: Progress
    left_behind: load.Parsed = field(default_factory=load.Parsed)  # what a killed run had not read

    def parse_and_validate(self) -> load.Parsed:
        """What is archived and was not read yet: parsed, then accepted or quarantined."""
        sources, decisions = self.config.declared(), validate.read_decisions(self.config.decisions)
        parsed = load.parse(self.connection, self.archive, sources, lambda at, of: self.progress("parsing", at, of))
        validate.validate(self.connection, sources, decisions)
        return parsed

    def resolve_and_derive(self) -> None:
        """Every name by the registry, and what follows from it: statements, series, shares by day."""
        self.progress("publishing", 0, 1)
        publish.prepare(self.connection, self.config.registry, DEFAULTS)


@contextmanager
def running(config: Config, progress: Progress, file: str = "warehouse.duckdb") -> Iterator[Pipeline]:
    """Holds the data directory for one writer: first reads what a killed run left, publishes at the end."""
    with database.writing(config.data, output.say), log.to_file(config.data):
        archive = Archive(config.data / "archive")
        archive.sweep()
        with database.opened(config.data / file) as connection:
            run = Pipeline(config, archive, connection, progress)
            run = replace(run, left_behind=run.parse_and_validate())
            yield run
            run.resolve_and_derive()
        if file != "warehouse.duckdb":
            database.replace(config.data / file, config.data / "warehouse.duckdb")
        publish.swap(config.data)
        progress("publishing", 1, 1)


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
    sources = chosen_sources(config, names)
    limit_arenas()
    with running(config, progress) as pipeline:
        run = Run(config, clock, known_pages(pipeline.connection), fresh_robots(pipeline.connection, clock), stop)
        fetched = fetch_all(run, sources, lambda at, of: progress("fetching", at, of))
        release_memory()
        parsed = pipeline.parse_and_validate()
        for result in fetched:
            account(pipeline.connection, run.run_id, result, parsed)
    return sorted(fetched, key=lambda result: result.source)


def import_pages(config: Config, pages: Sequence[SavedPage], progress: Progress) -> list[ImportResult]:
    """Takes in pages that somebody else saved; one result for each, in their order.

    A page whose capture is known is not noted again: a second import adds nothing, and one that was killed goes on.
    """
    with running(config, progress) as pipeline:
        known = {row[0] for row in pipeline.connection.execute("SELECT capture FROM captures").fetchall()}
        archived = archive_pages(pipeline.archive, pages, known, lambda at: progress("archiving", at, len(pages)))
        lines = list(archived)
        parsed = pipeline.parse_and_validate()
        return results(pipeline.connection, pages, lines, parsed.new_snapshots, parsed.read_captures)


def rebuild(config: Config, progress: Progress) -> load.Parsed:
    """Everything again from the archive, in a database beside the old one, which it replaces once it is whole."""
    database.remove(config.data / "warehouse.new")
    with running(config, progress, file="warehouse.new") as pipeline:
        parsed = pipeline.left_behind
    return parsed


def publish_again(config: Config) -> Path:
    """Resolves all names again and publishes: how a corrected line of the registry reaches all of history."""
    with running(config, lambda *_: None):
        pass
    return Path(os.path.realpath(database.published(config.data)))
