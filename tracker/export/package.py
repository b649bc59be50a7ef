"""What describes an export: a Frictionless Data Package, Croissant, CITATION.cff, README.md, dbt's sources.yml and the
metadata of Datasette. Nothing here says when it was written: an export of the same data has the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from tracker.cookbook import queries
from tracker.export import csv_files, every_eval_ever, sqlite_file
from tracker.export.croissant import croissant
from tracker.export.description import DESCRIPTION, KINDS, TITLE, Board, packed, sha256_of
from tracker.export.readme import readme
from tracker.export.tables import VOLATILE, Column, Selection, Table

if TYPE_CHECKING:
    import duckdb

PACKAGE = "datapackage.json"
_UNITS = {"share": "1", "share_low": "1", "share_high": "1"}
# Licences by their SPDX identifier, as far as the sources state any.
_LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "MIT": "https://opensource.org/license/mit",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def write(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: Sequence[Table],
    formats: Sequence[str],
    selection: Selection,
    left_out: Sequence[str],
) -> list[str]:
    """Writes the descriptions below the folder; gives their names. `left_out`: boards of which no row is passed on."""
    boards = [
        Board(*row)
        for row in connection.execute(
            "SELECT b.board, b.title, b.publisher, b.homepage, b.licence, coalesce(b.licence_page, ''), b.unit"
            " FROM boards AS b JOIN chosen_boards AS c ON c.board = b.board"
            " WHERE b.board IN (SELECT p.board FROM points AS p) ORDER BY b.board"
        ).fetchall()
    ]
    ((newest,),) = connection.execute("SELECT max(p.day) FROM points AS p").fetchall()
    resources = list(_resources(connection, tables, boards)) if "csv" in formats else []
    records = _records(connection) if every_eval_ever.FOLDER in formats else []
    kept = [name for name, *_ in _all_files(folder)]
    files = {
        "README.md": readme(tables, formats, boards, selection, left_out, newest, records),
        "CITATION.cff": _citation(boards, newest),
    }
    if "csv" in formats:
        files["sources.yml"] = _dbt(tables)
        files["croissant.json"] = croissant(folder, tables, resources, newest)
    if "sqlite" in formats:
        files["metadata.json"] = _datasette(tables)
    files[PACKAGE] = packed({
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ai-leaderboards",
        "title": TITLE,
        "description": DESCRIPTION,
        "version": str(newest or "empty"),
        "homepage": "https://github.com/leaderboard-tracker/leaderboard-tracker",
        "keywords": ["AI", "leaderboards", "open weights", "countries"],
        "sources": [_source(board) for board in boards],
        "licenses": _licences(boards),
        "resources": [_described(folder, *resource) for resource in resources],
        "files": sorted({*kept, *files, PACKAGE}),
    })  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    return sorted(files)


def files_of(folder: Path) -> set[str]:
    """The files that an export before wrote into the folder, as its package says; none is outside the folder."""
    try:
        named = orjson.loads((folder / PACKAGE).read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    names = {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
    return {name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts}


def _all_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _resources(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], boards: Sequence[Board]
) -> Iterator[tuple[str, str, Table, Board | None]]:
    """(name, file, table, leaderboard) of every CSV file."""
    by_name = {board.board: board for board in boards}
    for table in tables:
        for file, _ in csv_files.files(connection, table):
            board = Path(file).stem if "/" in file else None
            name = f"entries-{board}".lower().replace("_", "-") if board else table.name.replace("_", "-")
            yield name, file, table, by_name[board] if board else None


def _described(folder: Path, name: str, file: str, table: Table, board: Board | None) -> dict[str, Any]:
    """A CSV file as a resource of a Data Package."""
    resource: dict[str, Any] = {
        "name": name,
        "path": file,
        "type": "table",
        "title": f"{board.title}: rows as published" if board else table.name,
        "description": table.holds,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
    }
    if table.name != VOLATILE:
        resource |= {"bytes": (folder / file).stat().st_size, "hash": f"sha256:{sha256_of(folder / file)}"}
    if board:
        resource |= {"sources": [_source(board)], "licenses": _licences([board])}
    names = {"boards": "boards", "snapshots": "snapshots"}
    return resource | {
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": [_field(column, table, board) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": list(each.columns),
                    "reference": {"resource": names[each.table], "fields": list(each.columns)},
                }
                for each in table.references
            ],
        }
    }


def _field(column: Column, table: Table, board: Board | None) -> dict[str, Any]:
    kind = KINDS[column.kind][0]
    field: dict[str, Any] = {"name": column.name, "type": kind, "description": column.comment}
    if kind == "datetime":
        field["format"] = "%Y-%m-%d %H:%M:%S"
    if kind == "boolean":
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    unit = board.unit if board and column.name in ("score", "score_low", "score_high") else _UNITS.get(column.name)
    return field | ({"unit": unit} if unit else {})


def _source(board: Board) -> dict[str, str]:
    source = {"title": f"{board.publisher}: {board.title}", "path": board.homepage}
    return {key: value for key, value in source.items() if value}


def _licences(boards: Sequence[Board]) -> list[dict[str, str]]:
    """The licences that the publishers state; the facts themselves are passed on where none is stated."""
    return [
        {"name": licence, "path": _LICENCES[licence]}
        for licence in sorted({board.licence for board in boards if board.licence in _LICENCES})
    ]


def _citation(boards: Sequence[Board], newest: date | None) -> str:
    """CITATION.cff of the data; JSON strings are YAML strings."""
    lines = [
        "cff-version: 1.2.0",
        "message: Cite the leaderboard itself, too; it is named among the references.",
        "type: dataset",
        f"title: {json.dumps(TITLE)}",
        "authors:",
        "  - name: Leaderboard Tracker",
        f"version: {json.dumps(str(newest or 'empty'))}",
        f"abstract: {json.dumps(DESCRIPTION)}",
        *([f"date-released: {newest}"] if newest else []),
        *(["references:"] if boards else []),
    ]
    for board in boards:
        lines += [
            "  - type: data",
            f"    title: {json.dumps(board.title, ensure_ascii=False)}",
            "    authors:",
            f"      - name: {json.dumps(board.publisher, ensure_ascii=False)}",
            *([f"    url: {json.dumps(board.homepage)}"] if board.homepage else []),
        ]
    return "\n".join(lines) + "\n"


def _dbt(tables: Sequence[Table]) -> str:
    """dbt's sources: each table with the place of its files, for dbt-duckdb."""
    lines = [
        "# For dbt-duckdb: link this file into models/, and set the variable `leaderboards` to this folder.",
        "version: 2",
        "sources:",
        "  - name: leaderboards",
        f"    description: {json.dumps(DESCRIPTION)}",
        "    tables:",
    ]
    for table in tables:
        pattern = "entries/*.csv" if table.name == "entries" else f"{table.name}.csv"
        lines += [
            f"      - name: {table.name}",
            f"        description: {json.dumps(table.holds)}",
            "        meta:",
            f"          external_location: \"read_csv('{{{{ var('leaderboards') }}}}/{pattern}')\"",
            "        columns:",
        ]
        for column in table.columns:
            tests = "\n            data_tests: [not_null]" if (column.name,) == table.key else ""
            lines.append(
                f"          - name: {column.name}\n            description: {json.dumps(column.comment)}{tests}"
            )
    return "\n".join(lines) + "\n"


