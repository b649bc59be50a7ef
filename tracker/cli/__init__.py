"""`tracker`: the commands by subject. A command's module is loaded when it is called, so that each starts quickly.

Exit codes: 0 done, 1 a problem in the data or some sources failed, 2 wrong use, 75 nothing could be reached,
130 stopped by Ctrl-C, 141 the reader of a pipe left.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import signal
import sys
from collections.abc import Mapping

import click

from scrapers.errors import DeclarationError
from tracker import log, output, signals

# Of the overview: section -> command -> (module, sentence). A command that has others has a mapping of them in GROUPS.
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Collect": {
        "collect": ("collect", "Fetch, archive, read and publish; all enabled sources or those named."),
        "schedule": ("collect", "Collect each source at its times, until stopped."),
        "import": ("collect", "Import saved pages; same validation as for collected ones."),
        "backfill": ("collect", "Import the history of a source from git, a web archive or this package."),
        "publish": ("collect", "Resolve names again and publish, after a change of the registry."),
        "rebuild": ("collect", "Derive everything again from the archive."),
        "check-archive": ("archive", "Hash every archived page again: missing, damaged, stray; repair."),
        "demo": ("demo", "Collect bundled pages from a loopback server, and show what comes of them."),
        "sources": ("sources", "Where pages come from: list, show, new, check."),
        "quarantine": ("quarantine", "What is kept and not believed: list, show, accept, reject, add."),
    },
    "Ask": {
        "boards": ("boards", "Leaderboards and their newest snapshot."),
        "top": ("boards", "The first rows of a leaderboard, resolved."),
        "share": ("share", "Who holds the top N of a leaderboard, by country, openness or developer."),
        "sql": ("sql", "Ask the published database in SQL, read-only."),
        "status": ("boards", "How each leaderboard stands: last success, age, problem."),
    },
    "Analyse": {
        "curve": ("curve", "The share under every definition, and which choice moves it most."),
        "uncertainty": ("uncertainty", "What the published intervals do to a count in the top N."),
        "gap": ("gap", "Best of one group minus best of another, with its interval."),
        "lag": ("gap", "Days until one group reaches the records of another."),
        "representation": ("composition", "The share of the top N over the share of the whole leaderboard."),
        "composition": ("composition", "Rows dropped or added at once, and the share without that."),
        "changes": ("changes", "What moved on a leaderboard between two days, and why a share moved."),
        "disagreements": ("series", "Days on which two sources of one leaderboard differ in the top N."),
        "breaks": ("series", "Declared and suspected breaks of the series."),
    },
    "Claims and provenance": {
        "claim": ("claims", "Judge a claim: supported, depends, contradicted or not judged."),
        "explain": ("provenance", "A figure by its id: definition, rows, facts with evidence, page."),
        "bundle": ("provenance", "Everything that a figure rests on, in one file."),
        "verify": ("provenance", "Recompute the figure of a bundle, without database and network."),
    },
    "Names and facts": {
        "registry": ("registry", "lookup, review, unresolved, conflicts, renames, corrections, evaluate."),
    },
    "Out": {
        "export": ("export", "Write rows, shares, the registry and claims as CSV, Parquet or SQLite."),
        "chart": ("chart", "Draw a share over time, a curve, the first rows, all leaderboards."),
    },
}
COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "sources": {
        "list": ("sources", "All sources: on or off and why, how often, which leaderboards."),
        "show": ("sources", "One source: its pages, leaderboards and terms."),
        "new": ("sources", "Begin a source: fetch its page, propose a declaration."),
        "check": ("sources", "Fetch, read and validate, and store nothing."),
    },
    "quarantine": {
        "list": ("quarantine", "What is kept and not believed, the newest first, with the reason."),
        "show": ("quarantine", "One entry: its page, and what differs from the snapshot before it."),
        "accept": ("quarantine", "Believe a quarantined snapshot after all."),
        "reject": ("quarantine", "Confirm that one is not to be believed."),
        "add": ("quarantine", "Set an accepted snapshot aside."),
    },
    "registry": {
        "lookup": ("registry", "How a name resolves, step by step, with evidence."),
        "review": ("registry", "Unknown names that matter most, with suggestions; writes what you accept."),
        "unresolved": ("registry", "Published names of which something is not known."),
        "conflicts": ("registry", "Facts on which the registry, feeds and leaderboards do not agree."),
        "renames": ("registry", "Names that took over the votes and score of another."),
        "corrections": ("registry", "Which published figures the last publish moved, and why."),
        "evaluate": ("registry", "How right the registry is, on a file of names with known facts."),
    },
}


class Lazy(click.Group):
    """Loads the module of a command only when the command is called, and suggests one for a typo."""

    sections: Mapping[str, Mapping[str, tuple[str, str]]] = SECTIONS

    @property
    def entries(self) -> dict[str, tuple[str, str]]:
        """Every command of this group with its module and sentence."""
        return {name: entry for section in self.sections.values() for name, entry in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command."""
        return sorted(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module; a group without a module."""
        if cmd_name not in self.entries:
            return None
        module, sentence = self.entries[cmd_name]
        if cmd_name in GROUPS and self.sections is SECTIONS:
            group = Lazy(cmd_name, help=sentence)
            group.sections = {"Commands": GROUPS[cmd_name]}
            return group
        command: click.Command = getattr(
            importlib.import_module(f"tracker.cli.{module}"), f"{cmd_name.replace('-', '_')}_command"
        )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click has it, but an unknown command is answered with what may be meant."""
        if args and not args[0].startswith("-") and args[0] not in self.entries:
            from tracker.analysis.lookups import suggestion

            ctx.fail(f"no command {args[0]!r}{suggestion(args[0], self.entries)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without loading a single command."""
        for title, commands in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, sentence) for name, (_, sentence) in commands.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="leaderboard-tracker", prog_name="tracker")
