"""The database is disposable: all of it follows from archive, declarations, decisions and registry."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from storage import ingest, judge, publish, warehouse
from storage.archive import Archive
from tracker.config import Config


def rebuild(config: Config, progress: Callable[[str, int, int], object]) -> ingest.Ingested:
    """A new warehouse beside the old one, which it replaces once it is whole; then publish."""
    with warehouse.writing(config.data):
        path, fresh = config.data / "warehouse.duckdb", config.data / "warehouse.new"
        for torn in (fresh, fresh.with_suffix(".new.wal")):
            torn.unlink(missing_ok=True)
        with warehouse.opened(fresh) as connection:
            done = ingest.ingest(
                connection,
                Archive(config.data / "archive"),
                config.declared(),
                judge.read_decisions(config.decisions),
                lambda at, of: progress("reading", at, of),
            )
            progress("publishing", 0, 1)
            publish.prepare(connection, config.data, config.registry)
        path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
        os.replace(fresh, path)
        publish.swap(config.data)
        progress("publishing", 1, 1)
    return done


def bring_up_to_date(config: Config) -> Path:
    """What is archived and not read yet is read, names are resolved again, and all is published; the new copy."""
    with warehouse.writing(config.data):
        with warehouse.opened(config.data / "warehouse.duckdb") as connection:
            archive = Archive(config.data / "archive")
            ingest.ingest(connection, archive, config.declared(), judge.read_decisions(config.decisions))
            publish.prepare(connection, config.data, config.registry)
        return publish.swap(config.data)
