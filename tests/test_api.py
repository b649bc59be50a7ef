"""The Python API gives the figures of the commands, typed; a wrong value is a ValueError that says what may be meant."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

import polars
import pytest

import tracker
from scrapers.errors import NothingPublished
from tests.place import Place
from tests.upstream import NEWEST, Upstream

TODAY = "2026-09-04"


@pytest.fixture
def t(demo_data: Path) -> Iterator[tracker.Tracker]:
    """The demo's data, open."""
    with tracker.open(demo_data, today=TODAY) as opened:
        yield opened


def test_the_founding_sentence(t: tracker.Tracker) -> None:
    """14 of 20, 9 of them open, none of the US: counted by hand on edition 25-07."""
    shares = t.share("opencompass_llm", top=20, by="country,open", as_of="2025-10-18")
    counts = {tuple(share.values.values()): share.count for share in shares}
    assert (counts["CN", "open"], counts["CN", "closed"], counts["US", "open"]) == (9, 5, 0)
    assert {share.day for share in shares} == {date(2025, 8, 12)}
    assert t.claim("founding").verdict == "supported"
    assert t.claim("15 of the top 20 models are Chinese on OpenCompass, 18 October 2025").verdict == "contradicted"


def test_the_same_as_the_command(t: tracker.Tracker, demo_data: Path, tmp_path: Path) -> None:
    """Field by field, as the command shows it in JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker.cli", "share", "arena_text_raw", "--unit", "release", "--as-of", "2026-08-22",
         "--format", "json", "--data", str(demo_data), "--now", TODAY],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    import json

    of_command = {row["country"]: row for row in json.loads(done.stdout)}
    records = t.share("arena_text_raw", unit="release", as_of="2026-08-22").records()
    assert [record["country"] for record in records] == list(of_command) == ["US", "CN"]
    for record in records:
        same = of_command[record["country"]].keys() & record.keys() - {
            "day",
            "published_on",
            "captured_at",
            "content_since",
        }
        assert {"count", "of", "share", "share_high", "snapshot", "origin"} <= same
        assert {name: record[name] for name in same} == {name: of_command[record["country"]][name] for name in same}


@pytest.mark.parametrize("kind", ["df", "arrow", "pl"])
def test_frames(t: tracker.Tracker, kind: str) -> None:
    """The same rows and columns, of pandas, Arrow and polars; an empty answer has its columns."""
    answer = t.share("arena_text_raw", as_of="2026-08-22")
    frame = getattr(answer, kind)()
    columns = frame.column_names if kind == "arrow" else list(frame.columns)
    assert columns == list(answer.records()[0])
    names = frame["country"].to_pylist() if kind == "arrow" else list(frame["country"])
    assert names == ["US", "CN"]
    empty = t.share("arena_text_raw", as_of="2020-01-01")
    assert not empty
    assert empty.why == "arena_text_raw: no accepted snapshot on or before 2020-01-01; the first is of 2026-08-19"
    assert len(getattr(empty, kind)()) == 0


def test_a_history_has_every_point_and_its_breaks(t: tracker.Tracker) -> None:
    """14 editions; each but the first does not compare with the one before it."""
    history = t.history("opencompass_llm", by="country", until="2026-09-04")
    chinese = [share for share in history if share.values == {"country": "CN"}]
    assert [share.count for share in chinese] == [17, 15, 14, 15, 13, 10, 12, 13, 12, 14, 12, 12, 13, 9]
    assert [bool(share.break_before) for share in chinese] == [False] + [True] * 13
    assert len(t.history("opencompass_llm", until="2025-08-12").df()["day"].unique()) == 10


@pytest.mark.parametrize(("wrong", "message"), [
    ({"unit": "relase"}, "unit='relase' (did you mean release?): expected one of entry, release, developer"),
    ({"by": "contry"}, "by='contry' (did you mean country or country,openness or country,open?): expected one of"),
    ({"preset": "by_relase"}, "preset='by_relase' (did you mean by_release"),
    ({"without_operator": "yes"}, "without_operator='yes': expected one of False, True"),
    ({"unitt": "entry"}, "no option 'unitt' (did you mean unit?); there are: by, unit, ties"),
    ({"as_of": "last year"}, "'last year' is not a day such as 2026-08-22"),
    ({"top": 0}, "top=0: expected a whole number from 1 on"),
    ({"top": "20"}, "top='20': expected a whole number from 1 on"),
])  # fmt: skip
def test_a_wrong_value_says_what_may_be_meant(t: tracker.Tracker, wrong: dict[str, object], message: str) -> None:
    """Nothing is answered by a wrong figure."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared
        t.share("arena_text_raw", **wrong)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_a_wrong_board_says_what_may_be_meant(t: tracker.Tracker) -> None:
    """By every method that takes one."""
    asked = [
        lambda: t.share("arena_txt"), lambda: t.history("arena_txt"), lambda: t.top("arena_txt"),
        lambda: t.curve("arena_txt", "country=CN"), lambda: t.changes("arena_txt", "2026-01-01"),
    ]  # fmt: skip
    for ask in asked:
        with pytest.raises(ValueError, match=r"no board 'arena_txt' \(did you mean arena_text"):
            ask()
    with pytest.raises(ValueError, match="property=value"):
        t.curve("arena_text", "contry=CN")
    with pytest.raises(ValueError, match="'moon' is not understood"):
        t.claim("the moon is made of cheese")


