"""Figure ids: a figure is found by its id alone, and a bundle proves it in an empty directory, or says what is wrong."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tracker.analysis.figure_ids import UnreadableFigureId, read_figure_id
from tracker.cli import cli
from tracker.definition import Definition
from tracker.demo_server import openvlm
from tracker.provenance.bundle_format import BrokenBundle, packed, unpacked
from tracker.provenance.verify import verify

CN = "arena_text_raw:2026-08-19:20:country=CN:4:59bed58a4810"


def run(*command: str, data: Path) -> Any:
    """What the command answers in JSON."""
    done = CliRunner().invoke(cli, [*command, "--data", str(data), "--now", "2026-08-22", "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of 4 CN of 20; Arena's page may be passed on, and is inside."""
    file = tmp_path_factory.mktemp("bundle") / "cn.zip"
    assert run("bundle", CN, str(file), data=demo_data)[0]["pages"] == 1
    return file


def test_ids_are_found_again(demo_data: Path) -> None:
    """Each figure of a share has an id, the same each time, that leads back to the same figure."""
    options = ("arena_text_raw", "--by", "country,open", "--unit", "release", "--openness-as-of", "today")
    result = run("share", *options, data=demo_data)
    assert result == run("share", *options, data=demo_data)
    assert len({each["id"] for each in result}) == len(result)
    for each in result:
        figure = run("explain", each["id"], data=demo_data)["figure"]
        assert {key: figure[key] for key in each if key in figure} == {key: each[key] for key in each if key in figure}
        assert {"id", "count", "high", "share", "snapshot", "definition"} <= figure.keys()


def test_none_is_a_figure_too(demo_data: Path) -> None:
    """No US model of the top 20 has its weights published: a claim that is made, and has an id that leads to its rows."""
    nothing = "arena_text_raw:2026-08-19:20:country,open=US,open:0:59bed58a4810"
    points = run("curve", "arena_text_raw", "--where", "country=US,open=open", data=demo_data)["points"]
    assert nothing in [point["id"] for point in points]
    result = run("explain", nothing, data=demo_data)
    assert (result["figure"]["count"], result["figure"]["high"], result["figure"]["of"]) == (0, 0, 20)
    assert "no" in {row["counted"] for row in result["rows"]}


@pytest.mark.parametrize(
    "command",
    [
        ("curve", "arena_text_raw", "--where", "country=CN"),
        ("share", "arena_text", "--by", "developer", "--unit", "developer"),
        ("changes", "arena_text", "--from", "2026-08-20", "--to", "2026-08-22"),
        ("representation", "arena_text_raw", "--where", "open=open", "--open-means", "permissive"),
        ("uncertainty", "arena_text_raw", "--where", "country=CN"),
        ("claim", "4 of the top 20 on arena_text_raw are CN, 0 open are US"),
    ],
)
def test_every_figure_of_a_share_has_an_id_that_is_found_again(demo_data: Path, command: tuple[str, ...]) -> None:
    """Whatever command prints it."""
    result = ids(run(*command, data=demo_data))
    assert result
    for id_ in sorted(result)[:6]:
        assert run("explain", id_, data=demo_data)["figure"]["id"] == id_


def ids(answer: Any) -> set[str]:
    """Every id in an answer, however deep."""
    if isinstance(answer, list):
        return {id_ for each in answer for id_ in ids(each)}
    if isinstance(answer, dict):
        mine = {value for key, value in answer.items() if key in ("id", "id_before") and ":" in str(value)}
        return mine | {id_ for value in answer.values() for id_ in ids(value)}
    return set()


def test_explain_goes_down_to_the_bytes(demo_data: Path) -> None:
    """Figure, definition, rows with the steps of their names, snapshot, capture, bytes in the archive."""
    result = run("explain", CN, data=demo_data)
    assert (result["figure"]["count"], result["figure"]["of"], result["figure"]["id"]) == (4, 20, CN)
    assert "each published row counts once" in result["figure"]["definition"]
    counted = {row["published"]["name"]: row for row in result["rows"] if row["counted"] == "yes"}
    assert set(counted) == {"qwen3.8-max", "kimi-k3-max", "qwen3.7-max-preview", "glm-5.3-max"}
    assert any("is based in CN" in step and "http" in step for step in counted["glm-5.3-max"]["facts"]["steps"])
    assert result["capture"]["archived_bytes"] == result["capture"]["bytes"]
    assert len(result["capture"]["content_sha256"]) == 64
    assert result["observations"]["times"] >= 1