def cli() -> None:
    """Keeps what public AI leaderboards published, and computes shares that stand up to a hostile reader.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 a problem in the data or some sources
    failed, 2 wrong use, 75 nothing could be reached.

    Example: tracker share arena_text --top 20
    """


def main() -> None:
    """The entry point: whatever goes wrong becomes one sentence and an exit code."""
    # Arrow's own allocator keeps what it once had: 100 MB more at the peak of a collect.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    signals.ENDING = ending = signals.Ending()
    output.EVENTS = output.EventLog()
    code = signals.INTERRUPTED
    if sys.argv[1:] and sys.argv[1] in COMMANDS and COMMANDS[sys.argv[1]][0] == "collect":
        ending.kept = signals.NOTHING
    if sys.argv[1:2] == ["schedule"]:  # it may be told to stop before its module is loaded
        with signals.heard(signals.STOPPING, lambda *_: None, ending.on_stop), log.shown():
            sys.exit(_run())
    try:
        with signals.heard((signal.SIGINT,), ending.interrupt, ending.on_interrupt), log.shown():
            try:
                code = _run()
            finally:
                if ending.ends:
                    ending.interrupted()
    except KeyboardInterrupt:  # between the lines above
        pass
    sys.exit(code)


def _run() -> int:
    """Runs the command of this process; its exit code."""
    try:
        for word in sys.argv[1:]:
            if not word.isprintable() and re.search("[\ud800-\udfff]", word):  # neither a ledger nor DuckDB takes it
                raise click.UsageError(f"{word!r} is not UTF-8")
        return int(cli.main(standalone_mode=False) or 0)
    except click.Abort:
        return signals.INTERRUPTED
    except click.ClickException as error:
        lines = io.StringIO()
        error.show(lines)
        output.wrong_use(lines.getvalue().rstrip(), error.format_message())
        return 2
    except Exception as error:
        if signals.ENDING.ends or "Query interrupted" in str(error):  # how Ctrl-C arrives while DuckDB works
            return signals.INTERRUPTED
        output.say(output.sentence(error), "failed", "error", prefix="tracker: ")
        return 2 if isinstance(error, DeclarationError) else 1
