"""The registry as tables of the published database: one row for each line, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from registry.load import Registry

if TYPE_CHECKING:
    import duckdb


def fill(connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
    """Makes every table anew."""
    import pyarrow as pa

    from registry.models import Alias, Developer, DeveloperAlias, Family, Licence, Release, Row
    from storage.columns import column

    tables: dict[str, tuple[type[Row], str]] = {
        "developers": (Developer, "Organisations that release models, with the country of their primary base and its"
                       " days"),
        "developer_aliases": (DeveloperAlias, "Other spellings of developers, as boards print them"),
        "releases": (Release, "Models that were published: developer, day, weights, licence, base model, evidence"),
        "aliases": (Alias, "Other names of releases, with the run variant that the name says; several releases,"
                    " joined by |, where the name is ambiguous"),
        "licences": (Licence, "Licences as boards print them, and their terms"),
        "families": (Family, "First words of model names that tell the developer, with their exceptions"),
    }  # fmt: skip
    text, lists = pa.string(), pa.list_(pa.string())
    types: dict[Any, pa.DataType] = {date: pa.date32(), bool: pa.bool_(), tuple[str, ...]: lists}
    for name, (model, comment) in tables.items():
        held = getattr(registry, name)
        rows = list(held.values()) if isinstance(held, Mapping) else list(held)
        columns = {}
        for column_name, field in model.model_fields.items():
            kinds = (field.annotation, *get_args(field.annotation))  # `date | None` holds days, too
            kind = next((types[each] for each in kinds if each in types), text)
            columns[column_name] = column([getattr(row, column_name) for row in rows], kind)
        connection.register("batch", pa.Table.from_arrays(list(columns.values()), names=list(columns)))
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM batch")
        connection.unregister("batch")
        connection.execute(f"COMMENT ON TABLE {name} IS '{comment}'")
