"""Pages that cost more to read than config allows, noted beside the ledger: under the same code and limits none of them
is tried again, by a later run or by a rebuild.

    over_limit.jsonl    a line for each page, or for each set of pages of which no single page is at fault

Who takes a line out makes the next rebuild try that page again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from scrapers.errors import TrackerError
from scrapers.limits import Limits
from scrapers.spec import Declared
from storage.parse_jobs import PageKey

NAME = "over_limit.jsonl"


class Note(Declared):
    """What was asked of a source's code (parse, sets, facts, pages), of which pages, and why there was no answer; under
    which limits, and with which code (a fingerprint)."""

    call: str
    pages: tuple[PageKey, ...]
    reason: str
    limits: Limits
    code: str


class Notes:
    """The notes of one archive."""

    def __init__(self, archive: Path, limits: Limits) -> None:
        self._path, self._limits, self._lock = archive / NAME, limits, threading.Lock()
        self._notes = _read(self._path)
        self._reasons = {_key(note): note.reason for note in self._notes if note.limits == limits}

    def reason(self, call: str, code: str, pages: Sequence[PageKey]) -> str | None:
        """Why this is not to be tried: these pages together, or one of them, cost too much."""
        for page in pages if len(pages) > 1 else ():
            if reason := self._reasons.get((call, code, (page,))):
                _, role, address, _ = page
                return f"the page {role} ({address}) {reason}"
        return self._reasons.get((call, code, tuple(pages)))

    def add(self, call: str, code: str, pages: Sequence[PageKey], reason: str) -> None:
        """Notes it durably. The file is replaced as a whole, so that a kill leaves no half of a line."""
        fresh = Note(call=call, pages=tuple(pages), reason=reason, limits=self._limits, code=code)
        with self._lock:
            # What was noted of these pages under other limits or for other code is not needed any more.
            self._notes = [note for note in self._notes if (note.call, note.pages) != (fresh.call, fresh.pages)]
            self._notes.append(fresh)
            self._reasons[_key(fresh)] = reason
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_name(f".tmp-{NAME}")
            with unfinished.open("w", encoding="utf-8") as file:
                file.writelines(f"{note.model_dump_json()}\n" for note in self._notes)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, self._path)


def _key(note: Note) -> tuple[str, str, tuple[PageKey, ...]]:
    return note.call, note.code, note.pages


def _read(path: Path) -> list[Note]:
    if not path.exists():
        return []
    notes = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            notes.append(Note.model_validate_json(line))
        except ValidationError:
            raise TrackerError(f"{path}: line {number} is no note of a page; take it out") from None
    return notes
