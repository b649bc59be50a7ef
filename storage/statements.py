"""Who says what of which release: the registry, the metadata feeds, and the boards' own columns, side by side.

Nothing here decides a fact; `registry.resolve` does. What is published is brought to one wording (developer ids,
country codes, yes/no, terms), so that two sources can be seen to agree or not. `sql/statements.sql` joins it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from registry import resolve
from registry.developer import find_developer
from registry.load import AsOf, Registry, load_registry
from scrapers.model import Fact
from storage import database, freshness

if TYPE_CHECKING:
    import duckdb


def derive(connection: duckdb.DuckDBPyConnection, registry_folders: Sequence[Path], *, changed: bool) -> None:
    """The table `statements` and the view `conflicts`. `changed`: the registry or its rules are new."""
    fingerprint = freshness.fingerprint(database.sql("statements"), database.sql("statements_read"))
    if not changed and freshness.is_fresh(connection, "statements", fingerprint):
        return
    connection.execute(database.sql("statements_read"))
    if changed:
        connection.execute("DELETE FROM wordings")
    unread = connection.execute(database.sql("statements_unread")).fetchall()
    if unread:
        registry = load_registry(*registry_folders)
        rows = [(kind, text, value) for kind, text in unread for value in [meaning(kind, text, registry)]]
        _insert(connection, "wordings", ("property", "published", "value"), rows)
    _resolve_facts(connection, registry_folders)
    connection.execute(database.sql("statements"))
    freshness.record(connection, "statements", fingerprint)


def _resolve_facts(connection: duckdb.DuckDBPyConnection, registry_folders: Sequence[Path]) -> None:
    """The facts of each feed whose model is a release of the registry, in the registry's wording."""
    connection.execute("DELETE FROM feed_facts")
    by_source: dict[str, list[Fact]] = {}
    rows = connection.execute("SELECT f.source, f.name, f.property, f.value FROM facts AS f ORDER BY ALL").fetchall()
    for source, name, kind, value in rows:
        by_source.setdefault(source, []).append(Fact(name, kind, value))
    if not by_source:
        return
    registry = load_registry(*registry_folders)
    resolved = [(source, *row) for source, facts in by_source.items() for row in of_releases(facts, registry)]
    _insert(connection, "feed_facts", ("source", "subject", "property", "value"), resolved)


def of_releases(facts: Iterable[Fact], registry: Registry) -> list[tuple[str, str, str]]:
    """(release, property, value) of the facts whose model is a release of the registry, each once, sorted.

    A name that moves on is meant as on the day on which the feed says that the model came out.
    """
    releases: dict[str, str | None] = {}
    rows, facts = set(), list(facts)
    days = {fact.name: _day(fact.value) for fact in facts if fact.property == "released_on"}
    for fact in facts:
        if fact.name not in releases:
            as_of = AsOf(days.get(fact.name, date.max))
            releases[fact.name] = resolve.resolve(resolve.PublishedName(fact.name), registry, as_of).release
        release, value = releases[fact.name], meaning(fact.property, fact.value, registry)
        if release in registry.releases and value:
            rows.add((str(release), fact.property, value))
    return sorted(rows)


def _day(published: str) -> date:
    try:
        return date.fromisoformat(published)
    except ValueError:
        return date.max  # as of a fact without a day


def meaning(kind: str, published: str, registry: Registry) -> str | None:
    """A published value in the registry's wording; None where it says nothing. Several are joined by ` | `.

    A developer that nobody has reviewed stays as published: it is for a person to say who that is.
    """
    text = published.strip()
    if kind == "developer":
        developer = find_developer(None, text, registry)
        if developer.developer:
            return developer.developer
        parts = [registry.developer(part) for part in text.split(",")]
        return " | ".join(sorted({part.developer for part in parts if part})) or _unreviewed(text, registry)
    if kind == "country":
        codes = [resolve.country_code(part) for part in text.split(",")]
        return " | ".join(sorted({"CN" if code in ("HK", "MO") else code for code in codes if code})) or None
    if kind == "terms":
        row = registry.licence(text)
        return row.terms if row and row.terms != "unknown" else None
    if kind == "openness":
        return {"open": "yes", "closed": "no"}.get(text)
    return text or None


def _unreviewed(text: str, registry: Registry) -> str | None:
    return None if find_developer(None, text, registry).step == "no developer is published" else text


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], rows: Iterable[tuple[str | None, ...]]
) -> None:
    import pyarrow as pa

    database.insert(connection, table, dict.fromkeys(columns, pa.string()), rows)
