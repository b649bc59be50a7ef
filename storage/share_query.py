"""The one query that every figure comes from: a chain of named relations, one file for each, over the relation `asked`.

`asked` has a row for each question: ask, board, top, as_of, today, every_day and the options of a definition
(tracker.definition; `by` is called by_value, since SQL has a word BY). The chain reads the tables series, boards,
entries, names_resolved, name_countries and openness, and the same text runs on DuckDB and Spark.
"""

from __future__ import annotations

from collections.abc import Mapping

from storage.database import sql

# Each reads those before it.
CHAIN = ("points", "ordered", "resolved", "best", "placed", "cut", "valued", "grouped", "ties", "totals", "counted")
# Of what `asked` has beside the options of a definition: name -> SQL type.
QUESTION = {
    "ask": "INTEGER",
    "board": "VARCHAR",
    "top": "BIGINT",
    "as_of": "DATE",
    "today": "DATE",
    "every_day": "BOOLEAN",
}


def shares(asked: str, before: Mapping[str, str] | None = None) -> str:
    """The query for shares, one row for each question, day and value. `asked` is the text of that relation.

    `before`: relations in front of the chain, which then stand for the tables of their names.
    """
    return _with({**(before or {}), "asked": asked, **{name: sql(f"share/{name}") for name in CHAIN}}, sql("share"))


def top_n(asked: str) -> str:
    """The query for the units of the top N, one by one."""
    needed = CHAIN[: CHAIN.index("placed") + 1]
    return _with({"asked": asked, **{name: sql(f"share/{name}") for name in needed}}, sql("top_n"))


def _with(relations: Mapping[str, str], last: str) -> str:
    named = ",\n".join(f"{name} AS (\n{text.strip()}\n)" for name, text in relations.items())
    return f"WITH {named}\n{last}"


def daily(defaults: Mapping[str, str | bool], before: Mapping[str, str] | None = None) -> str:
    """The shares of every board and day at the headline Ns, under the default definition, by country and openness."""
    options = [f"{_literal(value)} AS {name}" for name, value in defaults.items() if name != "by_value"]
    asked = (
        "SELECT row_number() OVER () AS ask, b.board, t.top, v.by_value, DATE '9999-12-31' AS as_of,"
        f" DATE '9999-12-31' AS today, true AS every_day, {', '.join(options)}"
        " FROM boards AS b CROSS JOIN (SELECT unnest([10, 20, 50]) AS top) AS t"
        " CROSS JOIN (SELECT unnest(['country', 'openness', 'country,openness']) AS by_value) AS v"
    )
    return shares(asked, before)


def macro(defaults: Mapping[str, str | bool]) -> str:
    """The statements that make the table macro `share_of`, for whoever asks in SQL."""
    named = {**defaults, "as_of": "DATE '9999-12-31'", "every_day": False}
    values = {name: value if name == "as_of" else _literal(value) for name, value in named.items()}
    parameters = ", ".join(f"{name} := {value}" for name, value in values.items())
    own = ", ".join(f"{name} AS {name}" for name in ("board", "top", *named))
    query = shares(f"SELECT 1 AS ask, current_date AS today, {own}")
    comment = f"Shares of the top N of a board: share_of(''arena_text'', 20), and by name {', '.join(named)}"
    return (
        f"CREATE OR REPLACE MACRO share_of(board, top, {parameters}) AS TABLE {query};\n"
        f"COMMENT ON MACRO TABLE share_of IS '{comment}'"
    )


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
