"""What the descriptions of an export have in common: its title, types of columns, leaderboards, JSON, hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

TITLE = "Public AI leaderboards over time"
DESCRIPTION = (
    "What public AI leaderboards published, day by day, with the developer, country and openness of each model, and the"
    " shares that follow under a stated definition."
)
# Types of DuckDB: those of Table Schema, of Croissant, and of dbt's words for people.
KINDS = {
    "VARCHAR": ("string", "sc:Text"),
    "INTEGER": ("integer", "sc:Integer"),
    "BIGINT": ("integer", "sc:Integer"),
    "DOUBLE": ("number", "sc:Float"),
    "BOOLEAN": ("boolean", "sc:Boolean"),
    "DATE": ("date", "sc:Date"),
    "TIMESTAMP": ("datetime", "sc:DateTime"),
}


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard as the descriptions name it."""

    board: str
    title: str
    publisher: str
    homepage: str
    licence: str
    licence_page: str
    unit: str | None


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def packed(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
