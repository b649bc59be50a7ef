"""What the saved pages alone do not show of the Arena's copies, Epoch, OpenVLM and LiveBench: sets, choices, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from scrapers.errors import MissingColumn, PageError
from scrapers.model import Page, Pages, Snapshot
from scrapers.sources import livebench
from scrapers.spec import SOURCES, load_source, load_sources
from storage import database, validate
from tests.test_sources import SAVED, page, read

NEW, OLD = livebench.REPOSITORIES


def release(folder: str) -> list[Page]:
    """The saved pages of one release of LiveBench."""
    return [page(file) for file in sorted((SAVED / "livebench" / folder).iterdir())]


def at(address: str, of: Page) -> Page:
    """The page as if it came from another address."""
    return Page(of.role, address, of.body)


def replaced(of: Page, old: str, new: str) -> Page:
    """The page with a text replaced that it must hold."""
    assert old.encode() in of.body
    return Page(of.role, of.address, of.body.replace(old.encode(), new.encode()))


def scores(found: list[Snapshot]) -> dict[str, float | None]:
    """Name: score of the one snapshot."""
    (snapshot,) = found
    return {entry.name: entry.score for entry in snapshot.entries}


def asked(answers: Mapping[str, bytes]) -> list[str]:
    """The addresses that LiveBench's pages ask for, of a site that has these pages alone."""
    generator = livebench.pages(load_source(SOURCES / "livebench.toml"))
    addresses, body = [], None
    try:
        while True:
            request = generator.send(body)
            addresses.append(request.address)
            body = answers.get(request.address)
    except StopIteration:
        return addresses


def test_livebench_asks_the_old_repository_for_what_the_new_one_lacks() -> None:
    """Releases come from constants.js; a page that is had is not asked for twice."""
    constants = b'export const RELEASES = [\n  "2024-06-24", // the first\n  "2026-06-25",\n];'
    new = {f"{NEW}public/table_2026_06_25.csv": b"x", f"{NEW}public/categories_2026_06_25.json": b"x"}
    assert asked({f"{NEW}src/lib/constants.js": constants, **new})[3:] == [
        f"{NEW}public/table_2024_06_24.csv",
        f"{OLD}public/table_2024_06_24.csv",
        f"{NEW}public/categories_2024_06_24.json",
        f"{OLD}public/categories_2024_06_24.json",
        f"{NEW}public/table_2026_06_25.csv",
        f"{NEW}public/categories_2026_06_25.json",
    ]
    assert len(asked({})) == 3  # without the list: the list, and the links of both repositories


def test_livebench_the_average_is_that_of_the_categories_worked_out_by_hand() -> None:
    """deepseek-r1 of 2025-02-27: 83.167, 66.744, 80.713, 69.78, 48.528 and 80.508, which the site shows as 71.57."""
    found = scores(read("livebench", *release("2024_11_25")))
    assert found["deepseek-r1"] == pytest.approx(
        (83.1667 + 66.7435 + 80.713 + 69.78 + 48.5277 + 80.50825) / 6, abs=1e-3
    )
    assert found["phi-3-small-8k-instruct"] == pytest.approx(24.03, abs=0.005)  # one task of a category is blank
    assert found["grok-3"] is None  # no task of mathematics: no average


def test_livebench_a_set_holds_the_trusted_page_of_each_role_and_every_page_of_links() -> None:
    """A table from new-livebench goes before one from livebench.github.io; a page of no release is in no set."""
    categories, links, table = release("2026_06_25")
    name = "public/table_2026_06_25.csv"
    pages = [at(NEW + name, table), at(OLD + name, table), at(OLD + "public/categories_2026_06_25.json", categories),
             links, Page("table", "imported:table.csv", b""), Page("releases", "x", b"")]  # fmt: skip
    (found,) = livebench.sets(Pages(pages))
    assert {one.address for one in found} == {NEW + name, OLD + "public/categories_2026_06_25.json", links.address, "x"}


def test_livebench_the_newest_release_has_no_day_and_a_superseded_one_that_of_its_last_day() -> None:
    """A table takes in new models until the next release comes: the day of its questions is not its day."""
    days = [date(2025, 4, 25), date(2025, 5, 30), date(2025, 4, 2)]
    assert livebench.stood_until(date(2025, 4, 2), days) == date(2025, 4, 24)
    assert livebench.stood_until(date(2025, 5, 30), days) is None
    assert livebench.stood_until(date(2026, 1, 8), days) is None


def test_livebench_a_set_that_lacks_a_page_is_refused_by_its_name() -> None:
    """Also the links, except of the releases that are older than they are."""
    categories, links, table = release("2026_06_25")
    with pytest.raises(PageError, match=r"release 2026-06-25 lacks categories_2026_06_25\.json"):
        read("livebench", table, links)
    with pytest.raises(PageError, match=r"release 2026-06-25 lacks modelLinks\.js"):
        read("livebench", table, categories)
    with pytest.raises(PageError, match="the address names no release"):
        read("livebench", at("imported:table.csv", table))
    assert scores(read("livebench", *release("2024_06_24")))["gpt-4o-2024-05-13"] == pytest.approx(54.96, abs=0.005)


