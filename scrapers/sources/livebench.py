"""LiveBench: constants.js lists the releases; each has a table of tasks and the categories that they fall in.

The score is the site's global average: the mean over the categories of the mean over each category's tasks, of those
that have a value; a model without a value in a whole category has no average. Organisation and `openweight` are in
modelLinks.js, by name; a model without the flag may be either, so its openness is unknown. Releases that are not in
new-livebench are in livebench.github.io.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import date, timedelta
from statistics import fmean
from typing import Any

import chompjs

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError
from scrapers.formats import Row
from scrapers.model import Entry, Page, Pages, Request, Snapshot
from scrapers.spec import Source

# Most trusted first.
REPOSITORIES = (
    "https://raw.githubusercontent.com/LiveBench/new-livebench/main/",
    "https://raw.githubusercontent.com/LiveBench/livebench.github.io/main/",
)
LINKS_SINCE = date(2024, 11, 25)  # earlier releases came before the site had modelLinks.js
# What the site shows of two models in place of an average: fixed in its code (src/Table/Averaging.js) since the commit
# of 2025-02-27 that brought the table with both of them; the tables before that one had one of the two.
FIXED = {"grok-3-thinking": 72.0, "grok-3": 58.0}
_RELEASE = re.compile(r"(?P<day>[0-9]{4}_[0-9]{2}_[0-9]{2})\.(?:csv|json)$")


def pages(source: Source) -> Generator[Request, bytes | None, None]:
    """The list of releases, the models' organisations, and the two pages of every release."""
    listed = yield Request(role="releases", address=source.pages[0].address, fallback=True)
    for repository in REPOSITORIES:
        yield Request(role="links", address=f"{repository}src/Table/modelLinks.js")
    for day in releases(listed) if listed else []:
        for role, name in (("table", f"table_{day:%Y_%m_%d}.csv"), ("categories", f"categories_{day:%Y_%m_%d}.json")):
            first, second = REPOSITORIES
            if (yield Request(role=role, address=f"{first}public/{name}", optional=True)) is None:
                yield Request(role=role, address=f"{second}public/{name}")


def sets(pages: Pages) -> Iterator[Pages]:
    """A set for each release that has a table: its table and categories, the list of releases, every page of links."""
    shared = [*pages.all("links"), *pages.all("releases")]
    by_role: dict[tuple[str, str], Page] = {}  # release, role
    for page in sorted((*pages.all("table"), *pages.all("categories")), key=trust, reverse=True):
        if named := _RELEASE.search(page.address):
            by_role[named["day"], page.role] = page
    for (day, role), table in by_role.items():
        if role == "table":
            yield Pages([table, *(page for key, page in by_role.items() if key == (day, "categories")), *shared])


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The release of a set; a page that is in no set is checked."""
    organisations: dict[str, Mapping[str, Any]] = {}
    links = sorted(pages.all("links"), key=trust, reverse=True)
    for page in links:
        organisations |= models(page.body)
    listed = [day for page in pages.all("releases") for day in releases(page.body)]
    for page in pages.all("categories"):
        categories(page.body)
    for table in pages.all("table"):
        release = release_of(table)
        matching = [page for page in pages.all("categories") if release_of(page) == release]
        if not matching:
            raise PageError(f"the set of release {release} lacks categories_{release:%Y_%m_%d}.json")
        if not links and release >= LINKS_SINCE:
            raise PageError(f"the set of release {release} lacks modelLinks.js")
        tasks = categories(matching[0].body)
        read = rows(table.body, tasks)
        fixed = FIXED if FIXED.keys() <= {row["model"] for row in read} else {}
        entries = tuple(entry(row, tasks, organisations, fixed) for row in read)
        yield Snapshot("livebench", release.isoformat(), stood_until(release, listed), entries)


def check(page: Page) -> None:
    """PageError where the page is not what its role says; a table is read with its categories, so here by its head."""
    if page.role == "links":
        models(page.body)
    elif page.role == "releases":
        releases(page.body)
    elif page.role == "categories":
        categories(page.body)
    else:
        release_of(page)
        rows(page.body, {})


def stood_until(release: date, listed: list[date]) -> date | None:
    """The last day on which a release was the newest; None for the newest, whose table is still filled.

    A table keeps its address and gains models until the next release. So the table of a superseded release is dated
    the day before its successor, not the day of its own questions.
    """
    later = [day for day in listed if day > release]
    return min(later) - timedelta(days=1) if later else None


def trust(page: Page) -> int:
    """The place of the page's repository in the order of trust."""
    return next((at for at, start in enumerate(REPOSITORIES) if page.address.startswith(start)), len(REPOSITORIES))


def release_of(page: Page) -> date:
    """The release that the page's address names."""
    if not (named := _RELEASE.search(page.address)):
        raise PageError(f"the address names no release: {page.address[:100]}")
    return date.fromisoformat(named["day"].replace("_", "-"))


def releases(body: bytes) -> list[date]:
    """The days of `RELEASES`, in its order."""
    _, declared, after = formats.no_html(formats.decode(body)).partition("RELEASES")
    if not declared:
        raise MissingColumn("RELEASES", "no such constant")
    days: list[str] = chompjs.parse_js_object(after)
    return [date.fromisoformat(day) for day in days]


def models(body: bytes) -> dict[str, Mapping[str, Any]]:
    """What modelLinks.js says of each name and variant; in 2024 a name had no more than a link."""
    _, declared, after = formats.no_html(formats.decode(body)).partition("modelLinks =")
    if not declared:
        raise MissingColumn("modelLinks", "no such constant")
    described: dict[str, Mapping[str, Any]] = {}
    declared_models: dict[str, Any] = chompjs.parse_js_object(after)
    for name, description in declared_models.items():
        if isinstance(description, str):
            continue
        described[name] = description
        for variant in description.get("variants", ()):
            described[variant["rawName"]] = {**description, **variant}
    return described


def categories(body: bytes) -> dict[str, list[str]]:
    """The tasks of each category."""
    groups = formats.read_json(body)
    if not groups or not all(groups.values()):
        raise PageError("a category has no tasks")
    return dict(groups)


def rows(body: bytes, tasks: Mapping[str, list[str]]) -> list[Row]:
    """The table's rows. A short row lacks its last values, as on the site; a short last row is refused."""
    columns, *lines = [line for line in csv.reader(io.StringIO(formats.no_html(formats.decode(body)))) if line]
    for task in ("model", *(task for members in tasks.values() for task in members)):
        if task not in columns:
            raise MissingColumn(task, columns)
    whole = [line + [""] * (len(columns) - len(line)) for line in lines[:-1]]
    return formats.table(columns, whole + lines[-1:])


def entry(
    row: Row, tasks: Mapping[str, list[str]], described: Mapping[str, Mapping[str, Any]], fixed: Mapping[str, float]
) -> Entry:
    """A row with its global average, or with the score that is fixed for its name."""
    means = []
    for members in tasks.values():
        known = [value for task in members if (value := values.number(row[task])) is not None]
        means.append(fmean(known) if known else None)
    known = [mean for mean in means if mean is not None]
    model = described.get(row["model"], {})
    open_weight = model.get("openweight")
    return Entry(
        name=row["model"],
        score=fixed.get(row["model"], fmean(known) if len(known) == len(means) else None),
        organization=values.text(model["organization"] if "organization" in model else model.get("provider")),
        openness=None if open_weight is None else "open" if open_weight else "closed",
    )
