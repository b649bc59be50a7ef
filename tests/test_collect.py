"""`tracker collect` against the simulated world: four sources, days that pass, and a world that does not answer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from scrapers.spec import load_sources
from tests.place import Place, free_port
from tests.upstream import NEWEST, PAGES, Upstream

WALK = ["2025-04-30", "2025-08-20", "2025-11-10", "2026-08-22", NEWEST]
FIRST_ARENA = "2026-06-30"  # before it, the dataset did not exist


@pytest.fixture(scope="module")
def collected(simulated: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place that collected everything on the newest day."""
    simulated.day(NEWEST)
    place = Place(tmp_path_factory.mktemp("collected") / "place", simulated.mirror)
    done = place.run("collect", *PAGES, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert [row["source"] for row in done.json()] == sorted(PAGES)
    assert all(row["new"] and row["rows"] and not row["problem"] for row in done.json())
    return place


def test_again_at_once_brings_nothing_new(upstream: Upstream, collected: Place, tmp_path: Path) -> None:
    """Every GET is conditional and answered 304; no new snapshot, the same export but for when pages were seen.

    But for OpenCompass's column files: none is recorded, so they are not there, and are asked for again.
    """
    place = collected.copy(tmp_path / "place")
    output, known = place.exported(), place.sql("SELECT count(*) FROM snapshots")
    upstream.log()
    done = place.run("collect", *PAGES, "--format", "json", now=f"{NEWEST}T01:00:00Z")
    assert done.code == 0, done.err
    gets = [line for line in upstream.log() if line["method"] == "GET" and "-column" not in line["path"]]
    assert len(gets) >= 12
    assert [line["path"] for line in gets if not line["if_none_match"]] == []
    answers = place.sql("SELECT status FROM captures WHERE fetched_at > (SELECT min(fetched_at) FROM captures)"
                        " AND method = 'GET' AND role <> 'robots' AND role NOT LIKE 'columns%'")  # fmt: skip
    assert answers == [(304,)] * len(gets)
    assert all(row["new"] == 0 and row["unchanged"] for row in done.json())
    assert place.sql("SELECT count(*) FROM snapshots") == known
    assert place.exported()["entries.csv"] == output["entries.csv"]
    assert place.exported()["shares.csv"] == output["shares.csv"]


def test_every_edition_that_opencompass_lists_is_a_snapshot(upstream: Upstream, collected: Place) -> None:
    """Each day of update in both manifests is a point; the shortest edition has 15 rows and its own denominator.

    The manifest says May 9, 2024 of 24-04, which got a row on May 28: that is its day.
    """
    for kind, board in ((1, "opencompass_llm"), (0, "opencompass_academic")):
        listed = {edition["updateTime"].replace("2024-05-09", "2024-05-28") for edition in upstream.manifest(kind)}
        assert listed
        assert listed <= collected.days()[board]
    shares = collected.run("share", "opencompass_llm", "--history", "--format", "json").json()
    assert {row["of"] for row in shares} == {15, 20}


def test_every_source_that_needs_no_key_collects(upstream: Upstream, tmp_path: Path) -> None:
    """All that are on, in one run on the newest day: no problem, no page refused, no board quarantined."""
    place = Place(tmp_path / "place", upstream.mirror)
    done = place.run("collect", "--format", "json")
    assert (done.code, done.err) == (0, "")
    on = sorted(source.name for source in load_sources().values() if source.enabled)
    assert [row["source"] for row in done.json()] == on
    assert place.sql("SELECT board, reason FROM snapshots WHERE state <> 'accepted'") == []
    status = place.run("status", "--format", "json")
    assert status.code == 0
    assert {board["state"] for board in status.json()} == {"ok", "never"}
    assert all(board["reason"] for board in status.json() if board["state"] == "never")


def test_who_asks_says_so(upstream: Upstream, collected: Place, tmp_path: Path) -> None:
    """One User-Agent, with a contact, on every request; no key goes out."""
    place = collected.copy(tmp_path / "place")
    upstream.log()
    place.run("collect", "aider", "vectara", now=f"{NEWEST}T02:00:00Z")
    log = upstream.log()
    assert len(log) == 3
    assert all(line["user_agent"].startswith("leaderboard-tracker/") and "(+" in line["user_agent"] for line in log)
    assert not any(line["authorization"] for line in log)


def test_two_at_once_are_both_fine(upstream: Upstream, collected: Place, tmp_path: Path) -> None:
    """Two processes on one data directory wait for each other; the outcome is that of one."""
    place = Place(tmp_path / "place", upstream.mirror)
    both = [place.start("collect", *PAGES, "--format", "json") for _ in range(2)]
    output = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], output
    new = [sum(row["new"] for row in json.loads(out)) for out, _ in output]
    assert min(new) == 0 < max(new)
    assert place.exported() == collected.exported()


