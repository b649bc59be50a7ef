"""Pages that changed are refused, and say what changed: a renamed column, a cell in another form, a cut table."""

from __future__ import annotations

import pytest

from scrapers.errors import MissingColumn, PageError
from scrapers.model import Entry, Page
from tests.saved_pages import SAVED, boards_of, page, read, replaced


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "column"),
    [
        ("aider", "polyglot.yml", "pass_rate_2:", "pass_rate_3:", "pass_rate_2"),
        ("aider", "polyglot.yml", "model:", "llm:", "model"),
        ("vectara", "readme.md", "Hallucination Rate", "Rate of hallucination", "Hallucination Rate"),
        ("vectara", "readme.md", "|Model|", "|LLM|", "Model"),
        ("opencompass", "llm.v2.24-04.20240509.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "llm.v2.25-01.20250220.json", '"Reasoning"', '"Reason"', "Reasoning"),
        ("opencompass", "academic.REALTIME.20260903.json", '"Average"', '"Overall"', "Average"),
        ("opencompass", "official.json", '"Average"', '"Mean"', "Average"),
        ("opencompass", "llm.v2.26-07.20260824.json", '"Math"', '"Mathematics"', "Math"),
        ("opencompass", "llm.v2.24-11.20241202.json", '"Knowledge"', '"Facts"', "Knowledge"),
        ("opencompass", "llm.v2.24-04.20240509.json", '"Code"', '"Programming"', "Code or Coding"),
        ("opencompass", "official.json", '"Coding"', '"Programming"', "Code or Coding"),
        ("opencompass", "official.json", '"Math"', '"Mathematics"', "Math"),
    ],
)
def test_a_renamed_column_is_refused_by_name(source: str, file: str, old: str, new: str, column: str) -> None:
    """MissingColumn says which one, and what the page has instead."""
    with pytest.raises(MissingColumn, match=f"no column '{column}'; the page has: .*{new.strip('|:').strip(chr(34))}"):
        read(source, replaced(page(SAVED / source / file), old, new))


