"""The contract of the commands that others script against, over the demo's pages."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from tests.tiny import DAY, Row, tiny_database
from tracker import output
from tracker.cli import COMMANDS, cli


def run(*command: str) -> Result:
    """The command in this process; expected errors come out as exceptions."""
    return CliRunner().invoke(cli, [*command])


def tracker(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run([sys.executable, "-m", "tracker.cli", *command], capture_output=True, text=True, cwd=cwd)


def answer(*command: str) -> Any:
    """The JSON that a command prints."""
    return json.loads(run(*command, "--format", "json").stdout)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT 0.5 AS half, 2 AS n", {"half": 0.5, "n": 2}),
        ("SELECT 1 AS a, 2 AS a, 3 AS a_1", {"a": 1, "a_2": 2, "a_1": 3}),
        ("SELECT INTERVAL 1 DAY AS long, 'x'::BLOB AS raw", {"long": "1 day, 0:00:00", "raw": "b'x'"}),
        ("SELECT MAP {1: DATE '2026-11-01'} AS m", {"m": {"1": "2026-11-01"}}),
        ("SELECT 2::HUGEINT ** 70 AS n, DATE '2026-11-01' AS d", {"n": 2.0**70, "d": "2026-11-01"}),
        ("SELECT 18446744073709551617::HUGEINT AS n, DATE '2026-11-01' AS d", {"n": 2**64 + 1, "d": "2026-11-01"}),
    ],
)
def test_sql_gives_every_column_whatever_its_kind(demo_data: Path, query: str, message: dict[str, Any]) -> None:
    """No column hides another of its name, and each kind of value has a form in JSON."""
    assert answer("sql", query, "--data", str(demo_data)) == [message]


@pytest.mark.parametrize(
    ("column", "value", "cell", "shown"),
    [
        ("TIMESTAMPTZ '2026-01-01 12:00:00+02'", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z", "2026-01-01 10:00"),
        ("[TIMESTAMPTZ '2026-01-01 12:00:00+02']", ["2026-01-01T10:00:00Z"], "2026-01-01T10:00:00Z", None),
        ("DATE '2026-01-01'", "2026-01-01", "2026-01-01", None),
        ("TIME '10:11:12'", "10:11:12", "10:11:12", None),
        ("TIMETZ '10:11:12+02'", "10:11:12+02:00", "10:11:12+02:00", None),
        ("INTERVAL 36 HOUR", "1 day, 12:00:00", "1 day, 12:00:00", None),
        ("'9f1c1a52-0000-4000-8000-000000000000'::UUID", *["9f1c1a52-0000-4000-8000-000000000000"] * 2, None),
        ("[1, NULL, 2]", [1, None, 2], "1 |  | 2", "1; ; 2"),
        ("{'a': 1, 'b': DATE '2026-01-01'}", {"a": 1, "b": "2026-01-01"}, '{"a":1,"b":"2026-01-01"}', None),
        ("[{'a': 1}]", [{"a": 1}], '{"a":1}', None),
        ("MAP {DATE '2026-01-01': 18446744073709551617}", {"2026-01-01": 2**64 + 1}, None, "18446744073709551617}"),
        ("""'{"a": 1}'::JSON""", '{"a": 1}', '{"a": 1}', None),
        ("'nan'::DOUBLE", None, "nan", None),
        ("1.50::DECIMAL(5, 2)", 1.5, "1.50", None),
        ("NULL", None, "", ""),
    ],
)
def test_sql_in_every_format(demo_data: Path, column: str, value: object, cell: str | None, shown: str | None) -> None:
    """Times with a zone are given in UTC, and structures as JSON; a table has the cell of the CSV where not said."""
    query = ("sql", f"SELECT 1 AS n, {column} AS x", "--data", str(demo_data))
    assert answer(*query) == [{"n": 1, "x": value}]
    (row,) = csv.DictReader(io.StringIO(run(*query, "--format", "csv").stdout))
    assert cell is None or row == {"n": "1", "x": cell}
    assert (shown if shown is not None else cell) in run(*query).stdout


def test_a_list_of_a_hostile_page_is_shown_and_not_obeyed() -> None:
    """What could move the cursor or change the colour stands there as its name, inside a list as well."""
    assert output.shown(["a\x1b[31m", "b"]) == r"a\x1b[31m; b"


@pytest.mark.parametrize("query", ["", ";", " -- nothing"])
def test_sql_without_a_query_is_a_wrong_use(demo_data: Path, query: str) -> None:
    """A sentence, no traceback."""
    done = run("sql", "--data", str(demo_data), "--", query)
    assert (done.exit_code, "a query is expected" in done.output) == (2, True)


def test_share_json(demo_data: Path) -> None:
    """Exactly the documented keys, and the figures counted by hand from the page of 2026-08-19."""
    result = answer("share", "arena_text_raw", "--data", str(demo_data))
    assert list(result[0]) == [
        "board", "day", "published_on", "captured_at", "snapshot", "edition", "top", "of", "unit", "ties", "rank_by",
        "openness_as_of", "country", "count", "low", "high", "share", "share_low", "share_high", "kind", "adjustment", "operator",
        "age_days", "definition", "id", "origin", "content_since", "margin", "margin_high", "margin_words",
    ]  # fmt: skip
    assert {share["country"]: share["count"] for share in result} == {"US": 16, "CN": 4}
    first = result[0]
    assert (first["published_on"], first["top"], first["of"], first["unit"]) == ("2026-08-19", 20, 20, "entry")
    assert first["share"] == 0.8
    assert first["definition"].startswith("each published row counts once; cut by score; ")
    assert first["captured_at"] == "2026-08-22T00:00:00Z"


def test_share_of_weights_published(demo_data: Path) -> None:
    """Two of the twenty have published weights: kimi-k3-max under its own terms, glm-5.3-max under MIT."""
    result = answer("share", "arena_text_raw", "--by", "openness", "--data", str(demo_data))
    counts = {share["openness"]: share["count"] for share in result}
    assert counts == {"proprietary": 18, "open_weights": 1, "restricted_weights": 1}


def test_share_before_the_first_snapshot(demo_data: Path) -> None:
    """An empty list, a sentence on stderr, exit 1."""
    done = run("share", "arena_text", "--as-of", "2020-01-01", "--format", "json", "--data", str(demo_data))
    assert done.exit_code == 1
    assert json.loads(done.stdout) == []
    assert "no accepted snapshot on or before 2020-01-01; the first is of 2026-08-19" in done.stderr


def test_top_json(demo_data: Path) -> None:
    """The documented keys; ties share a rank; a row of two models says so."""
    result = answer("top", "aider_polyglot", "--n", "20", "--data", str(demo_data))
    assert list(result[0]) == [
        "rank", "name", "release", "variant", "developer", "country", "openness", "licence", "score",
        "score_low", "score_high", "published_rank",
    ]  # fmt: skip
    assert [row["rank"] for row in result[:6]] == [1, 2, 3, 4, 5, 5]
    by_name = {row["name"]: row for row in result}
    assert by_name["DeepSeek R1 + claude-3-5-sonnet-20241022"]["country"] == "mixed"
    assert by_name["o3 (high) + gpt-4.1"]["developer"] == "openai"
    assert by_name["o3 (high) + gpt-4.1"]["country"] == "US"
    assert by_name["o3 (high) + gpt-4.1"]["variant"] == "high (openai/o3)"


def test_status_json(demo_data: Path) -> None:
    """One object a board; a source that was never asked is never, and says so."""
    done = run("status", "--format", "json", "--now", "2026-08-22", "--data", str(demo_data))
    result = {board["board"]: board for board in json.loads(done.stdout)}
    assert list(result["arena_text"]) == [
        "board", "source", "last_success", "published_on", "rows", "age_days", "state", "content_since", "data",
        "reason",
    ]  # fmt: skip
    assert result["arena_text"]["state"] == "ok"
    assert (result["arena_text"]["rows"], result["arena_text"]["age_days"]) == (393, 3)
    assert (result["arena_text"]["content_since"], result["arena_text"]["data"]) == ("2026-08-19", "fresh")
    assert result["aider_polyglot"]["state"] == "stale"
    assert result["aider_polyglot"]["content_since"] == "2025-10-03"  # the newest `date` of its rows
    assert done.exit_code == 1


def test_formats_agree(demo_data: Path) -> None:
    """CSV has the same rows and columns as JSON."""
    options = ("share", "vectara_hallucination", "--by", "country,openness", "--data", str(demo_data))
    rows = list(csv.DictReader(io.StringIO(run(*options, "--format", "csv").stdout)))
    objects = answer(*options)
    assert [row["country"] for row in rows] == [each["country"] for each in objects]
    assert [float(row["count"]) for row in rows] == [each["count"] for each in objects]
    assert list(rows[0]) == list(objects[0])


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_csv_on_stdout_holds_no_formula(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that a spreadsheet would run is text in --format csv, too; a negative number stays a number."""
    output.write([{"name": name, "score": -1.5}], ["name", "score"], "csv")
    (_, row) = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert row == [f"'{name}".replace("\r", "\\r"), "-1.5"]


