"""What moved between two days, and the parts of a share's movement."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storage import database, publish
from tests.tiny import DAY, Row, fill
from tracker.analysis.shares import shares
from tracker.changes.decomposition import CAUSES, Split, split
from tracker.changes.row_matching import BoardRow, Facts, Pair, moves, pairs, point
from tracker.cli import cli
from tracker.definition import DEFAULTS, Definition

BOARD_INFO: dict[str, object] = {"direction": "higher", "operator": "X"}


def row(number: int, name: str, score: float | None, country: str | None = None, **more: Any) -> BoardRow:
    """A row of a board; its release is its name in small letters, unless another is given."""
    release = more.pop("release", name.lower() or None)
    facts = Facts(release, more.pop("variant", ""), more.pop("developer", None), country, None, (),
                  more.pop("openness", None))  # fmt: skip
    return BoardRow(number, more.pop("name_key", hash(name) % 10**9), name, None, more.pop("rank", None), score,
                    more.pop("published_rank", None), more.pop("votes", None), facts)  # fmt: skip


def placed(rows: list[BoardRow]) -> list[BoardRow]:
    """With their positions by score."""
    scores = sorted(-r.score for r in rows if r.score is not None)
    return [replace(r, rank=None if r.score is None else scores.index(-r.score) + 1) for r in rows]


def test_every_kind_of_change() -> None:
    """Entered, left, moved, rescored and renamed, each in its words; who stayed is not listed."""
    before = placed([row(0, "Same", 90), row(1, "Up", 80), row(2, "Gone", 70), row(3, "Old name", 60, release="r"),
                     row(4, "Falls", 50), row(5, "Below", 10)])  # fmt: skip
    after = placed([row(0, "Same", 90), row(1, "Up", 95), row(2, "New name", 60, release="r"), row(3, "Fresh", 70),
                    row(4, "Falls", 20), row(5, "Below", 10)])  # fmt: skip
    output = {each["name"]: each for each in moves(pairs(before, after), 4)}
    assert {name: each["change"] for name, each in output.items()} == {
        "Up": "moved, rescored",
        "Same": "moved",
        "Fresh": "entered, new on the board",
        "New name": "renamed",
        "Gone": "left, no longer on the board",
    }
    assert output["New name"]["name_before"] == "Old name"
    falls = moves(pairs(before, after), 5)
    assert [each["change"] for each in falls if each["name"] == "Falls"] == ["rescored"]


def test_renamed_is_never_a_guess() -> None:
    """By release and variant, or by score and votes to the last digit; not where there are two, nor by score."""

    def paired(before: list[BoardRow], after: list[BoardRow]) -> list[tuple[str | None, str | None]]:
        return [(p.before and p.before.name, p.after and p.after.name) for p in pairs(before, after) if p.renamed]

    def bare(number: int, name: str, votes: float | None) -> BoardRow:
        return row(number, name, 1300, release=None, votes=votes)

    assert paired([row(0, "a", 1, release="r")], [row(0, "b", 2, release="r")]) == [("a", "b")]
    runs = [row(0, "b", 2, release="r", variant="high")]
    assert paired([row(0, "a", 1, release="r")], runs) == []
    two = [row(0, "b", 2, release="r"), row(1, "c", 2, release="r")]
    assert paired([row(0, "a", 1, release="r")], two) == []
    assert paired([bare(0, "a", 5017)], [bare(0, "b", 5017)]) == [("a", "b")]
    assert paired([bare(0, "a", None)], [bare(0, "b", None)]) == []


def test_the_parts_by_hand() -> None:
    """Top 2. US row leaves: 1/2 becomes 2/2 CN; a rescoring puts a US row in; an entrant puts it out again; a fact."""
    before = [row(0, "Gone", 9, "US"), row(1, "A", 8, "CN"), row(2, "B", 7, "CN"), row(3, "C", 1, "US")]
    after = [row(0, "A", 8, "CN"), row(1, "B", 7, "FR"), row(2, "C", 7.5, "US"), row(3, "New", 9, "CN")]
    result = split(pairs(before, after), BOARD_INFO, Definition(), 2, [("CN",)])[0]
    assert result.before == Fraction(1, 2)
    assert [(part.cause, part.share) for part in result.parts] == [
        ("removals", Fraction(1, 2)), ("rescoring", Fraction(-1, 2)), ("entrants", Fraction(1, 2)),
        ("reclassification", 0),
    ]  # fmt: skip
    result = split(pairs(before, after), BOARD_INFO, Definition(), 4, [("CN",)])[0]
    assert [part.share for part in result.parts] == [Fraction(1, 6), 0, Fraction(1, 12), Fraction(-1, 4)]


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
            openness=openness, developer=country and f"dev {country}", published_rank=number // 2 + 1,
            name_key=ord(name))
        for number, (name, score, country, release, votes, openness) in enumerate(cells)
    ])  # fmt: skip


@given(before=board_rows, after=board_rows, top=st.integers(1, 6), data=st.data())
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_parts_sum_to_the_change(
    before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], top: int, data: st.DataObject
) -> None:
    """Exactly, for every value, definition and pair of boards; and the ends are the shares of the two boards."""
    definition = Definition(
        by=data.draw(st.sampled_from(["country", "open", "country,openness"])),
        unit=data.draw(st.sampled_from(["entry", "release", "developer"])),
        ties=data.draw(st.sampled_from(["fractional", "include", "exclude"])),
        rank_by=data.draw(st.sampled_from(["score", "published_rank", "published_rank_at_most"])),
    )
    old, new = board_of(before), board_of(after)
    result = split(pairs(old, new), BOARD_INFO, definition, top, [])
    for each in result:
        assert tuple(part.cause for part in each.parts) == CAUSES
        assert sum(part.share for part in each.parts) == each.after - each.before
        assert sum(part.count for part in each.parts) == each.count - each.count_before
    ends = {each.value: (each.before, each.after) for each in result}
    for side, rows in enumerate((old, new)):
        alone = split([Pair(None, each) for each in rows], BOARD_INFO, definition, top, [])
        assert {each.value: each.after for each in alone} == {v: e[side] for v, e in ends.items() if e[side]} | {
            each.value: each.after for each in alone if not each.after
        }


@dataclass(frozen=True)
class Model:
    """What became of one model: its score on both days (absent where it is not on the board), and its country."""

    before: float | str | None
    after: float | str | None
    country: str | None = "CN"
    country_after: str | None = "CN"
    release: str | None = None
    renamed: bool = False


ABSENT = "absent"
RankedRow = tuple[float, int, str, str]  # a row with a place: how bad its score is, its row, its unit, its value


def by_hand(models: list[Model], direction: str, definition: Definition, top: int) -> dict[str, list[Fraction]]:
    """The shares of the board before, those that never were and the board after: by what docs/methodology.md says, no SQL."""
    stages: list[list[RankedRow]] = [[], [], [], [], []]
    for number, model in enumerate(models):
        old, new = model.before != ABSENT, model.after != ABSENT
        early = model.before, model.country
        mixed, late = (model.after, model.country), (model.after, model.country_after)
        for stage, cells in enumerate((
            early if old else None, early if old and new else None, mixed if old and new else None,
            (mixed if old else late) if new else None, late if new else None,
        )):  # fmt: skip
            if cells and isinstance(cells[0], float):
                bad = cells[0] if direction == "lower" else -cells[0]
                # rows are printed in the order of the models, on the second day from the last to the first
                row = number if stage < 2 else -number
                stages[stage].append((bad, row, unit_of(model, number, definition), cells[1] or "unknown"))
    result: dict[str, list[Fraction]] = {}
    for stage, rows in enumerate(stages):
        seen: set[str] = set()
        best = [row for row in sorted(rows) if not (row[2] in seen or seen.add(row[2]))]  # type: ignore[func-returns-value]
        weights = [weight(sum(b[0] < item[0] for b in best), sum(b[0] == item[0] for b in best), top, definition.ties)
                   for item in best]  # fmt: skip
        for item, part in zip(best, weights, strict=True):
            result.setdefault(item[3], [Fraction(0)] * len(stages))[stage] += part / sum(weights) if part else 0
    return result


def unit_of(model: Model, number: int, definition: Definition) -> str:
    """What the row counts as: its release where that is known and asked for, else itself."""
    return model.release if definition.unit == "release" and model.release else f"#{number}"


def weight(better: int, tied: int, top: int, ties: str) -> Fraction:
    """How much of each row of a tie group is in the top N, with so many rows before the group and in it."""
    if better + tied <= top:
        return Fraction(1)
    if better >= top or ties == "exclude":
        return Fraction(0)
    return Fraction(1) if ties == "include" else Fraction(top - better, tied)


def two_boards(models: list[Model]) -> tuple[list[BoardRow], list[BoardRow]]:
    """The rows of both days. What has no other release stays nameless; a renamed one is known by its release."""

    def published(number: int, model: Model, name: str, score: float | None, country: str | None) -> BoardRow:
        release = f"own {number}" if model.renamed else model.release
        return row(0, name, score, country, release=release, variant=f"run {number}", name_key=hash(name) % 10**9)

    old = [replace(published(n, m, f"model {n}", m.before, m.country), row=n)  # type: ignore[arg-type]
           for n, m in enumerate(models) if m.before != ABSENT]  # fmt: skip
    new = [replace(published(n, m, f"now {n}" if m.renamed else f"model {n}", m.after, m.country_after), row=100 - n)  # type: ignore[arg-type]
           for n, m in enumerate(models) if m.after != ABSENT]  # fmt: skip
    return placed(old), placed(new)


scores = st.sampled_from([1.0, 2.0, 2.0, None])
countries = st.sampled_from(["CN", "US", None])
releases = st.sampled_from([None, "r1", "r2"])
models_of_two_days = st.lists(
    st.one_of(
        st.builds(Model, scores, scores, countries, countries, releases),
        st.builds(Model, scores, st.just(ABSENT), countries, countries, releases),
        st.builds(Model, st.just(ABSENT), scores, countries, countries, releases),
        st.builds(Model, scores, scores, countries, countries, renamed=st.just(True)),
    ),
    min_size=2,
    max_size=7,
)
# One of each kind, tied across the cut on both days: every part moves, and each another way.
EACH_KIND = [
    Model(3.0, ABSENT, "US"), Model(2.0, 2.0, "CN"), Model(2.0, 1.0, "US", "US"), Model(1.0, 2.0, "CN", "FR", renamed=True),
    Model(ABSENT, 3.0, "CN"), Model(ABSENT, 2.0, "US", "US"), Model(2.0, 2.0, "CN", "CN", "r1"),
    Model(2.0, 3.0, "US", "US", "r1"),
]  # fmt: skip


@given(
    models=models_of_two_days, top=st.integers(1, 4), direction=st.sampled_from(["higher", "lower"]),
    unit=st.sampled_from(["entry", "release"]), ties=st.sampled_from(["fractional", "include", "exclude"]),
)  # fmt: skip
@example(models=EACH_KIND, top=3, direction="higher", unit="entry", ties="fractional")
@example(models=EACH_KIND, top=3, direction="higher", unit="entry", ties="include")
@example(models=EACH_KIND, top=2, direction="higher", unit="release", ties="include")
@example(models=EACH_KIND, top=3, direction="lower", unit="entry", ties="fractional")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_each_part_is_what_counting_by_hand_gives(
    models: list[Model], top: int, direction: str, unit: Any, ties: Any
) -> None:
    """Removals, rescoring, entrants and reclassification, each for itself: by plain Python from the words of docs/methodology.md."""
    definition = Definition(unit=unit, ties=ties)
    output = [replace(m, release=f"own {n}") if m.renamed else m for n, m in enumerate(models)]
    output = [replace(m, country_after=m.country_after if m.before != ABSENT else m.country) for m in output]
    expected = by_hand(output, direction, definition, top)
    old, new = two_boards(output)
    for each in split(pairs(old, new), {"direction": direction, "operator": None}, definition, top, []):
        shares_then = expected[each.value[0]]
        assert [each.before, *(part.then for part in each.parts)] == list(shares_then)
        assert [part.share for part in each.parts] == [b - a for a, b in pairwise(shares_then)]


@given(before=board_rows, after=board_rows)
@settings(max_examples=100, deadline=None)
def test_every_row_is_paired_once(before: list[tuple[Any, ...]], after: list[tuple[Any, ...]]) -> None:
    """No row is lost, none is used twice."""
    old, new = board_of(before), board_of(after)
    result = pairs(old, new)
    assert sorted(p.before.row for p in result if p.before) == [r.row for r in old]
    assert sorted(p.after.row for p in result if p.after) == [r.row for r in new]


def two_days(folder: Path) -> Path:
    """One board on two days: B's weights came out between them, and C entered."""
    file = folder / "warehouse.duckdb"
    later = DAY + timedelta(10)
    with database.opened(file) as connection:
        first = [Row("A", 9, release="a", country="US", openness="proprietary"), Row("B", 8, release="b", country="CN")]
        fill(connection, 1, "tiny", "higher", first, DAY)
        fill(connection, 2, "tiny", "higher", [*first, Row("C", 8.5, release="c", country="CN")], later)
        connection.execute("DELETE FROM boards")
        connection.execute("INSERT INTO boards (board, title, direction, source) VALUES ('tiny', 't', 'higher', 's')")
        for key in (1001, 2001):  # B
            connection.execute(f"DELETE FROM openness WHERE name_key = {key}")
            connection.execute(
                f"INSERT INTO openness (name_key, since, until, value, how) VALUES ({key}, ?, ?, 'proprietary', 'x'), ({key}, ?, ?, 'open_weights', 'x')",
                [publish.FIRST_DAY, later, later, publish.NO_DAY],
            )
        publish.derive(connection, DEFAULTS)
        connection.execute("CHECKPOINT")
    publish.swap(folder)
    return folder