def test_livebench_a_changed_or_cut_page_is_refused_by_name() -> None:
    """A task without its column, a table cut in a row, scripts without their constant."""
    categories, links, table = release("2026_06_25")
    with pytest.raises(MissingColumn, match="zebra_puzzle"):
        read("livebench", replaced(table, "zebra_puzzle", "zebra"), categories, links)
    with pytest.raises(PageError, match="cells, not 24"):
        read("livebench", Page(table.role, table.address, table.body[:-60]), categories, links)
    with pytest.raises(PageError, match="modelLinks"):
        read("livebench", replaced(links, "modelLinks =", "links ="))
    with pytest.raises(PageError):
        read("livebench", Page(links.role, links.address, links.body[: len(links.body) // 2]))
    with pytest.raises(PageError, match="RELEASES"):
        read("livebench", Page("releases", "x", b"export const DAYS = []"))


def test_livebench_a_row_that_is_short_within_the_table_has_no_score() -> None:
    """nemotron-3-super of 2026 has 21 cells under 24 columns: which are missing, nobody can say."""
    found = scores(read("livebench", *release("2026_01_08")))
    assert found["nemotron-3-super-120b-a12b"] is None
    assert found["qwen3.6-plus"] == pytest.approx(70.85, abs=0.005)


def test_openvlm_takes_the_mean_of_eight_and_both_halves_of_mmbench() -> None:
    """OCRBench counts out of 100; English and Chinese stand for MMBench; a model that lacks one has no mean."""
    saved = page(SAVED / "opencompass_vlm" / "openvlm.json")
    eight = (87.3 + 76.1 + 77.0 + 82.8 + 88.5 + 90.2 + 66.7 + 89.4) / 8
    assert scores(read("opencompass_vlm", saved))["SenseNova-V6-5-Pro"] == pytest.approx(eight)
    halved = replaced(saved, '"MMBench_V11": {\n    "Overall": 87.3\n   }',
                      '"MMBench_TEST_EN_V11": {"Overall": 88.3}, "MMBench_TEST_CN_V11": {"Overall": 86.3}')  # fmt: skip
    assert scores(read("opencompass_vlm", halved))["SenseNova-V6-5-Pro"] == pytest.approx(eight)
    with pytest.raises(MissingColumn, match="MMVet"):
        read("opencompass_vlm", replaced(saved, '"MMVet"', '"MMVet2"'))
    with pytest.raises(PageError, match="OpenSource of 'SenseNova-V6-5-Pro' is 'Soon'"):
        read("opencompass_vlm", replaced(saved, '"OpenSource": "No"', '"OpenSource": "Soon"'))


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "says"),
    [
        ("epoch_eci", "eci.csv", "Country (of organization)", "Country", r"Country \(of organization\)"),
        ("epoch_eci", "eci.csv", "API access", "By post", "Model accessibility is 'By post'"),
        ("arena_csv", "text.2024-06.csv", "arena_elo", "elo", "arena_score or arena_elo"),
        ("arena_csv", "text.2024-06.csv", "+3/-3", "3 to 3", "'3 to 3' is not an interval"),
        ("arena_catalog", "text.json", '"full"', '"all"', "full"),
        ("arena_catalog", "text.json", '"rating"', '"elo"', "rating"),
        ("arena_mirror", "vision.json", '"leaderboard": "vision"', '"leaderboard": "text"', "says it is 'text'"),
        ("arena_mirror", "vision.json", '"model_count": 3', '"model_count": 147', "3 rows, and the page says 147"),
        ("arena_mirror", "vision.json", '"license": "open"', '"license": "MIT"', "MIT"),
    ],
)
def test_a_page_that_changed_is_refused_by_the_name_of_what_changed(
    source: str, file: str, old: str, new: str, says: str
) -> None:
    """A required column that is gone, or a cell in a new form."""
    with pytest.raises(PageError, match=says):
        read(source, replaced(page(SAVED / source / file), old, new))


def test_the_mirror_takes_the_arenas_day_and_its_own_where_that_is_blank() -> None:
    """last_updated, else the day on which the copy was made."""
    days = {
        file: read("arena_mirror", page(SAVED / "arena_mirror" / file))[0].published_on
        for file in ("text.2026-04-01.json", "text.2026-08-17.json")
    }
    assert days == {"text.2026-04-01.json": date(2026, 4, 1), "text.2026-08-17.json": date(2026, 8, 12)}


@pytest.mark.parametrize(
    ("board", "rows", "day", "believed"),
    [
        ("arena_text", 71, date(2026, 4, 1), False),
        ("arena_text", 385, date(2026, 8, 1), True),
        ("arena_vision", 50, date(2026, 6, 14), False),
        ("arena_vision", 145, date(2026, 8, 1), True),
        ("arena_webdev", 55, date(2026, 3, 18), True),
        ("arena_webdev", 30, date(2026, 6, 12), False),
    ],
)
def test_a_mirror_that_was_cut_is_not_believed(board: str, rows: int, day: date, believed: bool) -> None:
    """It was cut to between 10 and 71 rows on most days of 2026, with green builds."""
    expected = load_source(SOURCES / "arena_mirror.toml").boards[board].expectations
    reason = validate.fault(expected, validate.SnapshotStats(day, rows, set(expected.landmarks), 1000, 1500))
    assert (reason is None) == believed


def test_a_board_of_several_witnesses_has_one_that_says_what_it_measures() -> None:
    """The others name the same adjustment: another adjustment is another board, never a second witness."""
    sources = load_sources((SOURCES,))
    for name, (primary, board) in database.primary(sources).items():
        board_providers = [source for source in sources.values() if name in source.boards]
        assert board.metric, name
        if len(board_providers) > 1:
            assert set(board.trust) >= {source.name for source in board_providers} - {primary.name}, name
            assert {source.boards[name].adjustment for source in board_providers} == {board.adjustment}, name


def test_sources_that_are_frozen_or_cut_are_off_and_say_why() -> None:
    """A page without a day, fetched now, would count as today's."""
    for name in ("arena_csv", "arena_catalog", "arena_mirror"):
        source = load_source(SOURCES / f"{name}.toml")
        assert not source.enabled
        assert len(source.disabled_reason) > 20
