"""The questions of cookbook.sql, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Query:
    """A question in words and as one SQL statement; `note` says what the answer does not."""

    name: str
    question: str
    note: str
    sql: str
    duckdb_only: bool


def queries() -> list[Query]:
    """All questions, in the order of the file."""
    text = resources.files("tracker").joinpath("cookbook.sql").read_text("utf-8")
    return [_query(block) for block in text.split("-- query: ")[1:]]


def _query(block: str) -> Query:
    lines = block.splitlines()
    comments = [line.removeprefix("-- ") for line in lines[1:] if line.startswith("-- ")]
    statement = "\n".join(line for line in lines[1:] if not line.startswith("--")).strip().removesuffix(";")

    def words(key: str) -> str:
        return " ".join(line.removeprefix(key) for line in comments if line.startswith(key))

    return Query(lines[0], words("question: "), words("note: "), statement, "duckdb only" in comments)
