"""A figure with all that it rests on, as the members of one file (docs/provenance.md)."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from registry.lines import layered
from registry.load import AsOf, load_registry
from registry.names.tokens import same_word
from registry.resolve import PublishedName, resolve
from scrapers import table_parser
from scrapers.errors import TrackerError
from scrapers.model import Page, Pages
from scrapers.regular_files import read_regular_file, read_regular_text
from scrapers.spec import SOURCES, Source
from storage import declarations, freshness, publish
from storage.archive import Archive
from tracker import __version__
from tracker.analysis.figure_ids import Figure
from tracker.config import Config
from tracker.provenance import lineage

if TYPE_CHECKING:
    import duckdb

Row = dict[str, str]
KIND = 3  # of bundle: what its members hold; 2 has origins, 3 says in levels what may be passed on


def bundle(
    connection: duckdb.DuckDBPyConnection, config: Config, figure: Figure, *, restricted: bool = False
) -> dict[str, bytes]:
    """The members of the bundle of a figure; `manifest.json` has the sha256 of each other member.

    TrackerError where the terms of the source allow no row to be passed on, unless `restricted` bundles are asked for.
    """
    _check_registry(connection, config)
    sources = config.declared()
    capture = lineage.capture(connection, figure.share.board, figure.share.day)
    if capture["source"] not in sources:
        raise TrackerError(f"source {capture['source']!r} is no longer declared: its page cannot be read again")
    source = sources[capture["source"]]
    if source.redistribute == "shares" and not restricted:
        raise TrackerError(
            f"the terms of {source.name} ({source.licence_page}) allow no row to be passed on; for your own use"
            " there is --include-restricted"
        )
    archive = Archive(config.data / "archive")
    captures = pages_of(connection, archive, source, capture, figure.share.snapshot)
    rows = lineage.rows(connection, figure)
    record = {key: value for key, value in figure.record().items() if key != "break"}
    members = {
        "figure.json": packed_json(record),
        "rows.json": packed_json(rows),
        "captures.json": packed_json(captures),
    }
    for name in sorted({source.name, declarations.primary(sources)[figure.share.board][0].name}):
        members[f"sources/{name}.toml"] = _declaration(config, name)
    members |= {
        f"registry/{name}": body for name, body in used_lines(config.registries, rows, figure.share.day).items()
    }
    if source.redistribute == "pages" or restricted:
        members |= {f"pages/{each['content_sha256']}": archive.read(each["content_sha256"]) for each in captures}
    checksums = {
        name: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()} for name, body in members.items()
    }
    manifest = {"bundle": KIND, "tracker": __version__, "id": figure.id, "members": dict(sorted(checksums.items()))}
    return {"manifest.json": packed_json(manifest), **members}


def packed_json(value: object) -> bytes:
    """JSON as it stands in a bundle."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z) + b"\n"


def _check_registry(connection: duckdb.DuckDBPyConnection, config: Config) -> None:
    if not freshness.is_fresh(connection, "names", publish.fingerprint(config.registries)):
        raise TrackerError("the registry or its rules changed since the last publish: run `tracker publish` first")


def _declaration(config: Config, name: str) -> bytes:
    folders = (SOURCES, *config.source_folders, config.data / "boards")
    return read_regular_file(next(path for folder in folders if (path := folder / f"{name}.toml").exists()))


def pages_of(
    connection: duckdb.DuckDBPyConnection, archive: Archive, source: Source, capture: dict[str, Any], snapshot: str
) -> list[dict[str, Any]]:
    """The captures that gave the snapshot: one, or for a source of several pages the set that was read together."""
    if not source.page_set:
        return [capture]
    cells = ", ".join(f"c.{name}" for name in lineage.CAPTURE)
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(
        f"SELECT {cells} FROM captures AS c WHERE c.source = $1 AND c.content_sha256 IS NOT NULL"
        " AND c.state <> 'future' AND (c.fetched_at <= $2 OR ($3 <> 'import' AND c.run_id = $3)) "
        " ORDER BY c.fetched_at, c.capture",
        [source.name, capture["fetched_at"], capture["run_id"]],
    ).fetchall():
        record = dict(zip(lineage.CAPTURE, row, strict=True))
        newest[record["role"], record["address"]] = record
    pages = Pages([Page(*where, archive.read(record["content_sha256"])) for where, record in newest.items()])
    for part in source.module.sets(pages) if source.module else [pages]:
        if any(parsed.id() == snapshot for parsed in table_parser.snapshots(source, part)):
            return sorted((newest[page.role, page.address] for page in part), key=lambda c: (c["role"], c["address"]))
    raise TrackerError(f"the archived pages of {source.name} do not give this snapshot again")


def published(row: Mapping[str, Any]) -> PublishedName:
    """What a row of the bundle prints, as names are resolved."""
    cells = row["published"]
    return PublishedName(
        cells["name"], tuple(cells["models"] or ()), *(cells[name] for name in lineage.NAME_COLUMNS[1:5])
    )


def used_lines(folders: Sequence[Path], rows: Sequence[Mapping[str, Any]], day: date) -> dict[str, bytes]:
    """The lines of the registry from which these rows of a day resolve so; all lines where a part does not suffice."""
    whole = load_registry(*folders)
    asked = [published(row) for row in rows]
    days = [row["published"]["released_on"] or day for row in rows]
    wanted = [resolve(each, whole, AsOf(on)) for each, on in zip(asked, days, strict=True)]
    headers = {path.name: read_regular_text(path).splitlines()[0].split(",") for path in folders[0].glob("*.csv")}
    tables = {name: _read(folders, name) for name in sorted(headers)}
    releases = {part for resolved in wanted for part in (resolved.release or "").split(" + ")}
    releases |= {part for line in tables["aliases.csv"] if set(meant := line["release"].split(" | ")) & releases
                 for part in meant}  # fmt: skip
    developers = {resolved.developer or "" for resolved in wanted}
    developers |= {line["developer"] for line in tables["releases.csv"] if line["release"] in releases}
    terms = {line["licence"] for line in tables["releases.csv"] if line["release"] in releases} - {""}
    words = {same_word(each.licence) for each in asked if each.licence}
    keep: dict[str, Callable[[Row], bool]] = {
        "releases.csv": lambda line: line["release"] in releases,
        "aliases.csv": lambda line: set(line["release"].split(" | ")) <= releases,
        "licences.csv": lambda line: line["licence"] in terms or same_word(line["published"]) in words,
    }
    part = {name: [line for line in lines if (keep[name](line) if name in keep else line["developer"] in developers)]
            for name, lines in tables.items()}  # fmt: skip
    bodies = {name: _written(headers[name], lines) for name, lines in part.items()}
    with tempfile.TemporaryDirectory() as scratch:
        for name, body in bodies.items():
            (Path(scratch) / name).write_bytes(body)
        less = load_registry(Path(scratch))
        if [resolve(each, less, AsOf(on)) for each, on in zip(asked, days, strict=True)] == wanted:
            return bodies
    return {name: _written(headers[name], lines) for name, lines in tables.items()}


def _read(folders: Sequence[Path], name: str) -> list[Row]:
    texts = [read_regular_text(path) for folder in folders if (path := folder / name).exists()]
    rows = [list(csv.DictReader(io.StringIO(text, newline=""))) for text in texts]
    return layered(rows, lambda row: next(iter(row.values())))


def _written(header: list[str], lines: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()
