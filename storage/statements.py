"""Who says what of which release: the registry, the metadata feeds, and the boards' own columns, side by side.

Nothing here decides a fact; `storage.resolve` does. What is printed is brought to one wording (developer ids,
country codes, yes/no, terms), so that two sources can be seen to agree or not. `sql/statements.sql` joins it.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from scrapers.base import Fact, Page, Pages
from scrapers.errors import PageError, TrackerError
from storage import resolve, warehouse
from storage.archive import Archive
from storage.developer_of import find_developer
from storage.registry import Registry, load_registry

if TYPE_CHECKING:
    import duckdb

# In the order in which they are trusted; every one stands below the registry and above the boards' columns.
FEEDS = ("epoch_models", "openrouter_models", "tracked_models")


def derive(connection: duckdb.DuckDBPyConnection, data: Path, registry_folder: Path, *, changed: bool) -> None:
    """The table `statements` and the view `conflicts`. `changed`: the registry or its rules are new."""
    told = [Path(str(_module(feed).__file__)).read_bytes() for feed in FEEDS]
    mark = warehouse.mark(warehouse.sql("statements"), warehouse.sql("statements_read"), *told)
    if not changed and warehouse.current(connection, "statements", mark):
        return
    connection.execute(warehouse.sql("statements_read"))
    if changed:
        for table in ("said", "feed_facts", "feeds_read"):
            connection.execute(f"DELETE FROM {table}")
    printed = connection.execute(warehouse.sql("statements_unread")).fetchall()
    if printed:
        registry = load_registry(registry_folder)
        rows = [(about, text, value) for about, text in printed for value in [meaning(about, text, registry)]]
        _insert(connection, "said", ("property", "printed", "value"), rows)
    whole = [_read_feed(connection, Archive(data / "archive"), feed, registry_folder) for feed in FEEDS]
    connection.execute(warehouse.sql("statements"))
    if all(whole):
        warehouse.keep(connection, "statements", mark)
    else:  # a feed that could not be read is tried again
        warehouse.stale(connection, "statements")


def _module(feed: str) -> ModuleType:
    return importlib.import_module(f"scrapers.sources.{feed}")


def _read_feed(connection: duckdb.DuckDBPyConnection, archive: Archive, feed: str, registry_folder: Path) -> bool:
    """The facts of a feed's newest good pages, unless these were read before. Whether that could be done."""
    newest = connection.execute(
        "SELECT c.role, c.address, arg_max(c.content_sha256, (c.fetched_at, c.capture)) AS sha256 FROM captures AS c"
        " WHERE c.source = ? AND c.state = 'read' GROUP BY c.role, c.address ORDER BY ALL",
        [feed],
    ).fetchall()
    module = _module(feed)
    mark = hashlib.sha256(Path(str(module.__file__)).read_bytes() + repr(newest).encode()).hexdigest()
    read = connection.execute("SELECT mark FROM feeds_read WHERE source = ?", [feed]).fetchall()
    if read == [(mark,)]:
        return True
    if read:
        connection.execute("DELETE FROM feeds_read WHERE source = ?", [feed])
        connection.execute("DELETE FROM feed_facts WHERE source = ?", [feed])
    if not newest:
        return True
    registry = load_registry(registry_folder)
    try:
        pages = Pages([Page(role, address, archive.read(sha256)) for role, address, sha256 in newest])
        told = list(of_releases(module.facts(pages), registry))
    except (PageError, TrackerError):
        return False  # a page that is gone or no longer read: no statement, and `status` says why
    _insert(connection, "feed_facts", ("source", "subject", "property", "value"), [(feed, *row) for row in told])
    shas = [sha256 for *_, sha256 in newest]
    connection.execute("INSERT INTO feeds_read VALUES (?, ?, ?)", [feed, mark, shas])
    return True


def of_releases(facts: Iterable[Fact], registry: Registry) -> list[tuple[str, str, str]]:
    """(release, property, value) of the facts whose model is a release of the registry, each once, sorted."""
    releases: dict[str, str | None] = {}
    found = set()
    for fact in facts:
        if fact.name not in releases:
            releases[fact.name] = resolve.resolve(resolve.Printed(fact.name), registry).release
        release, value = releases[fact.name], meaning(fact.property, fact.value, registry)
        if release in registry.releases and value:
            found.add((str(release), fact.property, value))
    return sorted(found)


def meaning(about: str, printed: str, registry: Registry) -> str | None:
    """A printed value in the registry's wording; None where it says nothing. Several are joined by ` | `.

    A developer that nobody has reviewed stays as printed: it is for a person to say who that is.
    """
    text = printed.strip()
    if about == "developer":
        found = find_developer(None, text, registry)
        if found.developer:
            return found.developer
        parts = [registry.developer(part) for part in text.split(",")]
        return " | ".join(sorted({part.developer for part in parts if part})) or _unreviewed(text, registry)
    if about == "country":
        codes = [resolve.country_code(part) for part in text.split(",")]
        return " | ".join(sorted({"CN" if code in ("HK", "MO") else code for code in codes if code})) or None
    if about == "terms":
        row = registry.licence(text)
        return row.terms if row and row.terms != "unknown" else None
    if about == "openness":
        return {"open": "yes", "closed": "no"}.get(text)
    return text or None


def _unreviewed(text: str, registry: Registry) -> str | None:
    return None if find_developer(None, text, registry).step == "no developer is printed" else text


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[str | None, ...]]
) -> None:
    import pyarrow as pa

    warehouse.insert(connection, table, dict.fromkeys(columns, pa.string()), rows)
