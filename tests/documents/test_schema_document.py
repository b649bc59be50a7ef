"""docs/schema.md is what the database says of itself."""

from __future__ import annotations

from pathlib import Path

from storage import comments
from storage.database import connect, published
from tests.schema_document import DOCUMENT, document


def test_every_column_is_described_and_the_page_is_that_of_the_database(demo_data: Path) -> None:
    """A column without a word, or a page that is older than the database, fails here."""
    with connect(published(demo_data), read_only=True) as connection:
        for name, holds, columns in comments.described(connection):
            assert holds, name
            assert all(comment for _, _, comment in columns), name
        assert DOCUMENT.read_text("utf-8") == document(connection)