def test_an_id_that_is_not_what_it_was(demo_data: Path) -> None:
    """Another count or snapshot: exit 1 and a sentence. No id, or no such board: exit 2."""
    cases = {
        CN.replace(":4:", ":5:"): (1, "CN is now 4, not 5"),
        CN.replace("59bed58a4810", "0" * 12): (1, "is another snapshot here"),
        CN.replace("2026-08-19", "2026-08-18"): (1, "has no snapshot of 2026-08-18"),
        CN.replace("=CN", "=TW"): (1, "TW is now 0, not 4"),
        "banana": (2, "is no id of a figure"),
        CN + ":unit=lab": (2, "unit=lab is no part of a definition"),
        CN.replace("arena_text_raw", "nowhere"): (2, "no board 'nowhere'"),
    }
    for text, (code, message) in cases.items():
        done = subprocess.run(
            [sys.executable, "-m", "tracker.cli", "explain", text, "--data", str(demo_data)],
            capture_output=True,
            text=True,
        )
        assert (done.returncode, message in done.stderr) == (code, True), done.stderr


def test_reading_an_id() -> None:
    """Its parts say the whole definition; what does not fit is refused."""
    message = read_figure_id(
        "b:2026-01-02:10:country,open=CN,open:7.33333:0123456789ab:ties=include:without_operator=True"
    )
    assert message.definition == Definition(by="country,open", ties="include", without_operator=True)
    assert (message.board, message.day, message.top, message.value) == ("b", date(2026, 1, 2), 10, ("CN", "open"))
    for wrong in ("", "b:2026-01-02:10:country=CN,open:7:0123456789ab", "b:2026-01-02:0:country=CN:7:0123456789ab",
                  "b:yesterday:10:country=CN:7:0123456789ab", "b:2026-01-02:10:colour=red:7:0123456789ab",
                  "b:2026-01-02:1_0:country=CN:7:0123456789ab", "b:2026-01-02:１０:country=CN:7:0123456789ab"):  # fmt: skip
        with pytest.raises(UnreadableFigureId):
            read_figure_id(wrong)


