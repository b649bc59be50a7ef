"""What moved between two days, and the parts of a share's movement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import publish, warehouse
from tests.tiny import DAY, Row, fill
from tracker.causes import CAUSES, Split, split
from tracker.cli import cli
from tracker.moves import BoardRow, Facts, Pair, moves, pairs, point
from tracker.shares import Definition, shares

ABOUT: dict[str, object] = {"direction": "higher", "operator": "X"}


def row(number: int, name: str, score: float | None, country: str | None = None, **more: Any) -> BoardRow:
    """A row of a board; its release is its name in small letters, unless another is given."""
    release = more.pop("release", name.lower() or None)
    facts = Facts(release, more.pop("configuration", ""), more.pop("developer", None), country, None, (),
                  more.pop("openness", None))  # fmt: skip
    return BoardRow(number, more.pop("name_key", hash(name) % 10**9), name, None, more.pop("position", None), score,
                    more.pop("printed_rank", None), more.pop("votes", None), facts)  # fmt: skip


def placed(rows: list[BoardRow]) -> list[BoardRow]:
    """With their positions by score."""
    scores = sorted(-r.score for r in rows if r.score is not None)
    return [replace(r, position=None if r.score is None else scores.index(-r.score) + 1) for r in rows]


def test_every_kind_of_change() -> None:
    """Entered, left, moved, rescored and renamed, each in its words; who stayed is not listed."""
    before = placed([row(0, "Same", 90), row(1, "Up", 80), row(2, "Gone", 70), row(3, "Old name", 60, release="r"),
                     row(4, "Falls", 50), row(5, "Below", 10)])  # fmt: skip
    after = placed([row(0, "Same", 90), row(1, "Up", 95), row(2, "New name", 60, release="r"), row(3, "Fresh", 70),
                    row(4, "Falls", 20), row(5, "Below", 10)])  # fmt: skip
    told = {each["name"]: each for each in moves(pairs(before, after), 4)}
    assert {name: each["change"] for name, each in told.items()} == {
        "Up": "moved, rescored",
        "Same": "moved",
        "Fresh": "entered, new on the board",
        "New name": "renamed",
        "Gone": "left, no longer on the board",
    }
    assert told["New name"]["name_before"] == "Old name"
    falls = moves(pairs(before, after), 5)
    assert [each["change"] for each in falls if each["name"] == "Falls"] == ["rescored"]


def test_renamed_is_never_a_guess() -> None:
    """By release and configuration, or by score and votes to the last digit; not where there are two, nor by score."""

    def paired(before: list[BoardRow], after: list[BoardRow]) -> list[tuple[str | None, str | None]]:
        return [(p.before and p.before.name, p.after and p.after.name) for p in pairs(before, after) if p.renamed]

    def bare(number: int, name: str, votes: float | None) -> BoardRow:
        return row(number, name, 1300, release=None, votes=votes)

    assert paired([row(0, "a", 1, release="r")], [row(0, "b", 2, release="r")]) == [("a", "b")]
    runs = [row(0, "b", 2, release="r", configuration="high")]
    assert paired([row(0, "a", 1, release="r")], runs) == []
    two = [row(0, "b", 2, release="r"), row(1, "c", 2, release="r")]
    assert paired([row(0, "a", 1, release="r")], two) == []
    assert paired([bare(0, "a", 5017)], [bare(0, "b", 5017)]) == [("a", "b")]
    assert paired([bare(0, "a", None)], [bare(0, "b", None)]) == []


def test_the_parts_by_hand() -> None:
    """Top 2. US row leaves: 1/2 becomes 2/2 CN; a rescoring puts a US row in; an entrant puts it out again; a fact."""
    before = [row(0, "Gone", 9, "US"), row(1, "A", 8, "CN"), row(2, "B", 7, "CN"), row(3, "C", 1, "US")]
    after = [row(0, "A", 8, "CN"), row(1, "B", 7, "FR"), row(2, "C", 7.5, "US"), row(3, "New", 9, "CN")]
    found = split(pairs(before, after), ABOUT, Definition(), 2, [("CN",)])[0]
    assert found.before == Fraction(1, 2)
    assert [(part.cause, part.share) for part in found.parts] == [
        ("removals", Fraction(1, 2)), ("rescoring", Fraction(-1, 2)), ("entrants", Fraction(1, 2)),
        ("reclassification", 0), ("parser changes", 0),
    ]  # fmt: skip
    found = split(pairs(before, after), ABOUT, Definition(), 4, [("CN",)])[0]
    assert [part.share for part in found.parts] == [Fraction(1, 6), 0, Fraction(1, 12), Fraction(-1, 4), 0]


maybe = st.sampled_from([None, "CN", "US"])
board_rows = st.lists(
    st.tuples(
        st.sampled_from("ABCDEF"), st.one_of(st.none(), st.integers(1, 4)), maybe,
        st.sampled_from(["r1", "r2", None]), st.sampled_from([None, 10.0, 11.0]),
        st.sampled_from([None, "open_weights", "proprietary"]),
    ),
    max_size=7,
)  # fmt: skip


def board_of(cells: list[tuple[Any, ...]]) -> list[BoardRow]:
    return placed([
        row(number, name, None if score is None else float(score), country, release=release, votes=votes,
            openness=openness, developer=country and f"dev {country}", printed_rank=number // 2 + 1,
            name_key=ord(name))
        for number, (name, score, country, release, votes, openness) in enumerate(cells)
    ])  # fmt: skip


@given(before=board_rows, after=board_rows, top=st.integers(1, 6), data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_parts_sum_to_the_change(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], top: int, data: st.DataObject
) -> None:
    """Exactly, for every value, definition and pair of boards; and the ends are the shares of the two boards."""
    definition = Definition(
        by=data.draw(st.sampled_from(["country", "open", "country,openness"])),
        unit=data.draw(st.sampled_from(["entry", "release", "developer"])),
        ties=data.draw(st.sampled_from(["fractional", "include", "exclude"])),
        rank_by=data.draw(st.sampled_from(["score", "printed", "printed_at_most"])),
    )
    old, new = board_of(before), board_of(after)
    found = split(pairs(old, new), ABOUT, definition, top, [])
    for each in found:
        assert tuple(part.cause for part in each.parts) == CAUSES
        assert sum(part.share for part in each.parts) == each.after - each.before
        assert sum(part.count for part in each.parts) == each.count - each.count_before
    ends = {each.value: (each.before, each.after) for each in found}
    for side, rows in enumerate((old, new)):
        alone = split([Pair(None, each) for each in rows], ABOUT, definition, top, [])
        assert {each.value: each.after for each in alone} == {v: e[side] for v, e in ends.items() if e[side]} | {
            each.value: each.after for each in alone if not each.after
        }


@given(before=board_rows, after=board_rows)
@settings(max_examples=100, deadline=None)
def test_every_row_is_paired_once(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> None:
    """No row is lost, none is used twice."""
    old, new = board_of(before), board_of(after)
    found = pairs(old, new)
    assert sorted(p.before.row for p in found if p.before) == [r.row for r in old]
    assert sorted(p.after.row for p in found if p.after) == [r.row for r in new]


def two_days(folder: Path) -> Path:
    """One board on two days: B's weights came out between them, and C entered."""
    file = folder / "warehouse.duckdb"
    later = DAY + timedelta(10)
    with warehouse.opened(file) as connection:
        first = [Row("A", 9, release="a", country="US", openness="proprietary"), Row("B", 8, release="b", country="CN")]
        fill(connection, 1, "tiny", "higher", first, DAY)
        fill(connection, 2, "tiny", "higher", [*first, Row("C", 8.5, release="c", country="CN")], later)
        connection.execute("DELETE FROM boards")
        connection.execute("INSERT INTO boards (board, title, direction, source) VALUES ('tiny', 't', 'higher', 's')")
        for key in (1001, 2001):  # B
            connection.execute(f"DELETE FROM openness WHERE name_key = {key}")
            connection.execute(
                f"INSERT INTO openness VALUES ({key}, ?, ?, 'proprietary', 'x'), ({key}, ?, ?, 'open_weights', 'x')",
                [publish.FIRST_DAY, later, later, publish.NO_DAY],
            )
        publish.derive(connection)
        connection.execute("CHECKPOINT")
    publish._swap(file, folder)
    return folder


