"""`tracker share` of several boards and of several N."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
from click.testing import CliRunner

from storage.database import connect, published
from tests.tiny import DAY, Row, tiny_database
from tracker.analysis.filter import with_zeros
from tracker.analysis.shares import shares
from tracker.cli import cli
from tracker.definition import Definition


def test_all_boards_side_by_side(tmp_path: Path) -> None:
    """Each board with its own figures, the range of each value, bounds where a value may still occur, and no mean."""
    tiny_database(tmp_path, {
        "one": ("higher", [Row("a", 2, country="CN"), Row("b", 1, country="US")]),
        "two": ("lower", [Row("a", 2, country="US"), Row("x", 1)]),
    })  # fmt: skip
    done = CliRunner().invoke(cli, ["share", "--all", "--top", "20", "--data", str(tmp_path)], catch_exceptions=False)
    text = " ".join(done.stdout.split())
    assert "CN: from 0.0% (two) to 50.0% (one)." in text
    assert "US: from 50.0% (one) to 100.0% (two)." in text
    assert "0 to 1 (0% to 50%)" in text
    output = json.loads(CliRunner().invoke(cli, ["share", "--all", "--data", str(tmp_path), "--format", "json"]).stdout)
    assert {(s["board"], s["country"], s["count"]) for s in output} == {
        ("one", "CN", 1), ("one", "US", 1), ("two", "US", 1), ("two", "unknown", 1),
    }  # fmt: skip
    for wrong in (["share"], ["share", "one", "--all"]):
        assert CliRunner().invoke(cli, [*wrong, "--data", str(tmp_path)]).exit_code == 2


def test_headlines_at_ten_twenty_and_fifty(tmp_path: Path) -> None:
    """As a table without --top the three; as JSON the documented default of 20 alone."""
    rows = [Row(f"m{n}", -n, country="CN" if n % 3 else "US") for n in range(60)]
    tiny_database(tmp_path, {"tiny": ("higher", rows)})
    text = CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path)]).stdout
    assert [f"top {n} of tiny: {n} places" in text for n in (10, 20, 50)] == [True, True, True]
    output = json.loads(CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path), "--format", "json"]).stdout)
    assert {share["top"] for share in output} == {20}


def test_zero_is_a_figure(tmp_path: Path) -> None:
    """What is asked for and does not occur is a row with 0; what is unknown may still turn out to be it."""
    rows = [
        Row("a", 3, country="CN", openness="open_weights"),
        Row("b", 2, country="US", openness="proprietary"),
        Row("x", 1),
    ]
    tiny_database(tmp_path, {"tiny": ("higher", rows)})

    def counts(*options: str) -> dict[tuple[str, ...], tuple[float, float]]:
        words = ["share", "tiny", *options, "--data", str(tmp_path), "--format", "json"]
        shares = json.loads(CliRunner().invoke(cli, words, catch_exceptions=False).stdout)
        names = [name for name in ("country", "open") if name in shares[0]]
        return {tuple(share[name] for name in names): (share["count"], share["high"]) for share in shares}

    assert counts("--where", "country=US,open=open") == {("US", "open"): (0, 1)}
    assert counts("--where", "country=FR", "--where", "country=CN") == {("FR",): (0, 1), ("CN",): (1, 2)}
    assert counts("--by", "country,open") == {
        ("CN", "open"): (1, 2), ("CN", "closed"): (0, 1), ("US", "closed"): (1, 2), ("US", "open"): (0, 1),
        ("unknown", "unknown"): (1, 1),
    }  # fmt: skip
    mixed = ["share", "tiny", "--where", "country=US", "--where", "open=open", "--data", str(tmp_path)]
    assert CliRunner().invoke(cli, mixed).exit_code == 2


def test_a_value_that_comes_later_is_zero_before(tmp_path: Path) -> None:
    """Every point of a history has every value that occurs at some point of it."""
    tiny_database(
        tmp_path, {"one": ("higher", [Row("a", 1, country="CN")]), "two": ("higher", [Row("b", 1, country="US")])}
    )
    with connect(published(tmp_path), read_only=True) as connection:
        (chinese,), (american,) = (
            shares(connection, [board], [20], Definition(), as_of=DAY, today=DAY) for board in ("one", "two")
        )
    later = replace(american, board="one", day=DAY + timedelta(days=1))
    filled = with_zeros([chinese, later], "country")
    assert [(share.day, share.values["country"], share.count) for share in filled] == [
        (DAY, "CN", 1), (DAY, "US", 0), (later.day, "US", 1), (later.day, "CN", 0)
    ]  # fmt: skip


def test_a_database_of_another_version_says_what_to_do(tmp_path: Path) -> None:
    """No word of the database about a column that it lacks."""
    tiny_database(tmp_path, {"tiny": ("higher", [Row("a", 1, country="CN")])})
    file = published(tmp_path).resolve()
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE freshness SET fingerprint = 'older' WHERE subject = 'schema'")
        connection.execute("ALTER TABLE series RENAME COLUMN origin TO evidence")
    done = CliRunner().invoke(cli, ["share", "tiny", "--data", str(tmp_path)])
    assert "published by another version of this program: run tracker publish" in str(done.exception)
