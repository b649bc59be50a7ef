"""The writer's database -> a read-only copy that people query, swapped in one step.

Names are resolved here, not at load: a corrected line of the registry corrects all of history. Readers keep the
copy that they opened; the two newest copies stay.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from registry import resolve
from registry.load import load_registry
from storage import comments, database, freshness, registry_tables, share_query, statements
from storage.memory import release_memory

if TYPE_CHECKING:
    import duckdb

KEPT = 2
# A point of the series whose shares were counted and need not be counted again.
_SAME_POINT = (
    "board", "day", "snapshot", "published_on", "captured_at", "edition", "break_before", "origin", "content_since"
)  # fmt: skip
FIRST_DAY, NO_DAY = date(1, 1, 1), date(9999, 12, 31)


def prepare(
    connection: duckdb.DuckDBPyConnection, registry_folders: Sequence[Path], defaults: Mapping[str, str | bool]
) -> None:
    """Resolves and derives, all or nothing, and leaves the writer's file ready to be copied once it is closed.

    `defaults`: the default definition, option by option (tracker.definition.DEFAULTS).
    """
    database.all_threads_for_much(connection)
    release_memory()
    with database.transaction(connection):
        changed = resolve_names(connection, registry_folders)
        # The feeds first, which are read as Python values: what they needed is free again for the rest.
        statements.derive(connection, registry_folders, changed=changed)
        release_memory()
        derive(connection, defaults, afresh=changed)
        comments.write(connection)
    connection.execute("CHECKPOINT")


def fingerprint(registry_folders: Sequence[Path]) -> str:
    """Changes when a line of the registry or a rule of resolution changes."""
    code = [Path(str(resolve.__file__)).parent, Path(str(registry_tables.__file__)), Path(str(statements.__file__))]
    lines = [freshness.of_files(folder, pattern="*.csv") for folder in registry_folders]
    return freshness.fingerprint(*lines, freshness.of_files(*code))


def resolve_names(connection: duckdb.DuckDBPyConnection, registry_folders: Sequence[Path]) -> bool:
    """Fills the registry's tables, names_resolved and openness: only what is new, unless registry or rules changed.

    Says whether they changed.
    """
    import pyarrow as pa

    rules = fingerprint(registry_folders)
    changed = not freshness.is_fresh(connection, "names", rules)
    unresolved = "SELECT count(*) FROM names WHERE name_key NOT IN (SELECT name_key FROM names_resolved)"
    if not changed and not connection.execute(unresolved).fetchall()[0][0]:
        return changed
    registry = load_registry(*registry_folders)
    if changed:
        for table in ("names_resolved", "openness", "name_countries"):
            connection.execute(f"DELETE FROM {table}")
        freshness.record(connection, "names", rules)
        registry_tables.fill(connection, registry)
    fresh = connection.execute(
        "SELECT name_key, name, models, organization, licence, country, openness FROM names"
        " WHERE name_key NOT IN (SELECT name_key FROM names_resolved) ORDER BY name_key"
    ).fetchall()
    answers, spans, countries = [], [], []
    for key, name, models, *columns in fresh:
        for since, until, results in resolve.meanings(resolve.PublishedName(name, tuple(models), *columns), registry):
            answers.append((
                key, since, until, results.release, results.variant, results.release_how, results.developer,
                results.developer_how, results.country, results.subdivision, results.released_on, results.licence,
                results.terms, list(results.steps),
            ))  # fmt: skip
            ends = [span.since or FIRST_DAY for span in results.openness[1:]] + [NO_DAY]
            spans += [(key, since, span.since or FIRST_DAY, end, span.value, span.how)
                      for span, end in zip(results.openness, ends, strict=True)]  # fmt: skip
        countries += [(key, code) for code in several(columns[2])]
    text, day = pa.string(), pa.date32()
    names = ["release", "variant", "release_how", "developer", "developer_how", "country", "subdivision"]
    database.insert(connection, "names_resolved", {
        "name_key": pa.int32(), "since": day, "until": day, **dict.fromkeys(names, text), "released_on": day,
        "licence": text, "terms": text, "steps": pa.list_(text),
    }, answers)  # fmt: skip
    database.insert(connection, "openness", {"name_key": pa.int32(), "meant_since": day, "since": day, "until": day,
                                              "value": text, "how": text}, spans)  # fmt: skip
    database.insert(connection, "name_countries", {"name_key": pa.int32(), "country": text}, countries)
    return changed


def several(published: str | None) -> list[str]:
    """ISO codes of a cell that names several countries, each known; none otherwise. Hong Kong and Macao are CN."""
    if not published or "," not in published:
        return []
    codes = [resolve.country_code(part) for part in published.split(",")]
    if None in codes:
        return []
    return sorted({"CN" if code in ("HK", "MO") else str(code) for code in codes})


def derive(connection: duckdb.DuckDBPyConnection, defaults: Mapping[str, str | bool], *, afresh: bool = False) -> None:
    """Series, views, the daily shares of the default definition, and the macro share_of, as far as they are not so yet.

    `afresh`: what names resolve to has changed.
    """
    series = database.sql("series")
    series_fingerprint = freshness.fingerprint(series)
    derived = freshness.is_fresh(connection, "series", series_fingerprint)
    if not derived:
        connection.execute(series)
    _views(connection, defaults)
    _daily_shares(connection, defaults, afresh=afresh, moved=not derived)
    if not derived:
        freshness.record(connection, "series", series_fingerprint)


def _views(connection: duckdb.DuckDBPyConnection, defaults: Mapping[str, str | bool]) -> None:
    views, macro = database.sql("views"), share_query.macro(defaults)
    fingerprint = freshness.fingerprint(database.sql("series"), views, macro)
    if freshness.is_fresh(connection, "views", fingerprint):
        return
    connection.execute(views)
    connection.execute(macro)
    freshness.record(connection, "views", fingerprint)


def _daily_shares(
    connection: duckdb.DuckDBPyConnection, defaults: Mapping[str, str | bool], *, afresh: bool, moved: bool
) -> None:
    """Brings shares_by_day up to the series: only points that are new are counted, unless facts or the text changed.

    `moved`: the series is not the one from which they were written.
    """
    daily = share_query.daily(defaults)
    fingerprint = freshness.fingerprint(daily)
    if afresh or not freshness.is_fresh(connection, "shares_by_day", fingerprint):
        connection.execute(f"CREATE OR REPLACE TABLE shares_by_day AS {daily} LIMIT 0")
        comment = "Shares of every board and day at N = 10, 20 and 50 under the default definition"
        connection.execute(f"COMMENT ON TABLE shares_by_day IS '{comment}'")
        freshness.record(connection, "shares_by_day", fingerprint)
    elif not moved:
        return
    same = " AND ".join(f"d.{column} IS NOT DISTINCT FROM s.{column}" for column in _SAME_POINT)
    connection.execute(f"DELETE FROM shares_by_day AS d WHERE NOT EXISTS (FROM series AS s WHERE {same})")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE to_count AS SELECT s.* FROM series AS s"
        f" WHERE NOT EXISTS (FROM shares_by_day AS d WHERE {same})"
    )
    if not connection.execute("SELECT count(*) FROM to_count").fetchall()[0][0]:
        return
    # The query reads `series`: here that is what is left to count.
    left = share_query.daily(defaults, before={"series": "FROM to_count"})
    connection.execute(f"INSERT INTO shares_by_day {left}")


def swap(data: Path) -> Path:
    """Copies the writer's file, durably, and points the symbolic link at the copy in one step."""
    folder = data / "published"
    folder.mkdir(exist_ok=True)
    for torn in folder.glob("*.tmp*"):
        torn.unlink()
    numbers = sorted(int(file.stem.split("-")[1]) for file in folder.glob("tracker-*.duckdb"))
    copy = folder / f"tracker-{(numbers or [0])[-1] + 1}.duckdb"
    torn = copy.with_suffix(".tmp")
    shutil.copyfile(data / "warehouse.duckdb", torn)
    with torn.open("rb") as file:
        os.fsync(file.fileno())
    torn.chmod(0o444)
    os.replace(torn, copy)
    link = folder / "link.tmp"
    link.symlink_to(Path("published") / copy.name)
    os.replace(link, data / database.PUBLISHED)
    for number in numbers[: -KEPT + 1]:
        (folder / f"tracker-{number}.duckdb").unlink(missing_ok=True)
    return copy