def test_a_bundle_verifies_in_an_empty_directory(made: Path, tmp_path: Path) -> None:
    """A fresh process, no data, no config, no network: the figure comes out again."""
    script = (
        "import socket, sys\n"
        "def no(*_, **__): raise SystemExit('the network was asked')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = no\n"
        f"sys.argv = ['tracker', 'verify', {str(made)!r}, '--format', 'json']\n"
        "from tracker.cli import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)[0]
    assert (result["id"], result["count"], result["of"], result["pages"]) == (CN, 4, 20, 1)
    assert list(tmp_path.iterdir()) == []


def test_the_same_bytes_each_time(made: Path, demo_data: Path, tmp_path: Path) -> None:
    """Nothing of the clock or the machine is in it."""
    run("bundle", CN, str(tmp_path / "again.zip"), data=demo_data)
    assert (tmp_path / "again.zip").read_bytes() == made.read_bytes()


def test_one_flipped_byte_anywhere(made: Path, tmp_path: Path) -> None:
    """In a member, in a header, in the list of contents: each fails with a sentence."""
    whole = made.read_bytes()
    places = random.Random(5)
    chosen = [0, 10, len(whole) - 1, len(whole) - 200, *(places.randrange(len(whole)) for _ in range(40))]
    for at in chosen:
        file = tmp_path / "flipped.zip"
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(BrokenBundle) as error:
            verify(file)
        assert str(error.value)


def edited(made: Path, to: Path, name: str, change: Callable[[bytes], bytes], *, sealed: bool) -> Path:
    """The bundle with one member changed; `sealed`: by one who writes a new manifest as well."""
    members, _ = unpacked(made)
    assert change(members[name]) != members[name]
    members[name] = change(members[name])
    if sealed:
        manifest = json.loads(members["manifest.json"])
        manifest["members"][name] = {
            "bytes": len(members[name]), "sha256": hashlib.sha256(members[name]).hexdigest(),
        }  # fmt: skip
        members["manifest.json"] = json.dumps(manifest).encode()
    to.write_bytes(packed(members))
    return to


def row_edited(body: bytes) -> bytes:
    """Another score in the first row."""
    rows = json.loads(body)
    rows[0]["published"]["score"] += 1
    return json.dumps(rows).encode()


def line_edited(body: bytes) -> bytes:
    """Moonshot moved to the US."""
    return body.replace(b"moonshot,Moonshot AI,CN", b"moonshot,Moonshot AI,US")


def count_edited(body: bytes) -> bytes:
    """A better share."""
    return body.replace(b'"share": 0.2,', b'"share": 0.25,')


def count_doubled(body: bytes) -> bytes:
    """A better share, for whoever reads the first of two."""
    return body.replace(b'"share": 0.2,', b'"share": 0.25,\n  "share": 0.2,')


@pytest.mark.parametrize(("name", "change", "message"), [
    ("rows.json", row_edited, "rows.json: row 1 ('claude-opus-5-high'): score is 15"),
    ("registry/developers.csv", line_edited, "CN is now 3, not 4"),
    ("figure.json", count_edited, "figure.json: share is 0.25, but comes out as 0.2"),
    ("figure.json", count_doubled, "figure.json: not JSON: the key 'share' stands twice in one object"),
])  # fmt: skip
def test_an_edited_member(made: Path, tmp_path: Path, name: str, change: Any, message: str) -> None:
    """The manifest shows it; and where the manifest was made anew, the recomputation does."""
    with pytest.raises(BrokenBundle, match=f"{name}: is not what the manifest says"):
        verify(edited(made, tmp_path / "a.zip", name, change, sealed=False))
    with pytest.raises(BrokenBundle) as error:
        verify(edited(made, tmp_path / "b.zip", name, change, sealed=True))
    assert message in str(error.value)


def test_pages_taken_out(made: Path, tmp_path: Path) -> None:
    """A bundle without the pages that its source lets be passed on does not ask to be taken at its word."""
    members, _ = unpacked(made)
    manifest = json.loads(members["manifest.json"])
    for name in [name for name in members if name.startswith("pages/")]:
        del members[name], manifest["members"][name]
    members["manifest.json"] = json.dumps(manifest).encode()
    (tmp_path / "a.zip").write_bytes(packed(members))
    with pytest.raises(BrokenBundle, match="the pages are missing"):
        verify(tmp_path / "a.zip")


def test_the_command_fails_loudly(made: Path, tmp_path: Path) -> None:
    """Exit 1, one sentence on stderr, nothing on stdout."""
    file = edited(made, tmp_path / "a.zip", "rows.json", row_edited, sealed=True)
    done = subprocess.run(
        [sys.executable, "-m", "tracker.cli", "verify", str(file)], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tracker: rows.json: row 1")
    assert len(done.stderr.splitlines()) == 1


def test_hostile_files(made: Path, tmp_path: Path) -> None:
    """Names that climb, packed members, members twice or too many, no zip at all: refused, and nothing is written."""
    members, _ = unpacked(made)
    file = tmp_path / "hostile.zip"

    def written(names: list[str], method: int = zipfile.ZIP_STORED) -> Path:
        with zipfile.ZipFile(file, "w", method) as archive:
            for name in names:
                archive.writestr(name, b"0" * 1000)
        return file

    with pytest.raises(BrokenBundle, match="no name of a member"):
        verify(written(["../registry.csv"]))
    with pytest.raises(BrokenBundle, match="no name of a member"):
        verify(written(["/etc/passwd"]))
    with pytest.raises(BrokenBundle, match="packed; the members of a bundle are stored"):
        verify(written(["rows.json"], zipfile.ZIP_DEFLATED))
    with pytest.raises(BrokenBundle, match="more than the 1024"):
        verify(written([f"m{number}" for number in range(1100)]))
    with pytest.warns(UserWarning, match="Duplicate"):
        written(["rows.json", "rows.json"])
    with pytest.raises(BrokenBundle, match="or is there twice"):
        verify(file)
    with pytest.raises(BrokenBundle, match=r"manifest.json is missing"):
        verify(written(["rows.json"]))
    file.write_bytes(b"PK no zip")
    with pytest.raises(BrokenBundle, match="damaged, or no zip file"):
        verify(file)
    with pytest.raises(BrokenBundle, match="cannot be read"):
        verify(tmp_path / "absent.zip")
    more = packed(members | {"note.json": b"{}"})
    file.write_bytes(more)
    with pytest.raises(BrokenBundle, match=r"note.json: not in the manifest"):
        verify(file)
    file.write_bytes(made.read_bytes() + b"more")
    with pytest.raises(BrokenBundle):
        verify(file)
    for name in ("figure.json", "rows.json", "captures.json", "sources/arena.toml", "registry/releases.csv"):
        for body in (b"", b"[1]", b"[" * 100_000, b'{"a": 1e999}', b"\xff\x00"):
            with pytest.raises(BrokenBundle):
                verify(edited(made, file, name, lambda _, body=body: body, sealed=True))


def test_a_page_that_may_not_be_passed_on(demo_data: Path, tmp_path: Path) -> None:
    """Only its sha256 is inside, the rows end at the cut, and the answer says on whose word they are."""
    shares = run("share", "opencompass_vlm", "--unit", "release", data=demo_data)
    file = tmp_path / "vlm.zip"
    assert run("bundle", shares[0]["id"], str(file), data=demo_data)[0]["pages"] == 0
    proof = verify(file)
    assert (proof.pages, proof.figure.share.count) == (0, shares[0]["count"])
    assert proof.page_sha256 == (hashlib.sha256(openvlm()).hexdigest(),)
    assert 20 <= proof.rows < 60
    members, _ = unpacked(file)
    assert not [name for name in members if name.startswith("pages/")]
