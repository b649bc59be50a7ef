"""Whole recordings of the sources of many shapes, by their address: each is read in full, or refused by name."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from scrapers import table_parser
from scrapers.errors import PageError
from scrapers.model import Page, Pages
from scrapers.sources import tau2
from scrapers.spec import Source
from tests.saved_pages import declared

# Rows of the first board of each recording in order of its file, 0 where it has none; "x" where the page is refused.
RECORDED = {
    "swebench/index_html": "67 89 89 89 113 115 118 118 132 145 162 163 165 178 178",
    "swebench/leaderboards_json": "69 97 113 115 115 114 115 118 118 120 132 132 145 158 162",
    "bfcl/data": "x 28 29 29 29 29 32 39 39 40 44 44 46 47 71",
    "bfcl/data_combined": "71 68 74",
    "bfcl/data_overall": "60 71 80 89 109 110 111 119 121 121 109 118 109",
    "gso": "6 7 7 9 9 11 11 18 19 20 26 26",
    "openrouter_weekly": "9 9 9 9 9 9 9 10 10 10 10 10 10 10",
    "openrouter_empty": "9 9 9 x x x x x",
    "superclue": "x 14 17 18 17 17 17 16 16 20 20 21 26 26 26 26 26",
    "raw_pages/arc_prize": "139 139 139",
    "raw_pages/artificial_analysis": "56 56 513",
    "raw_pages/gso": "26 26",
    "raw_pages/openrouter_models": "0 0",
    "raw_pages/seal_swebench_pro": "24 24 24",
    "raw_pages/terminal_bench": "124 124",
    "atom/tracked_models": "0 0",
    "epoch/epoch_models": "0",
    "tau2/manifest": " ".join("x" * 27),
    "tau2/submissions_newest": " ".join("0" * 67),
}
NAMES = """swebench bfcl gso openrouter_weekly openrouter_empty superclue arc_prize artificial_analysis openrouter_models
seal_swebench_pro terminal_bench tracked_models epoch_models tau2""".split()


def roles(address: str) -> list[tuple[Source, str]]:
    """The sources and roles that an address can have."""
    return [
        (item, page.role)
        for item in map(declared, NAMES)
        for page in item.pages
        if address and (address == page.address or any(fnmatchcase(address, like) for like in page.url_patterns))
    ]


def recorded(recordings: Path) -> Iterator[tuple[str, Source, Page]]:
    """Every recording of these sources as (folder, source, page), in order of file; its address gives the role."""
    captures = recordings / "captures"
    with (captures / "index.csv").open(newline="") as opened:
        lines = sorted(csv.DictReader(opened), key=lambda line: line["file"])
    known = {address: roles(address) for address in {line["url"] for line in lines}}
    for line in lines:
        result = known[line["url"]]
        assert len(result) <= 1, line["url"]
        for item, role in result:
            file = captures / line["file"]
            body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            folder = "/".join(file.relative_to(captures).parts[:2][: len(file.relative_to(captures).parts) - 1])
            yield (
                (folder if folder in RECORDED else f"{line['source']}/{item.name}"),
                item,
                Page(role, line["url"], body),
            )


def test_every_recording_is_read_in_full_or_refused_by_name(recordings: Path) -> None:
    """Counts were taken from the pages; a manifest by itself lacks its submissions."""
    rows: dict[str, list[str]] = {}
    reasons: dict[str, set[str]] = {}
    for folder, item, page in recorded(recordings):
        try:
            result = table_parser.snapshots(item, Pages([page]))
            rows.setdefault(folder, []).append(str(len(result[0].entries)) if result else "0")
        except PageError as error:
            rows.setdefault(folder, []).append("x")
            reasons.setdefault(folder, set()).add(str(error).partition(":")[0])
    assert {folder: " ".join(counts) for folder, counts in rows.items()} == RECORDED
    lacking = reasons.pop("tau2/manifest")
    assert all(reason.startswith("the set lacks ") for reason in lacking)
    assert reasons == {
        "bfcl/data": {"row 1 has 17 cells, not 16"},  # its header lacks the column of the link
        "openrouter_empty": {"the ranking is empty"},
        "superclue": {"no heading of a table of totals"},  # a README of one line
    }


def test_the_newest_set_of_tau2_is_whole(recordings: Path) -> None:
    """The manifest of 2026-08-18 with its 48 submissions: nine boards."""
    pages = [page for _, item, page in recorded(recordings) if item.name == "tau2"]
    newest = [page for page in pages if page.role == "manifest"][-1]  # in order of file, which begins with the day
    (part,) = tau2.sets(Pages([newest, *(page for page in pages if page.role == "submission")]))
    assert [(snapshot.board, len(snapshot.entries)) for snapshot in table_parser.snapshots(declared("tau2"), part)] == [
        ("tau2_overall", 8), ("tau2_retail", 8), ("tau2_airline", 8), ("tau2_telecom", 8), ("tau2_banking", 27),
        ("tau2_voice_overall", 13), ("tau2_voice_retail", 13), ("tau2_voice_airline", 13), ("tau2_voice_telecom", 13),
    ]  # fmt: skip
