"""`tracker check-archive`: is what was archived still there, byte for byte?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from tracker import output
from tracker.cli.collect import progress
from tracker.cli.options import Setting, common

if TYPE_CHECKING:
    from storage.archive_check import Finding

COLUMNS = ["kind", "file", "line", "captures", "source", "captured_at", "address", "reason", "repaired"]


@click.command("check-archive")
@click.option("--repair", is_flag=True, help="Set damaged blobs and junk of the ledger aside; nothing is deleted.")
@common
def check_archive_command(setting: Setting, repair: bool) -> None:
    """Hash every archived page again, and read every line of the ledger: what is missing, damaged, or none of it.

    Exit code 1 where something is wrong, and was not repaired.

    Example: tracker check-archive --repair
    """
    from scrapers.errors import TrackerError
    from storage import archive_check, lock
    from storage.archive import Archive

    archive = Archive(setting.data / "archive")
    if not archive.root.is_dir():
        raise TrackerError(f"{archive.root}: there is no archive: put it back, or run `tracker collect`")
    with progress() as report:
        with lock.writing(setting.data):
            archive.sweep()
            known = archive_check.contents(archive)
            if repair:
                findings = archive_check.hashed(archive, known, lambda done, of: report("hashing", done, of))
                findings = archive_check.repair(archive, findings)
        if not repair:  # collecting may go on meanwhile: no blob is ever rewritten
            findings = archive_check.hashed(archive, known, lambda done, of: report("hashing", done, of))
    if findings or setting.format != "table":
        output.write(
            [finding.record() for finding in findings], COLUMNS, setting.format, "", ("address", "captured_at")
        )
    output.say(f"{len(known.named)} blobs and {known.lines} lines of the ledger were read: "
               + (f"{len(findings)} findings" if findings else "all are whole"))  # fmt: skip
    for sentence in advice(findings):
        output.say(sentence)
    raise click.exceptions.Exit(1 if any(not finding.repaired or finding.captures for finding in findings) else 0)


def advice(findings: Sequence[Finding]) -> Iterator[str]:
    """What to do for what was not repaired, or what the repair leaves to be done."""
    kinds = {finding.kind for finding in findings if not finding.repaired}
    if kinds & {"damaged blob", "junk line", "torn line"}:
        yield "`tracker check-archive --repair` sets damaged blobs and junk of the ledger aside"
    lost = [finding for finding in findings if finding.captures]
    for source in sorted({finding.source for finding in lost} - {""}):
        theirs = [finding for finding in lost if finding.source == source]
        day = max(f"{finding.captured_at:%Y-%m-%d}" for finding in theirs)
        yield (
            f"{source}: {len(theirs)} pages wait for the same bytes, which `tracker collect {source}` brings while the"
            f" site has them, and `tracker import {source} FILE --captured-at {day}` from a copy"
        )
    if any(not finding.source for finding in lost):
        yield "robots.txt is asked for again by the next `tracker collect`"
    if any(finding.kind == "junk line" and finding.repaired for finding in findings):
        yield "a line of ledger/damaged.txt that you can mend may be put back into its file of the ledger"
    if "stray file" in kinds:
        yield "stray files are read by nobody: move them elsewhere"
    if "unreferenced blob" in kinds:
        yield "unreferenced blobs are harmless, what a killed run left: the same bytes take their place again"