def test_the_ends_are_the_shares_that_are_printed(tmp_path: Path) -> None:
    """Between two points of a series: openness as of each day, so what weights came out is reclassification."""
    two_days(tmp_path)
    connection = database.connect(database.published(tmp_path), read_only=True)
    definition = Definition(by="open")
    later = DAY + timedelta(10)
    try:
        points = [point(connection, "tiny", day) for day in (DAY, later)]
        published = {
            day: {
                s.values["open"]: s.share for s in shares(connection, ["tiny"], [3], definition, as_of=day, today=day)
            }
            for day in (DAY, later)
        }
        details = {"direction": "higher", "operator": None}
    finally:
        connection.close()
    assert points[0]
    assert points[1]
    result = split(pairs(points[0].rows, points[1].rows), details, definition, 3, [("open",)])[0]
    assert (float(result.before), float(result.after)) == (0, published[later]["open"])
    assert [part.share for part in result.parts] == [0, 0, 0, Fraction(1, 3)]


def test_the_command(tmp_path: Path) -> None:
    """JSON with moves and parts; CSV with the moves; nothing before the first day: exit 1."""
    two_days(tmp_path)
    options = ["--data", str(tmp_path), "--top", "2"]

    def run(*words: str) -> Any:
        return CliRunner().invoke(cli, ["changes", "tiny", *words, *options])

    result = json.loads(
        run("--from", "2026-01-05", "--to", "2026-02-01", "--where", "country=CN", "--format", "json").stdout
    )
    assert (result["from"]["day"], result["to"]["day"]) == ("2026-01-02", "2026-01-12")
    assert [(each["change"], each["name"]) for each in result["moves"]] == [
        ("entered, new on the board", "C"), ("left", "B"),
    ]  # fmt: skip
    assert [each["value"] for each in result["shares"]] == [["CN"]]
    assert result["shares"][0]["movement_exact"] == "0"
    table = run("--from", "2026-01-05", "--to", "2026-02-01")
    assert table.exit_code == 0
    assert "removals" in table.stdout
    assert run("--from", "2026-01-05", "--to", "2026-02-01", "--format", "csv").stdout.startswith("change,name,")
    assert run("--from", "2020-01-01").exit_code == 1
    assert run("--from", "2026-01-05", "--where", "colour=red").exit_code == 2


