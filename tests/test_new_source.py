"""The walk of docs/adding-a-source.md: from an address to a board that is collected and answered, without Python."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scrapers import table_parser
from scrapers.errors import PageError
from scrapers.model import Page, Pages
from scrapers.spec import load_source
from storage.validate import fault_of
from tracker.new_source import declaration, kind_of, proposed

TABLE = "Rank,Model,Organization,Average\n" + "".join(
    f"{n},{name},{maker},{90 - n}.5%\n"
    for n, (name, maker) in enumerate(
        [("gpt-5 (high)", "OpenAI"), ("qwen3-235b-a22b", "Alibaba"), ("DeepSeek-R1", "DeepSeek"), ("o3", "OpenAI"),
         ("claude-opus-4", "Anthropic"), ("mistral-large-2407", "Mistral")], 1,
    )
)  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def site(tmp_path: Path) -> Any:
    """A folder served on loopback: (folder, address)."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def tracker(cwd: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    return subprocess.run([sys.executable, "-m", "tracker.cli", *command], capture_output=True, text=True, cwd=cwd)


def mend(declared: Path) -> None:
    """Takes the marks away, as somebody does who has read the declaration and finds it right."""
    declared.write_text(re.sub(r"\s*# TODO.*", "", declared.read_text()))


def test_the_walk(site: tuple[Path, str], tmp_path: Path) -> None:
    """`tracker sources new`, read the declaration, collect, share; under a name that no checkout has while somebody tries it."""
    folder, address = site
    (folder / "leaderboard.csv").write_text(TABLE)
    (tmp_path / "config.toml").write_text('[http]\npause = 0\nallow_hosts = ["127.0.0.1"]\n')
    begun = tracker(tmp_path, "sources", "new", "walked", f"{address}/leaderboard.csv")
    assert begun.returncode == 0, begun.stderr
    declared = tmp_path / "sources" / "walked.toml"
    assert (tmp_path / "sources" / "pages" / "walked" / "table.csv").read_text() == TABLE
    assert "TODO" in declared.read_text()
    source = load_source(declared)
    assert source.boards["walked"].columns.score == ("Average",)
    config = (tmp_path / "config.toml").read_text()
    (tmp_path / "config.toml").write_text('source_folders = ["sources"]\n' + config)
    for command in (("collect", "walked"), ("sources", "check", "walked")):
        refused = tracker(tmp_path, *command, "--now", "2026-02-03")
        assert refused.returncode == 1
        assert f"{declared}: publisher: still marked TODO; mend it, and take the mark away" in " ".join(
            refused.stderr.split()
        )
    mend(declared)
    collected = tracker(tmp_path, "collect", "walked", "--now", "2026-02-03")
    assert collected.returncode == 0, collected.stderr
    shares = tracker(tmp_path, "share", "walked", "--top", "5", "--format", "csv", "--now", "2026-02-03")
    counts = {line.split(",")[12]: float(line.split(",")[13]) for line in shares.stdout.splitlines()[1:]}
    assert counts == {"US": 3, "CN": 2}
    again = tracker(tmp_path, "sources", "new", "walked", f"{address}/leaderboard.csv")
    assert again.returncode == 2
    assert "already" in again.stderr


def test_a_page_without_a_table_is_refused(site: tuple[Path, str], tmp_path: Path) -> None:
    """An application shell has its rows elsewhere: one sentence, and nothing is written."""
    folder, address = site
    (folder / "app.html").write_text("<html><body><div id='root'></div></body></html>")
    (tmp_path / "config.toml").write_text('[http]\npause = 0\nallow_hosts = ["127.0.0.1"]\n')
    done = tracker(tmp_path, "sources", "new", "shell", f"{address}/app.html")
    assert done.returncode == 1
    assert "the page has no table" in done.stderr
    assert not (tmp_path / "sources").exists()


