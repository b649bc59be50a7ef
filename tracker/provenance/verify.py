"""A bundle, recomputed: nothing is asked but the bundle's own members and this program; no database, no network."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from scrapers import table_parser
from scrapers.errors import DeclarationError, PageError, TrackerError
from scrapers.formats import read_json
from scrapers.model import Page, Pages, Snapshot
from scrapers.spec import Source, load_sources
from tracker.analysis.figure_ids import Figure, find
from tracker.provenance import lineage
from tracker.provenance.bundle import KIND, packed_json
from tracker.provenance.bundle_format import BrokenBundle, packed, unpacked
from tracker.provenance.snapshot_database import database_of, of_rows

NEEDED = ("manifest.json", "figure.json", "rows.json", "captures.json")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was verified: the figure, whether from its very pages, and the sha256 of the manifest that says it all."""

    figure: Figure
    pages: int  # 0 where the source does not allow that they are passed on
    page_sha256: tuple[str, ...]
    rows: int
    manifest_sha256: str
    made_by: str


def verify(path: Path) -> Proof:
    """Recomputes the figure of a bundle. BrokenBundle says what is not as it was made."""
    members, whole = unpacked(path)
    manifest = _manifest(members)
    if packed(members) != whole:
        raise BrokenBundle("the file has bytes that no member accounts for: it was changed after it was made")
    try:
        return _recomputed(members, manifest)
    except BrokenBundle:
        raise
    except TrackerError as error:
        raise BrokenBundle(str(error)) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BrokenBundle(f"a member has not the shape of a bundle: {type(error).__name__}: {error}") from None


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest, once every member is what it says."""
    missing = [name for name in NEEDED if name not in members]
    if missing:
        raise BrokenBundle(f"{missing[0]} is missing: this is no bundle")
    try:
        manifest: dict[str, Any] = _json(members, "manifest.json")
        checksums = {name: member["sha256"] for name, member in manifest["members"].items()}
        version, _, _ = manifest["bundle"], manifest["id"], manifest["tracker"]
    except (KeyError, TypeError, AttributeError):
        raise BrokenBundle("manifest.json: is not the manifest of a bundle") from None
    if version != KIND:
        raise BrokenBundle(f"a bundle of kind {version}; this program reads kind {KIND}")
    for name in sorted({*members, *checksums} - {"manifest.json"}):
        if name not in checksums or name not in members:
            raise BrokenBundle(f"{name}: {'not in the manifest' if name in members else 'missing'}")
        if hashlib.sha256(members[name]).hexdigest() != checksums[name]:
            raise BrokenBundle(f"{name}: is not what the manifest says (its sha256 is another): it was changed")
    return manifest


def _json(members: Mapping[str, bytes], name: str) -> Any:
    """A member as strictly read as a page: with a key twice, a reader of the bundle might see another value."""
    try:
        return read_json(members[name])
    except PageError as error:
        raise BrokenBundle(f"{name}: {error}") from None


def _recomputed(members: Mapping[str, bytes], manifest: dict[str, Any]) -> Proof:
    description, rows, captures = (_json(members, name) for name in NEEDED[1:])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, body in members.items():
            if name.startswith(("sources/", "registry/")):
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(body)
        sources = _sources(folder / "sources")
        pages = _pages(members, captures)
        if pages is None and sources[captures[0]["source"]].redistribute == "pages":
            raise BrokenBundle("the pages are missing: by its declaration their source may be passed on")
        source = sources[captures[0]["source"]]
        snapshot = _of_pages(source, pages, description) if pages else of_rows(description, rows)
        connection = database_of(description, snapshot, captures, sources, folder / "registry")
        try:
            figure = find(connection, manifest["id"])
            again = orjson.loads(packed_json(lineage.rows(connection, figure)))
        finally:
            connection.close()
    _same_rows(rows, again)
    recomputed = orjson.loads(packed_json(figure.record()))
    if description.keys() != recomputed.keys() - {"break"}:
        raise BrokenBundle("figure.json: has not the keys of a figure")
    for key, value in description.items():
        if recomputed[key] != value:
            raise BrokenBundle(f"figure.json: {key} is {value!r}, but comes out as {recomputed[key]!r}")
    shas = tuple(capture["content_sha256"] for capture in captures)
    seal = hashlib.sha256(members["manifest.json"]).hexdigest()
    return Proof(figure, len(pages or ()), shas, len(rows), seal, manifest["tracker"])


def _sources(folder: Path) -> Mapping[str, Source]:
    """The declarations of the bundle; what is wrong with one is said without the directory where they lie now."""
    try:
        return load_sources((folder,))
    except DeclarationError as error:
        raise BrokenBundle(str(error).replace(f"{folder.parent}{os.sep}", "")) from None


def _pages(members: Mapping[str, bytes], captures: list[dict[str, Any]]) -> Pages | None:
    """The captured pages, where the bundle has them; each must be the one that was captured."""
    inside = {name.removeprefix("pages/"): body for name, body in members.items() if name.startswith("pages/")}
    if not inside:
        return None
    if inside.keys() != {capture["content_sha256"] for capture in captures}:
        raise BrokenBundle("the pages in the bundle are not those that captures.json names")
    for sha256, body in inside.items():
        if hashlib.sha256(body).hexdigest() != sha256:
            raise BrokenBundle(f"pages/{sha256}: is not the page that was captured: its sha256 is another")
    return Pages([Page(capture["role"], capture["address"], inside[capture["content_sha256"]]) for capture in captures])


def _of_pages(source: Source, pages: Pages, description: dict[str, Any]) -> Snapshot:
    """The snapshot that the pages give, read by the parser of this program."""
    for snapshot in table_parser.snapshots(source, pages):
        if snapshot.id() == description["snapshot"]:
            return snapshot
    wanted = f"snapshot {description['snapshot'][:12]} of {description['board']}"
    raise BrokenBundle(f"the page, read again, does not give {wanted}")


def _same_rows(published: list[dict[str, Any]], again: list[dict[str, Any]]) -> None:
    """Every row must come out as the bundle says."""
    if len(published) != len(again):
        raise BrokenBundle(f"rows.json has {len(published)} rows, but {len(again)} stand above the cut")
    for number, (row, other) in enumerate(zip(published, again, strict=True), 1):
        for key in other:
            if key in {"published", "facts"}:
                for cell, value in other[key].items():
                    if row[key][cell] != value:
                        raise BrokenBundle(
                            f"rows.json: row {number} ({row['published']['name']!r}): {cell} is {row[key][cell]!r},"
                            f" but comes out as {value!r}"
                        )
            elif row[key] != other[key]:
                raise BrokenBundle(f"rows.json: row {number}: {key} is {row[key]!r}, but comes out as {other[key]!r}")