def test_a_time_in_csv_is_utc_once() -> None:
    """With a zone or without: one Z, and no offset beside it."""
    at = datetime.combine(date(2026, 1, 5), time(12))
    assert output.safe_cell(at) == output.safe_cell(at.replace(tzinfo=UTC)) == "2026-01-05T12:00:00Z"


def test_table_says_what_it_rests_on(demo_data: Path) -> None:
    """Beside the figure: kind, adjustment, operator, day, age, snapshot, definition."""
    text = run("share", "arena_text", "--now", "2026-08-22", "--data", str(demo_data)).stdout
    for message in (
        "human votes",
        "style control",
        "run by Arena",
        "2026-08-19",
        "3 days ago",
        "each published row counts",
    ):
        assert message in text


def test_sql_is_read_only_and_reads_no_files(demo_data: Path) -> None:
    """A question is answered; a change, and a look at other files, is refused with one sentence and exit 2."""
    result = answer("sql", "SELECT count(*) AS n FROM latest WHERE board = 'arena_text'", "--data", str(demo_data))
    assert result == [{"n": 393}]
    for query in ("DROP TABLE entries", "SELECT * FROM read_text('/etc/hostname')", "SELECT nonsense"):
        done = run("sql", query, "--data", str(demo_data))
        assert done.exit_code == 2, query
        assert "Traceback" not in done.output


