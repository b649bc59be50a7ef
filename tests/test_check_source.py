"""`tracker sources check`: a first look at a source, which keeps nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.place import Place
from tests.upstream import Upstream

AIDER = "/raw.githubusercontent.com/Aider-AI/aider/main/aider/website/_data/polyglot_leaderboard.yml"


@pytest.fixture
def place(tmp_path: Path, upstream: Upstream) -> Place:
    """A place that has collected nothing."""
    return Place(tmp_path / "place", upstream.mirror)


def test_every_source_that_is_on_is_as_declared(place: Place) -> None:
    """Each board of each enabled source comes, with its rows; the exit code says so, and nothing is stored."""
    done = place.run("sources", "check", "--format", "json")
    rows = done.json()
    assert done.code == 0, [row for row in rows if row["state"] not in ("ok", "absent")]
    assert {"opencompass_llm", "arena_text", "livebench", "tau2_overall", "gso"} <= {row["board"] for row in rows}
    assert all(row["rows"] for row in rows if row["board"])
    assert not place.data.exists()


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("500", "failed", "500"),
        ("challenge", "unparsed", "a bot-check page came instead of data"),
        ("half", "unparsed", ""),
    ],
)
def test_what_is_wrong_is_named(place: Place, upstream: Upstream, fault: str, state: str, reason: str) -> None:
    """A page that does not come, or is not what it should be: its state, the reason, exit code 1."""
    upstream.fault(AIDER, fault)
    done = place.run("sources", "check", "aider", "--format", "json")
    assert done.code == 1
    bad = [row for row in done.json() if row["state"] not in ("ok", "absent")]
    assert [(row["source"], row["role"], row["state"]) for row in bad] == [("aider", "polyglot", state)]
    assert reason in bad[0]["reason"]
    assert "aider, polyglot: " in place.run("sources", "check", "aider").err


def test_a_wrong_name_is_answered_with_what_may_be_meant(place: Place) -> None:
    """A typo is wrong use."""
    done = place.run("sources", "check", "opencompas")
    assert done.code == 2
    assert "no source 'opencompas' (did you mean opencompass" in done.err


def test_show_says_pages_boards_and_terms(place: Place) -> None:
    """One source, whole."""
    source = place.run("sources", "show", "opencompass", "--format", "json").json()
    assert source["licence"] == "not stated"
    assert "opencompass_llm" in {board["board"] for board in source["boards"]}
    assert {"manifest_llm", "llm", "academic"} <= {page["role"] for page in source["pages"]}
    assert "https://rank.opencompass.org.cn" in place.run("sources", "show", "opencompass").out