def test_the_ends_are_the_shares_that_are_printed(tmp_path: Path) -> None:
    """Between two points of a series: openness as of each day, so what weights came out is reclassification."""
    two_days(tmp_path)
    connection = warehouse.connect(warehouse.published(tmp_path), read_only=True)
    definition = Definition(by="open")
    later = DAY + timedelta(10)
    try:
        points = [point(connection, "tiny", day) for day in (DAY, later)]
        printed = {
            day: {
                s.values["open"]: s.share for s in shares(connection, ["tiny"], [3], definition, as_of=day, today=day)
            }
            for day in (DAY, later)
        }
        about = {"direction": "higher", "operator": None}
    finally:
        connection.close()
    assert points[0]
    assert points[1]
    found = split(pairs(points[0].rows, points[1].rows), about, definition, 3, [("open",)])[0]
    assert (float(found.before), float(found.after)) == (0, printed[later]["open"])
    assert [part.share for part in found.parts] == [0, 0, 0, Fraction(1, 3), 0]


def test_the_command(tmp_path: Path) -> None:
    """JSON with moves and parts; CSV with the moves; nothing before the first day: exit 1."""
    two_days(tmp_path)
    options = ["--data", str(tmp_path), "--top", "2"]

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["changes", "tiny", *words, *options])

    found = json.loads(
        run("--from", "2026-01-05", "--to", "2026-02-01", "--where", "country=CN", "--format", "json").stdout
    )
    assert (found["from"]["day"], found["to"]["day"]) == ("2026-01-02", "2026-01-12")
    assert [(each["change"], each["name"]) for each in found["moves"]] == [
        ("entered, new on the board", "C"), ("left", "B"),
    ]  # fmt: skip
    assert [each["value"] for each in found["shares"]] == [["CN"]]
    assert found["shares"][0]["movement_exact"] == "0"
    table = run("--from", "2026-01-05", "--to", "2026-02-01")
    assert table.exit_code == 0
    assert "removals" in table.stdout
    assert run("--from", "2026-01-05", "--to", "2026-02-01", "--format", "csv").stdout.startswith("change,name,")
    assert run("--from", "2020-01-01").exit_code == 1
    assert run("--from", "2026-01-05", "--where", "colour=red").exit_code == 2


