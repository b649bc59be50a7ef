"""The published copy: swapped in one step, readers keep theirs, and the registry speaks anew at each publish."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from scrapers.spec import load_sources
from storage import load, publish
from storage.database import connect, opened, published
from tests.place import Place, exported_files, page, points, put, small
from tracker.cli import cli

NAMES = ("Qwen3-32B", "gpt-4o", "Nameless 9")


def filled(folder: Path) -> Place:
    """Two days of a board with a Chinese model, an American one and one that nobody knows."""
    place = small(folder)
    put(place, page([50, 40, 30], names=NAMES), "2026-01-01")
    put(place, page([50, 60, 30], names=NAMES), "2026-01-02")
    return place


def counted(place: Place) -> list[tuple[str, str, float]]:
    """(day, country, count) of the top 10."""
    query = "SELECT day::VARCHAR, first, count FROM share_of('small_plain', 10, every_day := true) ORDER BY ALL"
    return place.sql(query)


def test_the_link_is_swapped_and_two_copies_stay(tmp_path: Path) -> None:
    """The link leads to the newest copy, which nobody may write; the one before stays for who has just opened it."""
    place = filled(tmp_path / "place")
    link, folder = place.data / "tracker.duckdb", place.data / "published"
    seen = [os.readlink(link)]
    for _ in range(3):
        assert place.run("publish").code == 0
        seen.append(os.readlink(link))
    assert len(set(seen)) == 4
    assert sorted(f"published/{file.name}" for file in folder.iterdir()) == sorted(seen[-2:])
    assert published(place.data).stat().st_mode & 0o222 == 0
    assert not Path(seen[-1]).is_absolute()  # the data directory can be moved
    assert place.run("top", "small_plain").code == 0


def test_copies_are_numbered_past_ten(tmp_path: Path) -> None:
    """The newest is the highest number, not the last by name."""
    place = filled(tmp_path / "place")
    copy = published(place.data).resolve()
    copy.rename(copy.with_name("tracker-9.duckdb"))
    for number in (10, 11, 12):
        place.run("publish")
        assert os.readlink(place.data / "tracker.duckdb") == f"published/tracker-{number}.duckdb"
    assert {file.name for file in copy.parent.iterdir()} == {"tracker-11.duckdb", "tracker-12.duckdb"}


def test_an_open_reader_hinders_nothing_and_keeps_its_answers(tmp_path: Path) -> None:
    """An analyst's connection answers as when it was opened, even once its file is no longer there by name."""
    place = filled(tmp_path / "place")
    reader = connect(published(place.data), read_only=True)
    count = "SELECT count(*) FROM entries_resolved"
    before = reader.execute(count).fetchall()
    for day, score in (("03", 61), ("04", 62), ("05", 63)):
        assert put(place, page([50, score, 30], names=NAMES), f"2026-01-{day}")["state"] == "accepted"
    assert reader.execute(count).fetchall() == before == [(6,)]
    assert reader.execute("SELECT count(*) FROM share_of('small_plain', 2, every_day := true)").fetchall() == [(4,)]
    reader.close()
    assert place.sql(count) == [(15,)]


def test_a_corrected_line_of_the_registry_corrects_history(tmp_path: Path) -> None:
    """`tracker publish` is enough: every day of every series follows, and back."""
    place = filled(tmp_path / "place")
    output = [(f"2026-01-0{day}", country, 1.0) for day in (1, 2) for country in ("CN", "US", "unknown")]
    assert counted(place) == output
    file = place.registry / "developers.csv"
    lines = file.read_text()
    file.write_text(lines.replace("alibaba,Alibaba,CN", "alibaba,Alibaba,SG"))
    assert counted(place) == output
    assert place.run("publish").code == 0
    assert counted(place) == [(day, "SG" if country == "CN" else country, n) for day, country, n in output]
    file.write_text(lines)
    place.run("publish")
    assert counted(place) == output


def test_a_new_line_of_the_registry_names_what_was_unknown(tmp_path: Path) -> None:
    """A release that comes to the registry later is known on all days."""
    place = filled(tmp_path / "place")
    file = place.registry / "releases.csv"
    header, *lines = file.read_text().splitlines()
    lines.append("openai/nameless-9,openai,2025-01-01,no,,,,,https://example.org/page,2026-08-01,")
    file.write_text("\n".join([header, *sorted(lines)]) + "\n")
    assert place.run("publish").code == 0
    assert counted(place) == [
        ("2026-01-01", "CN", 1),
        ("2026-01-01", "US", 2),
        ("2026-01-02", "CN", 1),
        ("2026-01-02", "US", 2),
    ]


def test_a_wrong_registry_publishes_nothing(tmp_path: Path) -> None:
    """One sentence that names the file; what was published is served on."""
    place = filled(tmp_path / "place")
    output, link = counted(place), os.readlink(place.data / "tracker.duckdb")
    file = place.registry / "developers.csv"
    file.write_text(file.read_text().replace("alibaba,Alibaba,CN", "alibaba,Alibaba,China"))
    done = place.run("publish")
    assert done.code in {1, 2}
    assert "developers.csv" in done.err
    assert len(done.err.splitlines()) == 1
    assert (counted(place), os.readlink(place.data / "tracker.duckdb")) == (output, link)


