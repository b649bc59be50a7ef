"""The registry as tables of the published database: one row for each line, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from registry.load import Registry
from registry.models import Alias, Developer, DeveloperAlias, Family, Licence, Release

if TYPE_CHECKING:
    import duckdb

TABLES = {
    "developers": (Developer, "Organisations that release models, with the country of their primary base and its days"),
    "developer_aliases": (DeveloperAlias, "Other spellings of developers, as boards print them"),
    "releases": (Release, "Models that were published: developer, day, weights, licence, base model, evidence"),
    "aliases": (Alias, "Other names of releases, with the run variant that the name says; several candidates"
                " where the name is ambiguous"),
    "licences": (Licence, "Licences as boards print them, and their terms"),
    "families": (Family, "First words of model names that tell the developer, with their exceptions"),
}  # fmt: skip


def fill(connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
    """Makes every table anew."""
    import pyarrow as pa

    from storage.columns import column

    types: dict[str, pa.DataType] = {
        "str": pa.string(),
        "date": pa.date32(),
        "bool": pa.bool_(),
        "tuple[str, ...]": pa.list_(pa.string()),
    }
    for name, (kind, comment) in TABLES.items():
        values_of: Any = getattr(registry, name)
        rows = list(values_of.values()) if isinstance(values_of, Mapping) else list(values_of)
        columns: dict[str, Any] = {}
        for field in fields(kind):
            values = [getattr(row, field.name) for row in rows]
            if field.name == "evidence":
                columns["evidence_url"] = column([line.url for line in values], pa.string())
                columns["evidence_day"] = column([line.day for line in values], pa.date32())
            else:
                columns[field.name] = column(values, types[str(field.type).removesuffix(" | None")])
        connection.register("batch", pa.Table.from_arrays(list(columns.values()), names=list(columns)))
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM batch")
        connection.unregister("batch")
        connection.execute(f"COMMENT ON TABLE {name} IS '{comment}'")
