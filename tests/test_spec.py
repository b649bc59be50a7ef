"""A broken declaration gives one sentence that names the file, the key and what was expected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import DeclarationError
from scrapers.spec import SOURCES, Board, load_source, load_sources
from storage.validate import SnapshotStats, fault
from tracker import config

GOOD = """
title = "Tiny"
publisher = "Nobody"
homepage = "https://example.org"
licence = "CC0-1.0"
redistribute = "pages"
licence_page = "https://example.org/licence"
pages = [{ role = "page", format = "csv", address = "https://example.org/a.csv" }]
columns = { name = "model", score = ["score", "elo"] }

[defaults]
operator = "Nobody"

[boards.tiny]
page = "page"

[boards.tiny.expectations]
rows = { min = 3, max = 9 }
"""


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Any]:
    """Loads GOOD as tiny.toml with one piece of it replaced."""

    def load(old: str = "", new: str = "") -> Any:
        assert GOOD.count(old) == 1 or not old
        (tmp_path / "tiny.toml").write_text(GOOD.replace(old, new) if old else GOOD + new)
        return load_source(tmp_path / "tiny.toml")

    return load


def refused(call: Callable[..., object], *arguments: object) -> DeclarationError:
    """The DeclarationError of the call; its text is one line and shows no class of pydantic's."""
    with pytest.raises(DeclarationError) as result:
        call(*arguments)
    sentence = str(result.value)
    assert "\n" not in sentence
    assert "pydantic" not in sentence.lower()
    assert "validation error" not in sentence.lower()
    return result.value


def test_a_good_declaration_is_read(source: Callable[..., Any]) -> None:
    """The file's name is the source's; what stands once above the boards holds for each of them."""
    tiny = source()
    assert tiny.name == "tiny"
    board = tiny.boards["tiny"]
    assert (board.page, board.operator, board.columns.name) == (("page",), "Nobody", ("model",))
    assert board.columns.score == ("score", "elo")
    assert board.expectations.rows_on(date(2026, 1, 1)).max == 9
    assert list(tiny.boards_of("page")) == ["tiny"]
    assert list(tiny.boards_of("other")) == []


