"""A source whose own code raises, whatever it raises: its failure, a line for a person, and the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.place import Place, with_source_code
from tests.upstream import Upstream

# The pages() of a shipped source that has none.
PAGES = """
def pages(source):
    from scrapers.model import Request

    if {first!r} == "after a page":
        yield Request(role="readme", address=source.pages[0].address)
    exec({raising!r}, {{}})
    yield
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
    code = with_source_code(tmp_path / "code", "superclue", PAGES.format(first=first, raising=raising))
    process = place.start("collect", "aider", "superclue", "vectara", code=code)
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
