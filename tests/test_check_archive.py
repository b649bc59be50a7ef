"""`tracker check-archive`: what is missing, damaged, or none of the archive; and what `--repair` sets aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from tests.place import Place, page, points, put, small

WORDS = ("kind", "file", "line", "captures", "source")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Three days of a board, the third with the bytes of the second."""
    place = small(tmp_path_factory.mktemp("whole") / "place")
    for score, day in ((50, "2026-01-01"), (60, "2026-01-02"), (60, "2026-01-03")):
        put(place, page([score, 40]), day)
    return place


@pytest.fixture
def place(whole: Place, tmp_path: Path) -> Place:
    """The same, to be damaged."""
    return whole.copy(tmp_path / "place")


def checked(place: Place, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings."""
    done = place.run("check-archive", *options, "--format", "json")
    return done.code, done.json()


def blob_of(place: Place, body: bytes) -> Path:
    """Where these bytes lie."""
    archive = Archive(place.archive)
    return archive.blob(archive.put(body))


def test_a_whole_archive(place: Place) -> None:
    """Exit code 0, nothing on stdout; how much was read is said on stderr."""
    done = place.run("check-archive")
    assert (done.code, done.out) == (0, "")
    assert done.err == "2 blobs and 3 lines of the ledger were read: all are whole\n"
    assert checked(place, "--repair") == (0, [])
    assert place.run("check-archive", "--format", "csv").out.startswith("kind,file,line,captures,source,")


def test_where_there_is_no_archive(tmp_path: Path) -> None:
    """One sentence; no folder is made."""
    place = small(tmp_path / "place")
    done = place.run("check-archive")
    assert done.code == 1
    assert done.err == f"tracker: {place.archive}: there is no archive: put it back, or run `tracker collect`\n"
    assert not place.data.exists()


def test_every_kind_of_finding(place: Place) -> None:
    """Each by its kind and file; the newest capture of a lost page says whose it is."""
    before = place.exported()
    lost, damaged = blob_of(place, page([50, 40])), blob_of(place, page([60, 40]))
    kept = damaged.read_bytes()
    lost.unlink()
    damaged.write_bytes(kept[:20])
    unreferenced = blob_of(place, b"what a killed run left")
    ledger = place.archive / "ledger" / "2026-01.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines) + b"junk\n" + lines[0][:50])
    for stray in (
        "ledger/notes.txt",
        "blobs/notes.txt",
        f"blobs/00/{'1' * 64}.zst",
        f"blobs/{unreferenced.parent.name}/x",
    ):
        (place.archive / stray).parent.mkdir(exist_ok=True)
        (place.archive / stray).write_text("mine")
    (place.archive / "blobs" / ".tmp-half").write_text("of a killed run")

    code, findings = checked(place)
    assert code == 1
    below = {blob: str(blob.relative_to(place.archive)) for blob in (lost, damaged, unreferenced)}
    assert [tuple(finding[word] for word in WORDS) for finding in findings] == [
        ("damaged blob", below[damaged], None, 2, "small"),
        ("junk line", "ledger/2026-01.jsonl", 4, 0, ""),
        ("missing blob", below[lost], None, 1, "small"),
        *sorted([("stray file", "blobs/notes.txt", None, 0, ""), ("stray file", f"blobs/00/{'1' * 64}.zst", None, 0, ""),
                 ("stray file", f"blobs/{unreferenced.parent.name}/x", None, 0, ""),
                 ("stray file", "ledger/notes.txt", None, 0, "")]),
        ("torn line", "ledger/2026-01.jsonl", 5, 0, ""),
        ("unreferenced blob", below[unreferenced], None, 0, ""),
    ]  # fmt: skip
    assert findings[0]["captured_at"] == "2026-01-03T00:00:00Z"
    assert findings[0]["address"] == "https://example.org/plain.csv"
    assert {finding["repaired"] for finding in findings} == {""}
    assert place.run("publish").code == 0
    assert place.exported() == before  # nothing of this hinders what is whole, or was read before

    code, findings = checked(place, "--repair")
    assert code == 1
    assert {finding["file"]: finding["repaired"] for finding in findings if finding["repaired"]} == {
        below[damaged]: f"moved to blobs/damaged/{damaged.name}",
        "ledger/2026-01.jsonl": "moved to ledger/damaged.txt",
    }
    assert (place.archive / "blobs" / "damaged" / damaged.name).read_bytes() == kept[:20]
    assert ledger.read_bytes() == b"".join(lines)
    assert (place.archive / "ledger" / "damaged.txt").read_bytes() == (
        b"2026-01.jsonl, line 4: junk\n2026-01.jsonl, line 5: " + lines[0][:50] + b"\n"
    )
    code, findings = checked(place)
    assert code == 1
    assert {finding["kind"] for finding in findings} == {"missing blob", "stray file", "unreferenced blob"}

    # What is lost comes again, what is stray is moved away, and an unreferenced blob gets its line.
    for finding in findings:
        if finding["kind"] == "stray file":
            (place.archive / finding["file"]).unlink()
    put(place, page([50, 40]), "2026-01-01")
    put(place, page([60, 40]), "2026-01-03")
    put(place, b"what a killed run left", "2026-01-04")
    assert checked(place) == (0, [])
    assert place.run("rebuild").code == 0
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-02", 60)]


def test_it_says_what_to_do(place: Place) -> None:
    """One sentence a source for lost pages, one a kind for the rest."""
    blob_of(place, page([60, 40])).write_bytes(b"")
    done = place.run("check-archive")
    assert done.code == 1
    assert done.err.splitlines() == [
        "2 blobs and 3 lines of the ledger were read: 1 findings",
        "`tracker check-archive --repair` sets damaged blobs and junk of the ledger aside",
        "small: 1 pages wait for the same bytes, which `tracker collect small` brings while the site has them, and `tracker"
        " import small FILE --captured-at 2026-01-03` from a copy",
    ]
    assert done.out.split()[:5] == ["kind", "file", "line", "captures", "source"]
    assert "is damaged" in done.out


def test_a_second_damaged_blob_takes_no_place_of_the_first(place: Place) -> None:
    """Both are kept."""
    blob = blob_of(place, page([60, 40]))
    for body in (b"first", b"second"):
        blob.write_bytes(body)
        assert checked(place, "--repair")[0] == 1
        assert not blob.exists()
    folder = place.archive / "blobs" / "damaged"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        blob.name: b"first", f"{blob.stem}.2.zst": b"second",
    }  # fmt: skip


def test_a_repaired_ledger_is_what_the_database_is_made_of(place: Place) -> None:
    """A line that had been read before it was damaged: the database follows the ledger, at the next run."""
    ledger = place.archive / "ledger" / "2026-01.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(lines[0][:30] + b"\n" + b"".join(lines[1:]))
    code, findings = checked(place, "--repair")
    assert [(finding["kind"], finding["line"]) for finding in findings] == [
        ("junk line", 1),
        ("unreferenced blob", None),
    ]
    assert code == 1
    assert "warning: the ledger is not as " in place.run("publish").err
    assert points(place, "small_plain") == [("2026-01-02", 60)]
    ledger.write_bytes(lines[0] + ledger.read_bytes())  # mended by hand
    assert place.run("publish").code == 0
    assert points(place, "small_plain") == [("2026-01-01", 50), ("2026-01-02", 60)]
    assert checked(place) == (0, [])
