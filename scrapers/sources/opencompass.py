"""OpenCompass: a manifest by POST names every edition; an edition is one JSON file.

Two spellings of an edition's fields are read: that of the manifest's files (`Code`, `time`, `update_time`, `release`
in the row or in `models`) and that of the official file since August 2026 (`Coding`, `date`, `update_date`,
`open_source`). All 14 editions from 24-02 to 26-07 have an average and the dimensions Knowledge, Reasoning, Math and
Code; Language, Agent and Instruct come and go.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import orjson

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Entry, Page, Pages, Request, Snapshot
from scrapers.spec import Source

GATEWAY = "https://rank.opencompass.org.cn/gw/opencompass-be/api/v1/rank/"
CDN = "https://cdn.opencompass.org.cn/"
SECOND_HOST = "https://opencompass.oss-cn-shanghai.aliyuncs.com/"
OFFICIAL = SECOND_HOST + "assets/llm/data-llm-ability_official.json"
SITE = (("Origin", "https://rank.opencompass.org.cn"), ("Referer", "https://rank.opencompass.org.cn/"))
KINDS = {"llm": 1, "academic": 0}  # role of the edition: benchmarkType of the manifest
BOARDS = {
    "opencompass_llm": ("Average",),
    "opencompass_llm_knowledge": ("Knowledge",),
    "opencompass_llm_reasoning": ("Reasoning",),
    "opencompass_llm_math": ("Math",),
    "opencompass_llm_code": ("Code", "Coding"),
    "opencompass_llm_language": ("Language",),
    "opencompass_llm_agent": ("Agent",),
    "opencompass_llm_instruct": ("Instruct",),
}
NOT_IN_EVERY_EDITION = frozenset({"opencompass_llm_language", "opencompass_llm_agent", "opencompass_llm_instruct"})
RANKING = ("ranking", "model", "org", "score", "openSource")
_FILE = re.compile(r"\.(?P<edition>[^./]+)\.(?P<day>[0-9]{8})\.json$")


def pages(source: Source) -> Generator[Request, bytes | None, None]:
    """Both manifests, every edition that they list, the official file, and what the columns mean.

    The column files come last, because no score depends on them: if one is too slow, the rest is already fetched.
    """
    columns: list[Request] = []
    for role, kind in KINDS.items():
        manifest = yield posted(
            f"manifest_{role}",
            "listRankTableAvailableMonths",
            {"rankingType": 0, "benchmarkType": kind},
            fallback=True,
        )
        try:
            listed = editions(manifest, role) if manifest is not None else {}
        except (PageError, KeyError, TypeError):
            listed = {}  # the page is archived; parsing it reports what is wrong
        for name, meaning in listed.items():
            body = yield Request(role=role, address=CDN + name, headers=SITE)
            if body is None:
                yield from second_way(role, name)
            if meaning:
                address = CDN + meaning
                columns.append(
                    Request(role=f"columns_{role}", address=address, headers=SITE, optional=True, fetch_once=True)
                )
    yield Request(role="official", address=OFFICIAL, headers=SITE, optional=True)
    for request in dict.fromkeys(columns):  # noqa: UP028 - `yield from` a dictionary takes no body that is sent
        yield request


def posted(role: str, method: str, body: dict[str, Any], *, fallback: bool = False) -> Request:
    """A request to the gateway, which only answers POST."""
    return Request(
        role=role,
        address=GATEWAY + method,
        method="POST",
        body=orjson.dumps(body),
        headers=(("Content-Type", "application/json"), *SITE),
        fallback=fallback,
    )


def second_way(role: str, name: str) -> Generator[Request, bytes | None, None]:
    """Where else to ask for an edition that the CDN did not have: the second host, then the gateway itself."""
    body = yield Request(role=role, address=SECOND_HOST + name, headers=SITE)
    if body is None and role == "llm" and (match := _FILE.search(name)):
        asked = {"evalType": 0, "rankingType": 0, "benchmarkType": KINDS[role], "month": match["edition"]}
        yield posted("rankings", "listModelRankings", asked)


def editions(manifest: bytes, role: str) -> dict[str, str | None]:
    """The file of each edition that a manifest lists -> its column file, in the order of the manifest.

    The academic ranking had none at first.
    """
    answer = formats.read_json(manifest)
    if answer["msgCode"] != "10000":
        raise PageError(f"the manifest answers {answer['msgCode']}: {answer['msg']}")
    addresses: dict[str, str | None] = {}
    for row in answer["data"]:
        has_columns = "columnFileName" in row and values.text(row["columnFileName"])
        addresses.setdefault(asset(row["fileName"]), asset(row["columnFileName"]) if has_columns else None)
    if not addresses and role != "academic":
        raise PageError("the manifest lists no editions")
    return addresses


def asset(name: str) -> str:
    """The name of a file. It comes from the manifest and becomes part of an address, so it is checked."""
    if not re.fullmatch(r"assets/[\w./-]+\.json", name) or ".." in name:
        raise PageError(f"not a file of an edition: {name!r}")
    return name


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Every board of each page; manifests and column files hold none, and are only checked."""
    for page in pages:
        if page.role.startswith("manifest"):
            editions(page.body, page.role.removeprefix("manifest_"))
        elif page.role.startswith("columns"):
            if not isinstance(formats.read_json(page.body), dict | list):
                raise PageError("the column file is neither an object nor a list")
        elif page.role == "rankings":
            refuse_rankings(page.body)
        else:
            yield from edition(page)