@pytest.mark.parametrize(
    ("address", "body", "kind", "columns"),
    [
        ("x.csv", "Model,Elo,License\na,1,MIT\n", "csv", {"name": "Model", "score": "Elo", "licence": "License"}),
        ("x.json", '[{"model": "a", "points": 3}]', "json", {"name": "model", "score": "points"}),
        ("x.json", '{"updated": "2026-01-01", "data": [{"model": "a", "score": 3}]}', "json",
         {"name": "model", "score": "score"}),
        ("x.yml", "- model: a\n  pass_rate: 3\n", "yaml", {"name": "model", "score": "pass_rate"}),
        ("x.md", "|Model|Score|\n|--|--|\n|a|1|\n", "markdown", {"name": "Model", "score": "Score"}),
        ("x", "<table><tr><th>Name</th><th>Accuracy</th></tr><tr><td>a</td><td>1</td></tr></table>", "html",
         {"name": "Name", "score": "Accuracy"}),
        ("x.md", "|#|Model|Score|\n|--|--|--|\n|🥇|a|1|\n", "markdown", {"name": "Model", "score": "Score"}),
    ],
)  # fmt: skip
def test_what_a_page_seems_to_be(address: str, body: str, kind: str, columns: dict[str, str]) -> None:
    """The format from the bytes, the columns from their usual names or from holding numbers."""
    assert kind_of(address, body.encode()) == kind
    assert proposed(kind, body.encode())[2] == columns  # type: ignore[arg-type]


def test_rows_under_a_key_of_json_need_no_python(site: tuple[Path, str], tmp_path: Path) -> None:
    """`{"data": [...]}` is declared with the key, collected and answered."""
    folder, address = site
    rows = [{"model": f"gpt-5.{n}", "org": "OpenAI", "score": 90 - n} for n in range(5)]
    (folder / "board.json").write_text(json.dumps({"updated": "2026-01-01", "notes": ["a"], "data": rows}))
    (tmp_path / "config.toml").write_text(
        'source_folders = ["sources"]\n[http]\npause = 0\nallow_hosts = ["127.0.0.1"]\n'
    )
    (tmp_path / "sources").mkdir()
    begun = tracker(tmp_path, "sources", "new", "wrapped", f"{address}/board.json")
    assert begun.returncode == 0, begun.stderr
    assert load_source(tmp_path / "sources" / "wrapped.toml").pages[0].rows_under == "data"
    mend(tmp_path / "sources" / "wrapped.toml")
    assert tracker(tmp_path, "collect", "wrapped", "--now", "2026-02-03").returncode == 0
    shares = tracker(tmp_path, "share", "wrapped", "--top", "5", "--format", "csv", "--now", "2026-02-03").stdout
    assert [line.split(",")[12:14] for line in shares.splitlines()[1:]] == [["US", "5.0"]]


NESTED = [
    {"id": n, "name": f"gpt-5.{n}", "creator": {"id": "x", "name": "OpenAI"}, "evaluations": {"index": 90.5 - n}}
    for n in range(3)
]
KEYED = {f"gpt-5.{n}": {"made_by": "OpenAI", "index": 90.5 - n} for n in range(3)}
SHORT = "<tr><th>Model</th><th>Score</th></tr><tr><td>other</td><td>1</td></tr>"
LONG = "<tr><th>Model</th><th>Score</th><th>Votes</th></tr>" + "".join(
    f"<tr><td>gpt-5.{n}</td><td>{90.5 - n}</td><td>7</td></tr>" for n in range(3)
)
APPENDIX = "<tr><th>Day</th><th>News</th></tr>" + "<tr><td>2026-01-01</td><td>more</td></tr>" * 9


@pytest.mark.parametrize(
    ("ending", "body", "page", "columns"),
    [
        ("json", json.dumps({"data": NESTED}), {"rows_under": "data"},
         {"name": "name", "score": "evaluations.index", "organization": "creator.name"}),
        ("json", json.dumps(KEYED), {"keyed_by": "model"}, {"name": "model", "score": "index"}),
        ("json", json.dumps({"day": "2026-01-01", "models": KEYED}), {"rows_under": "models", "keyed_by": "model"},
         {"name": "model", "score": "index"}),
        ("html", f"<table>{SHORT}</table><table>{LONG}</table><table>{APPENDIX}</table>",
         {"table_with": ("Model", "Score", "Votes")}, {"name": "Model", "score": "Score", "votes": "Votes"}),
        ("html", f"<table>{LONG}</table><table>{SHORT}</table>", {"table_with": ()},
         {"name": "Model", "score": "Score", "votes": "Votes"}),
    ],
    ids=["nested", "keyed", "keyed under a key", "second table", "first table"],
)  # fmt: skip
def test_what_is_proposed_is_what_is_collected(
    tmp_path: Path, ending: str, body: str, page: dict[str, object], columns: dict[str, str]
) -> None:
    """The declaration says where the rows are, and the parser takes the same rows by it."""
    address = f"https://example.org/board.{ending}"
    spec, rows, guesses = proposed(kind_of(address, body.encode()), body.encode())
    assert guesses == columns
    declared = tmp_path / "board.toml"
    declared.write_text(declaration("board", address, spec, guesses, rows))
    source = load_source(declared)
    assert {key: getattr(source.pages[0], key) for key in page} == page
    (snapshot,) = table_parser.snapshots(source, Pages([Page("table", address, body.encode())]))
    assert [(entry.name, entry.score) for entry in snapshot.entries] == [
        ("gpt-5.0", 90.5), ("gpt-5.1", 89.5), ("gpt-5.2", 88.5),
    ]  # fmt: skip
    assert fault_of(source, snapshot) is None


