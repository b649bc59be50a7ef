"""`tracker sql`: a query has a time and a memory, and reaches nothing but the published database."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

from tests.tiny import Row, tiny_database
from tracker.cli import cli, sql

LONG = "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b WHERE a.range + b.range = 7"
MIB = 1 << 20


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published database with one board of two rows."""
    return tiny_database(tmp_path_factory.mktemp("tiny"), {"tiny": ("higher", [Row("a", 2), Row("b", 1)])})


def asked(data: Path, query: str, *more: str) -> tuple[int, str]:
    """Exit code, and all that was printed; an expected error as the entry point prints it."""
    done = CliRunner().invoke(cli, ["sql", query, "--data", str(data), "--format", "csv", *more])
    error = done.exception if done.exception and not isinstance(done.exception, SystemExit) else ""
    return done.exit_code, f"{done.output}{type(error).__name__}: {error}" if error else done.output


def test_a_query_that_ends_in_time_is_answered(data: Path) -> None:
    """The limit on memory is lifted again when it is over."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    assert asked(data, "SELECT name FROM latest ORDER BY rank", "--timeout", "30") == (0, "name\na\nb\n")
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_query_that_takes_too_long_is_stopped_with_a_sentence(data: Path) -> None:
    """At --timeout, whatever it is doing; exit code 1."""
    code, message = asked(data, LONG, "--timeout", "0.2")
    assert code == 1
    assert message == (
        "TrackerError: the query did not end within 0.2 s; ask for less, or give it more time with --timeout"
    )


@pytest.mark.parametrize("timeout", ["0", "-1", "inf", "nan", "１０", "1e9"])
def test_a_time_that_is_none_is_wrong_use(data: Path, timeout: str) -> None:
    """Nor is there a query without a limit."""
    assert asked(data, "SELECT 1", "--timeout", timeout)[0] == 2


@pytest.mark.parametrize("query", [
    "SELECT list(a) FROM range(20000000) AS r(a)",  # what DuckDB holds and counts
    "SELECT length(repeat('x', 400000000))",  # a text of a function, which it does not count
    "SELECT a, repeat('x', 100) FROM range(2000000) AS r(a)",  # rows as Python has them
    "SELECT md5(a::VARCHAR) FROM range(20000000) AS r(a) ORDER BY ALL",  # what it would sort in a file beside
])  # fmt: skip
def test_a_query_that_takes_too_much_memory_is_stopped_with_a_sentence(
    data: Path, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """Exit code 1, and the next query has its memory again."""
    monkeypatch.setattr("tracker.cli.sql.MEMORY", 100 * MIB)
    code, message = asked(data, query)
    assert code == 1
    assert message.startswith("TrackerError: the query needs more than 0.098 GB of memory; ask for less")
    assert asked(data, "SELECT 1 AS one") == (0, "one\n1\n")


@pytest.mark.parametrize(("left", "pieces_fetched"), [(sql.MARGIN + 1, 4), (sql.MARGIN - 1, 1)])
def test_many_rows_are_given_up_well_before_the_limit(
    monkeypatch: pytest.MonkeyPatch, left: int, pieces_fetched: int
) -> None:
    """At the limit itself the process may crash: DuckDB does not look whether there was memory for a cell."""
    pieces = [[(1,)], [(2,)], [(3,)], []]
    done = mock.Mock(fetchmany=lambda _: pieces.pop(0))
    with monkeypatch.context() as patched:
        patched.setattr(resource, "getrlimit", lambda _: (1 << 40, 1 << 40))
        patched.setattr(sql, "_data_bytes", lambda: (1 << 40) - left)
        with contextlib.suppress(MemoryError):
            list(sql._rows(done))
    assert 4 - len(pieces) == pieces_fetched


@pytest.mark.parametrize("query", [
    "FROM read_csv('{secret}')", "FROM read_text('{secret}')", "FROM '{secret}'", "FROM glob('{folder}/*')",
    "COPY (SELECT 1) TO '{folder}/written'", "EXPORT DATABASE '{folder}/written'", "ATTACH '{folder}/written'",
    "FROM read_csv('http://127.0.0.1:9/x')", "INSTALL httpfs", "LOAD httpfs", "LOAD '{folder}/x.so'",
    "CALL enable_logging(storage_path = '{folder}/written')", "PRAGMA profiling_output = '{folder}/written'",
    "SET memory_limit = '90GB'", "SET temp_directory = '{folder}'", "SET lock_configuration = false",
    "RESET memory_limit", "SET python_enable_replacements = true", "SELECT getenv('HOME')",
    "FROM query", "FROM names", "FROM setting", "FROM connection",
    "CREATE TABLE written AS SELECT 1", "DELETE FROM entries",
])  # fmt: skip
def test_a_query_reaches_nothing_else(data: Path, tmp_path: Path, query: str) -> None:
    """No file, network, setting, extension or variable of the program; wrong use, without a word of what is there."""
    (tmp_path / "secret").write_text("hidden\n")
    code, message = asked(data, query.format(secret=tmp_path / "secret", folder=tmp_path))
    if query == "FROM names":  # a table of the database, and a variable of the program
        assert (code, "name_key" in message) == (0, True)
        return
    assert code == 2
    assert "hidden" not in message
    assert "Python Object" not in message
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