BROKEN = [
    ('licence = "CC0-1.0"', "", "licence", "missing; it is required"),
    ('publisher = "Nobody"', "publisher = 7", "publisher", "valid string; found 7"),
    ('redistribute = "pages"', 'redistribute = "perhaps"', "redistribute", "found 'perhaps'"),
    ('licence_page = "https://example.org/licence"', "", "(top level)", 'redistribute = "pages": licence_page must name the page'),
    ('title = "Tiny"', 'title = "Tiny"\ncolour = "red"', "colour", "unknown key; expected one of: boards, dates_content, disabled_reason"),
    ("[boards.tiny]", '[boards.tiny]\nmedals = "yes"', "boards.tiny.medals", "unknown key"),
    ('name = "model"', 'nam = "model"', "boards.tiny.columns.nam", "unknown key"),
    ('name = "model"', "name = 7", "boards.tiny.columns.name", "found 7"),
    ('format = "csv"', 'format = "xls"', "pages.0.format", "'markdown', 'html' or 'other'; found 'xls'"),
    ('role = "page", ', "", "pages.0.role", "missing; it is required"),
    ("min = 3", "min = 0", "boards.tiny.expectations.rows.0.min", "greater than or equal to 1; found 0"),
    ("min = 3", 'min = "three"', "boards.tiny.expectations.rows.0.min", "found 'three'"),
    ("rows = { min = 3, max = 9 }", "max_drop = 1.5", "boards.tiny.expectations.max_drop", "found 1.5"),
    ("rows = { min = 3, max = 9 }", "score = [0]", "boards.tiny.expectations.score.1", "missing; it is required"),
    ('page = "page"\n', "", "boards.tiny.page", "missing; it is required"),
    ('page = "page"\n', 'page = "elsewhere"\n', "boards.tiny.page", "no page of role 'elsewhere' is declared"),
    (
        'page = "page"\n',
        'page = "page"\ndirection = "up"\n',
        "boards.tiny.direction",
        "'higher' or 'lower'; found 'up'",
    ),
    ('title = "Tiny"', "enabled = false\ntitle = 't'", "(top level)", "disabled_reason must say why the source is off"),
    ("pages = [", "[pages]\nx = [", "pages", "found {"),
    ('format = "csv"', 'format = "csv", rows_under = "data"', "pages.0", "rows_under is for the format json"),
    ('page = "page"\n', "page = []\n", "boards.tiny.page", "at least 1 item"),
    ('format = "csv", ', "", "pages.0.format", "no tiny.py reads it; expected one of: csv, json, yaml, parquet"),
    ("example.org/a.csv", "example.org:99999/a.csv", "pages.0.address", "Port out of range 0-65535; found 'https"),
    ("example.org/a.csv", "example.org:0/a.csv", "pages.0.address", "Port out of range 1-65535; found 'https"),
    ('operator = "Nobody"', 'operator_country = "XX"', "boards.tiny.operator_country", "such as US; found 'XX'"),
    ('operator = "Nobody"', 'operator_country = "us"', "boards.tiny.operator_country", "such as US; found 'us'"),
    ('title = "Tiny"', 'title = "Tiny"\nevery = "0d"', "every", "an interval is expected"),
    ('pages = [{ role = "page", format = "csv", address = "https://example.org/a.csv" }]', "", "boards.tiny.page",
     "no page of role 'page' is declared"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "key", "message"), BROKEN, ids=[f"{row[2]}-{n}" for n, row in enumerate(BROKEN)]
)
def test_a_broken_source_names_file_key_and_what_was_expected(
    source: Callable[..., Any], tmp_path: Path, old: str, new: str, key: str, message: str
) -> None:
    """An unknown key, a wrong type, a value out of range, a key that is missing: never a traceback."""
    error = refused(source, old, new)
    assert (error.file, error.key) == (str(tmp_path / "tiny.toml"), key)
    assert message in str(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"title = ", "not TOML: "),
        (b"title = 'a'\ntitle = 'b'", "not TOML: "),
        (b"title = '\xff'", "cannot be read: "),
        (b"boards = 3", "boards: a table of boards is expected; found 3"),
        (b"[boards]\ntiny = 3", "boards.tiny: a table is expected; found 3"),
    ],
)
def test_a_source_that_is_no_toml_names_the_file(tmp_path: Path, text: bytes, message: str) -> None:
    """What is not TOML at all, or holds another shape where boards should be."""
    file = tmp_path / "tiny.toml"
    file.write_bytes(text)
    assert str(refused(load_source, file)).startswith(f"{file}: {message}")


def test_a_source_that_is_not_there_names_the_file(tmp_path: Path) -> None:
    """With the system's word for it."""
    assert (
        str(refused(load_source, tmp_path / "x.toml"))
        == f"{tmp_path / 'x.toml'}: cannot be read: No such file or directory"
    )


def test_our_own_sources_are_sound() -> None:
    """Each loads and has an interval; each board has expectations, and one source that describes it in full."""
    described, boards = set(), set()
    for name, declared in load_sources((SOURCES,)).items():
        assert declared.name == name
        assert config.interval(declared) > timedelta(0)
        for board, details in declared.boards.items():
            boards.add(board)
            assert details.expectations.rows_on(date(2026, 11, 1)).min > 1, (name, board)
            assert details.expectations.score[0] > float("-inf") or not details.expectations.scored, (name, board)
            if all(
                [details.title, details.metric, details.unit, details.kind, details.operator, details.operator_country]
            ):
                described.add(board)
    assert boards
    assert boards - described == set()


