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
        ("opencompass", "llm.v2.25-07.20250812.json", '"OverallTable"', '"Overall"', "unexpected shape: KeyError: 'OverallTable'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"model"', '"name"', "unexpected shape: KeyError: 'model'"),
        ("opencompass", "llm.v2.25-07.20250812.json", '"org"', '"by"', "unexpected shape: KeyError: 'org'"),
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
        ("epoch_eci", "eci.csv", "Country (of organization)", "Country", r"Country \(of organization\)"),
        ("epoch_eci", "eci.csv", "API access", "By post", "Model accessibility is 'By post'"),
        ("arena_csv", "text.2024-06.csv", "arena_elo", "elo", "arena_score or arena_elo"),
        ("arena_csv", "text.2024-06.csv", "+3/-3", "3 to 3", "'3 to 3' is not an interval"),
        ("arena_catalog", "text.json", '"full"', '"all"', "full"),
        ("arena_catalog", "text.json", '"rating"', '"elo"', "rating"),
        ("arena_mirror", "vision.json", '"leaderboard": "vision"', '"leaderboard": "text"', "says it is 'text'"),
        ("arena_mirror", "vision.json", '"model_count": 3', '"model_count": 147', "3 rows, and the page says 147"),
        ("arena_mirror", "vision.json", '"license": "open"', '"license": "MIT"', "MIT"),
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
        ("bfcl", "overall.csv", "License", "Terms", "no column 'License'"),
        ("bfcl", "overall.csv", ",Model,", ",Model,Link,", "row 1 has"),
        ("gso", "leaderboard.json", '"setting"', '"mode"', "KeyError: 'setting'"),
        ("gso", "leaderboard.json", '"Opt@10"', '"Opt@5"', "setting is 'Opt@5'"),
        ("terminal_bench", "leaderboard.html", "Model Org", "Maker", "no column 'Model Org'"),
        ("arc_prize", "leaderboard.json", "v2_Semi_Private", "v2_Semi", "no evaluations of v2_Semi_Private"),
        ("arc_prize", "leaderboard.json", '"id": "R1"', '"id": "R2"', "KeyError: 'R1'"),
        ("artificial_analysis", "models.json", "_intelligence_index", "_index", "KeyError: 'artificial_analysis"),
        ("openrouter_weekly", "week.json", '"total_tokens"', '"tokens"', "KeyError: 'total_tokens'"),
        ("openrouter_rankings", "weeks.json", '"model_permaslug"', '"slug"', "KeyError: 'model_permaslug'"),
        ("superclue", "readme.md", "总分", "得分", "no column '总分 or 平均 or 平均分'"),
        ("superclue", "readme.md", "机构", "单位", "KeyError: '机构'"),
        ("tau2", "submission.json", '"model_organization"', '"maker"', "KeyError: 'model_organization'"),
        ("tau2", "submission.json", '"standard"', '"verified"', "submission_type is 'verified'"),
        ("tau2", "submission.json", '"pass_1"', '"pass1"', "KeyError: 'pass_1'"),
    ],
)
def test_a_renamed_field_is_refused_by_name(name: str, file: str, old: str, new: str, message: str) -> None:
    """Nothing of the page is taken."""
    body = (SAVED / name / file).read_bytes()
    assert old.encode() in body
    with pytest.raises(PageError, match=message):
        boards_of(name, body.replace(old.encode(), new.encode()), file.partition(".")[0])


@pytest.mark.parametrize(
    ("name", "file", "cut"),
    [("arena_csv", "vision.csv", 1), ("arena_csv", "vision.csv", 3), ("epoch_eci", "eci.csv", 1)],
)
def test_a_table_that_is_cut_inside_its_last_cell_is_refused(name: str, file: str, cut: int) -> None:
    """The cell is one still, and each row has its number of cells: only the end of the last line is missing."""
    body = (SAVED / name / file).read_bytes()
    assert boards_of(name, body, file.partition(".")[0])
    with pytest.raises(PageError, match="the page is cut: it does not end with a new line, as it always did"):
        boards_of(name, body[:-cut], file.partition(".")[0])
    with pytest.raises(PageError, match="an HTML page came instead of data"):
        boards_of(name, b"<html><body>We moved!</body></html>", file.partition(".")[0])
