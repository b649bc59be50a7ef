"""The pages that the demo shows, against the recordings from which they were made."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from scrapers import table_parser
from scrapers.model import Page, Pages, Snapshot
from scrapers.spec import load_sources
from tracker.demo_server import pages

PLACES = [
    ("arena", "text", "arena_dataset/text/2026-08-22__5782ec07.parquet"),
    ("arena", "text_style_control", "arena_dataset/text_style_control/2026-08-22.parquet"),
    ("aider", "polyglot", "aider/polyglot/2025-10-04__cb6a152e.yml"),
    ("vectara", "readme", "vectara/2026-03-10__2e098592.md"),
    ("opencompass_vlm", "openvlm", "opencompass/openvlm/2025-10-23__OpenVLM.json"),
]


@functools.cache
def bodies() -> dict[str, bytes]:
    return pages()


def read(source_name: str, role: str, body: bytes | None) -> list[Snapshot]:
    """What the declared source reads from a body, by default the bundled one."""
    source = load_sources()[source_name]
    address = next(page.address for page in source.pages if page.role == role)
    return table_parser.snapshots(source, Pages([Page(role, address, bodies()[address] if body is None else body)]))


@pytest.mark.parametrize(("source", "role", "recording"), PLACES)
def test_bundled_pages_say_what_the_recorded_ones_say(source: str, role: str, recording: str, recordings: Path) -> None:
    """Not one name or figure is invented, lost or rounded: the snapshots have the same ids."""
    recorded = read(source, role, (recordings / "captures" / recording).read_bytes())
    assert [s.id() for s in read(source, role, None)] == [s.id() for s in recorded]


@pytest.mark.parametrize(("role", "recording"), [(role, file) for source, role, file in PLACES if source == "arena"])
def test_arena_pages_have_upstreams_columns_and_types(role: str, recording: str, recordings: Path) -> None:
    """The Parquet schema is upstream's, down to the rank: a double on one board, an integer on the other."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    body = next(body for address, body in bodies().items() if f"/{role}/" in address)
    assert pq.read_schema(pa.BufferReader(body)).equals(
        pq.read_schema(recordings / "captures" / recording), check_metadata=False
    )
