"""Is the archive whole? Every blob that the ledger names is hashed again, every line of the ledger read again.

`repair` sets aside what is damaged, so that the same bytes can take their place again. It deletes nothing: blobs go to
blobs/damaged, what is no line of the ledger to ledger/damaged.txt.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from scrapers.errors import Damaged
from storage.archive import LEDGER_FILE, TEMPORARY, Archive, Junk, Line, ledger_parts, sentence, sync_directory

Kind = Literal["missing blob", "damaged blob", "junk line", "torn line", "stray file", "unreferenced blob"]
SET_ASIDE = "damaged"  # the folder in blobs
TAKEN_OUT = "damaged.txt"  # the file in ledger
BLOB = re.compile(r"[0-9a-f]{64}\.zst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong with the archive; for a blob, with the newest of the captures that name it."""

    kind: Kind
    file: str  # below the archive
    line: int | None = None
    captures: int = 0
    source: str = ""
    captured_at: datetime | None = None
    address: str = ""
    reason: str
    repaired: str = ""  # what was done
    sha256: str = ""

    def record(self) -> dict[str, Any]:
        """As one flat object."""
        return asdict(self)


@dataclass
class Contents:
    """What lies in the archive: which blobs the ledger names, with their newest line, and what is wrong at a glance."""

    lines: int = 0
    named: dict[str, tuple[int, Line]] = field(default_factory=dict)  # sha256: how many lines, and the newest
    findings: list[Finding] = field(default_factory=list)


def contents(archive: Archive) -> Contents:
    """Reads the ledger and lists the blobs. The caller holds the writer's lock: a blob comes before its line."""
    known = Contents()
    for path in archive.ledger_files():
        for _, _, line in ledger_parts(path):
            if isinstance(line, Junk):
                kind: Kind = "torn line" if line.is_torn else "junk line"
                file = f"ledger/{line.file}"
                known.findings.append(Finding(kind=kind, file=file, line=line.number, reason=line.reason))
                continue
            known.lines += 1
            if line.content_sha256:
                count, newest = known.named.get(line.content_sha256, (0, line))
                known.named[line.content_sha256] = count + 1, max(newest, line, key=lambda each: each.fetched_at)
    known.findings += _strays(archive, known.named.keys())
    return known


def _strays(archive: Archive, named: Any) -> Iterator[Finding]:
    """Files that are neither blobs nor files of the ledger, and blobs that no line names."""
    with sentence(archive.root, "read"):
        for path in sorted(archive.ledger.glob("*")):
            if not (LEDGER_FILE.fullmatch(path.name) and path.is_file()) and path.name != TAKEN_OUT:
                yield _stray(archive, path)
        for path in sorted(archive.blobs.glob("*")):
            if not path.is_dir():
                yield _stray(archive, path)
            elif path.name != SET_ASIDE:
                for blob in sorted(path.iterdir()):
                    if not BLOB.fullmatch(blob.name) or archive.blob(blob.stem) != blob or not blob.is_file():
                        yield _stray(archive, blob)
                    elif blob.stem not in named:
                        reason = "no line of the ledger names it"
                        file = str(blob.relative_to(archive.root))
                        yield Finding(kind="unreferenced blob", file=file, reason=reason, sha256=blob.stem)


def _stray(archive: Archive, path: Path) -> Finding:
    return Finding(kind="stray file", file=str(path.relative_to(archive.root)), reason="it is none of the archive's")


def hashed(archive: Archive, known: Contents, progress: Callable[[int, int], object]) -> list[Finding]:
    """All that is wrong: each blob that the ledger names is unpacked and hashed, on every core."""
    findings = list(known.findings)
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="hash") as pool:
        for done, (sha256, damaged) in enumerate(
            zip(known.named, pool.map(archive.fault, known.named), strict=True), 1
        ):
            if damaged:
                findings.append(_of_blob(archive, damaged, *known.named[sha256]))
            progress(done, len(known.named))
    return sorted(findings, key=lambda finding: (finding.kind, finding.file, finding.line or 0))


def _of_blob(archive: Archive, damaged: Damaged, captures: int, newest: Line) -> Finding:
    path = archive.blob(damaged.sha256)
    return Finding(
        kind="damaged blob" if path.exists() else "missing blob",
        file=str(path.relative_to(archive.root)),
        captures=captures,
        source=newest.source,
        captured_at=newest.fetched_at,
        address=newest.address,
        reason=damaged.what,
        sha256=damaged.sha256,
    )


def repair(archive: Archive, findings: Sequence[Finding]) -> list[Finding]:
    """Sets damaged blobs, junk and torn lines aside; the findings, with what was done. The caller holds the lock."""
    files = {finding.file for finding in findings if finding.kind in ("junk line", "torn line")}
    for file in sorted(files):
        _take_junk_out(archive, archive.root / file)
    return [_repaired(archive, finding) for finding in findings]


def _repaired(archive: Archive, finding: Finding) -> Finding:
    if finding.kind in ("junk line", "torn line"):
        return replace(finding, repaired=f"moved to ledger/{TAKEN_OUT}")
    if finding.kind == "damaged blob":
        return replace(finding, repaired=f"moved to {_set_aside(archive, archive.root / finding.file)}")
    return finding


def _set_aside(archive: Archive, blob: Path) -> Path:
    """Moves a blob out of the way; where it is then, below the archive."""
    folder = archive.blobs / SET_ASIDE
    with sentence(blob, "moved"):
        folder.mkdir(exist_ok=True)
        at, number = folder / blob.name, 1
        while at.exists():
            number += 1
            at = folder / f"{blob.stem}.{number}.zst"
        os.rename(blob, at)
        sync_directory(folder)
        sync_directory(blob.parent)
    return at.relative_to(archive.root)


def _take_junk_out(archive: Archive, path: Path) -> None:
    """Writes a file of the ledger anew without what is no line; first all of that goes to ledger/damaged.txt."""
    parts = list(ledger_parts(path))
    with archive.locked(), sentence(path, "written"):
        with (archive.ledger / TAKEN_OUT).open("ab") as out:
            for _, raw, junk in parts:
                if isinstance(junk, Junk):
                    out.write(f"{junk.file}, line {junk.number}: ".encode() + raw.rstrip(b"\n") + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with tempfile.NamedTemporaryFile(dir=archive.ledger, prefix=TEMPORARY, delete=False) as fresh:
            fresh.writelines(raw for _, raw, line in parts if isinstance(line, Line))
            fresh.flush()
            os.fsync(fresh.fileno())
        os.chmod(fresh.name, path.stat().st_mode)
        os.replace(fresh.name, path)
        sync_directory(archive.ledger)
