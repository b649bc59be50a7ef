"""A name that moves on (`deepseek-chat`) means what it meant on the day of the row, in every figure and command."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.load import AsOf, Registry, load_registry
from registry.resolve import PublishedName, meanings, resolve
from scrapers.model import Fact
from storage import database, publish
from storage.statements import of_releases
from tests.place import PROOF, Place, page, put, small
from tests.tiny import DAY, Row, in_memory
from tests.tiny import put as insert
from tracker.analysis.shares import shares
from tracker.analysis.top_n import cuts
from tracker.definition import Definition, Question

NAMES = ("moving", "B", "C")
ALIASES = f"""alias,release,variant,since,until,evidence_url,evidence_day
moving,Qwen/Qwen3-32B,,2025-05-01,2026-01-02,{PROOF}
moving,openai/gpt-4o,,2026-01-02,2026-01-04,{PROOF}
moving,Qwen/Qwen3-32B | openai/gpt-4o,,2026-01-04,,{PROOF}
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A board that `moving` leads on four days: as Qwen3-32B, as gpt-4o twice, and as one of them."""
    place = small(tmp_path / "place")
    (place.registry / "aliases.csv").write_text(ALIASES, "utf-8")
    for day in (1, 2, 3, 4):
        put(place, page([50 + day, 40, 30], names=NAMES), f"2026-01-0{day}")
    return place


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def test_each_point_has_the_release_of_its_day(place: Place) -> None:
    """Once each, with the country and the openness of that release; on a day on which it is ambiguous nothing is known."""
    query = (
        "SELECT day::VARCHAR, release, country, openness FROM entries_resolved"
        " WHERE board = 'small_plain' AND name = 'moving' ORDER BY day"
    )
    assert place.sql(query) == [
        ("2026-01-01", "Qwen/Qwen3-32B", "CN", "open_weights"),
        ("2026-01-02", "openai/gpt-4o", "US", "proprietary"),
        ("2026-01-03", "openai/gpt-4o", "US", "proprietary"),
        ("2026-01-04", None, "unknown", "unknown"),
    ]
    assert place.sql("SELECT count(*) FROM entries_resolved") == [(12,)]


def test_shares_count_the_release_of_the_day(place: Place) -> None:
    """The first place is Chinese, then American, then unknown; asked at once or one by one, or as they were published."""
    wanted = [("2026-01-01", "CN"), ("2026-01-02", "US"), ("2026-01-03", "US"), ("2026-01-04", "unknown")]
    history = place.run("share", "small_plain", "--top", "1", "--history", "--format", "json").json()
    assert [(row["day"], row["country"], row["count"], row["of"]) for row in history if row["count"]] == [
        (*row, 1, 1) for row in wanted
    ]
    for day, country in wanted:
        (row,) = place.run("top", "small_plain", "--n", "1", "--as-of", day, "--format", "json").json()
        assert (row["name"], row["country"]) == ("moving", country)
    daily = "SELECT day::VARCHAR, first, count FROM shares_by_day WHERE by_value = 'country' AND top = 10 ORDER BY ALL"
    assert place.sql(f"FROM ({daily}) WHERE first <> 'unknown'") == [(*row, 1) for row in wanted[:3]]


def test_a_figure_rests_on_the_line_of_its_day(place: Place) -> None:
    """Its bundle has the release of that day, and verifies."""
    for day, release in (("2026-01-01", "Qwen/Qwen3-32B"), ("2026-01-02", "openai/gpt-4o")):
        (figure,) = place.run("share", "small_plain", "--top", "1", "--as-of", day, "--format", "json").json()
        done = place.run("explain", figure["id"], "--format", "json")
        assert done.code == 0, done.err
        (row,) = done.json()["rows"]
        assert (row["facts"]["release"], len(row["facts"]["openness"])) == (release, 1)
        file = place.folder / f"{day}.zip"
        assert place.run("bundle", figure["id"], file).code == 0
        assert place.run("verify", file).code == 0


def test_a_row_whose_name_moved_on_is_another_row(place: Place) -> None:
    """Of three rows one leaves and one comes where the name began to mean another model; else none does."""
    for since, until, moved in (("2026-01-01", "2026-01-02", 1), ("2026-01-02", "2026-01-03", 0)):
        command = (
            "composition",
            "small_plain",
            "--where",
            "country=US",
            "--from",
            since,
            "--to",
            until,
            "--format",
            "json",
        )
        result = place.run(*command).json()
        assert (result["dropped"], result["added"], result["common"]) == (moved, moved, 3 - moved)
        assert (result["common_before"]["of"], result["common_after"]["of"]) == (3 - moved, 3 - moved)
        (step,) = result["changes"]
        assert (step["dropped"], step["added"]) == (moved, moved)


def test_the_rows_of_a_cut_are_those_of_the_board(place: Place) -> None:
    """Each row once, with the release of its day."""
    connection = database.connect(database.published(place.data), read_only=True)
    for day, release in ((1, "Qwen/Qwen3-32B"), (2, "openai/gpt-4o"), (4, None)):
        (cut,) = cuts(connection, [Question("small_plain", 3, Definition(), date(2026, 1, day), DAY)])
        assert [(row.name, row.release) for row in cut.rows] == [("moving", release), ("B", None), ("C", None)]
    connection.close()


def test_a_name_that_took_over_is_the_same_release(place: Place) -> None:
    """`moving` of 3 January, which was gpt-4o, is called gpt-4o from 5 January on, with the same score."""
    put(place, page([53, 40, 30], names=NAMES), "2026-01-05")
    put(place, page([53, 40, 30], names=("gpt-4o", "B", "C")), "2026-01-06")
    (row,) = place.run("registry", "renames", "--format", "json").json()
    assert (row["day"], row["old"], row["new"], row["state"]) == (
        "2026-01-06",
        "moving",
        "gpt-4o",
        "one is not resolved",
    )
    (place.registry / "aliases.csv").write_text(ALIASES.replace("2026-01-04", "2026-01-06"), "utf-8")
    place.run("publish")
    (row,) = place.run("registry", "renames", "--format", "json").json()
    assert row["state"] == "same release"


def test_sources_that_name_one_release_agree() -> None:
    """One calls the leader by the name that moves, the other by that of its release on the day."""
    sides = {"one": ("higher", MOVED), "other": ("higher", [Row("new", 2, release="new"), Row("b", 1)])}
    connection = in_memory(sides)
    (key,) = connection.execute("SELECT name_key FROM names WHERE name = 'moving'").fetchall()[0]
    connection.execute("UPDATE names_resolved SET since = $1 WHERE name_key = $2", [DAY, key])
    insert(connection, "names_resolved", [{"name_key": key, "until": DAY, "release": "old"}])
    connection.execute(
        "UPDATE snapshots_by_provider SET source = board, choice = CASE board WHEN 'one' THEN 1 ELSE 2 END"
    )
    connection.execute("UPDATE snapshots_by_provider SET board = 'one'")
    asked = connection.execute(database.sql("disagreements"), [None, 20])
    assert asked.fetchall() == []


def test_lists_of_names_have_each_once(place: Place) -> None:
    """A name that has several meanings is no reason to list a row, a name or a conflict several times."""
    assert place.run("registry", "renames", "--format", "json").json() == []
    assert place.run("disagreements", "--format", "json").json() == []
    review = place.run("registry", "review", "--format", "json").json()
    assert sorted(row["name"] for row in review) == ["B", "C", "moving"]
    row = next(row for row in review if row["name"] == "moving")
    assert row["days"] == 1
    assert row["steps"][0].startswith("ambiguous: 'moving' may mean ")
    moved = place.run("changes", "small_plain", "--from", "2026-01-01", "--to", "2026-01-02", "--format", "json").json()
    assert (moved["from"]["rows"], [row["change"] for row in moved["moves"]]) == (3, ["rescored"])
    assert [row["count"] for row in moved["shares"]] == [0, 1, 2]  # CN, US, unknown


MOVED = [Row("moving", 2, release="new", country="US", openness="proprietary"), Row("b", 1)]


@pytest.mark.parametrize(
    ("released_on", "today", "country", "level"),
    [
        (None, 0, "US", "proprietary"),  # what it means on the day of the point
        (DAY - timedelta(1), 0, "CN", "proprietary"),  # the board says that the model came out the day before
        (DAY - timedelta(1), 9, "CN", "open_weights"),  # and its weights, which are asked as of today, later
        (None, 9, "US", "proprietary"),
    ],
)
def test_a_printed_day_of_release_goes_first(released_on: date | None, today: int, country: str, level: str) -> None:
    """A model that came out when the name meant another is that other, as open as it is on the day that is asked."""
    connection = in_memory({"tiny": ("higher", MOVED)})
    (key,) = connection.execute("SELECT min(name_key) FROM names").fetchall()[0]
    connection.execute("UPDATE names_resolved SET since = $1 WHERE name_key = $2", [DAY, key])
    connection.execute("UPDATE openness SET meant_since = $1 WHERE name_key = $2", [DAY, key])
    connection.execute("UPDATE entries SET released_on = $1 WHERE name_key = $2", [released_on, key])
    first, out = publish.FIRST_DAY, DAY + timedelta(5)
    insert(
        connection,
        "names_resolved",
        [{"name_key": key, "since": first, "until": DAY, "release": "old", "country": "CN"}],
    )
    insert(connection, "openness", [
        {"name_key": key, "meant_since": first, "since": first, "until": out, "value": "proprietary"},
        {"name_key": key, "meant_since": first, "since": out, "until": publish.NO_DAY, "value": "open_weights"},
    ])  # fmt: skip
    definition = Definition(by="country,openness", openness_as_of="today")
    (share,) = shares(connection, ["tiny"], [1], definition, as_of=DAY, today=DAY + timedelta(today))
    assert (share.values, share.of) == ({"country": country, "openness": level}, 1)


def test_the_days_are_those_of_the_lines(tmp_path: Path) -> None:
    """Without a gap, whether or not there is a release; a name that does not move has one meaning."""
    place = small(tmp_path / "place")
    (place.registry / "aliases.csv").write_text(ALIASES, "utf-8")
    registry = load_registry(place.registry)
    spans = [(since, until, each.release) for since, until, each in meanings(PublishedName("Moving (high)"), registry)]
    assert spans == [
        (date.min, date(2025, 5, 1), None),
        (date(2025, 5, 1), date(2026, 1, 2), "Qwen/Qwen3-32B"),
        (date(2026, 1, 2), date(2026, 1, 4), "openai/gpt-4o"),
        (date(2026, 1, 4), date.max, None),
    ]
    ((since, until, each),) = meanings(PublishedName("gpt-4o"), registry)
    assert (since, until, each.release) == (date.min, date.max, "openai/gpt-4o")
    done = place.run("registry", "lookup", "moving", "--format", "json")
    assert done.json()["over_time"] == [
        "at first: unknown", "from 2025-05-01: Qwen/Qwen3-32B", "from 2026-01-02: openai/gpt-4o", "from 2026-01-04: unknown",
    ]  # fmt: skip


def test_a_line_for_all_days_beside_those_of_some_is_refused(place: Place) -> None:
    """`registry review --accept` says that the days overlap, and leaves the file as it was."""
    done = place.run("registry", "review", "--accept", "moving", "openai/gpt-4o", "--evidence", "https://example.org/")
    assert done.code == 2
    assert "meanings of one alias overlap" in done.err
    assert (place.registry / "aliases.csv").read_text("utf-8") == ALIASES


def test_a_feed_means_the_model_of_the_day_that_it_gives(shipped: Registry) -> None:
    """OpenRouter's deepseek/deepseek-chat came out with DeepSeek-V3; without a day, or with none that is whole, of today."""
    name = "deepseek/deepseek-chat"
    facts = [Fact(name, "weights", "yes"), Fact(name, "released_on", "2024-12-26")]
    assert of_releases(facts, shipped) == [
        ("deepseek-ai/DeepSeek-V3", "released_on", "2024-12-26"),
        ("deepseek-ai/DeepSeek-V3", "weights", "yes"),
    ]
    assert of_releases(facts[:1], shipped) == []
    assert of_releases([facts[0], Fact(name, "released_on", "2024")], shipped) == []


