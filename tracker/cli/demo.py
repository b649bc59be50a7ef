"""`tracker demo`: a real collect of bundled pages from a loopback server, and the shares that follow."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from tracker import clock as clocks
from tracker import output
from tracker.cli.options import Setting

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.fetching import FetchResult

Unit = Literal["entry", "release"]
TODAY = "2026-09-04"
# Each source is collected on the day its page was recorded: no figure is dated later than it was seen.
RECORDED = {"aider": "2025-10-04", "opencompass_vlm": "2025-10-23", "vectara": "2026-03-10", "arena": "2026-08-22",
            "opencompass": TODAY}  # fmt: skip
SHOWN: tuple[tuple[str, Unit], ...] = (
    ("arena_text_raw", "entry"),
    ("arena_text_raw", "release"),
    ("arena_text", "entry"),
    ("aider_polyglot", "entry"),
    ("vectara_hallucination", "entry"),
    ("opencompass_vlm", "entry"),
)
MARKER = ".made-by-tracker-demo"


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where the demo keeps its data; made anew at each run.",
)
def demo_command(data: Path) -> None:
    """Collect bundled pages from a server on this machine, with no network, and show the shares.

    Example: tracker demo
    """
    from tracker.cli.collect import exit_code, summary

    make_anew(data)
    heading("Collecting")
    output.paragraph(
        "Bundled pages with real figures come from a server on this machine, each as of the day on which it was"
        " recorded; from there on all is as in a live collection. No network is used."
    )
    output.line()
    outcomes = collected(data)
    summary(outcomes, Setting(None, data, TODAY))
    output.line()
    heading("The sentence that this began with")
    print_founding(data)
    heading(f"Who holds the top 20, as if today were {TODAY}")
    print_shares(data)
    heading("Going live")
    output.line("tracker collect                 # the boards as they are today, into ./data")
    output.line("tracker share arena_text_raw    # then answers from them; also --by openness, --history")
    output.line(f'tracker sql "FROM latest LIMIT 5" --data {data}    # any other question, here of the demo')
    raise click.exceptions.Exit(exit_code(outcomes))


def make_anew(data: Path) -> None:
    """Empties the directory but for our mark. One that holds files and no mark is not ours: left alone."""
    if data.exists() and any(data.iterdir()):
        if not (data / MARKER).exists():
            raise click.UsageError(f"{data} holds files that are not of a demo; name another with --data")
        shutil.rmtree(data.resolve())
    data.mkdir(parents=True, exist_ok=True)
    (data / MARKER).touch()


def collected(data: Path) -> list[FetchResult]:
    """Outcomes of the sources, each collected on the day that its page was recorded."""
    from tracker.demo_server import pages, posted, serving
    from tracker.pipeline import collect

    outcomes: list[FetchResult] = []
    bodies = pages()
    with serving(bodies, posted()) as mirror:
        config = bundled_config(data.resolve(), mirror, bodies)
        for source, day in RECORDED.items():
            outcomes += collect(config, clocks.clock(day), [source], progress=silent)
    return outcomes


def silent(*_: object) -> None:
    """Tells nothing: it is over before a bar could be read."""


def bundled_config(data: Path, mirror: str, bodies: Mapping[str, bytes]) -> Config:
    """Defaults, but for the loopback server and sources cut down to the bundled pages and their boards."""
    from scrapers.spec import Source
    from storage.origins import Origin
    from tracker.config import Config, Http
    from tracker.importers.bundled import COPIED_BY

    class Bundled(Config):
        def origin_of(self, address: str) -> tuple[Origin, str]:
            """What the pages are, not the server on this machine that hands them out."""
            if "opencompass.org.cn" in address and "OpenVLM" not in address:
                return "transcribed", COPIED_BY
            return "copy", "bundled with the tracker"

        def declared(self) -> dict[str, Source]:
            sources = super().declared()
            return {name: cut(sources[name]) for name in RECORDED}

    def cut(source: Source) -> Source:
        if hasattr(source.module, "pages"):  # it chooses its pages itself; what is not bundled is answered 404
            boards = source.boards_of("llm")
            return source.model_copy(update={"boards": boards, "enabled": True, "disabled_reason": ""})
        kept = tuple(page for page in source.pages if page.address in bodies)
        boards = {name: board for page in kept for name, board in source.boards_of(page.role).items()}
        return source.model_copy(update={"pages": kept, "boards": boards, "enabled": True, "disabled_reason": ""})

    http = Http(mirrors={"*": mirror}, pause=0, timeout=20, attempts=2)
    return Bundled(data=data, own_registry=data / "own_registry", decisions=data / "decisions.csv", http=http)


def print_founding(data: Path) -> None:
    """The shipped claim with its verdict, and the same sentence at every edition."""
    from storage.database import connect, published
    from tracker.claims.files import SHIPPED, read_claims
    from tracker.claims.history import history
    from tracker.claims.verdicts import judge
    from tracker.cli.claims import print_history, print_verdict

    today = date.fromisoformat(TODAY)
    claim = next(claim for claim in read_claims(SHIPPED) if claim.id == "founding")
    connection = connect(published(data), read_only=True)
    try:
        output.line("$ tracker claim check founding", fg="cyan")
        print_verdict(judge(connection, claim, today))
        output.line("$ tracker claim history founding", fg="cyan")
        print_history(Setting(None, data, TODAY), history(connection, claim, today))
        output.line()
    finally:
        connection.close()


def print_shares(data: Path) -> None:
    """The share tables, from the published database."""
    from storage.database import connect, published
    from tracker.analysis.shares import shares
    from tracker.cli.lookups import known_board
    from tracker.cli.share import margins_of, print_share
    from tracker.definition import Definition

    today = date.fromisoformat(TODAY)
    connection = connect(published(data), read_only=True)
    try:
        for board, unit in SHOWN:
            definition = Definition(unit=unit)
            results = shares(connection, [board], [20], definition, as_of=today, today=today)
            output.line(f"$ tracker share {board}" + " --unit release" * (unit == "release"), fg="cyan")
            if results:
                margins = margins_of(connection, results, definition, today, today)
                print_share(known_board(connection, board), results, definition, today, margins)
            else:
                output.line(f"{board}: no page was accepted")
                output.line()
    finally:
        connection.close()


def heading(title: str) -> None:
    """A rule with a title."""
    output.line(f"── {title} {'─' * (min(output.width(), 100) - 4 - len(title))}", bold=True)
