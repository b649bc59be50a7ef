"""Damage on disk heals, or is named: pages, the ledger, the databases. What is whole counts on."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storage import database
from storage.archive import Archive, Line
from tests.place import Place, page, points, put, small
from tests.upstream import PAGES, Upstream

FIRST, SECOND, THIRD = page([50, 40]), page([60, 40]), page([70, 40])
DAYS = [("2026-01-01", 50), ("2026-01-02", 60), ("2026-01-03", 70)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three days of a board."""
    place = small(tmp_path_factory.mktemp("whole") / "place")
    for body, (day, _) in zip((FIRST, SECOND, THIRD), DAYS, strict=True):
        put(place, body, day)
    return place


@pytest.fixture
def place(whole: Place, tmp_path: Path) -> Place:
    """The same, to be damaged."""
    return whole.copy(tmp_path / "place")


@pytest.fixture(scope="module")
def expected(whole: Place) -> dict[str, bytes]:
    """What it exports."""
    return whole.exported()


def blob_of(place: Place, day: str) -> Path:
    """The blob of the page of that day."""
    archive = Archive(place.archive)
    lines = [line for *_, line in archive.lines() if isinstance(line, Line) and f"{line.fetched_at:%Y-%m-%d}" == day]
    return archive.blob(str(lines[0].content_sha256))


def ledger_of(place: Place) -> Path:
    """The file of January."""
    return place.archive / "ledger" / "2026-01.jsonl"


