"""Commands that fill the archive and derive what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import output, signals
from tracker.cli.options import Day, Setting, common, located, logged
from tracker.cli.sources import known_sources

if TYPE_CHECKING:
    from tracker.fetching import FetchResult
    from tracker.saved_pages import ImportResult

UNREACHABLE = 75


# What Ctrl-C is answered with in each stage of a run.
STOPPED = {
    "fetching": "{done} of {of} sources fetched",
    "archiving": "{done} of {of} pages archived",
    "parsing": "{done} of {of} pages read",
    "hashing": "{done} of {of} pages hashed",
    "publishing": "every page is read, and not yet published",
}


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], object]]:
    """Progress bars, and what Ctrl-C is answered with."""
    signals.ENDING.kept = signals.NOTHING
    with output.bars() as show:

        def report(stage: str, done: int, of: int) -> None:
            counted = STOPPED[stage].format(done=done, of=of)
            signals.ENDING.kept = f"stopped: {counted}; what was fetched is kept, the next run goes on"
            show(stage, done, of)

        yield report
    signals.ENDING.kept = "stopped: all was done but for showing it"


@click.command("collect")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@logged
@common
def collect_command(setting: Setting, sources: tuple[str, ...]) -> None:
    """Fetch all enabled sources side by side, or those named; archive, read, publish.

    Exit code 1 where a source failed or a page was refused, 75 where nothing could be reached.

    Example: tracker collect opencompass
    """
    from tracker.pipeline import collect

    known_sources(setting, sources)
    with progress() as on_progress:
        outcomes = collect(setting.config, setting.clock, sources, progress=on_progress)
    summary(outcomes, setting)
    raise click.exceptions.Exit(exit_code(outcomes))


def exit_code(outcomes: list[FetchResult]) -> int:
    """What the run comes to: 75 where no source could be reached, 1 where one has a problem."""
    if outcomes and all(outcome.unreachable for outcome in outcomes):
        return UNREACHABLE
    return 1 if any(outcome.problems for outcome in outcomes) else 0


COLUMNS = ["source", "came", "rows", "new", "unchanged", "seconds", "problem"]


def summary(outcomes: list[FetchResult], setting: Setting) -> None:
    """One row for each source on stdout; every problem in full on stderr."""
    rows = []
    for outcome in outcomes:
        pages = f"{outcome.pages} page{'s' * (outcome.pages != 1)}"
        rows.append({
            "source": outcome.source,
            "came": pages + (f", {outcome.unchanged_pages} not modified" if outcome.unchanged_pages else ""),
            "rows": outcome.rows, "new": outcome.new, "unchanged": outcome.unchanged,
            "seconds": round(outcome.seconds, 1),
            "problem": outcome.problems if setting.is_json else _counted(outcome.problems),
        })  # fmt: skip
    output.write(rows, COLUMNS, setting.format)
    if output.EVENTS.clock:  # each source has its event
        return
    for outcome in outcomes:
        output.complain(f"{outcome.source}: {problem}" for problem in outcome.problems)


def _counted(problems: list[str]) -> str:
    """How many; each stands in full on stderr, where no width cuts it."""
    return f"{len(problems)} problem{'s' * (len(problems) != 1)}" if problems else ""


@click.command("schedule")
@logged
@located
def schedule_command(setting: Setting) -> None:
    """Collect each enabled source at its times (config.toml), publish after each, until SIGTERM, SIGHUP or Ctrl-C.

    Example: tracker schedule
    """
    from tracker import scheduler

    def tell(sentence: str, event: str, level: output.Level) -> None:
        output.say(sentence, event, level, prefix=f"{setting.clock():%Y-%m-%d %H:%M:%S} ")

    def done(outcomes: list[FetchResult]) -> None:
        if output.EVENTS.clock:  # each source has its event
            return
        for outcome in outcomes:
            problems = f"; problem: {'; '.join(outcome.problems)}" if outcome.problems else ""
            tell(f"{outcome.source}: {outcome.pages} pages, {outcome.new} new, {outcome.unchanged} unchanged, "
                 f"{outcome.seconds:.1f} s{problems}", "source_done", "info")  # fmt: skip

    scheduler.run(setting.config, setting.clock, tell, done)


@click.command("import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--captured-at", metavar="DAY", help="When the pages were saved [the day that the file's name begins with]."
)
@click.option("--role", help="Which page of the source the files are [recognised by path or content].")
@click.option("--address", help="The live address of the page [as declared].")
@click.option(
    "--index",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Replay the recordings that a CSV lists (captured_at, url, file) by their address.",
)
@click.option(
    "--board", help="Tables of your own (columns name, score, and any of developer, licence, country, rank, low, high)."
)
@click.option(
    "--direction", type=click.Choice(["higher", "lower"]), help="With --board: which score is better [higher]."
)
@common
def import_command(
    setting: Setting,
    source: str | None,
    files: tuple[Path, ...],
    captured_at: str | None,
    role: str | None,
    address: str | None,
    index: Path | None,
    board: str | None,
    direction: str | None,
) -> None:
    """Import pages of SOURCE that somebody else saved: archived, parsed and validated as collected ones are.

    Example: tracker import opencompass saved.json --captured-at 2026-01-31
    """
    from tracker.importers.files import import_files
    from tracker.importers.index import import_index

    if board:
        # Then every argument is a file.
        files = (*([Path(source)] if source else []), *files)
        if index or role or address or not files or not files[0].is_file():
            raise click.UsageError(
                "--board takes CSV files, and --captured-at or a day at the beginning of their names"
            )
        from tracker.new_source import own_board

        own_board(setting.config, board, files[0], direction)
        source = board
    if index and (source or files):
        raise click.UsageError("--index names its files itself: no SOURCE or FILE beside it")
    with progress() as on_progress:
        if index:
            outcomes = import_index(setting.config, setting.clock, index, on_progress)
        else:
            if not source or not files:
                raise click.UsageError("a SOURCE and its FILEs are expected, or --index FILE.csv")
            outcomes = import_files(
                setting.config,
                setting.clock,
                known_sources(setting, (source,))[0],
                files,
                captured_at=captured_at,
                role=role,
                address=address,
                progress=on_progress,
            )
    report(outcomes, setting)


def report(outcomes: list[ImportResult], setting: Setting) -> None:
    """One row for each page; exit code 1 where one was not accepted."""
    columns = ["file", "source", "role", "captured_at", "boards", "state", "rows", "reason"]
    output.write([outcome.record() for outcome in outcomes], columns, setting.format)
    bad = [outcome for outcome in outcomes if outcome.state not in {"accepted", "unchanged"}]
    if len(bad) <= 20:
        output.complain(f"{outcome.file}: {outcome.reason}" for outcome in bad)
    else:
        output.say(f"{len(bad)} of {len(outcomes)} pages were not accepted; the reasons are in the table")
    raise click.exceptions.Exit(1 if bad else 0)


@click.command("backfill")
@click.argument("source")
@click.option("--from", "origin", type=click.Choice(["bundled", "git", "wayback"]), required=True,
              help="Where the past is kept; bundled: what ships with the tracker (opencompass).")  # fmt: skip
@click.option("--repo", help="Another repository: an address or a directory [the one that the pages' addresses name].")
@click.option("--since", type=Day(), help="Only versions from this day on.")
@click.option("--until", type=Day(), help="Only versions up to this day.")
@common
def backfill_command(
    setting: Setting, source: str, origin: str, repo: str | None, since: date | None, until: date | None
) -> None:
    """Import every distinct version of SOURCE's pages that a git history, a web archive or this package keeps.

    A second run adds nothing; one that was stopped goes on where it was.

    The 14 editions of OpenCompass's LLM ranking from February 2024 to August 2026:

    Example: tracker backfill opencompass --from bundled
    """
    from tracker.importers import bundled, git_history, web_archive

    (declared,) = known_sources(setting, (source,))
    with progress() as on_progress:
        if origin == "bundled":
            outcomes = bundled.from_bundled(setting.config, setting.clock, declared, since, until, on_progress)
        elif origin == "git":
            outcomes = git_history.from_git(setting.config, setting.clock, declared, repo, since, until, on_progress)
        else:
            outcomes = web_archive.from_wayback(setting.config, setting.clock, declared, since, until, on_progress)
    report(outcomes, setting)


@click.command("publish")
@common
def publish_command(setting: Setting) -> None:
    """Resolve all names against the registry and publish; a corrected registry line applies to all days.

    Example: tracker publish
    """
    from tracker.pipeline import publish_again

    with progress() as on_progress:
        copy = publish_again(setting.config, setting.clock, on_progress)
    output.say(f"published {copy}")
    output.write_record({"published": str(copy)}, setting.format)


@click.command("rebuild")
@common
def rebuild_command(setting: Setting) -> None:
    """Derive both databases (of the writer, and published) again from the archive, the declarations and the registry.

    Example: tracker rebuild
    """
    from tracker.pipeline import rebuild

    with progress() as on_progress:
        done = rebuild(setting.config, setting.clock, on_progress)
    output.say(f"rebuilt from {done.captures} captures, {len(done.reasons)} of them refused")
    output.write_record({"captures": done.captures, "refused": len(done.reasons)}, setting.format)
