"""LiveBench: releases, their sets of pages, and the average that is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from scrapers.errors import MissingColumn, PageError
from scrapers.model import Page, Pages, Snapshot
from scrapers.sources import livebench
from tests.saved_pages import SAVED, declared, page, read, replaced

NEW, OLD = livebench.REPOSITORIES


def release(folder: str) -> list[Page]:
    """The saved pages of one release of LiveBench."""
    return [page(file) for file in sorted((SAVED / "livebench" / folder).iterdir())]


def at(address: str, of: Page) -> Page:
    """The page as if it came from another address."""
    return Page(of.role, address, of.body)


def scores(result: list[Snapshot]) -> dict[str, float | None]:
    """Name: score of the one snapshot."""
    (snapshot,) = result
    return {entry.name: entry.score for entry in snapshot.entries}


def asked(answers: Mapping[str, bytes]) -> list[str]:
    """The addresses that LiveBench's pages ask for, of a site that has these pages alone."""
    generator = livebench.pages(declared("livebench"))
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
    result = scores(read("livebench", *release("2024_11_25")))
    assert result["deepseek-r1"] == pytest.approx(
        (83.1667 + 66.7435 + 80.713 + 69.78 + 48.5277 + 80.50825) / 6, abs=1e-3
    )
    assert result["phi-3-small-8k-instruct"] == pytest.approx(24.03, abs=0.005)  # one task of a category is blank
    # No task of mathematics: no average, but the site's code fixes what is shown of these two.
    assert (result["grok-3-thinking"], result["grok-3"]) == (72.0, 58.0)


def test_livebench_a_set_holds_the_trusted_page_of_each_role_and_every_page_of_links() -> None:
    """A table from new-livebench goes before one from livebench.github.io; a page of no release is in no set."""
    categories, links, table = release("2026_06_25")
    name = "public/table_2026_06_25.csv"
    pages = [at(NEW + name, table), at(OLD + name, table), at(OLD + "public/categories_2026_06_25.json", categories),
             links, Page("table", "imported:table.csv", b""), Page("releases", "x", b"")]  # fmt: skip
    (result,) = livebench.sets(Pages(pages))
    assert {item.address for item in result} == {
        NEW + name,
        OLD + "public/categories_2026_06_25.json",
        links.address,
        "x",
    }


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


def test_livebench_a_row_that_is_short_within_the_table_lacks_its_last_values() -> None:
    """nemotron-3-super of 2026 has 21 cells under 24 columns: the site's parser gives them to the first 21.

    By category, of the tasks that have a value: reasoning 34.389, coding 54.072, agentic coding 23, mathematics 36.42875,
    data analysis 21.2307, language 30.0415, instructions 28.40775.
    """
    result = scores(read("livebench", *release("2026_01_08")))
    assert result["nemotron-3-super-120b-a12b"] == pytest.approx(32.50995, abs=1e-4)
    assert result["qwen3.6-plus"] == pytest.approx(70.85, abs=0.005)


def test_livebench_scores_are_fixed_from_the_table_on_that_has_both_models() -> None:
    """Before 2025-02-27 there was one of them, under the other's name for some hours, and the site fixed nothing."""
    table, *others = sorted(release("2024_11_25"), key=lambda page: page.role != "table")
    result = scores(read("livebench", replaced(table, "grok-3,", "grok-2,"), *others))
    assert result["grok-3-thinking"] is None
