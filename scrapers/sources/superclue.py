"""SuperCLUE: Chinese tables under headings; the board is the table of totals (总排行榜), whose columns changed often.

The README has many tables of the same columns (open models, small models, single abilities): the heading tells which
is the total, and of which month: that is the edition, and no day, since rows change under it. The row of people (人类)
is no model; medals stand in the rank, so the published rank is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError
from scrapers.formats import Row
from scrapers.model import Entry, Pages, Snapshot

_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]+(?P<words>.+)$", re.MULTILINE)
_TOTAL = re.compile(r"总排行榜|总榜单|中文大模型排行榜\s*[(（]")
_EDITION = re.compile(r"(?P<year>[0-9]{4})年\s*(?P<month>[0-9]{1,2})月")
SCORES = ("总分", "平均", "平均分")


def parse(pages: Pages) -> Iterable[Snapshot]:
    """The first table behind the heading of the totals; the edition is the month in that heading."""
    for page in pages:
        content = formats.no_html(formats.decode(page.body))
        headings = list(_HEADING.finditer(content))
        total = next((n for n, heading in enumerate(headings) if _TOTAL.search(heading["words"])), None)
        if total is None:
            raise PageError("no heading of a table of totals")
        end = headings[total + 1].start() if total + 1 < len(headings) else len(content)
        tables = formats.markdown_tables(content[headings[total].end() : end].encode())
        if not tables:
            raise PageError(f"no table under {headings[total]['words']!r}")
        columns, rows = tables[0]
        score = next((name for name in SCORES if name in columns), None)
        if score is None:
            raise MissingColumn(" or ".join(SCORES), columns)
        month = _EDITION.search(headings[total]["words"])
        edition = f"{month['year']}-{int(month['month']):02}" if month else None
        entries = tuple(entry(row, score) for row in rows if row["模型"] != "人类")
        yield Snapshot("superclue_total", edition, None, entries)


def entry(row: Row, score: str) -> Entry:
    """A row with its organisation, often two joined by &; the tables of May 2023 had no column of it."""
    return Entry(name=row["模型"], score=values.number(row[score]), organization=values.text(row.get("机构")))