# Pages.
DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda blob: blob.unlink(),
    "empty": lambda blob: blob.write_bytes(b""),
    "half": lambda blob: blob.write_bytes(blob.read_bytes()[:20]),
    "a folder": lambda blob: (blob.unlink(), blob.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_page_that_is_lost_is_refused_by_name_and_the_others_go_on(
    place: Place, expected: dict[str, bytes], damage: str
) -> None:
    """A rebuild reads all others; status and the log name the file; the same bytes, imported again, make all whole."""
    blob = blob_of(place, "2026-01-02")
    DAMAGES[damage](blob)
    done = place.run("rebuild")
    assert done.code == 0
    assert done.err.startswith(
        f"warning: 1 archived pages cannot be read; the first: archive/blobs/{blob.stem[:2]}/{blob.name} "
    )
    assert done.err.endswith("rebuilt from 3 captures, 1 of them refused\n")
    assert blob.name in (place.data / "tracker.log").read_text()
    assert points(place, "small_plain") == [DAYS[0], DAYS[2]]
    ((state, reason),) = place.sql("SELECT state, reason FROM captures WHERE fetched_at::DATE = DATE '2026-01-02'")
    assert state == "refused"
    assert blob.name in reason
    assert reason.endswith(": see tracker check-archive")
    assert (
        f"problem: 1 archived pages and 0 lines of the ledger cannot be read, the first: archive/blobs/{blob.stem[:2]}/"
        in place.run("status").err
    )
    # A new page comes: it counts, and the lost one is still refused.
    put(place, page([80, 40]), "2026-01-04")
    assert points(place, "small_plain") == [DAYS[0], DAYS[2], ("2026-01-04", 80)]
    if damage == "a folder":
        blob.rmdir()
    assert put(place, SECOND, "2026-01-02")["state"] == "accepted"
    assert points(place, "small_plain") == [*DAYS, ("2026-01-04", 80)]
    assert place.sql("SELECT count(*) FROM unreadable") == [(0,)]
    assert "cannot be read" not in place.run("status").err
    assert len(place.ledger()) == 4


def test_a_lost_page_whose_file_is_put_back_is_read_again(place: Place, expected: dict[str, bytes]) -> None:
    """From a backup: the next run of any kind reads it."""
    blob = blob_of(place, "2026-01-02")
    blob.rename(place.folder / "blob")
    place.run("rebuild")
    assert place.exported() != expected
    (place.folder / "blob").rename(blob)
    assert place.run("publish").code == 0
    assert place.exported() == expected


@pytest.mark.parametrize(
    ("source", "role"),
    [("livebench", "releases"), ("livebench", "table"), ("tau2", "manifest"), ("tau2", "submission")],
)
def test_a_set_that_lacks_a_lost_page_is_refused(upstream: Upstream, tmp_path: Path, source: str, role: str) -> None:
    """Sources of several pages: no board is made without a page that belongs to it; all is whole once it is back."""
    place = Place(tmp_path / "place", upstream.mirror)
    assert place.run("collect", source, "vectara").code == 0
    before = place.exported()
    lines = [line for *_, line in Archive(place.archive).lines() if isinstance(line, Line)]
    lost = next(line for line in reversed(lines) if (line.source, line.role) == (source, role) and line.content_sha256)
    blob = Archive(place.archive).blob(str(lost.content_sha256))
    blob.rename(tmp_path / "blob")
    assert place.run("rebuild").code == 0
    boards = {row.split(b",")[0] for row in before["snapshots.csv"].splitlines()[1:]}
    after = set(place.exported()["snapshots.csv"].splitlines()[1:])
    assert after < set(before["snapshots.csv"].splitlines())
    assert any(row.startswith(b"vectara") for row in after)
    if role != "table":
        assert {row.split(b",")[0] for row in after} == {b"vectara_hallucination"} < boards
    ((reason,),) = place.sql(
        f"SELECT DISTINCT reason FROM captures WHERE state = 'refused' AND capture = '{lost.capture()}'"
    )
    assert blob.name in reason
    (tmp_path / "blob").rename(blob)
    assert place.run("publish").code == 0
    assert place.exported() == before


def test_of_a_feed_whose_newest_page_is_lost_the_one_before_speaks(tmp_path: Path) -> None:
    """Its capture is refused by name; once the bytes are back, the newest page speaks again."""
    place = Place(tmp_path / "place")
    header = "Model,Organization,Publication date,Country (of organization),Model accessibility\n"
    for day, who in (("2026-01-01", "OpenAI"), ("2026-01-02", "Anthropic")):
        saved = place.folder / f"{day}.csv"
        saved.write_text(f"{header}gpt-4o,{who},,,\n" + "another,,,,\n" * 499)
        assert place.run("import", "epoch_models", saved).code == 0
    facts = "SELECT value FROM facts"
    assert place.sql(facts) == [("Anthropic",)]
    blob = blob_of(place, "2026-01-02")
    blob.rename(tmp_path / "blob")
    # Nothing asks for the page itself; what a feed says is read anew where its code or its pages changed.
    with database.opened(place.data / "warehouse.duckdb") as connection:
        connection.execute("DELETE FROM freshness WHERE subject = 'facts:epoch_models'")
    assert blob.name in place.run("publish").err
    assert place.sql(facts) == [("OpenAI",)]
    assert place.sql("SELECT state FROM captures ORDER BY fetched_at") == [("read",), ("refused",)]
    (tmp_path / "blob").rename(blob)
    place.run("publish")
    assert place.sql(facts) == [("Anthropic",)]


@pytest.mark.parametrize("damage", ["missing", "half"])
def test_a_page_whose_bytes_are_lost_is_asked_for_as_if_new(upstream: Upstream, tmp_path: Path, damage: str) -> None:
    """Without its validators: the server would answer 304, and the bytes would never come again."""
    place = Place(tmp_path / "place", upstream.mirror)
    assert place.run("collect", "vectara", "aider").code == 0
    before = place.exported()
    lines = [line for *_, line in Archive(place.archive).lines() if isinstance(line, Line)]
    (lost,) = [line for line in lines if line.source == "vectara"]
    (robots,) = {line.content_sha256 for line in lines if line.role == "robots"}
    for sha256 in (lost.content_sha256, robots):
        DAMAGES[damage](Archive(place.archive).blob(str(sha256)))
    upstream.log()
    assert place.run("collect", "vectara", "aider").code == 0
    asked = {request["path"]: request["if_none_match"] for request in upstream.log()}
    assert asked[PAGES["vectara"]] is None
    assert asked[PAGES["aider"]]
    assert Archive(place.archive).read(str(lost.content_sha256))
    assert place.run("check-archive").code == 0
    assert place.run("rebuild").code == 0
    assert place.exported() == before


def test_a_source_that_chooses_its_pages_goes_on_without_a_lost_one(upstream: Upstream, tmp_path: Path) -> None:
    """Its manifest is lost and the site is down: no traceback, and the site is asked again the next time."""
    place = Place(tmp_path / "place", upstream.mirror)
    assert place.run("collect", "opencompass").code == 0
    before = place.exported()
    for *_, line in Archive(place.archive).lines():
        if isinstance(line, Line) and line.role.startswith("manifest"):
            Archive(place.archive).blob(str(line.content_sha256)).unlink()
    upstream.fault("*", "500")
    done = place.run("collect", "opencompass")
    assert done.code == 1
    assert "Traceback" not in done.err
    upstream.fault("*", "none")
    assert place.run("collect", "opencompass").code == 0
    assert place.run("check-archive").code == 0
    assert place.exported()["entries.csv"] == before["entries.csv"]


# The ledger.
def test_junk_in_the_ledger_is_passed_over_and_named(place: Place, expected: dict[str, bytes]) -> None:
    """One line of three is cut in half: it is named at once, in status and by check-archive; the others count."""
    ledger = ledger_of(place)
    first, second, third = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(first + second[:100] + b"\n" + third)
    done = place.run("rebuild")
    assert done.code == 0
    sentence = f"warning: {ledger}: 1 lines are no lines of the ledger and were passed over, the first is line 2: see tracker check-archive"
    assert sentence in done.err.splitlines()
    assert points(place, "small_plain") == [DAYS[0], DAYS[2]]
    assert (
        "problem: 0 archived pages and 1 lines of the ledger cannot be read, the first: ledger/2026-01.jsonl, line 2"
        in place.run("status").err
    )
    assert put(place, page([80, 40]), "2026-01-04")["state"] == "accepted"
    assert put(place, SECOND, "2026-01-02")["state"] == "accepted"
    assert points(place, "small_plain") == [*DAYS, ("2026-01-04", 80)]


@pytest.mark.parametrize("command", [("publish",), ("rebuild",)], ids=["publish", "rebuild"])
def test_an_older_archive_that_was_put_back_is_what_counts(
    place: Place, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """The database knows captures that the ledger lacks: it is made afresh, and says so."""
    older = tmp_path / "older"
    shutil.copytree(place.archive, older)
    before = place.exported()
    put(place, page([80, 40]), "2026-01-04")
    shutil.rmtree(place.archive)
    older.rename(place.archive)
    done = place.run(*command)
    assert done.code == 0
    if command == ("publish",):
        assert "warning: the ledger is not as " in done.err
    assert place.exported() == before
    assert "warning" not in place.run("publish").err


def test_another_line_in_the_place_of_the_last_that_was_read_is_noticed(place: Place) -> None:
    """The file is as long as before."""
    ledger = ledger_of(place)
    raw = ledger.read_bytes()
    ledger.write_bytes(raw.replace(b"2026-01-03T", b"2026-01-05T"))
    assert len(ledger.read_bytes()) == len(raw)
    assert "warning: the ledger is not as " in place.run("publish").err
    assert points(place, "small_plain") == [*DAYS[:2], ("2026-01-05", 70)]


@pytest.mark.parametrize("lost", ["archive", "archive/ledger"])
@pytest.mark.parametrize("warehouse", [True, False], ids=["a warehouse", "a published copy alone"])
def test_no_database_is_replaced_by_an_empty_one(
    place: Place, expected: dict[str, bytes], lost: str, warehouse: bool
) -> None:
    """The archive is gone: every command that writes says what to do, and what is published is served on."""
    (place.data / lost).rename(place.folder / "elsewhere")
    if not warehouse:
        (place.data / "warehouse.duckdb").unlink()
    (place.folder / "plain.csv").write_bytes(FIRST)
    for command in (
        ["rebuild"],
        ["publish"],
        ["collect", "small"],
        ["import", "small", "plain.csv", "--captured-at", "2026-01-01"],
    ):
        done = place.run(*(place.folder / word if word == "plain.csv" else word for word in command))
        assert done.code == 1
        assert done.err == (
            f"tracker: {place.archive}: no fetch is in it, and the database beside it was read from some: put the archive"
            " back, or begin in another data directory\n"
        )
    assert place.exported() == expected
    if not (place.data / lost).exists():
        (place.folder / "elsewhere").rename(place.data / lost)
    assert place.run("rebuild").code == 0
    assert place.exported() == expected


# The databases.
def spoiled(raw: bytes, kind: str) -> bytes:
    """The bytes of a database, damaged."""
    flipped = bytearray(raw)
    for at in {"header": [0], "second header": [4096, 8192]}.get(kind, []):
        flipped[at + 40] ^= 0xFF
    if kind == "blocks":
        flipped[12288:] = random.Random(1).randbytes(len(raw) - 12288)
    if kind == "data":  # every block but the first: the database opens, and a table of it cannot be read
        for at in range(12288 + 262144, len(raw), 262144):
            flipped[at + 1000] ^= 0xFF
    return {"empty": b"", "half": raw[: len(raw) // 2], "text": b"no database\n" * 1000}.get(kind, bytes(flipped))


@pytest.mark.parametrize("kind", ["empty", "half", "text", "header", "second header", "blocks", "data"])
@pytest.mark.parametrize("command", [("publish",), ("rebuild",), ("import",)], ids=["publish", "rebuild", "import"])
def test_a_damaged_warehouse_is_made_afresh(
    place: Place, expected: dict[str, bytes], kind: str, command: tuple[str, ...]
) -> None:
    """Whatever runs next: it says so, and gives what it would have given."""
    warehouse = place.data / "warehouse.duckdb"
    warehouse.write_bytes(spoiled(warehouse.read_bytes(), kind))
    if command == ("import",):
        assert put(place, THIRD, "2026-01-03")["state"] == "unchanged"
    else:
        done = place.run(*command)
        assert done.code == 0, done.err
        assert done.err.startswith("warning: ") == (command == ("publish",))
    assert place.exported() == expected
    assert "warning" not in place.run("publish").err


def test_damage_where_nothing_is_derived_is_healed_by_publish(place: Place, expected: dict[str, bytes]) -> None:
    """Rows that no run would read: a damaged copy of them is not published for another damaged copy."""
    warehouse = place.data / "warehouse.duckdb"
    with database.opened(warehouse) as connection:
        connection.execute("INSERT INTO facts SELECT i, i, random(), random() FROM range(300000) AS r (i)")
        connection.execute("CHECKPOINT")
    raw = bytearray(warehouse.read_bytes())
    raw[len(raw) // 2] ^= 0xFF  # in the middle of what has just been written
    warehouse.write_bytes(raw)
    assert put(place, THIRD, "2026-01-03")["state"] == "unchanged"
    done = place.run("sql", "FROM facts")
    assert done.err == f"tracker: {place.data}/tracker.duckdb is damaged: run `tracker publish`, which writes it anew\n"
    done = place.run("publish")
    assert (done.code, done.err.startswith("warning: ")) == (0, True)
    assert place.sql("FROM facts") == []
    assert place.exported() == expected


def test_damage_that_shows_only_later_is_healed_in_the_same_run(
    place: Place, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database opens, and one of its tables cannot be read: it is taken away, and all is done again."""
    import duckdb

    from storage import publish

    prepare, calls = publish.prepare, list[int]()

    def broken(*args: object) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2")
        prepare(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(publish, "prepare", broken)
    done = place.run("publish")
    assert done.code == 0, done.err
    assert "warehouse.duckdb is damaged (Corrupt database file" in done.err
    assert place.exported() == expected


def test_a_warehouse_that_another_program_has_open_is_left_alone(place: Place, expected: dict[str, bytes]) -> None:
    """A sentence, exit code 1, and not a byte of it changed."""
    warehouse = place.data / "warehouse.duckdb"
    raw = warehouse.read_bytes()
    script = f"import duckdb, sys; c = duckdb.connect({str(warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        done = place.run("publish")
        other.communicate()
    assert done.code == 1
    assert done.err.startswith(f"tracker: {warehouse}: cannot be opened: IO Error: Could not set lock on file")
    assert len(done.err.splitlines()) == 1
    assert warehouse.read_bytes() == raw
    assert place.run("publish").code == 0
    assert place.exported() == expected


@pytest.mark.parametrize("kind", ["empty", "half", "text", "header", "blocks", "data"])
def test_a_damaged_published_copy_is_a_sentence_that_says_what_to_run(
    place: Place, expected: dict[str, bytes], kind: str
) -> None:
    """Every command that reads; publishing writes a new copy."""
    copy = (place.data / "tracker.duckdb").resolve()
    copy.chmod(0o644)
    copy.write_bytes(spoiled(copy.read_bytes(), kind))
    for command in (
        ["top", "small_plain"],
        ["share", "small_plain"],
        ["status"],
        ["sql", "FROM latest"],
        ["export", str(place.folder / "out")],
    ):
        done = place.run(*command)
        assert done.code == 1, command
        assert (
            done.err
            == f"tracker: {place.data}/tracker.duckdb is damaged: run `tracker publish`, which writes it anew\n"
        )
    assert place.run("publish").code == 0
    assert place.exported() == expected


def test_a_published_link_that_leads_nowhere(place: Place, expected: dict[str, bytes]) -> None:
    """The copies are gone: publish writes one."""
    shutil.rmtree(place.data / "published")
    assert os.path.islink(place.data / "tracker.duckdb")
    assert "run `tracker collect`" in place.run("status").err
    assert place.run("publish").code == 0
    assert place.exported() == expected
