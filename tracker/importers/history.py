"""Many versions of one page, of which an earlier run may have some: for git histories and web archives."""

from __future__ import annotations

from collections.abc import Sequence

from storage.archive import Archive, Line
from tracker.clock import Clock
from tracker.config import Config
from tracker.pipeline import Progress, import_pages
from tracker.saved_pages import ImportResult, SavedPage


def import_history(config: Config, clock: Clock, pages: Sequence[SavedPage], progress: Progress) -> list[ImportResult]:
    """Imports these versions, in order of day, without asking again for the bytes that an earlier run has.

    The pipeline runs also when all are known: a run that was killed may have left pages unread or unpublished.
    """
    archive = Archive(config.data / "archive")
    archived = {
        (line.source, line.role, line.address, line.fetched_at, line.origin_detail)
        for _, _, line in archive.lines()
        if isinstance(line, Line) and line.content_sha256 and archive.blob(line.content_sha256).exists()
    }
    missing, results = [], []
    for page in sorted(pages, key=lambda page: (page.captured_at, page.role)):
        if (page.source, page.role, page.address, page.captured_at, page.origin_detail) in archived:
            results.append(
                ImportResult(page.label, page.source, page.role, page.captured_at, [], "unchanged", 0, "had before")
            )
        else:
            missing.append(page)
    results += import_pages(config, clock, missing, progress)
    return sorted(results, key=lambda result: (str(result.captured_at), result.file))
