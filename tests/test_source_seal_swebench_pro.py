"""SEAL: a list of entries in a page's payload, which comes in pieces."""

from __future__ import annotations

import pytest

from scrapers.errors import PageError
from tests.saved_pages import SAVED, boards_of


@pytest.mark.parametrize(("lists", "message"), [(None, "holds no Next.js payload"), (0, "0 lists"), (2, "2 lists")])
def test_a_seal_page_needs_one_list_of_entries(lists: int | None, message: str) -> None:
    """The payload comes in pieces; a list may be cut between two of them."""
    lines = (SAVED / "seal_swebench_pro" / "leaderboard.html").read_text().splitlines()
    first, *rest = [line for line in lines if line.startswith("<script>")]
    body = "<html>" if lists is None else "\n".join(["<html>", first, *rest * lists])
    with pytest.raises(PageError, match=message):
        boards_of("seal_swebench_pro", body.encode(), "leaderboard")