def test_every_board_has_landmarks_or_its_declaration_says_why_not() -> None:
    """Names that are always there catch a page of another board; where the line-up turns over, a comment says so."""
    for name, declared in load_sources((SOURCES,)).items():
        without = [board for board, details in declared.boards.items() if not details.expectations.landmarks]
        assert not without or "# No landmarks: " in (SOURCES / f"{name}.toml").read_text("utf-8"), (name, without)


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[str], config.Config]:
    """Loads a config.toml of this text."""

    def load(text: str) -> config.Config:
        (tmp_path / "config.toml").write_text(text)
        return config.load(tmp_path / "config.toml", None)

    return load


def test_an_empty_config_is_the_defaults(configured: Callable[[str], config.Config], tmp_path: Path) -> None:
    """Every key has a default; paths are relative to the file."""
    loaded = configured("")
    assert loaded.http.attempts == 4
    assert loaded.data == tmp_path / "data"
    assert loaded.declared().keys() == load_sources((SOURCES,)).keys()


def test_the_shipped_config_is_sound() -> None:
    """config.toml of the repository loads, and changes no source."""
    shipped = config.load(Path(__file__).resolve().parent.parent / "config.toml", None)
    assert shipped.declared() == dict(load_sources((SOURCES,)))


WRONG = [
    ("[http]\nattempt = 4", "http.attempt", "unknown key"),
    ("colour = 1", "colour", "unknown key; expected one of: data, decisions, http"),
    ("[http]\nattempts = 0", "http.attempts", "greater than or equal to 1; found 0"),
    ("[http]\ntimeout = 0", "http.timeout", "greater than 0; found 0"),
    ("[http]\ntimeout = 'long'", "http.timeout", "found 'long'"),
    ("[http]\nmax_bytes = -1", "http.max_bytes", "found -1"),
    ("[http]\nallow_hosts = 'localhost'", "http.allow_hosts", "found 'localhost'"),
    ("data = 3", "data", "found 3"),
    ("http = 3", "http", "found 3"),
    ('[http.mirrors]\n"huggingface.co" = "https://hf-mirror.com"', "http.mirrors", "'huggingface.co' is no origin"),
    ('[http.mirrors]\n"https://a.org/x" = "https://b.org"', "http.mirrors", "'https://a.org/x' is no origin"),
    ('[http.mirrors]\n"ftp://a.org" = "https://b.org"', "http.mirrors", "'ftp://a.org' is no origin"),
    ('[http.mirrors]\n"https://a.org" = "b.org"', "http.mirrors", "'b.org' is no http(s) address"),
    ('[http.mirrors]\n"https://a.org" = "file:///etc"', "http.mirrors", "'file:///etc' is no http(s) address"),
    ('[http.mirrors]\n"*" = "http://"', "http.mirrors", "'http://' is no http(s) address"),
    ('[http.mirrors]\n"https://a.org" = 7', "http.mirrors.https://a.org", "found 7"),
    (
        "[sources]\naider = { every = '7 weeks' }",
        "sources.aider.every",
        "an interval is expected: a number with s, m, h or d, such as 6h; found '7 weeks'",
    ),
    ("[sources]\naider = { every = '0s' }", "sources.aider.every", "an interval is expected"),
    ("[sources]\naider = { every = 7 }", "sources.aider.every", "found 7"),
    ("[sources]\naider = { every = '٧d' }", "sources.aider.every", "an interval is expected"),
    ("[sources]\naider = { cron = '١٥ 6 * * *' }", "sources.aider.cron", "ASCII digits are expected"),
    ("[sources]\naider = { cron = '15 6 * *' }", "sources.aider.cron", "got 4, expected 5"),
    ("[sources]\naider = { offline = true }", "sources.aider.offline", "unknown key"),
    ("[sources]\naider = true", "sources.aider", "found True"),
    ("[schedule]\njitter = -1", "schedule.jitter", "found -1"),
    ("[schedule]\nstale_after = 0", "schedule.stale_after", "found 0"),
    ("[schedule]\nstale_after = inf", "schedule.stale_after", "found inf"),
    ("[schedule]\njitter = inf", "schedule.jitter", "found inf"),
    ("[http]\ntimeout = inf", "http.timeout", "found inf"),
    ("[sources]\naider = { every = '99999999d' }", "sources.aider.every", "at most ten years"),
    ('data = "a\\u0000b"', "data", "no path holds a NUL"),
    ('[sources]\naider = { address = { edit = "ftp://a.org" } }', "sources.aider.address", "an http(s) address"),
    ('[sources]\naider = { address = { edit = "http://[" } }', "sources.aider.address", "Invalid IPv6 URL"),
]


