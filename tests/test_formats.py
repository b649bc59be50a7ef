"""Bytes to rows: what each reader gives, and what each refuses with a sentence."""

from __future__ import annotations

import faulthandler
import io
import json
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers import formats
from scrapers.errors import MissingColumn, PageError

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
MOVED = b"\n <html><body><p>We moved!</p></body></html>"


def parquet(**columns: list[Any]) -> bytes:
    """A Parquet file with these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


READERS: dict[str, Callable[[bytes], Any]] = {
    "json": formats.json_rows,
    "yaml": formats.yaml_rows,
    "csv": formats.csv_rows,
    "parquet": formats.parquet_rows,
    "markdown": formats.markdown_tables,
    "html": formats.html_tables,
    "text": formats.decode,
}
EVERY = pytest.mark.parametrize("name", READERS)
NOT_HTML = pytest.mark.parametrize("name", [name for name in READERS if name not in {"html", "text"}])


@EVERY
@pytest.mark.parametrize("body", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"], ids=repr)
def test_an_empty_body_is_refused(name: str, body: bytes) -> None:
    """No bytes, or none but blanks and a byte-order mark, are no page of any format."""
    with pytest.raises(PageError, match="the body is empty" if name != "parquet" or not body else "not a Parquet"):
        READERS[name](body)


@EVERY
def test_binary_data_is_refused(name: str) -> None:
    """Bytes that are no text are refused by every reader; only Parquet is binary, and this is none."""
    for body in (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", b"a,b\x00\n1,2\n", bytes(range(256))):
        with pytest.raises(PageError, match=r"not UTF-8|binary data|not a Parquet"):
            READERS[name](body)


@NOT_HTML
def test_html_where_data_was_expected_is_refused_by_name(name: str) -> None:
    """An error page says that it is HTML, a challenge page that it is a bot check: zero rows look like success."""
    with pytest.raises(PageError, match="an HTML page came instead of data"):
        READERS[name](MOVED)
    with pytest.raises(PageError, match="a bot-check page came instead of data"):
        READERS[name](CHALLENGE)


def test_a_bot_check_in_place_of_an_html_table_is_refused() -> None:
    """Where HTML is expected, a small page with the words of a bot check is still none."""
    with pytest.raises(PageError, match="bot-check"):
        formats.html_tables(CHALLENGE)


@EVERY
@given(body=st.binary(max_size=400))
@example(body=b"\xef\xbb\xbf")
@example(body=b"PAR1PAR1")
@example(body=b"PAR1" + b"\xff" * 40 + b"PAR1")
def test_arbitrary_bytes_give_rows_or_a_page_error(name: str, body: bytes) -> None:
    """No bytes make a reader raise anything but PageError."""
    with_page_error(READERS[name], body)


@EVERY
@given(body=st.text(alphabet="ab |-,:[]{}\"'\n\t&*!?<>/=#1\\\u00e9", max_size=200))
@example(body="- a: !!int ''")
@example(body="- a: !!float ''")
@example(body="- a: !!bool maybe")
@example(body="- a: !!timestamp never")
@example(body="- a: 2024-13-45")
@example(body="- ? [a]\n  : b")
@example(body='"')
@example(body="|a|\n|-|\n||")
def test_arbitrary_text_gives_rows_or_a_page_error(name: str, body: str) -> None:
    """The same for text made of the signs that the formats are made of."""
    with_page_error(READERS[name], body.encode())


def test_a_parquet_that_was_cut_or_damaged_gives_rows_or_a_page_error() -> None:
    """No cut and no changed byte makes the Parquet reader raise anything but PageError, or wait for ever."""
    whole = parquet(model_name=["aaaaa", "b"] * 20, rating=[1.5, None] * 20, category=["overall", "x"] * 20)
    faulthandler.dump_traceback_later(60, exit=True)
    try:
        for place in range(len(whole)):
            damaged = bytearray(whole)
            damaged[place] = 117
            with_page_error(lambda body: formats.parquet_rows(body, {"category": "overall"}), bytes(damaged))
            with_page_error(formats.parquet_rows, whole[:place])
    finally:
        faulthandler.cancel_dump_traceback_later()


def with_page_error(reader: Callable[[bytes], Any], body: bytes) -> None:
    """Calls the reader; PageError is fine, everything else is not."""
    try:
        reader(body)
    except PageError:
        return


def test_json_rows_are_its_objects() -> None:
    """Cells keep the types of JSON; a byte-order mark is no part of the page."""
    body = '\ufeff[{"model": "Qwen3 \u00e9", "score": 1.5, "open": true, "note": null}]'.encode()
    assert formats.json_rows(body) == [{"model": "Qwen3 é", "score": 1.5, "open": True, "note": None}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a": 1}', "JSON: an object where a list of rows was expected"),
        (b"null", "JSON: null where a list of rows was expected"),
        (b'[{"a": 1}, 7]', "JSON: row 2 is a number, not a mapping"),
        (b'[{"a": 1}, {"a"', "not JSON: "),
        (b'[{"a": NaN}]', "not JSON: "),
        (b'[{"a": Infinity}]', "not JSON: "),
        (b'[{"a": 1e400}]', "not JSON: "),
        (b'[{"a": 1, "b": 2, "a": 3}]', "not JSON: the key 'a' stands twice in one object"),
        (b'[{"a": 1, "a": 1}]', "not JSON: the key 'a' stands twice in one object"),
        (b'[{"a" : 1,\n"\\u0061" : 2}]', "not JSON: the key 'a' stands twice in one object"),
        (b'[{"a:b": {"c": "x:y"}, "a:b": 1}]', "not JSON: the key 'a:b' stands twice in one object"),
        (b'[{"x": {"c": 1, "d": {"e": [], "e": []}}}]', "not JSON: the key 'e' stands twice in one object"),
        (b'[{"a": "\\u003a\\u003A", "b": 1, "b": 2, "b": 3}]', "not JSON: the key 'b' stands twice in one object"),
        (b'[{"a": 1}] trailing', "not JSON: "),
        (b"[" * 5000 + b"]" * 5000, "not JSON: "),
        (b"[" * 900 + b"]" * 900, "JSON nested deeper than 64 levels"),
        (b'[{"a":' * 70 + b"1" + b"}]" * 70, "JSON nested deeper than 64 levels"),
    ],
)
def test_json_that_is_no_list_of_objects_is_refused(body: bytes, message: str) -> None:
    """Another shape, half a file, NaN, and nesting that no board has: each with its sentence."""
    with pytest.raises(PageError) as refused:
        formats.json_rows(body)
    assert str(refused.value).startswith(message)


def test_json_with_colons_of_every_kind_is_read() -> None:
    """In keys and texts, as themselves and as escapes, beside a whole number of three hundred digits."""
    body = rb'[{"a:b": ":\u003a\\u003a", "c": {"\u003A": ": :"}, "d": ' + b"1" * 300 + b"}]"
    assert formats.json_rows(body) == [{"a:b": r"::\u003a", "c": {":": ": :"}, "d": float("1" * 300)}]


@given(
    st.recursive(
        st.integers(-9, 9) | st.text(':"\\a', max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(':"\\ab', max_size=2), inner, max_size=3),
    ),
    st.booleans(),
)
def test_json_whose_keys_are_distinct_is_read_however_it_is_written(value: Any, escaped: bool) -> None:
    """With each colon in a text written as itself, or as its escape."""
    body = json.dumps([value])
    assert formats.read_json(body.encode()) == [value]
    texts = re.sub(r'"(?:[^"\\]|\\.)*"', lambda text: text[0].replace(":", "\\u003a" if escaped else ":"), body)
    assert formats.read_json(texts.encode()) == [value]


def test_json_rows_under_a_key() -> None:
    """An object holds them under the declared key; another shape is refused by what it lacks."""
    assert formats.json_rows(b'{"day": 1, "data": [{"a": 1}]}', "data") == [{"a": 1}]
    for body, message in (
        (b'{"rows": []}', "no column 'data'; the page has: rows"),
        (b"[]", "JSON: a list where an object with 'data' was expected"),
        (b'{"data": {"a": 1}}', "JSON under 'data': an object where a list of rows was expected"),
    ):
        with pytest.raises(PageError, match=message):
            formats.json_rows(body, "data")


def test_json_of_64_levels_is_read() -> None:
    """The limit is on depth alone: 64 levels pass, 65 do not."""
    assert formats.read_json(b"[" * 64 + b"]" * 64)
    with pytest.raises(PageError, match="64 levels"):
        formats.read_json(b"[" * 65 + b"]" * 65)


def test_yaml_rows_are_its_mappings() -> None:
    """Cells are texts as published, quoted or not; nothing is None."""
    body = b"- model: o3 (high)\n  pass_rate_2: 81.3\n\n- model: 4.5\n  pass_rate_2: '44.9'\n  cost:\n"
    assert formats.yaml_rows(body) == [
        {"model": "o3 (high)", "pass_rate_2": "81.3"},
        {"model": "4.5", "pass_rate_2": "44.9", "cost": None},
    ]


@pytest.mark.parametrize("cell", ["1:20", "010", "1_000", "1.10", "0x1F", "1e3", "yes", "2024-12-01", ".nan"])
def test_a_yaml_cell_is_what_stands_there(cell: str) -> None:
    """YAML 1.1 would read 80, 8, 1000, 1.1, 31, true and a day; a name or a score is what the page prints."""
    assert formats.yaml_rows(f"- a: {cell}\n".encode()) == [{"a": cell}]


@pytest.mark.parametrize("cell", ["", "~", "null"])
def test_a_yaml_cell_without_a_value_is_none(cell: str) -> None:
    """The three ways to write nothing."""
    assert formats.yaml_rows(f"- a: {cell}\n".encode()) == [{"a": None}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"- a: 1\n  b: 2\n  a: 3\n", "not YAML: the key 'a' stands twice in one mapping (line 3)"),
        (b"- a: 1\n  'a': 1\n", "not YAML: the key 'a' stands twice in one mapping (line 2)"),
        (b"- a: {b: 1, b: 1}\n", "not YAML: the key 'b' stands twice in one mapping (line 1)"),
    ],
)
def test_a_yaml_key_that_stands_twice_is_refused_by_name(body: bytes, message: str) -> None:
    """Which of the two is the score? YAML would take the last without a word."""
    with pytest.raises(PageError) as refused:
        formats.yaml_rows(body)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"a: 1", "YAML: an object where a list of rows was expected"),
        (b"just words", "YAML: a text where a list of rows was expected"),
        (b"# nothing\n", "YAML: null where a list of rows was expected"),
        (b"- a: 1\n- b", "YAML: row 2 is a text, not a mapping"),
        (b"- model: x\n  rate: 1\n pass: 2\n", "not YAML: "),
        (b"- model: 'x\n", "not YAML: "),
        (b"- a: !!python/object/apply:os.system ['true']", "not YAML: "),
        (b"- a: &x [1]\n- b: *x\n", "YAML with aliases"),
        (b"- " + b"[" * 100 + b"]" * 100, "YAML nested deeper than 64 levels"),
        (b"- a: !!int " + b"9" * 5000, "not YAML: "),
    ],
)
def test_yaml_that_is_no_list_of_mappings_is_refused(body: bytes, message: str) -> None:
    """Another shape, a broken indent, a tag that would run code, aliases: each with its sentence."""
    with pytest.raises(PageError) as refused:
        formats.yaml_rows(body)
    assert str(refused.value).startswith(message)


def test_yaml_that_is_cut_inside_its_last_row_is_refused() -> None:
    """Half of `86.7` is a number, too: the row then ends with a key that stands inside the others."""
    whole = b"- model: a\n  rate: 35.6\n  cost: 1\n- model: b\n  rate: 86.7\n  cost: 2\n"
    for cut in (whole[: whole.index(b"6.7")], whole[: whole.index(b"  cost: 2")], whole[: whole.index(b"  rate: 86")]):
        with pytest.raises(PageError, match=r"the page is cut: its last row ends with '(rate|model)', as no other row"):
            formats.yaml_rows(cut)


def test_a_last_row_of_another_shape_is_no_cut() -> None:
    """Rows are written by hand: they end in one of several ways, and a new one may bring a new key."""
    assert len(formats.yaml_rows(b"- a: 1\n  b: 2\n- a: 1\n  b: 2\n  c: 3\n- a: 1\n  b: 2\n")) == 3
    assert len(formats.yaml_rows(b"- a: 1\n  b: 2\n- a: 1\n  b: 2\n  d: 4\n")) == 2
    assert formats.yaml_rows(b"- {}\n") == [{}]


def test_the_refusal_of_broken_yaml_names_the_line() -> None:
    """A person can look it up."""
    with pytest.raises(PageError, match=r"\(line 3\)"):
        formats.yaml_rows(b"- model: x\n  rate: 1\n bad: 2\n")


def test_a_yaml_alias_bomb_is_refused_before_it_unfolds() -> None:
    """Nine lines of nine aliases each would be 387 million cells; reading them costs next to nothing."""
    lines = [b'a0: &a0 ["lol","lol"]']
    lines += [b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)]
    tracemalloc.start()
    try:
        with pytest.raises(PageError, match="YAML with aliases"):
            formats.yaml_rows(b"\n".join(lines))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_csv_rows_by_column_name() -> None:
    """Quotes, line ends of any kind, blanks in the header: cells are texts as published."""
    body = b'model, score\r\n"a ""b"", c",77.47%\r\n\r\nd,\r\n'
    assert formats.csv_rows(body) == [{"model": 'a "b", c', "score": "77.47%"}, {"model": "d", "score": ""}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"model,score\na,1\nb\n", "row 2 has 1 cells, not 2: b"),
        (b"model,score\na,1,2\n", "row 1 has 3 cells, not 2: a | 1 | 2"),
        (b"model,score,score\na,1,2\n", "two columns of one name: model, score, score"),
        (b"model,score , score\na,1,2\n", "two columns of one name: model, score, score"),
        (b'model,score\n"a,1\n', "not CSV: "),
        (b'model,score\n"a"b,1\n', "not CSV: "),
    ],
)
def test_a_csv_that_is_not_whole_is_refused(body: bytes, message: str) -> None:
    """A ragged row, a column named twice, an open quote: a cut file ends in one of them."""
    with pytest.raises(PageError) as refused:
        formats.csv_rows(body)
    assert str(refused.value).startswith(message)


def test_parquet_rows_and_their_filter() -> None:
    """Only rows whose columns hold the wanted texts; nulls are None."""
    body = parquet(model_name=["a", "b", "c"], category=["overall", "chinese", "overall"], rating=[1.5, 2.5, None])
    assert formats.parquet_rows(body, {"category": "overall"}) == [
        {"model_name": "a", "category": "overall", "rating": 1.5},
        {"model_name": "c", "category": "overall", "rating": None},
    ]
    assert len(formats.parquet_rows(body)) == 3


def test_a_parquet_filter_on_a_column_that_is_not_there_names_it() -> None:
    """MissingColumn, with what the page has."""
    with pytest.raises(MissingColumn, match="no column 'category'; the page has: model_name, topic") as refused:
        formats.parquet_rows(parquet(model_name=["a"], topic=["overall"]), {"category": "overall"})
    assert refused.value.column == "category"


def test_a_parquet_column_named_twice_is_refused() -> None:
    """As a row by name it would hold only one of the two."""
    sink = io.BytesIO()
    twice = pa.table([pa.array(["a"]), pa.array([1.0]), pa.array([2.0])], names=["model", "rating", "rating"])
    pq.write_table(twice, sink)
    with pytest.raises(PageError, match="two columns of one name: model, rating, rating"):
        formats.parquet_rows(sink.getvalue())


@pytest.mark.parametrize("part", [0.01, 0.3, 0.5, 0.9, 0.99])
def test_a_part_of_a_parquet_is_refused(part: float) -> None:
    """The end of the file holds what makes it one."""
    body = parquet(model_name=[f"model-{n}" for n in range(500)], rating=[float(n) for n in range(500)])
    with pytest.raises(PageError, match=r"Parquet file"):
        formats.parquet_rows(body[: int(len(body) * part)])


PAGE = """# Board

