"""OpenRouter's tokens: whole weeks, and mirrors that went wrong."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from scrapers.errors import PageError
from tests.saved_pages import SAVED, boards_of, doubted


def days(first: date, last: date, *rows: tuple[int, str, str]) -> bytes:
    """OpenRouter's answer with these rows (day of the window, slug, tokens)."""
    data = [
        {"date": str(first + timedelta(days=at)), "model_permaslug": slug, "total_tokens": tokens}
        for at, slug, tokens in rows
    ]
    return orjson.dumps({"data": data, "meta": {"start_date": str(first), "end_date": str(last)}})


def test_tokens_of_days_are_summed_over_whole_weeks() -> None:
    """Sunday and the week that has begun are left out; `other` is no model."""
    rows = (0, "x/a", "9"), (1, "x/a", "1"), (7, "x/a", "2"), (7, "other", "5"), (8, "x/a", "7")
    body = days(date(2026, 5, 3), date(2026, 5, 11), *rows)
    snapshot = boards_of("openrouter_rankings", body, "weeks")["openrouter_tokens"]
    assert snapshot.published_on == date(2026, 5, 10)
    assert [(entry.name, entry.score) for entry in snapshot.entries] == [("x/a", 3.0)]
    with pytest.raises(PageError, match="no whole week between 2026-05-05 and 2026-05-12"):
        boards_of("openrouter_rankings", days(date(2026, 5, 5), date(2026, 5, 12), (0, "x/a", "9")), "weeks")


def test_a_mirror_that_is_empty_is_refused_and_one_of_another_unit_is_quarantined() -> None:
    """5e7 where a week's tokens are 1e12: since April 2026 the mirror's `models` hold some other table."""
    with pytest.raises(PageError, match="the ranking is empty"):
        boards_of("openrouter_empty", b'{"meta": {"fetched_at": "2026-08-22T06:30:59Z"}, "models": []}', "rankings")
    page = orjson.loads((SAVED / "openrouter_empty" / "rankings.json").read_bytes())
    page["models"] = [{**row, "tokens": row["tokens"] // 10**5} for row in page["models"] * 3]
    snapshot = boards_of("openrouter_empty", orjson.dumps(page), "rankings")["openrouter_tokens"]
    assert "expected from 1e+09 to 1e+15" in (doubted("openrouter_empty", snapshot, date(2026, 4, 1)) or "")
