"""From archive to warehouse: what is believed follows from the archive, the declarations and the decisions alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.model import Entry, Snapshot
from storage import database, load, validate
from storage.archive import Archive, Line
from storage.parse_pool import ParsePool
from tests.place import Place, little_registry, page, points, put, small
from tests.upstream import NEWEST, Upstream
from tracker.config import load as load_config

# Pages of `small` with their days: a turn and a turn back, a late correction, a day in the future, a drop of rows
# (quarantined, and so no neighbour for what follows), a page that is none.
HISTORY = [
    (page([50, 40, 30, 20, 10]), "2026-01-01", "plain"),
    (page([51, 40, 30, 20, 10]), "2026-01-05", "plain"),
    (page([50, 40, 30, 20, 10]), "2026-01-09", "plain"),
    (page([60, 50]), "2026-01-12", "plain"),
    (page([61, 50, 40]), "2026-01-12T12:00:00", "plain"),
    (b"<html>moved</html>", "2026-01-13", "plain"),
    (page([70, 60, 50], "2026-01-03"), "2026-01-04", "dated"),
    (page([71, 60, 50], "2026-01-03"), "2026-01-06", "dated"),
    (page([80, 60, 50], "2026-02-01"), "2026-01-20", "dated"),
]


def fetch(place: Place, body: bytes, at: str, *, status: int = 200, role: str = "plain", run_id: str = "") -> None:
    """A fetch in the archive, not yet read."""
    archive = Archive(place.archive)
    archive.append([
        Line(
            fetched_at=datetime.fromisoformat(at).replace(tzinfo=UTC), run_id=run_id or f"run of {at}", source="small", role=role,
            method="GET", address=f"https://example.org/{role}.csv", body_sha256="", status=status, etag='"e"',
            last_modified=None, content_sha256=archive.put(body), bytes=len(body) if status == 200 else None,
            origin="import", origin_detail="", error=None,  # as `put` has it: exports say where the bytes are from
        )
    ])  # fmt: skip


def snapshots(place: Place) -> list[tuple[object, ...]]:
    """Rows, state and reason of every snapshot."""
    return place.sql("SELECT s.rows, s.state, s.reason FROM snapshots AS s ORDER BY s.rows, s.state, s.highest")


def ids(place: Place) -> dict[float, str]:
    """Id of each snapshot by its highest score."""
    return dict(place.sql("SELECT highest, snapshot FROM snapshots"))


def rebuilt(place: Place) -> None:
    """Derives everything again."""
    done = place.run("rebuild")
    assert done.code == 0, done.err


def read(place: Place) -> None:
    """Brings the warehouse up to the archive, and publishes nothing."""
    config = load_config(place.config, None)
    with database.opened(place.data / "warehouse.duckdb") as connection:
        with ParsePool(Archive(place.archive), config.limits) as pool:
            now = datetime.fromisoformat(f"{NEWEST}T00:00:00Z")
            load.parse(connection, pool.archive, config.declared(), pool, {}, now)
        validate.validate(connection, config.declared(), {})


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, list[str]]:
    """HISTORY imported page by page in the order of its days, and what each import said."""
    place = small(tmp_path_factory.mktemp("history") / "place")
    return place, [put(place, *item)["state"] for item in HISTORY]


@pytest.fixture(scope="module")
def in_time(history: tuple[Place, list[str]]) -> dict[str, bytes]:
    """Its export."""
    return history[0].exported()


@settings(max_examples=3, deadline=None)
@given(order=st.permutations(HISTORY), runs=st.lists(st.booleans(), min_size=len(HISTORY), max_size=len(HISTORY)))
def test_the_order_of_arrival_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    in_time: dict[str, bytes],
    order: list[tuple[bytes, str, str]],
    runs: list[bool],
) -> None:
    """Pages that come in any order, in as many runs as you like, give the same exported bytes; so does a rebuild."""
    place = small(tmp_path_factory.mktemp("any_order") / "place")
    for (body, at, role), ends_a_run in zip(order, runs, strict=True):
        fetch(place, body, at, role=role)
        if ends_a_run:
            read(place)
    read(place)
    assert place.run("publish").code == 0
    assert place.exported() == in_time
    rebuilt(place)
    assert place.exported() == in_time


def test_sets_of_pages_that_come_in_any_order(upstream: Upstream, tmp_path: Path) -> None:
    """A page that comes late belongs to the sets of its own day and of those after it, as if it had been in time."""
    in_time = Place(tmp_path / "in_time", upstream.mirror)
    for day in ("2026-08-24", "2026-09-21", NEWEST):
        upstream.day(day)
        assert in_time.run("collect", "livebench", "tau2", now=day).code == 0
    lines = [line for *_, line in Archive(in_time.archive).lines() if isinstance(line, Line)]
    assert len({line.run_id for line in lines}) == 3
    for seed in (1, 2):
        place = Place(tmp_path / f"seed {seed}")
        shutil.copytree(in_time.archive / "blobs", place.archive / "blobs")
        Random(seed).shuffle(lines)
        for some in (lines[::3], lines[1::3], lines[2::3]):
            Archive(place.archive).append(some)
            read(place)
        assert place.run("publish").code == 0
        assert place.exported() == in_time.exported()


def test_what_the_history_comes_to(history: tuple[Place, list[str]]) -> None:
    """Worked out by hand: the drop to 2 rows is doubted, and the 3 rows after it are judged against the 5 before."""
    place, states = history
    assert states == ["accepted", "accepted", "unchanged", "quarantined", "accepted", "quarantined", *["accepted"] * 3]
    assert points(place, "small_plain") == [
        ("2026-01-01", 50), ("2026-01-05", 51), ("2026-01-09", 50), ("2026-01-12", 61),
    ]  # fmt: skip
    assert points(place, "small_dated") == [("2026-01-03", 71), ("2026-01-20", 80)]
    quarantine = place.exported()["quarantine.csv"].decode().splitlines()
    assert len(quarantine) == 2
    assert "2 rows after 5 on 2026-01-05" in quarantine[1]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page([50]), "1 rows, at least 2 are expected"),
        (page([50] * 9), "9 rows, at most 8 are expected"),
        (page([50, 101]), "scores from 50 to 101, expected from 0 to 100"),
        (b"model,points\nA,-\nB,\n", "no row has a score"),
    ],
)
def test_a_page_beyond_expectation_is_quarantined(tmp_path: Path, body: bytes, reason: str) -> None:
    """It is kept with its reason, and is in no series."""
    place = small(tmp_path / "place")
    outcome = put(place, body, "2026-01-01")
    assert (outcome["state"], outcome["reason"]) == ("quarantined", f"small_plain: {reason}")
    assert snapshots(place) == [(len(body.splitlines()) - 1, "quarantined", reason)]
    assert points(place, "small_plain") == []
    assert place.sql("SELECT count(*) FROM entries_resolved") == [(0,)]


def test_a_page_that_comes_late_is_judged_by_its_day(tmp_path: Path) -> None:
    """Three rows after five are believed; once eight rows turn up between them, they are not, and the reverse."""
    place = small(tmp_path / "place")
    put(place, page([50] * 5), "2026-01-01")
    put(place, page([60] * 3), "2026-01-03")
    assert [state for _, state, _ in snapshots(place)] == ["accepted", "accepted"]
    put(place, page([70] * 8), "2026-01-02")
    assert snapshots(place) == [
        (3, "quarantined", "3 rows after 8 on 2026-01-02: a larger loss than 40%"), (5, "accepted", None), (8, "accepted", None),
    ]  # fmt: skip
    put(place, page([80] * 5), "2026-01-02T12:00:00")
    assert [state for _, state, _ in snapshots(place)] == ["accepted"] * 4


def decide(place: Place, *lines: str) -> None:
    """Writes decisions.csv."""
    text = "\n".join(["snapshot,decision,day,by,reason", *lines, ""])
    (place.folder / "decisions.csv").write_text(text, "utf-8")


def test_a_person_has_the_last_word(tmp_path: Path) -> None:
    """decisions.csv accepts what was doubted and rejects what was believed; taken back, the judgement stands again."""
    place = small(tmp_path / "place")
    for body, at in [(page([50] * 5), "2026-01-01"), (page([60] * 2), "2026-01-02"), (page([70] * 2), "2026-01-03")]:
        put(place, body, at)
    assert points(place, "small_plain") == [("2026-01-01", 50)]
    decide(place, f"{ids(place)[60]},accept,2026-01-04,me,the board was cut")
    rebuilt(place)
    # The second page of two rows is then no loss any more.
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-02", 60), ("2026-01-03", 70)]
    decide(place, f"{ids(place)[50]},reject,2026-01-04,me,another benchmark")
    put(place, page([80] * 3), "2026-01-05")  # any run applies the decisions, not only a rebuild
    assert points(place, "small_plain") == [("2026-01-02", 60), ("2026-01-03", 70), ("2026-01-05", 80)]
    assert (5, "quarantined", "rejected by hand: another benchmark") in snapshots(place)
    (place.folder / "decisions.csv").unlink()
    rebuilt(place)
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-05", 80)]


@pytest.mark.parametrize(
    "line", ["abc,accept,2026-01-04,me,why", f"{'0' * 64},perhaps,,,why", f"{'0' * 64},accept,,me,"]
)
def test_a_wrong_decision_is_one_sentence(tmp_path: Path, line: str) -> None:
    """The file and the line are named; nothing is applied."""
    place = small(tmp_path / "place")
    decide(place, line)
    done = place.run("rebuild")
    assert done.code == 2
    assert "decisions.csv: line 2: expected a snapshot id" in done.err
    assert len(done.err.splitlines()) == 1


def test_not_modified_is_a_sighting_and_no_snapshot(tmp_path: Path) -> None:
    """A 304 says that the page was seen again; first and last seen follow from it."""
    place = small(tmp_path / "place")
    fetch(place, page([50, 40]), "2026-01-01")
    fetch(place, page([50, 40]), "2026-01-02", status=304)
    fetch(place, page([50, 40]), "2026-01-05", status=304)
    rebuilt(place)
    assert len(snapshots(place)) == 1
    assert [str(at)[:10] for (at,) in place.sql("SELECT seen_at FROM observations ORDER BY seen_at")] == [
        "2026-01-01", "2026-01-02", "2026-01-05",
    ]  # fmt: skip
    result = place.sql("SELECT day::VARCHAR, captured_at::DATE::VARCHAR, last_seen_at::DATE::VARCHAR FROM series")
    assert result == [("2026-01-01", "2026-01-01", "2026-01-05")]


def test_one_page_of_two_places_is_one_snapshot(tmp_path: Path) -> None:
    """The order of the rows on the page, and when it was fetched, are no part of the identity."""
    place = small(tmp_path / "place")
    item, other = b"model,points\nA,50\nB,40\n", b"points,model\n40,B\n50,A\n"
    put(place, item, "2026-01-01")
    assert put(place, other, "2026-01-02")["state"] == "unchanged"
    assert len(snapshots(place)) == 1


def test_a_changed_declaration_reads_the_pages_again(tmp_path: Path) -> None:
    """The score is another column from now on: all of history follows, without a fetch."""
    place = small(tmp_path / "place")
    put(place, page([20, 10]), "2026-01-01")
    put(place, page([30, 10]), "2026-01-02")
    assert points(place, "small_plain") == [("2026-01-01", 20), ("2026-01-02", 30)]
    small(place.folder, score="double", declared="later")  # the same source, declared otherwise
    put(place, page([35, 10]), "2026-01-03")
    assert points(place, "small_plain") == [("2026-01-01", 40), ("2026-01-02", 60), ("2026-01-03", 70)]
    output = place.exported()
    rebuilt(place)
    assert place.exported() == output


def test_a_source_that_is_no_longer_declared(tmp_path: Path) -> None:
    """Its pages stay in the archive, its boards go; declared again, all is as before. A rebuild agrees each time."""
    place = small(tmp_path / "place")
    put(place, page([20, 10]), "2026-01-01")
    declared, output = place.config.read_text(), place.exported()
    place.config.write_text(declared.replace('source_folders = ["sources"]', ""))
    saved = place.folder / "2025-10-04.yml"
    saved.write_text("- model: A\n  pass_rate_2: 50\n")
    place.run("import", "aider", saved, "--role", "polyglot")
    without = place.exported()
    assert b"small" not in without["snapshots.csv"] + without["boards.csv"] + without["quarantine.csv"]
    rebuilt(place)
    assert place.exported() == without
    place.config.write_text(declared)
    put(place, page([20, 10]), "2026-01-01")
    assert place.exported()["snapshots.csv"] == output["snapshots.csv"]


def test_a_page_of_a_role_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    """A role that a declaration once had: its captures are refused by name, and stop nothing else."""
    place = small(tmp_path / "place")
    fetch(place, page([50, 40]), "2026-01-01", role="once_declared")
    put(place, page([50, 40]), "2026-01-02")
    assert place.sql("SELECT state, reason FROM captures WHERE role = 'once_declared'") == [
        ("refused", "small declares no page of role 'once_declared'")
    ]
    assert len(points(place, "small_plain")) == 1


def test_the_id_of_a_snapshot_is_its_content() -> None:
    """The order of rows, with holes in every column, and the edition change nothing; board, day or one cell do."""
    rows = (
        Entry(name="b", score=1.0, votes=3.0), Entry(name="a", score=None), Entry(name="a", score=2.0, licence="MIT"),
        Entry(name="a", score=2.0, models=("x", "y")),
    )  # fmt: skip
    day = date(2026, 1, 2)
    same = {Snapshot("tiny", edition, day, order).id() for order in permutations(rows) for edition in (None, "e")}
    assert len(same) == 1
    item = rows[0]
    others = [
        Snapshot("other", None, day, rows), Snapshot("tiny", None, None, rows), Snapshot("tiny", None, day, rows[1:]),
        Snapshot("tiny", None, day, (*rows, item)),
        *(Snapshot("tiny", None, day, (replace(item, **change), *rows[1:])) for change in (
            {"score": 1.5}, {"published_rank": 1.0}, {"released_on": day}, {"openness": "open"}, {"votes": None},
        )),
    ]  # fmt: skip
    assert len(same | {other.id() for other in others}) == 1 + len(others)


def test_the_little_registry_is_one(tmp_path: Path) -> None:
    """What these tests use as a registry loads as one."""
    from registry.load import load_registry

    little_registry(tmp_path / "registry")
    assert len(load_registry(tmp_path / "registry").developers) == 3