def test_a_column_that_one_row_lacks_is_refused() -> None:
    """Half a YAML row is no row with a missing score."""
    body = (SAVED / "aider" / "polyglot.yml").read_bytes().replace(b"  pass_rate_2: 88.0\n", b"")
    with pytest.raises(MissingColumn, match="no column 'pass_rate_2'"):
        read("aider", Page("polyglot", "", body))


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "message"),
    [
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: 88,0", "'88,0' is not a number"),
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: true", "'true' is not a number"),
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: .inf", "'.inf' is not a number"),
        ("aider", "polyglot.yml", "model: gpt-5 (high)", "model:", "a row has no name"),
        ("vectara", "readme.md", "Last updated on", "Updated:", "the page says no day after 'Last updated on'"),
        ("vectara", "readme.md", "March 10, 2026", "", "the page says no day after 'Last updated on'"),
        ("vectara", "readme.md", "March 10, 2026", "March", "'March' is not a whole day"),
        ("vectara", "readme.md", "|1.8 %|", "|low|", "'low' is not a number"),
        ("opencompass", "official.json", '"YES"', '"MAYBE"', "open_source is 'MAYBE'"),
        ("opencompass", "official.json", '"update_date"', '"updated"', "neither the name of the file nor a row says the day"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"OpenSource"', '"Open"', "release is 'Open'"),
        ("opencompass", "academic.REALTIME.20260903.json", '"API|', '"Web|', "release is 'Web|OpenSource'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"OverallTable"', '"Overall"', "no column 'OverallTable'; the page has: Overall, globalData, models"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"model"', '"name"', "no column 'model'; the page has: Agent, Average"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_as_it_should_be_is_refused(
    source: str, file: str, old: str, new: str, message: str
) -> None:
    """Each with what is wrong with it; nothing of the page is taken."""
    with pytest.raises(PageError) as refused:
        read(source, replaced(page(SAVED / source / file), old, new))
    assert str(refused.value).startswith(message)


def test_a_page_of_a_role_that_is_not_declared_is_refused() -> None:
    """As an import with a mistyped role would bring it."""
    with pytest.raises(PageError, match=r"aider.toml declares no page of role 'polyglott'"):
        read("aider", Page("polyglott", "", b"- model: a\n  pass_rate_2: 1\n"))


def test_a_score_outside_its_own_interval_is_refused() -> None:
    """Rating and its bounds are three columns of like numbers: where two changed places, the page says so itself."""
    Entry(name="a", score=2, score_low=2, score_high=None)
    Entry(name="a", score=None, score_low=3, score_high=1)
    for low, high in ((3.0, 4.0), (None, 1.0), (3.0, 1.0)):
        with pytest.raises(PageError, match="the score of 'a' is 2, outside its interval"):
            Entry(name="a", score=2, score_low=low, score_high=high)


@pytest.mark.parametrize(
    ("source", "file", "old", "new", "says"),
    [
        ("epoch_eci", "eci.csv", "Display name", "Shown name", "no column 'Display name'"),
        ("epoch_eci", "eci.csv", "API access", "By post", "Model accessibility is 'By post'"),
        ("arena_csv", "text.2024-06.csv", "arena_elo", "elo", "arena_score or arena_elo"),
        ("arena_csv", "text.2024-06.csv", "+3/-3", "3 to 3", "'3 to 3' is not an interval"),
        ("arena_catalog", "text.json", '"full"', '"all"', "full"),
        ("arena_catalog", "text.json", '"rating"', '"elo"', "rating"),
        ("arena_mirror", "vision.json", '"leaderboard": "vision"', '"leaderboard": "text"', "says it is 'text'"),
        ("arena_mirror", "vision.json", '"model_count": 3', '"model_count": 147', "3 rows, and the page says 147"),
        ("arena_mirror", "vision.json", '"license": "open"', '"license": "MIT"', "license is 'MIT'"),
    ],
)
def test_a_page_that_changed_is_refused_by_the_name_of_what_changed(
    source: str, file: str, old: str, new: str, says: str
) -> None:
    """A required column that is gone, or a cell in a new form."""
    with pytest.raises(PageError, match=says):
        read(source, replaced(page(SAVED / source / file), old, new))


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "message"),
    [
        ("bfcl", "overall.csv", "Overall Acc", "Overall", "no column 'Overall Acc'"),
        ("bfcl", "overall.csv", ",Model,", ",Model,Link,", "row 1 has"),
        ("gso", "leaderboard.json", '"setting"', '"mode"', "no column 'setting'"),
        ("gso", "leaderboard.json", '"Opt@10"', '"Opt@5"', "setting is 'Opt@5'"),
        ("terminal_bench", "leaderboard.html", "Accuracy", "Solved", "no column 'Accuracy'"),
        ("arc_prize", "leaderboard.json", "v2_Semi_Private", "v2_Semi", "no evaluations of v2_Semi_Private"),
        (
            "arc_prize",
            "leaderboard.json",
            '"id": "R1"',
            '"id": "R2"',
            "an evaluation of model 'R1', which the page does not list",
        ),
        (
            "artificial_analysis",
            "models.json",
            "_intelligence_index",
            "_index",
            "no column 'artificial_analysis_intelligence_index'; the page has: ",
        ),
        ("openrouter_weekly", "week.json", '"total_tokens"', '"tokens"', "no column 'total_tokens'; the page has: "),
        (
            "openrouter_rankings",
            "weeks.json",
            '"model_permaslug"',
            '"slug"',
            "no column 'model_permaslug'; the page has: ",
        ),
        ("superclue", "readme.md", "总分", "得分", "no column '总分 or 平均 or 平均分'"),
        ("superclue", "readme.md", "模型", "名称", "no column '模型'"),
        ("tau2", "submission.json", '"model_name"', '"name"', "no column 'model_name'; the page has: "),
        ("tau2", "submission.json", '"standard"', '"verified"', "submission_type is 'verified'"),
        ("tau2", "submission.json", '"pass_1"', '"pass1"', "no column 'pass_1'; the page has: "),
    ],
)
def test_a_renamed_field_is_refused_by_name(name: str, file: str, old: str, new: str, message: str) -> None:
    """Nothing of the page is taken."""
    body = (SAVED / name / file).read_bytes()
    assert old.encode() in body
    with pytest.raises(PageError, match=message):
        boards_of(name, body.replace(old.encode(), new.encode()), file.partition(".")[0])


@pytest.mark.parametrize(("name", "file"), [("arena_csv", "vision.csv"), ("epoch_eci", "eci.csv")])
def test_a_table_whose_last_line_has_no_newline_is_whole_unless_it_is_short(name: str, file: str) -> None:
    """Some programs write no newline at the end. A cut is told by the cells of the last line."""
    body, role = (SAVED / name / file).read_bytes(), file.partition(".")[0]
    assert body.endswith(b"\n")
    assert boards_of(name, body.removesuffix(b"\n"), role) == boards_of(name, body, role)
    with pytest.raises(PageError, match=r"row \d+ has \d+ cells, not \d+"):
        boards_of(name, body[: body.rstrip().rindex(b",") - 1], role)
    with pytest.raises(PageError, match="an HTML page came instead of data"):
        boards_of(name, b"<html><body>We moved!</body></html>", role)


@pytest.mark.parametrize(
    ("name", "file", "old", "new"),
    [
        ("aider", "polyglot.yml", "pass_rate_2: 88.0", "pass_rate_2: 88.0{}"),
        ("bfcl", "overall.csv", "%", "{}"),
        ("gso", "leaderboard.json", '"score": 44.12', '"score": "44.12{}"'),
        ("swebench", "leaderboards.json", '"resolved": 74.4', '"resolved": "74.4{}"'),
        ("terminal_bench", "leaderboard.html", " %", "{}"),
        ("vectara", "readme.md", " %", "{}"),
    ],
)
@pytest.mark.parametrize("sign", ["", "%", " %", "\u00a0%", "％"])
def test_percent_may_be_printed_in_any_way(name: str, file: str, old: str, new: str, sign: str) -> None:
    """88, 88%, 88 % and 88％ are one score where the unit is percent."""
    body, role = (SAVED / name / file).read_bytes(), file.partition(".")[0]
    assert old.encode() in body
    assert boards_of(name, body.replace(old.encode(), new.format(sign).encode()), role) == boards_of(name, body, role)