def test_published_contract(demo_data: Path) -> None:
    """Every table, view and macro that others query is there, and each that there is says what it holds."""
    connection = duckdb.connect(str(demo_data / "tracker.duckdb"), read_only=True)
    tables = dict(connection.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    views = dict(connection.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
    macros = dict(connection.execute(
        "SELECT function_name, comment FROM duckdb_functions() WHERE function_type LIKE '%macro' AND NOT internal"
    ).fetchall())  # fmt: skip
    assert [name for name, comment in {**tables, **views, **macros}.items() if not comment] == []
    for name in "snapshots observations entries names developers releases aliases captures".split():
        assert name in tables
    for name in "entries_resolved latest unresolved health".split():
        assert name in views
    assert "share_of" in macros
    shares = connection.execute("SELECT \"first\", count FROM share_of('arena_text', 20) ORDER BY 1").fetchall()
    assert shares == [("CN", 3), ("US", 17)]
    connection.close()


def test_wrong_use_exits_2_with_a_sentence(tmp_path: Path, demo_data: Path) -> None:
    """An unknown board, source, day, option or file: exit 2, one sentence, no traceback."""
    (tmp_path / "broken.toml").write_text("[http]\ntimeout = 'long'\n")
    (tmp_path / "unknown.toml").write_text("[htpp]\ntimeout = 5\n")
    cases = [
        (
            ["share", "arena_txt", "--data", str(demo_data)],
            "no board 'arena_txt' (did you mean arena_text or arena_text_raw?); there are: ",
        ),
        (["collect", "nothing"], "no source 'nothing'; tracker sources list has them"),
        (["share", "arena_text", "--as-of", "yesterday", "--data", str(demo_data)], "'yesterday' is not a day"),
        (["share", "arena_text", "--top", "0", "--data", str(demo_data)], "0 is not in the range"),
        (["share", "arena_text", "--top", "１０", "--data", str(demo_data)], "'１０' is not a whole number"),
        (["share", "arena_text", "--top", "1_0", "--data", str(demo_data)], "'1_0' is not a whole number"),
        (["gap", "arena_text", "--level", "nan", "--data", str(demo_data)], "'nan' is not a number"),
        (["status", "--config", "broken.toml"], "broken.toml: http.timeout: "),
        (["status", "--config", "unknown.toml"], "unknown.toml: htpp: unknown key; expected one of: "),
        (["status", "--config", "absent.toml"], "absent.toml: cannot be read"),
    ]
    for command, sentence in cases:
        done = tracker(*command, cwd=tmp_path)
        assert done.returncode == 2, command
        assert sentence in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_nothing_collected_yet(tmp_path: Path) -> None:
    """Exit 1 and what to do, for every command that reads."""
    for command in (["boards"], ["top", "arena_text"], ["share", "arena_text"], ["status"], ["registry", "unresolved"]):
        done = tracker(*command, "--data", str(tmp_path / "none"), cwd=tmp_path)
        assert done.returncode == 1, command
        assert "run `tracker collect`" in done.stderr


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    """`--help` of each command says what it does."""
    done = run(name, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 4


def test_a_board_of_ranks_alone_is_answered_with_the_command_that_counts_it(tmp_path: Path) -> None:
    """Cut by score nothing has a place: exit code 1, and the command that is named works as it stands."""
    rows = [Row("a", None, 1, release="a", country="US"), Row("b", None, 2, release="b", country="CN")]
    tiny_database(tmp_path, {"tiny": ("higher", rows)})
    share = ("share", "tiny", "--top", "2", "--now", str(DAY), "--data", str(tmp_path))
    refused = tracker(*share, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    named = re.search(r"has ranks and no scores: tracker share with (--rank-by \w+)", refused.stderr)
    assert named, refused.stderr
    assert [(row["country"], row["count"]) for row in answer(*share, *named[1].split())] == [("CN", 1), ("US", 1)]