def test_boards(t: tracker.Tracker) -> None:
    """All that are declared, with their newest point; None where nothing came."""
    boards = {board.board: board for board in t.boards()}
    assert (boards["opencompass_llm"].points, boards["opencompass_llm"].rows) == (14, 15)
    assert boards["arena_text"].redistribute == "pages"
    assert {name for name, board in boards.items() if not board.points} == boards.keys() - {
        row["board"] for row in t.sql("SELECT DISTINCT board FROM series")
    }


def test_what_moved(t: tracker.Tracker) -> None:
    """The command's rows."""
    changes = t.changes("opencompass_llm", "2025-08-12", "2025-11-10")
    assert {"change", "name", "place_before", "place"} <= asdict(changes[0]).keys()
    none = t.changes("arena_text", "2026-08-19", "2026-08-20")
    assert (len(none), none.why) == (0, "no row of the top 20 changed")
    assert t.changes("arena_text", "2020-01-01", "2026-08-20").why.startswith("arena_text: no accepted snapshot")


def test_names_without_a_data_directory() -> None:
    """Release, developer, country, openness; an unknown name is unknown, with names like it for a person."""
    known, unknown = tracker.resolve(["gpt-oss-120b", "gpt-os-120bb"])
    assert (known.release, known.developer, known.country, known.openness) == (
        "openai/gpt-oss-120b", "openai", "US", "open_weights",
    )  # fmt: skip
    assert known.evidence
    assert (unknown.release, unknown.openness) == (None, "unknown")
    # Listed as proprietary until 2026-06-25, and as open from 2026-07-16 on.
    levels = [tracker.resolve(["MiniMax-M3"], as_of=day)[0].openness for day in ("2026-07-15", "2026-07-16")]
    assert levels == ["proprietary", "restricted_weights"]


def test_collecting(upstream: Upstream, tmp_path: Path) -> None:
    """What came of each source; a source that is not known says what may be meant."""
    place = Place(tmp_path / "place", upstream.mirror)
    (result,) = tracker.collect(place.data, sources=["aider"], config=place.config)
    assert (result.source, result.new, result.problems) == ("aider", 2, [])
    with tracker.open(place.data, today=NEWEST) as opened:
        assert opened.share("aider_polyglot", as_of="2100-01-01")
    with pytest.raises(ValueError, match=r"no source 'aidr' \(did you mean aider\?\)"):
        tracker.collect(place.data, sources=["aidr"], config=place.config)


def test_nothing_collected_yet(tmp_path: Path) -> None:
    """The sentence of the commands."""
    with pytest.raises(NothingPublished):
        tracker.open(tmp_path)


def test_nothing_is_left_open_and_nothing_warns(demo_data: Path, tmp_path: Path) -> None:
    """With every warning an error; pandas is not loaded where no frame is asked for."""
    script = (
        "import sys, tracker\n"
        f"with tracker.open({str(demo_data)!r}, today='{TODAY}') as t:\n"
        "    t.share('arena_text'); t.top('arena_text'); t.boards(); t.sql('SELECT 1 AS one')\n"
        "assert 'pandas' not in sys.modules\n"
        "try:\n    t.boards()\nexcept Exception as error:\n    print(type(error).__name__)\n"
        "open_files = __import__('os').listdir('/proc/self/fd')\n"
        "print(any('duckdb' in __import__('os').readlink(f'/proc/self/fd/{fd}') for fd in open_files[:-1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["ConnectionException", "False"]


def test_polars_is_the_same_as_pandas(t: tracker.Tracker) -> None:
    """Value by value."""
    rows = t.top("opencompass_llm", 20, as_of="2025-10-18")
    assert polars.DataFrame(rows.records(), infer_schema_length=None).equals(rows.pl())
    assert rows.df()["name"].tolist() == rows.pl()["name"].to_list() == rows.arrow()["name"].to_pylist()
