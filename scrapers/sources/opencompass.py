"""OpenCompass: a manifest by POST names every edition; an edition is one JSON file.

Two spellings of an edition's fields are read: that of the manifest's files (`Code`, `release` in the row or
in `models`) and that of the official file since August 2026 (`Coding`, `open_source`, `update_date`).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import orjson

from scrapers import tables, values
from scrapers.base import Entry, Page, Pages, Request, Snapshot
from scrapers.declare import Source
from scrapers.errors import MissingColumn, PageError

MANIFEST = "https://rank.opencompass.org.cn/gw/opencompass-be/api/v1/rank/listRankTableAvailableMonths"
FILES = "https://cdn.opencompass.org.cn/"
OFFICIAL = "https://opencompass.oss-cn-shanghai.aliyuncs.com/assets/llm/data-llm-ability_official.json"
SITE = (("Origin", "https://rank.opencompass.org.cn"), ("Referer", "https://rank.opencompass.org.cn/"))
KINDS = {"llm": 1, "academic": 0}  # role of the edition: benchmarkType of the manifest
BOARDS = {
    "opencompass_llm": ("Average",),
    "opencompass_llm_knowledge": ("Knowledge",),
    "opencompass_llm_reasoning": ("Reasoning",),
    "opencompass_llm_math": ("Math",),
    "opencompass_llm_code": ("Code", "Coding"),
}
DIMENSIONS_SINCE = date(2025, 4, 28)  # every edition since has all five columns: one that lacks one was changed
_FILE = re.compile(r"\.(?P<edition>[^./]+)\.(?P<day>\d{8})\.json$")


def pages(source: Source) -> Generator[Request, bytes | None, None]:
    """Both manifests, every edition that they list, and the official file."""
    for role, kind in KINDS.items():
        manifest = yield Request(
            role=f"manifest_{role}",
            address=MANIFEST,
            method="POST",
            body=orjson.dumps({"rankingType": 0, "benchmarkType": kind}),
            headers=(("Content-Type", "application/json"), *SITE),
            fallback=True,
        )
        try:
            names = editions(manifest, role) if manifest is not None else []
        except (PageError, KeyError, TypeError):
            names = []  # the page is archived; reading it names what is wrong with it
        for name in names:
            yield Request(role=role, address=FILES + name, headers=SITE)
    yield Request(role="official", address=OFFICIAL, headers=SITE, optional=True)


def editions(manifest: bytes, role: str) -> list[str]:
    """File names of the editions that a manifest lists, in its order. The academic ranking began with none."""
    answer = tables.read_json(manifest)
    if answer["msgCode"] != "10000":
        raise PageError(f"the manifest answers {answer['msgCode']}: {answer['msg']}")
    names = [row["fileName"] for row in answer["data"]]
    if not names and role != "academic":
        raise PageError("the manifest lists no editions")
    for name in names:
        if not re.fullmatch(r"assets/[\w./-]+\.json", name) or ".." in name:
            raise PageError(f"not a file of an edition: {name!r}")
    return list(dict.fromkeys(names))


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Every board of each page; a manifest holds none, and is only checked."""
    for page in pages:
        if page.role.startswith("manifest"):
            editions(page.body, page.role.removeprefix("manifest_"))
        else:
            yield from edition(page)


def edition(page: Page) -> Iterator[Snapshot]:
    """One edition: the average and each dimension are columns of its OverallTable."""
    content = tables.read_json(page.body)
    rows = content["OverallTable"]
    if not rows:
        raise PageError("the edition's OverallTable is empty")
    models = content["models"] if "models" in content else {}
    name, on = printed_edition(page, rows)
    boards = {"opencompass_academic": ("Average",)} if page.role == "academic" else BOARDS
    for board, columns in boards.items():
        if not any(column in row for row in rows for column in columns):
            if board in {"opencompass_llm", "opencompass_academic"} or on >= DIMENSIONS_SINCE:
                raise MissingColumn(" or ".join(columns), rows[0])
            continue  # an early edition may lack a dimension, then it has no such board
        entries = tuple(entry(row, columns, models) for row in rows)
        if any(e.score is not None for e in entries):
            yield Snapshot(board, name, on, entries)


def printed_edition(page: Page, rows: list[dict[str, Any]]) -> tuple[str | None, date]:
    """Edition and day: from the file's name, or from the rows' `update_date` in the official file."""
    if found := _FILE.search(page.address):
        return found["edition"], datetime.strptime(found["day"], "%Y%m%d").replace(tzinfo=UTC).date()
    days = {values.day(row["update_date"]) for row in rows}
    if len(days) != 1 or None in days:
        raise PageError(f"the rows name {len(days)} days of update where one is needed")
    return None, next(day for day in days if day)


def entry(row: dict[str, Any], columns: tuple[str, ...], models: dict[str, Any]) -> Entry:
    """A row. A score may be `-`, N/A, empty, null or absent: missing, never 0."""
    about = models[row["model"]] if row["model"] in models else {}
    score = next((row[column] for column in columns if column in row), None)
    return Entry(
        name=row["model"],
        score=values.number(score),
        organization=values.text(row["org"]),
        openness=openness(row, about),
    )


def openness(row: dict[str, Any], about: dict[str, Any]) -> str | None:
    """`release` says API, OpenSource or both (how it was called says nothing); `open_source` says YES or NO."""
    for fields in (row, about):
        if "open_source" in fields and (flag := values.text(fields["open_source"])):
            if flag.upper() not in {"YES", "NO"}:
                raise PageError(f"open_source is {flag!r}")
            return "open" if flag.upper() == "YES" else "closed"
        if "release" in fields and (release := values.text(fields["release"])):
            ways = {way.strip() for way in release.split("|")}
            if not ways <= {"API", "OpenSource"}:
                raise PageError(f"release is {release!r}")
            return "open" if "OpenSource" in ways else "closed"
    return None