@pytest.mark.parametrize(("text", "key", "message"), WRONG, ids=[f"{row[1]}-{n}" for n, row in enumerate(WRONG)])
def test_a_broken_config_names_file_key_and_what_was_expected(
    configured: Callable[[str], config.Config], tmp_path: Path, text: str, key: str, message: str
) -> None:
    """As for sources."""
    error = refused(configured, text)
    assert (error.file, error.key) == (str(tmp_path / "config.toml"), key)
    assert message in str(error)


def test_a_config_that_is_no_toml_names_file_and_line(
    configured: Callable[[str], config.Config], tmp_path: Path
) -> None:
    """The line is the reader's own."""
    assert "line 2" in str(refused(configured, "[http]\nattempts = four"))
    missing = tmp_path / "none.toml"
    assert str(refused(config.load, missing, None)) == f"{missing}: cannot be read: No such file or directory"


def test_an_override_of_an_unknown_source_names_those_that_there_are(
    configured: Callable[[str], config.Config],
) -> None:
    """A misspelled source would else be left as it was, in silence."""
    error = refused(configured("[sources]\naidr = { every = '7d' }").declared)
    assert error.key == "sources.aidr"
    assert "no such source; expected one of: aider, " in str(error)


def test_overrides_change_what_they_name(configured: Callable[[str], config.Config]) -> None:
    """Interval, switch and address of one role; all else stays as declared."""
    changed = configured(
        "[sources]\naider = { every = '7d', address = { edit = 'https://example.org/e.yml' } }\n"
        "vectara = { enabled = false }"
    ).declared()
    declared = load_sources((SOURCES,))
    assert config.interval(changed["aider"]) == timedelta(days=7)
    assert [page.address for page in changed["aider"].pages] == [
        declared["aider"].pages[0].address,
        "https://example.org/e.yml",
    ]
    assert not changed["vectara"].enabled
    assert changed["vectara"].disabled_reason == "switched off in config.toml"
    assert changed["arena"] == declared["arena"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("5s", 5), ("30m", 1800), ("6h", 21600), ("1d", 86400), ("1.5 h", 5400), (" 7d ", 604800)]
)
def test_intervals(text: str, seconds: float) -> None:
    """A number with s, m, h or d."""
    assert config.seconds(text) == seconds


# Declarations that are wrong and pass: strict, so that whoever mends one of them takes its mark away.


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('title = "Tiny"', 'title = "Tiny"\nevery = "soon"', "every"),
        ('[defaults]\noperator = "Nobody"', "[[defaults]]\nx = 1", "defaults"),
        (', score = ["score", "elo"]', "", "boards.tiny.columns"),
        ("https://example.org/a.csv", "a.csv", "pages.0.address"),
        ("min = 3, max = 9", "min = 9, max = 3", "boards.tiny.expectations.rows.0"),
    ],
)
def test_a_source_that_could_not_be_run_is_refused_when_it_is_read(
    source: Callable[..., Any], old: str, new: str, key: str
) -> None:
    """No interval, defaults that are no table, a plain table without its score, no address, a range without rows."""
    assert refused(source, old, new).key.startswith(key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[sources]\naider = { cron = 'a b c d e' }", "sources.aider.cron"),
        pytest.param("[sources]\naider = { address = { x = 'https://a.org' } }", "sources.aider.address"),
        ("source_folders = ['nowhere']", "source_folders"),
        ("[http]\ncontact = 'J\u00f6rg'", "http.contact"),
        ("[http.mirrors]\n'*' = 'http://a.org:99999'", "http.mirrors"),
    ],
)
def test_a_config_that_could_not_be_run_is_refused_when_it_is_read(
    configured: Callable[[str], config.Config], text: str, key: str
) -> None:
    """A cron line that is none, a role that there is not, a folder that is not there, what no header can carry."""
    assert refused(lambda: configured(text).declared()).key.startswith(key)


