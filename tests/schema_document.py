"""docs/schema.md: every table, view and column of the published database, as its comments have it.

`python -m tests.schema_document` writes it anew.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from storage import comments
from storage.database import connect, published
from tests.place import page, put, small

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "schema.md"
HEADER = """# The published database

`data/tracker.duckdb`, which any DuckDB from 1.5 on opens: what every table, view and column holds. The same words are in the
database, as comments (`FROM duckdb_columns()`). Most questions need `boards`, `series`, `entries_resolved`, `latest`,
`shares_by_day` and the macro `share_of`; [cookbook.md](cookbook.md) asks them. Keys that end in `_key` hold within one
database only. Written by `python -m tests.schema_document` from `storage/column_comments.toml` and the SQL.
"""


def document(connection: duckdb.DuckDBPyConnection) -> str:
    """The page."""
    parts = [HEADER]
    for name, holds, columns in comments.described(connection):
        parts.append(f"## {name}\n\n{holds}.\n\n| column | type | holds |\n|---|---|---|")
        parts[-1] += "".join(f"\n| `{column}` | {kind} | {_cell(comment)} |" for column, kind, comment in columns)
        parts[-1] += "\n"
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Writes it, from the database of one small page."""
    with tempfile.TemporaryDirectory() as folder:
        place = small(Path(folder) / "place")
        put(place, page([3, 2, 1]), "2026-01-01")
        with connect(published(place.data), read_only=True) as connection:
            DOCUMENT.write_text(document(connection), "utf-8")


if __name__ == "__main__":
    main()