def test_arena_dropped_thirty_rows(shared: Path, tmp_path: Path) -> None:
    """Arena between 2025-02-12 and 16: old rows were taken away, CN went from 5 to 7, and removals did all of it."""
    pages = sorted((shared / "captures" / "arena_csv").glob("2025-02-1[2-6]*"))
    done = CliRunner().invoke(cli, ["import", "arena_csv", *map(str, pages), "--role", "text", "--data", str(tmp_path)])
    assert done.exit_code == 0, done.output
    options = ["--from", "2025-02-12", "--to", "2025-02-16", "--where", "country=CN", "--format", "json"]
    told = json.loads(CliRunner().invoke(cli, ["changes", "arena_text_raw", *options, "--data", str(tmp_path)]).stdout)
    found = told["shares"][0]
    assert (found["count_before"], found["count"]) == (5, 7)
    first = found["parts"][0]
    assert (first["cause"], first["count"]) == ("removals", 2)
    assert told["from"]["rows"] - told["to"]["rows"] == pytest.approx(29, abs=2)


def test_nothing_changed() -> None:
    """A board against itself: no moves, no parts."""
    rows = placed([row(0, "A", 2, "CN"), row(1, "B", 1, "US")])
    assert moves(pairs(rows, rows), 20) == []
    found: list[Split] = split(pairs(rows, rows), ABOUT, Definition(), 20, [])
    assert {part.share for each in found for part in each.parts} == {0}
    assert date.min < DAY