Words before, with a [link](https://example.org).

|Model|Hallucination Rate|
|----|----:|
|![logo](x.png) **google/gemini-2.5-flash-lite**|3.3 %|
|[Phi-4](https://example.org/phi)&nbsp;<sup>1</sup>|`3.7 %`|
|a \\| b|4 %|

|Other|
|-----|
|1|
"""


def test_markdown_tables_as_their_words() -> None:
    """Emphasis, links, code and images are no part of a cell's text."""
    assert formats.markdown_tables(PAGE.encode()) == [
        (
            ["Model", "Hallucination Rate"],
            [
                {"Model": "google/gemini-2.5-flash-lite", "Hallucination Rate": "3.3 %"},
                {"Model": "Phi-4 1", "Hallucination Rate": "3.7 %"},
                {"Model": "a | b", "Hallucination Rate": "4 %"},
            ],
        ),
        (["Other"], [{"Other": "1"}]),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("|98.2 %|99.5 %|", "row 1 has 2 cells, not 3: |98.2 %|99.5 %|"),
        ("|a|98.2 %|", "row 1 has 2 cells, not 3: |a|98.2 %|"),
        ("|a|1 %|99 %|\n|b|new|2 %|98 %|", "row 2 has 4 cells, not 3: |b|new|2 %|98 %|"),
        ("|a|1 %|99 %|\r\nWords without a blank line before them", "row 2 has 1 cells, not 3: Words without"),
        ("|a|1 %|99 %|\n\n|b|2 %|98 %|\n|c|3 %|97 %|", "rows behind a gap in the table: |b|2 %|98 %|"),
        ("|a|1 %|99 %|\n<!-- one more -->\n|b|2 %|98 %|", "rows behind a gap in the table: |b|2 %|98 %|"),
    ],
)
def test_rows_that_markdown_would_fill_up_cut_or_lose_are_refused(rows: str, message: str) -> None:
    """A missing cell moves the others under wrong columns, and a gap ends the table: nothing of it is guessed."""
    with pytest.raises(PageError) as refused:
        formats.markdown_tables(f"|Model|Hallucination Rate|Consistency|\n|-|-|-|\n{rows}\n".encode())
    assert str(refused.value).startswith(message)


def test_rows_of_whole_cells_are_read_however_they_are_written() -> None:
    """Bars at the ends may be left out, a cell may be empty, an escaped bar is part of a name; a list may hold one."""
    page = "Model | Rate\n-|-\na \\| b | 4 %\n | c | |\n\nwords\n\n- |Model|Rate|\n  |-|-|\n  |d|5 %|\n"
    (_, first), (_, second) = formats.markdown_tables(page.encode())
    assert first == [{"Model": "a | b", "Rate": "4 %"}, {"Model": "c", "Rate": ""}]
    assert second == [{"Model": "d", "Rate": "5 %"}]


def test_a_table_inside_a_code_block_is_none() -> None:
    """What a page shows as code is not its table."""
    assert formats.markdown_tables(b"```\n|Model|Rate|\n|-|-|\n|a|1|\n```\n") == []


def test_html_tables_as_their_words() -> None:
    """Header and rows by the visible text of their cells; a table of one line is no table of rows."""
    body = (
        b"<!doctype html><table><tr><td>lone</td></tr></table>"
        b"<table><tr><th>Model</th><th>Accuracy</th></tr><tr><td><a href='#'>a <b>b</b></a></td>"
        b"<td>82.0 % \xc2\xb1 2.2</td></tr></table>"
    )
    assert formats.html_tables(body) == [(["Model", "Accuracy"], [{"Model": "a b", "Accuracy": "82.0 % ± 2.2"}])]


def test_an_html_row_with_other_cells_is_refused() -> None:
    """A cell that spans two columns would shift the rest under wrong names."""
    body = b"<html><table><tr><th>A<th>B<tr><td>1<td>2<tr><td colspan=2>3</table>"
    with pytest.raises(PageError, match="row 2 has 1 cells, not 2"):
        formats.html_tables(body)


def test_first_with_takes_the_first_table_that_has_the_columns() -> None:
    """In the order of the page, whatever other columns there are."""
    result: list[tuple[list[str], list[formats.Row]]] = [
        (["Model", "Year"], [{"Model": "x", "Year": "1"}]),
        (["Rate", "Model"], [{"Rate": "1", "Model": "a"}]),
        (["Model", "Rate"], [{"Rate": "2", "Model": "b"}]),
    ]
    assert formats.first_with(result, ("Model", "Rate")) == [{"Rate": "1", "Model": "a"}]


def test_first_with_names_what_the_nearest_table_lacks() -> None:
    """No table at all is said so; else the missing column of the table that comes closest."""
    with pytest.raises(PageError, match="the page has no table"):
        formats.first_with([], ("Model", "Rate"))
    with pytest.raises(MissingColumn, match="no column 'Rate'; the page has: Model, Score"):
        formats.first_with([(["Year"], []), (["Model", "Score"], [])], ("Model", "Rate"))


def test_first_with_skips_no_page_without_the_table() -> None:
    """A README whose leaderboard table is gone is refused, though it has another table."""
    page = PAGE.replace("Hallucination Rate", "Rate of hallucination").encode()
    with pytest.raises(MissingColumn, match="no column 'Hallucination Rate'"):
        formats.first_with(formats.markdown_tables(page), ("Model", "Hallucination Rate"))


def test_json_rows_by_key_have_their_key_as_a_column() -> None:
    """`{"a": {"score": 1}}`, at the top or under a key; anything else than objects by key is refused."""
    rows = [{"score": 1, "model": "a"}, {"score": 2, "model": "b"}]
    assert formats.json_rows(b'{"a": {"score": 1}, "b": {"score": 2}}', keyed_by="model") == rows
    assert formats.json_rows(b'{"data": {"a": {"score": 1}, "b": {"score": 2}}}', "data", "model") == rows
    with pytest.raises(PageError, match="JSON under 'data': a list where an object of rows was expected"):
        formats.json_rows(b'{"data": []}', "data", "model")
    with pytest.raises(PageError, match="JSON: row 1 is a number, not a mapping"):
        formats.json_rows(b'{"a": 1}', keyed_by="model")


def test_an_object_of_json_names_the_key_that_it_lacks() -> None:
    """However deep it lies."""
    page = formats.read_json(b'{"data": [{"model": {"name": "a"}}]}')
    with pytest.raises(MissingColumn, match="no column 'title'; the page has: name"):
        page["data"][0]["model"]["title"]
