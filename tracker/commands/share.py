"""`tracker share`: who holds the top N of a board, or of all boards side by side."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, get_args, get_type_hints

import click

from tracker import output
from tracker.commands.board import headline, known_board, missing, records
from tracker.commands.common import Setting, as_of, common
from tracker.shares import PRESETS, Definition, Share, shares

BESIDE = ("kind", "adjustment", "operator", "age_days", "definition")  # a table says these once, above and below


def definition_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The knobs of a definition as options; the command receives `definition`."""

    @click.option(
        "--preset", type=click.Choice(list(PRESETS)), default="default", help="A named definition to start from."
    )
    @functools.wraps(command)
    def wrapped(preset: str, **rest: Any) -> Any:
        names = Definition.__dataclass_fields__
        given = {name: rest.pop(name) for name in list(rest) if name in names}
        chosen = {name: value for name, value in given.items() if value not in (None, False)}
        return command(definition=Definition(**{**PRESETS[preset], **chosen}), **rest)

    hints = get_type_hints(Definition)
    texts = {
        "by": "What is counted [country].",
        "unit": "What counts as one [entry].",
        "ties": "Rows tied at the cut [fractional].",
        "rank_by": "What the cut goes by [score].",
        "facts": "Openness as of the snapshot's day, or of today [then].",
        "country_rule": "Whose country, and of what [primary].",
        "open_means": "Which terms are open, with --by open [any].",
    }
    for name, text in reversed(texts.items()):
        option = click.option(f"--{name.replace('_', '-')}", type=click.Choice(get_args(hints[name])), help=text)
        wrapped = option(wrapped)
    wrapped = click.option("--without-operator", is_flag=True, help="Leave out the operator's own models.")(wrapped)
    return wrapped


@click.command("share")
@click.argument("board", required=False)
@click.option("--all", "every", is_flag=True, help="Each board's share side by side, instead of BOARD.")
@click.option("--top", "tops", type=click.IntRange(1), multiple=True,
              help="N, may be given again [20; as a table 10, 20 and 50, or 5 and 10 by developer].")  # fmt: skip
@click.option("--over", is_flag=True, help="Every published day instead of the newest.")
@click.option("--receipts", is_flag=True, help="With the id of each figure, for explain and bundle.")
@definition_options
@as_of
@common
def share_command(
    setting: Setting,
    board: str | None,
    every: bool,
    tops: tuple[int, ...],
    as_of: date | None,
    over: bool,
    receipts: bool,
    definition: Definition,
) -> None:
    """Who holds the top N of BOARD, with bounds for what is not known."""
    day = as_of or setting.today
    if every or board is None:
        if board or not every or over or receipts:
            raise click.UsageError("expected either BOARD, or --all without --over and --receipts")
        share_all(setting, tops or (20,), definition, day)
        return
    if not tops:
        headlines = (5, 10) if definition.unit == "developer" else (10, 20, 50)
        tops = headlines if setting.format == "table" and not over and not receipts else (20,)
    with setting.database() as connection:
        about = known_board(connection, board)
        found = shares(connection, [board], tops, definition, as_of=day, today=setting.today, every_day=over)
        sentence = "" if found else missing(connection, board, day)
    columns = share_columns(definition) + (["break"] if over else []) + (["id"] if receipts else [])
    rows = [share.record() | said_beside(about, share, definition, setting.today) for share in found]
    if receipts:
        from tracker.receipts import receipt

        rows = [row | {"id": receipt(share, definition, setting.today)} for row, share in zip(rows, found, strict=True)]
    if setting.format != "table":
        output.write(rows, columns, setting.format)
    elif over:
        output.write(rows, [column for column in columns if column not in BESIDE], "table", headline(about))
        if found:
            output.paragraph(f"Counted: {definition.words()}.")
    else:
        for top in dict.fromkeys(share.top for share in found):
            print_share(about, [share for share in found if share.top == top], definition, setting.today)
        if receipts:
            output.table(rows, ["top", *definition.by.split(","), "count", "id"], "Receipts, for `tracker explain`:")
    if not found:
        output.say(sentence)
        raise click.exceptions.Exit(1)


def share_all(setting: Setting, tops: Sequence[int], definition: Definition, day: date) -> None:
    """Each board's newest share on or before a day; boards without one are named on stderr."""
    from tracker.commands.side_by_side import print_boards

    with setting.database() as connection:
        abouts = {about["board"]: about for about in records(connection, "SELECT * FROM boards ORDER BY board")}
        found = shares(connection, list(abouts), tops, definition, as_of=day, today=setting.today)
        without = [missing(connection, board, day) for board in abouts.keys() - {share.board for share in found}]
    if setting.format == "table":
        for top in tops if found else ():
            print_boards(abouts, [share for share in found if share.top == top], definition, top, setting.today)
    else:
        rows = [share.record() | said_beside(abouts[share.board], share, definition, setting.today) for share in found]
        output.write(rows, share_columns(definition), setting.format)
    for sentence in sorted(without):
        output.say(sentence)
    if not found:
        raise click.exceptions.Exit(1)


def share_columns(definition: Definition) -> list[str]:
    """Columns of shares as CSV and JSON; the contract that scripts rely on."""
    return [
        "board", "day", "published_on", "captured_at", "snapshot", "edition", "top", "of", "unit", "ties", "rank_by",
        "facts", *definition.by.split(","), "count", "low", "high", "share", "share_low", "share_high",
        *BESIDE,
    ]  # fmt: skip


def said_beside(about: dict[str, Any], share: Share, definition: Definition, today: date) -> dict[str, Any]:
    """What a figure must not travel without, in CSV and JSON as in the table: board, age, definition in words."""
    return {
        **{name: about[name] for name in ("kind", "adjustment", "operator")},
        "age_days": (today - share.day).days, "definition": definition.words(),
    }  # fmt: skip


def print_share(about: dict[str, Any], found: list[Share], definition: Definition, today: date) -> None:
    """One top N for a person: the figures with what they rest on."""
    first = found[0]
    whole = first.of < first.top and first.ties != "exclude"
    places = output.shown(first.of)
    print(headline(about))
    said = [
        f"{'all' if whole else f'top {first.top}'} of {first.board}: {places} places",
        f"{first.day} ({(today - first.day).days} days ago)",
        *([f"edition {first.edition}"] if first.edition else []),
        f"captured {first.captured_at:%Y-%m-%d}, snapshot {first.snapshot[:12]}",
    ]
    output.paragraph(", ".join(said))
    if whole:
        output.paragraph(f"The board has {places} places, fewer than {first.top}: all of them are the denominator.")
    rows = []
    for share in found:
        known = share.low == share.high
        bounds = "" if known else f"{output.shown(share.low)} to {output.shown(share.high)}"
        percent = f"{share.share:.1%}" if known else f"{share.share_low:.1%} to {share.share_high:.1%}"
        rows.append({**share.values, "count": share.count, "of": share.of, "bounds": bounds, "share": percent})
    bounded = any(row["bounds"] for row in rows)
    shown = [*definition.by.split(","), "count", "of", *(["bounds"] if bounded else []), "share"]
    output.table(rows, shown)
    if bounded:
        output.paragraph("Bounds: what is unknown is left out of the count, and may turn out to be any value.")
    if definition.unit == "release" and first.unresolved:
        output.paragraph(f"{output.shown(first.unresolved)} have no registered release, and count one by one.")
    output.paragraph(f"Counted: {definition.words()}.")
    print()
