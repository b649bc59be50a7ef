"""`tracker`: the command group. Commands are loaded when they are called, so that each starts quickly.

Exit codes: 0 done, 1 a problem in the data or some sources failed, 2 wrong use, 75 nothing could be reached.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from scrapers.errors import DeclarationError, TrackerError

SECTIONS = {  # of the overview; name: (module, sentence)
    "Collect and keep": {
        "collect": ("collecting", "Fetch, archive, read and publish; all enabled sources or those named."),
        "schedule": ("scheduling", "Collect each source at its times, until stopped."),
        "import": ("collecting", "Put in pages that somebody else saved, through the same door."),
        "backfill": ("collecting", "Bring in the history of a source from git or a web archive."),
        "new": ("collecting", "Begin a source: fetch its page, propose a declaration, save the page for its test."),
        "sources": ("answers", "Sources, whether they are on, and why not."),
        "status": ("answers", "How each board stands: last success, age, problem."),
        "publish": ("collecting", "Resolve names again and publish, after a change of the registry."),
        "rebuild": ("collecting", "Derive everything again from the archive."),
        "demo": ("demonstration", "Collect bundled pages from a loopback server, and show the shares."),
    },
    "Ask": {
        "boards": ("answers", "Boards and their newest snapshot."),
        "top": ("answers", "The first rows of a board, resolved."),
        "share": ("share", "Who holds the top N of a board, by country, openness or developer."),
        "sql": ("answers", "Ask the published database in SQL, read-only."),
        "export": ("exporting", "Write boards, snapshots, entries and shares as CSV."),
        "breaks": ("answers", "Declared and suspected breaks of the series."),
        "disagreements": ("answers", "Days on which two sources of one board differ in the top N."),
    },
    "How far a figure holds": {
        "curve": ("curve", "The share under every definition, and which choice moves it most."),
        "noise": ("noise", "What the published intervals do to a count in the top N."),
        "gap": ("gaps", "Best of one group minus best of another, with its interval."),
        "lag": ("gaps", "Days until one group reaches the records of another."),
        "representation": ("rosters", "The share of the top N over the share of the whole board."),
        "roster": ("rosters", "Rows that a board dropped or added at once, and the share without that."),
        "changes": ("changes", "What moved on a board between two days, and why a share moved."),
    },
    "Claims and receipts": {
        "claim": ("claims", "Judge a claim: supported, depends, contradicted or not judged."),
        "explain": ("receipts", "A figure by its id: definition, rows, facts with evidence, page."),
        "bundle": ("receipts", "Everything that a figure rests on, in one file."),
        "verify": ("receipts", "Recompute the figure of a bundle, without database and network."),
    },
    "Names and facts": {
        "lookup": ("registry", "How a name resolves, step by step, with evidence."),
        "unresolved": ("answers", "Printed names of which something is not known."),
        "review": ("registry", "Unknown names that matter most, with suggestions; writes what you accept."),
        "conflicts": ("registry", "Facts on which the registry, feeds and boards do not agree."),
        "renames": ("registry", "Names that took over the votes and score of another on a board."),
        "corrections": ("registry", "Which published figures the last publish moved, and why."),
        "evaluate": ("registry", "How right the registry is, on a file of names with known facts."),
    },
}
COMMANDS = {name: said for section in SECTIONS.values() for name, said in section.items()}


class Lazy(click.Group):
    """Loads the module of a command only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tracker.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without loading a single command."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, sentence) for name, (_, sentence) in commands.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="leaderboard-tracker", prog_name="tracker")
def cli() -> None:
    """Keeps what public AI leaderboards printed, and computes shares that stand up to a hostile reader.

    Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 a problem in the data or some sources
    failed, 2 wrong use, 75 nothing could be reached.
    """


def main() -> None:
    """The entry point: expected errors become one sentence and an exit code."""
    # Arrow's own allocator keeps what it once had: 100 MB more at the peak of a collect.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        sys.exit(cli.main(standalone_mode=False))
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except DeclarationError as error:
        print(f"tracker: {error}", file=sys.stderr)
        sys.exit(2)
    except TrackerError as error:
        print(f"tracker: {error}", file=sys.stderr)
        sys.exit(1)
    except RuntimeError as error:
        if "Query interrupted" not in str(error):  # how Ctrl-C arrives while DuckDB works
            raise
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe left: nothing to say
        sys.exit(0)
