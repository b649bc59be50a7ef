"""`tracker share` of several boards and of several N."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tests.tiny import Row, tiny_database
from tracker.cli import cli


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
