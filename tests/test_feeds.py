"""Feeds: facts of models, no ranking."""

from __future__ import annotations

import orjson
import pytest

from scrapers.errors import MissingColumn, PageError
from tests.saved_pages import boards_of, declared


def table(columns: tuple[str, ...], rows: int) -> bytes:
    """A CSV of that many rows."""
    return "\n".join([",".join(columns), *[",".join("x" * len(columns))] * rows]).encode() + b"\n"


EPOCH = ("Model", "Organization", "Publication date", "Country (of organization)", "Model accessibility")


@pytest.mark.parametrize(
    ("name", "role", "columns", "rows"),
    [
        ("epoch_models", "models", EPOCH, 500),
        ("tracked_models", "models", ("org", "model", "modelId"), 1000),
        ("tracked_models", "regions", ("hf_org", "region", "notes"), 80),
    ],
)
def test_a_feed_is_checked_and_is_no_ranking(name: str, role: str, columns: tuple[str, ...], rows: int) -> None:
    """Its columns and a number of rows; no board, no snapshot."""
    assert boards_of(name, table(columns, rows), role) == {}
    with pytest.raises(PageError, match=f"{rows - 1} rows, at least {rows} are expected"):
        boards_of(name, table(columns, rows - 1), role)
    with pytest.raises(MissingColumn, match=f"no column '{columns[-1]}'"):
        boards_of(name, table(columns[:-1], rows), role)
    assert declared(name).boards == {}


def test_the_feed_of_openrouter_is_checked() -> None:
    """Ids, and the id of the weights."""
    row = {"id": "a/b", "canonical_slug": "a/b", "name": "B", "created": 1, "hugging_face_id": ""}
    less = {key: cell for key, cell in row.items() if key != "hugging_face_id"}
    assert boards_of("openrouter_models", orjson.dumps({"data": [row] * 100}), "models") == {}
    with pytest.raises(MissingColumn, match="no column 'hugging_face_id'"):
        boards_of("openrouter_models", orjson.dumps({"data": [*[row] * 99, less]}), "models")
