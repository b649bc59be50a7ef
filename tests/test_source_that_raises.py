"""A source whose own code raises, whatever it raises: its failure, a line for a person, and the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.place import Place
from tests.upstream import Upstream

# The command, with the pages() of one shipped source replaced.
DRIVER = """
import sys

from scrapers.model import Request
from scrapers.sources import superclue
from tracker.cli import main

first, raising = sys.argv.pop(1), sys.argv.pop(1)


def pages(source):
    if first == "after a page":
        yield Request(role="readme", address=source.pages[0].address)
    exec(raising, {})
    yield


superclue.pages = pages
main()
"""


@pytest.mark.parametrize("first", ["at once", "after a page"])
@pytest.mark.parametrize(
    ("raising", "name"),
    [
        ("None.address", "AttributeError"),
        ("def deep(): deep()\ndeep()", "RecursionError"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise Exception('of its own kind')", "Exception"),
    ],
    ids=["AttributeError", "RecursionError", "ZeroDivisionError", "Exception"],
)
def test_pages_that_raise_are_a_failure_of_their_source(
    upstream: Upstream, tmp_path: Path, raising: str, name: str, first: str
) -> None:
    """Exit code 1 and one line; the traceback is in the log alone; the other sources are stored and published."""
    place = Place(tmp_path / "place", upstream.mirror)
    (tmp_path / "driver.py").write_text(DRIVER)
    words = (first, raising, "collect", "aider", "superclue", "vectara")
    process = place.start(*words, driver=tmp_path / "driver.py")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    (line,) = err.splitlines()
    assert line.startswith("problem: superclue: ")
    assert name in line
    assert "Traceback" not in out + err
    log = (place.data / "tracker.log").read_text("utf-8")
    assert "Traceback (most recent call last)" in log
    assert f"{name}" in log
    assert {"aider_edit", "aider_polyglot", "vectara_hallucination"} <= set(place.days())
    assert place.run("top", "vectara_hallucination").code == 0