def test_a_table_of_ones_own_without_rows_is_refused(tmp_path: Path) -> None:
    """A header alone is no board; nothing is declared."""
    file = tmp_path / "2026-01-05_mine.csv"
    file.write_text("name,score\n")
    done = tracker(tmp_path, "import", "--board", "my_board", str(file), "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert "the table has a header and no rows" in " ".join(done.stderr.split())
    assert not (tmp_path / "data" / "boards").exists()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"a": [{"model": "x"}], "b": [{"model": "y"}]}', "several of its keys hold rows (a, b); name the key in"),
        ('{"a": {"b": [{"model": "x"}]}}', "none of its keys holds rows; name the key in rows_under"),
    ],
)
def test_json_that_leaves_its_rows_open_says_what_is_missing(body: str, message: str) -> None:
    """Which list is the board is not guessed."""
    with pytest.raises(PageError) as refused:
        proposed("json", body.encode())
    assert message in str(refused.value)


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    """`tracker import --board`: named columns, kept across a rebuild; a wrong column is refused by name."""
    first = tmp_path / "2026-01-05_mine.csv"
    first.write_text("name,score,developer,country\nfoo-1,9,Foo Labs,FR\ngpt-5 (high),7,,\n")
    data = ["--data", str(tmp_path / "data")]
    assert tracker(tmp_path, "import", "--board", "my_board", str(first), *data).returncode == 0
    assert tracker(tmp_path, "rebuild", *data).returncode == 0
    shares = tracker(tmp_path, "share", "my_board", "--top", "20", "--format", "csv", *data).stdout
    assert {line.split(",")[12] for line in shares.splitlines()[1:]} == {"FR", "US"}
    wrong = tmp_path / "2026-01-06_other.csv"
    wrong.write_text("model,points\na,1\n")
    done = tracker(tmp_path, "import", "--board", "other", str(wrong), *data)
    assert done.returncode == 2
    assert "no column 'name'" in done.stderr
    page = Page("table", "", first.read_bytes())
    source = load_source(tmp_path / "data" / "boards" / "my_board.toml")
    assert [entry.country for entry in table_parser.snapshots(source, Pages([page]))[0].entries] == ["FR", None]


def test_a_board_of_ones_own_does_not_take_the_name_of_another(tmp_path: Path) -> None:
    """A name that some source's board has is refused, and what was there works as before."""
    file = tmp_path / "2026-01-05_mine.csv"
    file.write_text("name,score\nfoo-1,9\n")
    data = ["--data", str(tmp_path / "data")]
    done = tracker(tmp_path, "import", "--board", "aider_polyglot", str(file), *data)
    assert (done.returncode, "a name of its own" in done.stderr) == (2, True)
    assert tracker(tmp_path, "import", "--board", "my_board", str(file), *data).returncode == 0


def test_a_later_file_with_another_column_is_refused(tmp_path: Path) -> None:
    """The declaration was written for the first file; a column that it lacks is named, not left out."""
    data = ["--data", str(tmp_path / "data")]
    for day, text, code in [("05", "name,score\na,1\n", 0), ("06", "name,score,country\na,1,FR\n", 2)]:
        file = tmp_path / f"2026-01-{day}_mine.csv"
        file.write_text(text)
        done = tracker(tmp_path, "import", "--board", "my_board", str(file), *data)
        assert done.returncode == code
    assert "column 'country' is not declared in" in done.stderr


def test_a_later_file_with_another_direction_is_refused(tmp_path: Path) -> None:
    """Which score is better was said with the first file; to say otherwise later is no way to turn the board."""
    data = ["--data", str(tmp_path / "data")]
    for day, words, code in [("05", ["--direction", "lower"], 0), ("06", [], 0), ("07", ["--direction", "higher"], 2)]:
        file = tmp_path / f"2026-01-{day}_mine.csv"
        file.write_text(f"name,score\na,{day}\nb,2\n")
        done = tracker(tmp_path, "import", "--board", "my_board", str(file), *words, *data)
        assert done.returncode == code, done.stderr
    assert "my_board is declared with 'lower'" in done.stderr
