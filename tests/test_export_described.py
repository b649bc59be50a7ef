"""What describes an export is true: other people's tools read it, and find what the leaderboards published."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import duckdb
import mlcroissant
import pandas as pd
import polars
import pytest
import yaml
from click.testing import CliRunner
from frictionless import Package

from tests.place import Place, exported_files, free_port, page, put, small
from tests.upstream import NEWEST, Upstream
from tracker.cli import cli

SECRET = ["Secretive-1", "Secretive-2", "Secretive-3"]


@pytest.fixture(scope="module")
def of_the_demo(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of the demo's data in every format."""
    folder = tmp_path_factory.mktemp("demo") / "exported"
    words = ["export", str(folder), "--format", "sqlite,csv,parquet", "--data", str(demo_data), "--now", "2026-09-04"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


def test_frictionless_finds_no_fault(of_the_demo: Path) -> None:
    """Every file, each cell by its type, keys and references among tables; every CSV file is described."""
    package = Package(str(of_the_demo / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    assert {resource.path for resource in package.resources} == {
        file.relative_to(of_the_demo).as_posix() for file in of_the_demo.rglob("*.csv")
    }
    fields = [field for resource in package.resources for field in resource.schema.fields]
    assert all(field.description for field in fields)


def test_a_wrong_cell_is_found(of_the_demo: Path, tmp_path: Path) -> None:
    """The description is no formality: a rank that is no number, and a point that there is not."""
    copy = Path(shutil.copytree(of_the_demo, tmp_path / "copy"))
    file = copy / "entries" / "aider_polyglot.csv"
    header, first, *rest = file.read_text("utf-8").splitlines()
    cells = first.split(",")
    cells[1], cells[4] = "2020-01-01", "first"
    file.write_text("\n".join([header, ",".join(cells), *rest, ""]), "utf-8")
    report = Package(str(copy / "datapackage.json")).validate()
    assert {"type-error", "foreign-key"} <= {row[0] for row in report.flatten(["type"])}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # of a library that mlcroissant uses
def test_croissant_is_read_and_gives_rows(of_the_demo: Path) -> None:
    """Without a warning or an error; the first row of a record set is that of the file."""
    dataset = mlcroissant.Dataset(jsonld=str(of_the_demo / "croissant.json"))
    assert dataset.metadata.ctx.issues.errors == dataset.metadata.ctx.issues.warnings == set()
    first = next(iter(dataset.records(record_set="boards")))
    assert first["boards/board"] == b"aider_polyglot"
    assert "last_seen.csv" not in json.dumps(dataset.metadata.to_json())


def test_datasette_serves_it(of_the_demo: Path, tmp_path: Path) -> None:
    """With what each table holds, a search by name, and the questions of the cookbook."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "datasette", "serve", str(of_the_demo / "leaderboards.sqlite"), "-m",
         str(of_the_demo / "metadata.json"), "--port", str(port)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:

        def asked(path: str) -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
                return str(answer.read().decode())

        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                asked("/-/versions.json")
                break
            except OSError:
                assert server.poll() is None, server.stdout and server.stdout.read()
                time.sleep(0.05)
        page_of_table = asked("/leaderboards/entries")
        assert "Rows of the leaderboards as published" in page_of_table
        rows = json.loads(asked("/leaderboards/leader_of_each_board.json?_shape=array"))
        assert {row["board"]: row["name"] for row in rows}["arena_text"] == "claude-fable-5"
        hits = json.loads(asked("/leaderboards/names.json?_shape=array&_search=hunyuan"))
        assert {"Hunyuan-A13B-Instruct"} <= {row["name"] for row in hits}
    finally:
        server.terminate()
        server.communicate(timeout=20)


def test_sqlite_is_whole(of_the_demo: Path) -> None:
    """Keys and references hold, as SQLite itself says; each name is found by its words."""
    connection = sqlite3.connect(of_the_demo / "leaderboards.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("SELECT count(*) FROM entries WHERE board = 'arena_text'").fetchall() == [(393,)]
    assert connection.execute("SELECT count(*) FROM latest WHERE board = 'opencompass_llm'").fetchall() == [(15,)]
    connection.close()


@pytest.mark.parametrize("board", ["arena_text", "opencompass_llm", "aider_polyglot"])
def test_csv_and_parquet_are_one_table_in_every_tool(of_the_demo: Path, board: str) -> None:
    """pandas, DuckDB and polars read both back to equal tables."""
    csv_file, parquet_files = of_the_demo / f"entries/{board}.csv", of_the_demo / f"parquet/entries/{board}/*.parquet"
    types = {name: str(kind) for name, kind, *_ in duckdb.execute(f"DESCRIBE FROM '{parquet_files}'").fetchall()}
    order = "ORDER BY board, day, row"
    from_parquet = duckdb.execute(f"FROM '{parquet_files}' {order}").fetchall()
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
    assert duckdb.execute(f"FROM read_csv('{csv_file}', columns = {columns}) {order}").fetchall() == from_parquet
    numbers = {name for name, kind in types.items() if kind in ("DOUBLE", "INTEGER")}
    texts = {name: "string" for name, kind in types.items() if kind == "VARCHAR"}
    frame = pd.read_csv(csv_file, dtype=texts, parse_dates=["day", "released_on"], keep_default_na=False,
                        na_values={name: [""] for name in types})  # fmt: skip
    same = pd.concat(pd.read_parquet(file) for file in sorted(parquet_files.parent.iterdir()))
    same = same.sort_values(["board", "day", "row"], kind="stable").reset_index(drop=True)
    assert len(frame) == len(same) == len(from_parquet)
    for name in types:
        left, right = frame[name], same[name]
        if name in numbers:
            assert left.astype(float).equals(right.astype(float)), name
        else:
            assert (
                left.astype("string").fillna("").str[:10].tolist()
                == right.astype("string").fillna("").str[:10].tolist()
            )
    by_polars = polars.read_csv(
        csv_file, infer_schema_length=None, schema_overrides=dict.fromkeys(texts, polars.String)
    )
    again = polars.read_parquet(parquet_files).sort("board", "day", "row")
    for name in numbers | {"name", "release", "country", "openness"}:
        assert by_polars[name].cast(again[name].dtype).to_list() == again[name].to_list(), name


def test_the_sources_of_dbt_are_yaml(of_the_demo: Path) -> None:
    """Every table and column with its description."""
    (source,) = yaml.safe_load((of_the_demo / "sources.yml").read_text("utf-8"))["sources"]
    tables = {table["name"]: table for table in source["tables"]}
    assert {"entries", "shares", "boards", "releases"} <= tables.keys()
    assert all(column["description"] for table in tables.values() for column in table["columns"])
    assert tables["entries"]["meta"]["external_location"] == "read_csv('{{ var('leaderboards') }}/entries/*.csv')"


def test_the_readme_names_who_published_what(of_the_demo: Path) -> None:
    """Each leaderboard with its publisher and licence; the citation names them, too."""
    readme, citation = (of_the_demo / name for name in ("README.md", "CITATION.cff"))
    assert "| Arena text" in readme.read_text("utf-8")
    assert "CC-BY-4.0" in readme.read_text("utf-8")
    references = yaml.safe_load(citation.read_text("utf-8"))["references"]
    assert "Arena" in {reference["authors"][0]["name"] for reference in references}


def test_a_day_without_news_changes_one_file(upstream: Upstream, tmp_path: Path) -> None:
    """In all formats; and an export of the same day changes none."""
    place = Place(tmp_path / "place", upstream.mirror)

    def exported() -> dict[str, bytes]:
        assert place.run("export", tmp_path / "out", "--format", "csv,parquet,sqlite").code == 0
        return exported_files(tmp_path / "out")

    assert place.run("collect", "aider", "vectara", "arena").code == 0
    first = exported()
    assert exported() == first
    assert place.run("collect", "aider", "vectara", "arena", now="2026-11-02").code == 0
    later = exported()
    assert [name for name in first | later if first.get(name) != later.get(name)] == ["last_seen.csv"]


def test_rows_that_may_not_be_passed_on_are_in_no_file(tmp_path: Path) -> None:
    """Neither their names nor their scores, in any format; what is left out is named, and the shares are there."""
    place = small(tmp_path / "place")
    declared = place.folder / "sources" / "small.toml"
    declared.write_text(declared.read_text().replace('redistribute = "pages"', 'redistribute = "shares"'))
    put(place, page([98.7654, 87.6543, 76.5432], names=SECRET), "2026-01-01")
    put(place, page([1.2345], names=["Secretive-4"]), "2026-01-02")  # quarantined
    out = tmp_path / "out"
    assert place.run("export", out, "--format", "csv,parquet,sqlite").code == 0
    for name, body in exported_files(out).items():
        assert not re.search(rb"[Ss]ecretive|98\.7654|87\.6543|1\.2345", body), name
    for file in out.rglob("*.parquet"):  # which are packed
        assert "ecretive" not in str(duckdb.execute(f"FROM '{file}'").fetchall()), file
    assert not list(out.rglob("*entries*"))
    assert "small_plain" in (out / "README.md").read_text("utf-8").partition("## What is left out")[2]
    assert "small_plain,2026-01-01" in (out / "shares.csv").read_text()
    # For one's own use.
    assert place.run("export", out, "--include-restricted").code == 0
    assert "Secretive-1" in (out / "entries" / "small_plain.csv").read_text()
    assert "For your own use" in (out / "README.md").read_text("utf-8")
    # And an export after that takes the rows away again.
    assert place.run("export", out).code == 0
    assert not (out / "entries" / "small_plain.csv").exists()


def test_a_bundle_of_what_may_not_be_passed_on(tmp_path: Path) -> None:
    """There is none, but for one's own use."""
    place = small(tmp_path / "place")
    declared = place.folder / "sources" / "small.toml"
    declared.write_text(declared.read_text().replace('redistribute = "pages"', 'redistribute = "shares"'))
    put(place, page([3, 2, 1], names=SECRET), "2026-01-01")
    (figure, *_) = place.run("share", "small_plain", "--top", "3", "--format", "json").json()
    done = place.run("bundle", figure["id"], tmp_path / "figure.zip")
    assert (done.code, (tmp_path / "figure.zip").exists()) == (1, False)
    assert "allow no row to be passed on" in done.err
    assert place.run("bundle", figure["id"], tmp_path / "figure.zip", "--include-restricted").code == 0
    assert place.run("verify", tmp_path / "figure.zip").code == 0


def test_one_day_and_since_a_day(demo_data: Path, tmp_path: Path) -> None:
    """--as-of has the point in force for each leaderboard, --since those from a day on; of one leaderboard where asked."""

    def snapshots(*words: str) -> list[tuple[str, str]]:
        args = ["export", str(tmp_path / "out"), "--data", str(demo_data), "--now", "2026-09-04", *words]
        done = CliRunner().invoke(cli, args, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        lines = (tmp_path / "out" / "snapshots.csv").read_text("utf-8").splitlines()[1:]
        return [(line.split(",")[0], line.split(",")[1]) for line in lines]

    on_the_day = snapshots("--as-of", "2025-10-18", "--board", "opencompass_llm", "--board", "arena_text")
    assert on_the_day == [("opencompass_llm", "2025-08-12")]
    shares = (tmp_path / "out" / "shares.csv").read_text("utf-8")
    assert "opencompass_llm,2025-08-12,2025-08-12," in shares
    later = snapshots("--since", "2026-01-01", "--board", "opencompass_llm")
    assert later == [("opencompass_llm", day) for day in ("2026-02-11", "2026-05-13", "2026-08-24")]
    done = CliRunner().invoke(cli, ["export", str(tmp_path / "out"), "--data", str(demo_data), "--board", "arena_txt"])
    assert done.exit_code == 2
    assert "did you mean arena_text" in done.output


def test_a_description_that_names_files_elsewhere_removes_none(tmp_path: Path) -> None:
    """The folder may hold a datapackage.json that somebody else wrote."""
    place = small(tmp_path / "place")
    put(place, page([3, 2, 1]), "2026-01-01", "plain")
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    for files in (["../mine.txt", str(tmp_path / "mine.txt"), 7], "mine.txt", {}):
        (out / "datapackage.json").write_text(json.dumps({"files": files}))
        assert place.run("export", out, now=NEWEST).code == 0
        assert (tmp_path / "mine.txt").read_text() == "mine"
