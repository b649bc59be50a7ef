"""What waits to be read: captures, and the pages that are read together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PageKey = tuple[str, str, str, str]  # source, role, address, sha256


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture that waits to be read."""

    capture: str
    source: str
    role: str
    address: str
    sha256: str
    seen_at: datetime

    @property
    def page(self) -> PageKey:
        """What is read: the bytes, as that page of that source."""
        return self.source, self.role, self.address, self.sha256


@dataclass(frozen=True, slots=True)
class ParseJob:
    """Pages that are read together, and the captures among them that wait for it."""

    source: str
    pages: tuple[PageKey, ...]
    waiting: tuple[Capture, ...]