@pytest.mark.parametrize(
    ("day", "release"),
    [
        ("2024-05-05", None),
        ("2024-05-06", "deepseek-ai/DeepSeek-V2-Chat"),
        ("2024-06-01", None),  # DeepSeek-V2-0517, which is no release of the registry
        ("2024-09-04", "deepseek-ai/DeepSeek-V2-Chat-0628"),
        ("2024-09-05", "deepseek-ai/DeepSeek-V2.5"),
        ("2024-12-24", "deepseek-ai/DeepSeek-V2.5-1210"),
        ("2024-12-26", "deepseek-ai/DeepSeek-V3"),
        ("2025-03-24", "deepseek-ai/DeepSeek-V3-0324"),
        ("2025-08-21", "deepseek-ai/DeepSeek-V3.1"),
        ("2025-09-28", "deepseek-ai/DeepSeek-V3.1-Terminus"),
        ("2025-09-29", "deepseek-ai/DeepSeek-V3.2-Exp"),
        ("2026-04-23", "deepseek-ai/DeepSeek-V3.2"),
        ("2026-07-24", "deepseek-ai/DeepSeek-V4-Flash"),
        ("2026-07-25", None),  # the name is no longer served
    ],
)
@pytest.mark.parametrize("name", ["deepseek-chat", "deepseek/deepseek-chat", "DeepSeek: deepseek-chat"])
def test_deepseek_chat(shipped: Registry, name: str, day: str, release: str | None) -> None:
    """DeepSeek's change log; whatever the model, it is DeepSeek's."""
    result = resolve(PublishedName(name), shipped, AsOf(date.fromisoformat(day)))
    assert (result.release, result.developer, result.country) == (release, "deepseek", "CN")


def test_a_brand_is_not_what_its_moving_name_meant(shipped: Registry) -> None:
    """`DeepSeek` alone is no short form of deepseek-chat."""
    ((_, _, result),) = meanings(PublishedName("DeepSeek"), shipped)
    assert (result.release, result.candidates, result.developer) == (None, (), "deepseek")