def refuse_rankings(body: bytes) -> None:
    """Refuses the gateway's ranking of one month, and says whether it has the shape that is known of it.

    No answer of it was ever recorded. Two public programs read it (one in 2026 for this ranking, one for the academic
    one): both take `ranking`, `model`, `org` and `score` of the rows under `data.modelRankings`, one asks for
    `success`, the other reads `openSource`. Neither shows the day of the edition, the day of a model, a dimension, or
    to how many digits the score is given: without these, the rows of an edition could only be guessed.
    """
    answer = formats.read_json(body)
    if answer["success"] is not True:
        raise PageError(f"the ranking answers success {answer['success']!r:.60}")
    formats.checked(answer["data"]["modelRankings"], RANKING, at_least=1)
    raise PageError("the ranking of listModelRankings is kept, not read: it says neither its day nor its models' days")


def edition(page: Page) -> Iterator[Snapshot]:
    """One edition: the average and each dimension are columns of its OverallTable."""
    content = formats.read_json(page.body)
    rows = content["OverallTable"]
    if not rows:
        raise PageError("the edition's OverallTable is empty")
    models = described(content["models"]) if "models" in content else {}
    name, on = published_edition(page, rows)
    boards = {"opencompass_academic": ("Average",)} if page.role == "academic" else BOARDS
    scored = False
    for board, columns in boards.items():
        if not any(column in row for row in rows for column in columns):
            if board not in NOT_IN_EVERY_EDITION:
                raise MissingColumn(" or ".join(columns), rows[0])
            continue
        entries = tuple(entry(row, columns, models) for row in rows)
        if any(e.score is not None for e in entries):
            scored = True
            yield Snapshot(board, name, on, entries)
    if not scored:
        raise PageError("no row of the edition has a score")


def published_edition(page: Page, rows: list[dict[str, Any]]) -> tuple[str | None, date]:
    """Edition and day: the latest of the day in the file's name and of the rows' days of update.

    Rows were added after the day in the name: that of 24-04 is May 9, 2024, and it has rows of May 28.
    """
    match = _FILE.search(page.address)
    days = [on for row in rows if (on := published_day(row, "update_time", "update_date"))]
    if match:
        days.append(datetime.strptime(match["day"], "%Y%m%d").replace(tzinfo=UTC).date())
    if not days:
        raise PageError("neither the name of the file nor a row says the day of the edition")
    return match["edition"] if match else None, max(days)


def published_day(row: dict[str, Any], *columns: str) -> date | None:
    """The day under the first of these columns that the row has. None where the text is not a day (`2024/0917`)."""
    try:
        return values.day(next((row[column] for column in columns if column in row), None))
    except PageError:
        return None


def described(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the page says of each model, by its name as published and by its name without blanks around it."""
    return {name.strip(): description for name, description in models.items()} | models


def entry(row: dict[str, Any], columns: tuple[str, ...], models: dict[str, dict[str, Any]]) -> Entry:
    """A row. A score may be `-`, N/A, empty, null or absent: missing, never 0."""
    model = row["model"]
    description = next((models[name] for name in (model, model.strip()) if name in models), {})
    score = next((row[column] for column in columns if column in row), None)
    return Entry(
        name=model,
        score=values.number(score),
        organization=values.text(row.get("org")),
        openness=openness(row, description),
        released_on=published_day(row, "time", "date"),
    )


def openness(row: dict[str, Any], description: dict[str, Any]) -> str | None:
    """`release` says API, OpenSource or both (the way of access is not used); `open_source` says YES or NO."""
    for fields in (row, description):
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
