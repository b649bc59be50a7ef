"""History that ships with the tracker: OpenCompass's LLM ranking, every edition from 24-02 to 26-07.

The figures are a transcription of a third party's copy (tracker/bundled/compassbench/README.md). They come in as pages
in the upstream's shape, through the same validation as any page.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from scrapers.errors import DeclarationError, TrackerError
from scrapers.sources import opencompass
from scrapers.spec import Source
from tracker.clock import Clock
from tracker.config import Config
from tracker.pipeline import Progress, import_pages
from tracker.saved_pages import ImportResult, SavedPage

FOLDER = Path(__file__).parent.parent / "bundled" / "compassbench"
COPIED_AT = datetime(2026, 9, 4, tzinfo=UTC)  # the day of the third party's copy
COPIED_BY = "1shinia/RodEval, commit 6150bf64c95d, copied on 2026-09-04"
_OF_A_MODEL = ("org", "release", "num", "time", "update_time", "chat_or_base")


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition as the manifest lists it, with the JSON page that is made of its figures."""

    month: str
    updated_on: date
    file: str  # on the publisher's CDN
    column_file: str
    body: bytes

    @property
    def address(self) -> str:
        """The live address of the page."""
        return opencompass.CDN + self.file


def editions() -> Iterator[Edition]:
    """Every bundled edition, the oldest first."""
    for row in _rows(FOLDER / "manifest.csv"):
        body = page(_rows(FOLDER / f"{row['month']}.csv"), row["update_time"])
        updated_on = date.fromisoformat(row["update_time"])
        yield Edition(row["month"], updated_on, row["data_file"], row["column_file"], body)


def page(rows: list[dict[str, str]], update_time: str) -> bytes:
    """The JSON page of an edition in the upstream's shape: one row and one description for each model."""
    table: list[dict[str, Any]] = []
    models: dict[str, dict[str, Any]] = {}
    for key, row in enumerate(rows):
        description = {name: row.pop(name) for name in ("model", *_OF_A_MODEL, "weight")}
        published = {name: description[name] for name in ("model", *_OF_A_MODEL) if name != "release"}
        table.append({"key": key, **published, **{name: float(score) for name, score in row.items() if score}})
        described = {name: description[name] for name in _OF_A_MODEL}
        link = f"https://huggingface.co/{description['weight']}" if description["weight"] else ""
        models[description["model"]] = {**described, "weight": [description["weight"], link], "rank": key + 1}
    return orjson.dumps({"OverallTable": table, "models": models, "globalData": {"update_time": update_time}})


def manifest(listed: list[Edition]) -> bytes:
    """The manifest that lists these editions, the newest first, as the gateway answers."""
    data = [
        {
            "fileName": edition.file,
            "columnFileName": edition.column_file,
            "updateTime": edition.updated_on.isoformat(),
            "month": edition.month,
        }
        for edition in reversed(listed)
    ]
    return orjson.dumps({"traceId": "bundled", "msgCode": "10000", "msg": "ok", "data": data})


def from_bundled(
    config: Config, clock: Clock, source: Source, since: date | None, until: date | None, progress: Progress
) -> list[ImportResult]:
    """Brings the bundled editions of these days in; a second run adds nothing."""
    if source.name != "opencompass":
        raise DeclarationError("--from bundled", "", f"only the history of opencompass ships; found {source.name!r}")
    if clock() < COPIED_AT:
        raise TrackerError(f"the bundled history was copied on {COPIED_AT:%Y-%m-%d}; by --now it is {clock():%Y-%m-%d}")
    saved = [
        SavedPage(f"llm {edition.month}", source.name, "llm", edition.address, COPIED_AT, "transcribed", COPIED_BY,
              partial(bytes, edition.body))
        for edition in editions()
        if (since is None or edition.updated_on >= since) and (until is None or edition.updated_on <= until)
    ]  # fmt: skip
    return import_pages(config, clock, saved, progress)


def served() -> tuple[dict[str, bytes], dict[tuple[str, bytes], bytes]]:
    """For a server of the bundled pages: address -> body, and (address, posted body) -> manifest."""
    listed = list(editions())
    manifests = {opencompass.KINDS["llm"]: listed, opencompass.KINDS["academic"]: []}
    address = opencompass.GATEWAY + "listRankTableAvailableMonths"
    posted = {
        (address, orjson.dumps({"rankingType": 0, "benchmarkType": kind})): manifest(of)
        for kind, of in manifests.items()
    }
    return {edition.address: edition.body for edition in listed}, posted


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
