"""Options of the commands that ask about one value, and the heads that they print."""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import click

from tracker import output
from tracker.analysis.filter import Where, parse
from tracker.analysis.shares import PRESETS, Definition
from tracker.cli.board import known_board, missing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import duckdb

    from tracker.analysis.board_rows import Point
    from tracker.analysis.filter import Figure
    from tracker.cli.common import Setting


class Asked(click.ParamType[Where]):
    """A question such as country=CN."""

    name = "property=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Where:
        """The question; a wrong one is answered with what was expected."""
        if isinstance(value, Where):
            return value
        try:
            return parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


OPTIONS = {
    "by": "What is counted [country].",
    "unit": "What counts as one [entry].",
    "ties": "Rows tied at the cut [fractional].",
    "rank_by": "What the cut goes by [score].",
    "facts": "Openness as of the snapshot's day, or of today [then].",
    "country_rule": "Whose country, and of what [primary].",
    "open_means": "Which terms are open, with open [any].",
    "without_operator": "Leave out the operator's own models.",
}


def options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a definition as options, all of them with the presets, or those named; gives `definition`."""
    offered = names or tuple(field.name for field in fields(Definition))

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def wrapped(preset: str = "default", **rest: Any) -> Any:
            given = {name: rest.pop(name) for name in offered}
            chosen = {name: value for name, value in given.items() if value not in (None, False)}
            return command(definition=Definition(**{**PRESETS[preset], **chosen}), **rest)

        hints = get_type_hints(Definition)
        for name in reversed(offered):
            flag = f"--{name.replace('_', '-')}"
            values = get_args(hints[name])
            if values:
                wrapped = click.option(flag, type=click.Choice(values), help=OPTIONS[name])(wrapped)
            else:
                wrapped = click.option(flag, is_flag=True, help=OPTIONS[name])(wrapped)
        if not names:
            wrapped = click.option(
                "--preset", type=click.Choice(list(PRESETS)), default="default",
                help="A named definition to start from.",
            )(wrapped)  # fmt: skip
        return wrapped

    return decorate


where_option = click.option(
    "--where", type=Asked(), required=True, help="What is counted: country=CN, open=open, country=CN,open=open, ..."
)
top_option = click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="N.")
level_option = click.option(
    "--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Level of published intervals."
)
between_by = click.option(
    "--by", type=click.Choice(["country", "developer", "openness", "open"]), default="country", show_default=True
)


def nothing(setting: Setting, sentence: str, empty: Any, columns: Sequence[str]) -> click.exceptions.Exit:
    """There is no answer: empty data, the sentence on stderr, exit code 1. To be raised."""
    if setting.format == "json":
        print(output.json_text(empty))
    elif setting.format == "csv":
        output.write([], columns, "csv")
    output.say(sentence)
    return click.exceptions.Exit(1)


def comparable(connection: duckdb.DuckDBPyConnection, board: str, what: str) -> None:
    """A board whose scores change their meaning with each edition is refused by name where scores are asked for."""
    about = known_board(connection, board)
    if about["editions_comparable"] is False:
        raise click.UsageError(
            f"{board}: its scores are not comparable across editions, so there is no {what}; shares are: tracker share"
        )


def scored(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> Point | str:
    """The rows with a score of the newest point on or before a day, or the sentence that says why there are none."""
    from tracker.analysis.board_rows import point

    found = point(connection, board, day)
    return found if found and found.rows else missing(connection, board, day)


def share_words(figure: Figure) -> str:
    """4 of 20 (20.0%), with bounds where something is unknown."""
    if figure.high > figure.count:
        counts = f"{output.shown(figure.count)} to {output.shown(figure.high)}"
        return f"{counts} of {output.shown(figure.of)} ({figure.share:.1%} to {figure.share_high:.1%})"
    return f"{output.shown(figure.count)} of {output.shown(figure.of)} ({figure.share:.1%})"