def test_gaps_and_outages_are_named(tmp_path: Path) -> None:
    """What failed, was refused or quarantined, with day and reason; not what was read at another try, nor other boards'."""
    file = two_days(tmp_path) / "warehouse.duckdb"
    captures = [
        ("2026-01-04 06:00", "page", "failed", "HTTP 503"), ("2026-01-05 06:00", "page", "failed", "HTTP 503"),
        ("2026-01-06 06:00", "page", "failed", "HTTP 503"), ("2026-01-06 07:00", "page", "read", None),
        ("2026-01-07 06:00", "index", "refused", "no table"), ("2026-01-07 06:00", "another", "failed", "not ours"),
        ("2026-01-01 06:00", "page", "failed", "before"), ("2026-02-09 06:00", "page", "failed", "after"),
    ]  # fmt: skip
    with database.opened(file) as connection:
        connection.execute(
            "INSERT INTO board_providers (board, source, role, trust) VALUES ('tiny', 'tiny', 'page', 0), ('other', 'tiny', 'another', 0)"
        )
        for at, role, state, reason in captures:
            connection.execute(
                "INSERT INTO captures (capture, fetched_at, source, role, address, state, reason)"
                " VALUES (uuid(), ?, 'tiny', ?, 'a', ?, ?)", [at, role, state, reason],
            )  # fmt: skip
        connection.execute(
            "INSERT INTO snapshots (snapshot_key, snapshot, board, state, reason)"
            " VALUES (9, 'nine', 'tiny', 'quarantined', 'lost half its rows')"
        )
        connection.execute(
            "INSERT INTO observations (capture, snapshot_key, seen_at, source, role, edition) VALUES ('c', 9, '2026-01-20 06:00', 'tiny', 'page', NULL)"
        )
        connection.execute("CHECKPOINT")
    publish.swap(tmp_path)

    def run(since: str, until: str, *words: str) -> str:
        days = ["--from", since, "--to", until, "--where", "country=CN", "--data", str(tmp_path)]
        done = CliRunner().invoke(cli, ["changes", "tiny", *days, *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    output = json.loads(run("2026-01-05", "2026-02-01", "--format", "json"))
    assert [tuple(gap.values()) for gap in output["gaps"]] == [
        ("2026-01-04", "tiny", "page", "failed", "HTTP 503"), ("2026-01-05", "tiny", "page", "failed", "HTTP 503"),
        ("2026-01-07", "tiny", "index", "refused", "no table"),
        ("2026-01-20", "tiny", "page", "quarantined", "lost half its rows"),
    ]  # fmt: skip
    ends = [
        (output[end]["asked"], output[end]["day"], output[end]["seen"], output[end]["outage"]) for end in ("from", "to")
    ]
    assert ends == [
        ("2026-01-05", "2026-01-02", "2026-01-02", True), ("2026-02-01", "2026-01-12", "2026-01-12", True),
    ]  # fmt: skip
    table = " ".join(run("2026-01-05", "2026-02-01").split())
    assert "Gap: tiny, page page, failed on 2 days from 2026-01-04 to 2026-01-05: HTTP 503." in table
    assert "Outage: 2026-02-01 has no accepted page; it stands on what was last seen on 2026-01-12, and one" in table
    output = json.loads(run("2026-01-02", "2026-01-12", "--format", "json"))
    assert [output[end]["outage"] for end in ("from", "to")] == [False, False]
    assert "Outage" not in run("2026-01-02", "2026-01-12")


def test_nothing_changed() -> None:
    """A board against itself: no moves, no parts."""
    rows = placed([row(0, "A", 2, "CN"), row(1, "B", 1, "US")])
    assert moves(pairs(rows, rows), 20) == []
    result: list[Split] = split(pairs(rows, rows), BOARD_INFO, Definition(), 20, [])
    assert {part.share for each in result for part in each.parts} == {0}
    assert date.min < DAY


def test_openness_of_today_is_a_knob_of_every_figure(tmp_path: Path) -> None:
    """B was closed on the first day and is open today: 0 of 2 then, 1 of 2 now, and a claim of one depends on it."""
    two_days(tmp_path)
    today = ["--data", str(tmp_path), "--now", "2026-02-01", "--format", "json"]

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(cli, [*words, *today])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    asked = ["tiny", "--where", "open=open"]
    for openness_as_of, count in (("snapshot", 0), ("today", 1)):
        option = ["--openness-as-of", openness_as_of]
        points = run("curve", *asked, "--as-of", str(DAY), *option)["points"]
        assert {p["count"] for p in points if (p["unit"], p["open_means"]) == ("entry", "any")} == {count}
        assert run("representation", *asked, "--as-of", str(DAY), "--top", "2", *option)["count"] == count
        ends = run("composition", *asked, "--from", str(DAY), "--to", "2026-01-12", "--top", "2", *option)
        assert ends["before"]["count"] == count
    (verdict,) = run("claim", f"1 open of the top 2 on tiny are CN on {DAY}", code=1)
    assert verdict["verdict"] == "depends"
    assert {"openness_as_of": "today"} in [held["changes"] for held in verdict["holds"]]
