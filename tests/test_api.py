"""The frames that notebooks get are the figures of the commands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tracker import api


def test_a_share_as_a_frame(demo_data: Path) -> None:
    """4 and 16 of 20 on the page of 2026-08-19, with the columns of the command."""
    frame = api.share(demo_data, "arena_text_raw", top=20)
    assert dict(zip(frame["country"], frame["count"], strict=True)) == {"US": 16, "CN": 4}
    by_release = api.share(demo_data, "arena_text_raw", unit="release", as_of=date(2026, 8, 22))
    assert dict(zip(by_release["country"], by_release["count"], strict=True)) == {"US": 14, "CN": 6}


def test_any_question_as_a_frame(demo_data: Path) -> None:
    """393 rows on the newest page."""
    frame = api.query(demo_data, "SELECT count(*) AS n FROM latest WHERE board = 'arena_text'")
    assert int(frame["n"][0]) == 393
