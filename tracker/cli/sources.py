"""`tracker sources list`: where pages come from, and a first look at one."""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import click

from tracker import output
from tracker.analysis.lookups import suggestion
from tracker.cli.options import Setting, common

if TYPE_CHECKING:
    from scrapers.spec import Source


def known_sources(setting: Setting, names: tuple[str, ...]) -> list[Source]:
    """The declared sources of these names; a wrong name is answered with what may be meant."""
    declared = setting.config.declared()
    for name in names:
        if name not in declared:
            raise click.UsageError(f"no source {name!r}{suggestion(name, declared)}; tracker sources list has them")
    return [declared[name] for name in names]


def described(source: Source) -> dict[str, Any]:
    """A source as one flat object."""
    lacks = bool(source.key) and not os.environ.get(source.key, "").strip()
    needs = f"needs a key in {source.key}" if lacks else ""
    return {
        "source": source.name, "title": source.title, "state": "on" if source.enabled else "off",
        "why": "; ".join(filter(None, (source.disabled_reason, needs))),
        "every": source.every, "boards": list(source.boards), "licence": source.licence,
        "licence_page": source.licence_page, "redistribute": source.redistribute, "homepage": source.homepage,
    }  # fmt: skip


@click.command("list")
@common
def list_command(setting: Setting) -> None:
    """Sources: on or off and why, how often, which boards, under which licence.

    Example: tracker sources list --format csv
    """
    rows = [described(source) for source in setting.config.declared().values()]
    least = ("licence_page", "homepage", "redistribute", "why", "boards", "licence", "title")
    output.write(rows, list(rows[0]) if rows else [], setting.format, "", least)


@click.command("show")
@click.argument("name")
@common
def show_command(setting: Setting, name: str) -> None:
    """One source: its pages with their addresses, its boards, its terms.

    Example: tracker sources show opencompass
    """
    (source,) = known_sources(setting, (name,))
    pages = [
        {"role": page.role, "format": page.format, "address": page.address or ", ".join(page.url_patterns)}
        for page in source.pages
    ]
    boards = [
        {"board": board, "title": declared.title, "metric": declared.metric, "direction": declared.direction,
         "kind": declared.kind, "adjustment": declared.adjustment, "pages": list(declared.page)}
        for board, declared in source.boards.items()
    ]  # fmt: skip
    if setting.is_json:
        output.write_json({**described(source), "pages": pages, "boards": boards}, setting.format)
        return
    if setting.format == "csv":
        output.write(pages, ["role", "format", "address"], "csv")
        return
    description = described(source)
    output.table([{"": key, "value": value} for key, value in description.items() if key != "boards"], ["", "value"])
    output.line()
    output.table(pages, ["role", "format", "address"], drop_first=("format",))
    output.line()
    if boards:
        output.table(boards, list(boards[0]), drop_first=("pages", "adjustment", "direction", "metric", "kind"))


@click.command("new")
@click.argument("name")
@click.argument("address", metavar="URL")
@common
def new_command(setting: Setting, name: str, address: str) -> None:
    """Begin a source NAME for the table at URL: fetch the page, propose a declaration, keep the page for its test.

    Example: tracker sources new example https://example.org/leaderboard.csv
    """
    from tracker.new_source import new

    target, page, rows = new(setting.config, name, address)
    output.say(f"{target}: a proposal; read it, and mend what is marked TODO")
    output.say(f"{page}: the page, {rows} rows; cut it down to what a test needs")
    output.say("then run the tests: they write what the page says, and fail until someone has read it")
    output.write_record({"declaration": str(target), "page": str(page), "rows": rows}, setting.format)


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@common
def check_command(setting: Setting, names: tuple[str, ...]) -> None:
    """Fetch sources (those named, or all that are on), read and validate them, and store nothing.

    The first thing to run on a new machine, and after an upstream changed. Exit code 1 where a page failed or is not
    what it should be.

    Example: tracker sources check opencompass arena
    """
    from tracker.check_source import Checked, check

    chosen = known_sources(setting, names) or [s for s in setting.config.declared().values() if s.enabled]
    rows = []
    for number, source in enumerate(chosen, 1):
        if setting.format == "table" and len(chosen) > 1:
            output.say(f"{number} of {len(chosen)}: {source.name}")
        rows += [asdict(checked) for checked in check(setting.config, source)]
    columns = [field.name for field in fields(Checked)]
    bad = [row for row in rows if row["state"] not in ("ok", "absent")]
    if setting.format == "table":
        shown = [{**row, "what": row["board"] or row["role"]} for row in rows]
        output.table(shown, ["source", "what", "rows", "published_on", "bytes", "state"],
                     drop_first=("bytes", "published_on"))  # fmt: skip
        output.complain(f"{row['source']}, {row['board'] or row['role']}: {row['reason']}" for row in bad)
    else:
        output.write(rows, columns, setting.format)
    raise click.exceptions.Exit(1 if bad else 0)
