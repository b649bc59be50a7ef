"""SWE-bench: rows are agents, and one may run several models (`Model:` tags).

Not passed on: `Org:`, which is the agent's maker and not the model's; `os_model`, which is wrong for some models in
both directions (true for gemini-2.5-pro and gpt-5, false for Qwen3-Coder-480B); `oss`, which describes the agent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Entry, Pages, Snapshot

BOARDS = {"Verified": "swebench_verified", "bash-only": "swebench_bash_only"}
_DATA = re.compile(r'<script[^>]*\bid="leaderboard-data"[^>]*>(.*?)</script>', re.DOTALL)
_NEXT_TAG = re.compile(r",(?=[A-Z][A-Za-z_ ]*: )")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Both boards of each page; the bash-only one came in August 2025."""
    for page in pages:
        shown = formats.read_json(page.body)["leaderboards"] if page.role == "leaderboards" else of_index(page.body)
        by_name = {board["name"]: board["results"] for board in shown}
        if "Verified" not in by_name:
            raise MissingColumn("Verified", by_name)
        for name, board in BOARDS.items():
            if name in by_name:
                newest = values.newest_day(row.get("date") for row in by_name[name])
                yield Snapshot(board, None, None, tuple(entry(row) for row in by_name[name]), newest)


def of_index(body: bytes) -> list[dict[str, Any]]:
    """The site's front page: the same data in a script since June 2025, tables with tags (or without) before."""
    content = formats.decode(body)
    if data := _DATA.search(content):
        shown: list[dict[str, Any]] = formats.read_json(data[1].encode())
        return shown
    from bs4 import BeautifulSoup

    boards = [
        {"name": str(tab["id"]).removeprefix("leaderboard-"), "results": list(of_table(tab))}
        for tab in BeautifulSoup(content, "lxml").select("div.tabcontent[id^=leaderboard-]")
    ]
    if not boards:
        raise PageError("the page holds no leaderboard, neither as data nor as tables")
    return boards


def of_table(tab: Any) -> Iterator[dict[str, Any]]:
    """The rows of one tab; badges beside the name are not part of it."""
    columns = [cell.get_text(" ", strip=True) for cell in tab.select("thead th")]
    for line in tab.select("tbody tr:not(.no-results)"):
        shown = line.find_all("td")
        if len(shown) != len(columns):
            text = line.get_text(" ", strip=True)
            raise PageError(f"a row has {len(shown)} cells, not {len(columns)}: {text[:100]}")
        cells = dict(zip(columns, shown, strict=True))
        for column in ("Model", "% Resolved"):
            if column not in cells:
                raise MissingColumn(column, columns)
        tags = _NEXT_TAG.split(str(line["data-tags"])) if "data-tags" in line.attrs else None
        name = cells["Model"].select_one("span.font-mono").get_text(" ", strip=True)
        row = {"name": name, "resolved": cells["% Resolved"].get_text(" ", strip=True)}
        yield row if tags is None else {**row, "tags": tags}


def entry(row: dict[str, Any]) -> Entry:
    """A row. If it has tags, but names no model in them or after a plus, it belongs to no model: `-`."""
    tags = row["tags"] if "tags" in row else None  # the first schema had none; there the name may include the model
    models = tuple(model for tag in tags or () if tag.startswith("Model:") and (model := tag[6:].strip()))
    if tags is not None and not models and " + " not in row["name"]:
        models = ("-",)
    return Entry(name=row["name"], score=values.number(row["resolved"]), models=models)
