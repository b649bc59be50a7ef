"""`tracker quarantine`: what is kept and not believed, and a person's word on it."""

from __future__ import annotations

import getpass
from typing import Literal

import click

from tracker import output
from tracker.cli.options import Setting, common

Decision = Literal["accept", "reject"]
COLUMNS = ["id", "kind", "board", "source", "role", "published_on", "rows", "first_seen", "last_seen", "reason"]
reason_option = click.option("--reason", required=True, help="Why: it stands in decisions.csv and in what is shown.")
by_option = click.option("--by", default=None, help="Who decides [the user's name].")


@click.command("list")
@common
def list_command(setting: Setting) -> None:
    """Quarantined snapshots and pages that could not be read, the newest first, each with its reason.

    Example: tracker quarantine list --format csv
    """
    from tracker.quarantine import quarantined

    with setting.database() as connection:
        rows = quarantined(connection)
    if setting.format != "table":
        output.write(rows, [*COLUMNS, "address", "content_sha256"], setting.format)
        return
    if not rows:
        output.paragraph("Nothing is in quarantine.")
        return
    short = [
        {**row, "id": row["id"][:12], "what": row["board"] or f"{row['source']}, page {row['role']}"} for row in rows
    ]
    output.table(short, ["id", "what", "last_seen", "rows"], drop_first=("rows",))
    for row in short:
        output.paragraph(f"{row['id']}: {output.shown(row['reason'])}")


@click.command("show")
@click.argument("id_", metavar="ID")
@common
def show_command(setting: Setting, id_: str) -> None:
    """One quarantined snapshot or page: reason, page, and what differs from the accepted snapshot before it.

    ID may be the beginning of an id.

    Example: tracker quarantine show 3fa9c2
    """
    from tracker.quarantine import compared, quarantined

    with setting.database() as connection:
        rows = quarantined(connection, id_)
        if len(rows) != 1:
            what = "nothing" if not rows else f"{len(rows)} entries"
            raise click.UsageError(f"{what} in quarantine with an id that begins with {id_!r}")
        entry = rows[0] | (compared(connection, rows[0]["id"]) if rows[0]["kind"] == "snapshot" else {})
    if setting.format == "table":
        output.table([{"": key, "value": value} for key, value in entry.items()], ["", "value"])
    else:
        output.write([entry], list(entry), setting.format)


@click.command("accept")
@click.argument("id_", metavar="ID")
@reason_option
@by_option
@common
def accept_command(setting: Setting, id_: str, reason: str, by: str | None) -> None:
    """Believe a quarantined snapshot after all, and publish.

    Example: tracker quarantine accept 3fa9c2 --reason "the board dropped its old models"
    """
    _decide(setting, id_, "accept", reason, by, only="quarantined")


@click.command("reject")
@click.argument("id_", metavar="ID")
@reason_option
@by_option
@common
def reject_command(setting: Setting, id_: str, reason: str, by: str | None) -> None:
    """Confirm that a quarantined snapshot is not to be believed, whatever the rules say later.

    Example: tracker quarantine reject 3fa9c2 --reason "a test page of the publisher"
    """
    _decide(setting, id_, "reject", reason, by, only="quarantined")


@click.command("add")
@click.argument("id_", metavar="ID")
@reason_option
@by_option
@common
def add_command(setting: Setting, id_: str, reason: str, by: str | None) -> None:
    """Set an accepted snapshot aside, or a page, and publish without it.

    ID is that of a snapshot, of a page (sha256) or of a capture of it. A page that is set aside is not read again until
    its line is taken out of decisions.csv.

    Example: tracker quarantine add aa1d5d --reason "withdrawn by its publisher the same day"
    """
    from tracker.quarantine import pages_of

    with setting.database() as connection:
        pages = pages_of(connection, id_)
        snapshots = connection.execute(
            "SELECT snapshot FROM snapshots WHERE starts_with(snapshot, ?)", [id_]
        ).fetchall()
    if len(pages) == 1 and not snapshots:
        ((page, words),) = pages.items()
        _write(setting, page, words, "reject", reason, by)
    else:
        _decide(setting, id_, "reject", reason, by, only="accepted")


def _decide(setting: Setting, id_: str, decision: Decision, reason: str, by: str | None, only: str) -> None:
    from tracker.quarantine import snapshot_of

    with setting.database() as connection:
        snapshot, board, state = snapshot_of(connection, id_)
    if state != only:
        raise click.UsageError(f"the snapshot {snapshot[:12]} of {board} is {state}, not {only}")
    _write(setting, snapshot, board, decision, reason, by)


def _write(setting: Setting, id_: str, what: str, decision: Decision, reason: str, by: str | None) -> None:
    from tracker.pipeline import publish_again
    from tracker.quarantine import decide

    path = setting.config.decisions
    by = by or getpass.getuser()
    decide(path, id_, decision, by, reason, setting.today)
    output.say(f"{path}: {decision} {id_[:12]} of {what}: {reason}")
    copy = publish_again(setting.config, setting.clock)
    output.say(f"published {copy}")
    written = {"id": id_, "decision": decision, "what": what, "day": setting.today, "by": by, "reason": reason,
               "file": str(path), "published": str(copy)}  # fmt: skip
    output.write_record(written, setting.format)