def test_what_the_contract_names_is_there_and_says_what_it_holds(tmp_path: Path) -> None:
    """Tables, views and the macro that others script against, each with a comment."""
    place = filled(tmp_path / "place")
    tables = dict(place.sql("SELECT table_name, comment FROM duckdb_tables()"))
    views = dict(place.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"))
    macros = dict(
        place.sql(
            "SELECT function_name, comment FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
        )
    )
    for name in ("snapshots", "observations", "entries", "names", "developers", "releases", "aliases", "captures"):
        assert tables[name], name
    for name in ("entries_resolved", "latest", "unresolved", "health"):
        assert views[name], name
        assert place.sql(f"SELECT count(*) FROM {name}")[0][0] > 0
    assert set(macros) == {"share_of"}
    assert macros["share_of"]
    assert place.sql("SELECT first, count FROM share_of('small_plain', 1)") == [("US", 1)]


def test_older_shells_can_read_the_file(tmp_path: Path) -> None:
    """The storage version is the one that ARCHITECTURE names, not the newest of the library."""
    place = filled(tmp_path / "place")
    tags = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
    assert place.sql(tags) == [("v1.5.0+",)]
    place.run("rebuild")
    assert place.sql(tags) == [("v1.5.0+",)]


@pytest.mark.parametrize("query", ["DELETE FROM names", "CREATE TABLE x (y INT)", "COPY names TO 'names.csv'"])
def test_queries_cannot_change_what_is_published(tmp_path: Path, query: str) -> None:
    """`tracker sql` reads, and writes neither there nor beside it."""
    place = filled(tmp_path / "place")
    done = place.run("sql", query)
    assert done.code == 2
    assert len(points(place, "small_plain")) == 2


def test_a_warehouse_made_with_other_tables_is_derived_anew(demo_data: Path, tmp_path: Path) -> None:
    """A version of the program with other tables needs no migration: everything is read again from the archive."""
    data = tmp_path / "data"
    shutil.copytree(demo_data, data, symlinks=True)

    def exported(name: str) -> dict[str, bytes]:
        assert CliRunner().invoke(cli, ["export", str(tmp_path / name), "--data", str(data)]).exit_code == 0
        # The demo declares fewer boards, and breaks of them, than the sources do.
        files = exported_files(tmp_path / name)
        return {
            file: body
            for file, body in files.items()
            if file.endswith(".csv") and file not in ("boards.csv", "breaks.csv")
        }

    before = exported("before")
    assert "entries/arena_text.csv" in before
    connection = duckdb.connect(str(data / "warehouse.duckdb"))
    connection.execute("DROP TABLE freshness")
    connection.execute("ALTER TABLE entries DROP COLUMN votes")
    connection.close()
    assert CliRunner().invoke(cli, ["publish", "--data", str(data)]).exit_code == 0
    assert exported("after") == before


@pytest.mark.parametrize(("folder", "subject"), [("registry", "names"), ("scrapers", "source")])
def test_a_change_of_any_module_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, subject: str
) -> None:
    """Whatever file of the rules or of the readers changes, names are resolved again, or pages read again."""
    root = Path(publish.__file__).parent.parent
    copy = tmp_path / folder
    shutil.copytree(root / folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if folder == "registry":
        monkeypatch.setattr("storage.publish.resolve.__file__", str(copy / "resolve.py"))
    else:
        monkeypatch.setattr(load, "SOURCES", copy / "sources")
    small_source = load_sources()["vectara"]

    def fingerprint() -> object:
        if folder == "registry":
            return publish.fingerprint([copy / "data"])
        return load.fingerprints({"vectara": small_source})

    seen = {str(fingerprint())}
    files = [file for file in copy.rglob("*.py") if "sources" not in file.parts]
    for number, file in enumerate(files, 2):
        file.write_text(file.read_text("utf-8") + "# changed\n", "utf-8")
        seen.add(str(fingerprint()))
        assert len(seen) == number, file
    assert len(files) > 8, subject


def test_what_stands_is_not_derived_again(tmp_path: Path) -> None:
    """A publish with nothing new leaves series and statements as they are; a new page, and a decision, make them anew."""
    place = small(tmp_path / "place")
    put(place, page([50] * 5), "2026-01-01")

    def struck() -> bool:
        with opened(place.data / "warehouse.duckdb") as connection:
            connection.execute("UPDATE series SET edition = 'by hand'")
            connection.execute("INSERT INTO statements (subject) VALUES ('by hand')")
        return place.run("publish").code == 0

    by_hand = "SELECT (SELECT count(*) FROM series WHERE edition = 'by hand'), count(*) FROM statements WHERE subject = 'by hand'"
    assert struck()
    assert place.sql(by_hand) == [(1, 1)]
    put(place, page([60] * 5), "2026-01-02")
    assert place.sql(by_hand) == [(0, 0)]
    (snapshot,) = place.sql("SELECT snapshot FROM series WHERE day = DATE '2026-01-02'")[0]
    decided = f"snapshot,decision,day,by,reason\n{snapshot},reject,2026-01-03,me,not theirs\n"
    (place.folder / "decisions.csv").write_text(decided)
    assert struck()
    assert place.sql(by_hand) == [(0, 0)]
    assert points(place, "small_plain") == [("2026-01-01", 50)]