def _datasette(tables: Sequence[Table]) -> str:
    """metadata.json of Datasette: what each table and column holds, and the questions of the cookbook."""
    described = {
        table.name: {
            "title": table.name,
            "description": table.holds,
            "columns": {column.name: column.comment for column in table.columns},
        }
        for table in tables
        if table.name != VOLATILE
    }
    asked = {
        query.name: {"sql": query.sql, "title": query.question, **({"description": query.note} if query.note else {})}
        for query in queries()
        if not query.duckdb_only
    }
    return packed({
        "title": TITLE,
        "description": DESCRIPTION,
        "source": "the leaderboards of the table boards, which has their licences, too",
        "databases": {Path(sqlite_file.FILE).stem: {"tables": described, "queries": asked}},
    })  # fmt: skip


def _records(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The line on the records of Every Eval Ever, and how many rows have none."""
    without = every_eval_ever.rows_without_score(connection)
    left_out = f" {without} row{'s' * (without != 1)} without a score {'are' if without != 1 else 'is'} left out."
    return [
        f"- `{every_eval_ever.FOLDER}/data/<leaderboard>/<developer>/<model>/*.json`: a record in the format of Every"
        f" Eval Ever (schema {every_eval_ever.SCHEMA_VERSION}) for each row of the newest point of each leaderboard,"
        f" and of no other point.{left_out if without else ''}"
    ]