def test_a_walk_through_the_days(upstream: Upstream, tmp_path: Path) -> None:
    """The history grows and nothing is lost; the arena fails on the days when it did not exist, and nothing else does."""
    place = Place(tmp_path / "place", upstream.mirror)
    before: dict[str, set[str]] = {}
    for day in WALK:
        upstream.day(day)
        done = place.run("collect", *PAGES, "--format", "json", now=day)
        failed = {row["source"] for row in done.json() if row["problem"]}
        assert failed == ({"arena"} if day < FIRST_ARENA else set()), done.err
        assert done.code == (1 if failed else 0)
        after = place.days()
        for board, days in before.items():
            assert days <= after[board], (day, board)
        assert sum(map(len, after.values())) > sum(map(len, before.values()))
        assert max(max(days) for days in after.values()) <= day
        before = after
    assert {"aider_polyglot", "vectara_hallucination", "opencompass_llm", "arena_text"} <= set(before)
    assert before["aider_polyglot"] == set(WALK[:3])  # its page did not change after 2025-10-04
    output = place.exported()
    assert place.run("rebuild").code == 0
    assert place.exported() == output


def test_nothing_can_be_reached(tmp_path: Path) -> None:
    """Exit code 75 within seconds, one sentence for each source, on a fresh data directory."""
    place = Place(tmp_path / "place", f"http://127.0.0.1:{free_port()}/{{host}}")
    started = time.monotonic()
    done = place.run("collect", *PAGES, "--format", "json")
    assert done.code == 75
    assert time.monotonic() - started < 15
    for row in done.json():
        message = [line for line in done.err.splitlines() if line.startswith(f"problem: {row['source']}: ")]
        assert len(message) == 1, done.err
        assert "cannot be reached" in message[0]
    assert "Traceback" not in done.err
    again = place.run("collect", "aider")
    assert again.code == 75


def test_nothing_can_be_reached_over_good_data(collected: Place, tmp_path: Path) -> None:
    """Exit code 75, and what was collected is served on."""
    place = collected.copy(tmp_path / "place")
    place.configure(f"http://127.0.0.1:{free_port()}/{{host}}")
    output = place.exported()
    later = f"{NEWEST}T01:00:00Z"
    assert place.run("collect", *PAGES, now=later).code == 75
    assert place.exported() == output
    status = place.run("status", "--format", "json", now=later)
    assert status.code == 1
    assert {row["state"] for row in status.json() if row["source"] in PAGES} == {"failed"}


def test_a_source_that_fails_stops_no_other(upstream: Upstream, tmp_path: Path) -> None:
    """Vectara is gone: exit code 1 and a line that names it; the others are collected."""
    place = Place(tmp_path / "place", upstream.mirror)
    upstream.fault(PAGES["vectara"], "404")
    done = place.run("collect", "aider", "vectara", "--format", "json")
    assert done.code == 1
    assert [row["source"] for row in done.json() if row["problem"]] == ["vectara"]
    assert "problem: vectara: " in done.err
    assert "answers 404" in done.err
    assert set(place.days()) == {"aider_edit", "aider_polyglot"}
    upstream.fault(PAGES["vectara"], "none")
    assert place.run("collect", "aider", "vectara", now=f"{NEWEST}T01:00:00Z").code == 0
    assert "vectara_hallucination" in place.days()


def test_a_page_that_was_doubted_is_asked_for_in_full(upstream: Upstream, collected: Place, tmp_path: Path) -> None:
    """A page that was refused lends no validator: once the real one is back, it comes whole."""
    place = collected.copy(tmp_path / "place")
    upstream.fault(PAGES["vectara"], "html")
    assert place.run("collect", "vectara", now=f"{NEWEST}T01:00:00Z").code == 1
    upstream.fault(PAGES["vectara"], "none")
    upstream.log()
    assert place.run("collect", "vectara", now=f"{NEWEST}T02:00:00Z").code == 0
    (line,) = upstream.log()
    whole = place.sql("SELECT etag FROM captures WHERE role = 'readme' AND status = 200 ORDER BY fetched_at LIMIT 1")
    assert line["if_none_match"] == whole[0][0]  # of the good copy, not of the page in between
    assert place.exported()["entries.csv"] == collected.exported()["entries.csv"]


def test_an_unknown_source_is_wrong_use(tmp_path: Path) -> None:
    """Exit code 2, and what there is."""
    done = Place(tmp_path / "place").run("collect", "aidr")
    assert done.code == 2
    assert "no source 'aidr' (did you mean aider?)" in done.err


@pytest.mark.parametrize("batch", [1, 200])
def test_pages_that_sets_share_are_good_where_one_set_is(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """LiveBench's newest table is cut: its own set is refused, and the pages that all sets share are not."""
    monkeypatch.setattr("storage.load.BATCH", batch)
    place = Place(tmp_path / "place", upstream.mirror)
    table = "/raw.githubusercontent.com/LiveBench/new-livebench/main/public/table_2026_06_25.csv"
    upstream.fault(table, "half")
    try:
        assert place.run("collect", "livebench").code == 1
    finally:
        upstream.fault(table, "none")
    states = place.sql("SELECT role, state, count(*) FROM captures WHERE role IN ('links', 'releases') GROUP BY ALL")
    assert sorted(states) == [("links", "read", 2), ("releases", "read", 1)]
    assert place.sql("SELECT count(*) FROM captures WHERE role = 'table' AND state = 'refused'") == [(1,)]
