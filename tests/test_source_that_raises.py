"""A source whose own code raises, whatever it raises: its failure, a line for a person, and the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.errors import SourceCodeFailed, source_code
from tests.place import Place, with_source_code
from tests.upstream import Upstream

OWN_CODE = "its own code failed; tracker.log in the data directory has the traceback"
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
    ("raising", "name", "says"),
    [
        ("None.address", "AttributeError", "unexpected shape: null where an object or a list should be"),
        ("def deep(): deep()\ndeep()", "RecursionError", OWN_CODE),
        ("1 / 0", "ZeroDivisionError", OWN_CODE),
        ("raise Exception('of its own kind')", "Exception", OWN_CODE),
    ],
    ids=["AttributeError", "RecursionError", "ZeroDivisionError", "Exception"],
)
def test_pages_that_raise_are_a_failure_of_their_source(
    upstream: Upstream, tmp_path: Path, raising: str, name: str, says: str, first: str
) -> None:
    """Exit code 1 and one line without Python's words; these are in the log alone; the other sources are published."""
    place = Place(tmp_path / "place", upstream.mirror)
    code = with_source_code(tmp_path / "code", "superclue", PAGES.format(first=first, raising=raising))
    process = place.start("collect", "aider", "superclue", "vectara", code=code)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    (line,) = err.splitlines()
    of_page = "readme refused: " if first == "after a page" else ""
    assert line == f"problem: superclue: {of_page}{says}"
    assert "Traceback" not in out + err
    log = (place.data / "tracker.log").read_text("utf-8")
    assert "Traceback (most recent call last)" in log
    assert f"{name}" in log
    assert {"aider_edit", "aider_polyglot", "vectara_hallucination"} <= set(place.days())
    assert place.run("top", "vectara_hallucination").code == 0


@pytest.mark.parametrize(
    ("raising", "says"),
    [
        ("{}['data']", "unexpected shape: the key 'data' is missing"),
        ("[][1]", "unexpected shape: a list is shorter than it should be"),
        ("rows = []; rows['data']", "unexpected shape: a list where an object should be"),
        ("[].items()", "unexpected shape: a list where an object should be"),
        ("row = 'text'; row['data']", "unexpected shape: a text where an object or a list should be"),
        ("row = None; row['data']", "unexpected shape: null where an object or a list should be"),
        ("list(5)", "unexpected shape: a number where an object or a list should be"),
        ("{[]: 1}", "unexpected shape: a list where an object should be"),
        ("1 + 'a'", "unexpected shape: a value of another kind where an object or a list should be"),
        ("int('many')", "unexpected shape: a value cannot be read: 'many'"),
        ("a, b = [1]", "unexpected shape: a value cannot be read"),
        ("1 / 0", OWN_CODE),
    ],
)
def test_an_exception_says_in_words_what_is_wrong_with_the_page(raising: str, says: str) -> None:
    """A person reads what the page has and what it should have, and no name of Python's."""
    with pytest.raises(SourceCodeFailed) as refused, source_code("made_up"):
        exec(raising, {})
    assert str(refused.value) == says