def test_what_is_wrong_with_sources_names_the_config_that_was_read(tmp_path: Path) -> None:
    """It need not be called config.toml."""
    other = tmp_path / "other.toml"
    for text, key in (
        ('source_folders = ["none"]', "source_folders"),
        ("[sources]\nnone = { enabled = false }", "sources.none"),
        ('[sources]\naider = { address = { none = "https://a.org" } }', "sources.aider.address.none"),
    ):
        other.write_text(text)
        error = refused(config.load(other, None).declared)
        assert (error.file, error.key) == (str(other), key)


SHIPPED = [(source.name, name, board) for source in load_sources().values() for name, board in source.boards.items()]


@pytest.mark.parametrize(("source", "name", "board"), SHIPPED, ids=[f"{source}-{name}" for source, name, _ in SHIPPED])
def test_a_board_may_have_begun_small_and_may_grow(source: str, name: str, board: Board) -> None:
    """Minimums are about half of what the board had, so six times a minimum is three times the board."""
    for rows in board.expectations.rows:
        assert rows.max >= 6 * rows.min
    if source != "arena_mirror":  # which began when the board was large, and is cut short on most days
        assert board.expectations.rows_on(date(2022, 1, 1)).min <= 20


@pytest.mark.parametrize(
    ("source", "board", "day"),
    [("aider", "aider_edit", date(2024, 5, 30)), ("aider", "aider_polyglot", date(2024, 12, 20)),
     ("arena", "arena_text", date(2023, 5, 8)), ("gso", "gso", date(2025, 5, 30)),
     ("swebench", "swebench_verified", date(2024, 8, 15)), ("superclue", "superclue_total", date(2023, 5, 9)),
     ("vectara", "vectara_hallucination", date(2023, 11, 1))],
)  # fmt: skip
def test_the_first_days_of_a_board_are_in_its_ranges(source: str, board: str, day: date) -> None:
    """Five rows, none of them a name that became known later."""
    expectations = load_sources()[source].boards[board].expectations
    stats = SnapshotStats(day, 5, set(expectations.landmarks[:2]), 10, 90, filled=[0] * 9)
    if board.startswith("arena"):
        stats = replace(stats, lowest=900, highest=1200)
    assert fault(expectations, stats) is None


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('title = "Tiny"  # TODO: a better one', "title"),
        ('# TODO: a key for this\ntitle = "Tiny"', "line 2"),
        ('title = "TODO"', "title"),
        ('title = "Tiny"  # no TODO', None),
    ],
)
def test_a_declaration_that_is_marked_todo_is_not_finished(
    source: Callable[..., Any], line: str, key: str | None
) -> None:
    """The sentence says where the first mark stands."""
    tiny = source('title = "Tiny"', line)
    if key is None:
        tiny.refuse_unfinished()
    else:
        assert refused(tiny.refuse_unfinished).key == key


def test_a_mark_in_a_table_is_named_with_the_table(source: Callable[..., Any]) -> None:
    """boards.tiny.page, as other mistakes are."""
    error = refused(source('page = "page"\n', 'page = "page" # TODO\n').refuse_unfinished)
    assert (error.key, str(error).partition(": ")[2]) == (
        "boards.tiny.page", "boards.tiny.page: still marked TODO; mend it, and take the mark away",
    )  # fmt: skip
