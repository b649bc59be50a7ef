"""Options that commands share, what they become, and what a command says where there is no answer."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import clock as clocks
from tracker import output
from tracker.analysis.filter import Where, parse
from tracker.analysis.lookups import missing
from tracker.cli.lookups import known_board
from tracker.clock import Clock
from tracker.data_folder import data_folder
from tracker.definition import OPTIONS, PRESETS, Definition
from tracker.output import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from tracker.analysis.board_rows import Point
    from tracker.analysis.filter import Figure
    from tracker.config import Config


class Moment(click.ParamType[str]):
    """A day or an ISO 8601 time."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, once it is known to be a time."""
        try:
            clocks.moment(str(value))
        except ValueError:
            self.fail(
                f"{value!r} is not a day such as 2026-08-22 or a time such as 2026-08-22T06:00:00Z",
                param,
                ctx,
            )
        return str(value)


class Day(click.ParamType[date]):
    """A day, YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-08-22", param, ctx)


class Setting:
    """Where a command works: config (read when first asked), clock, format."""

    def __init__(self, config: Path | None, data: Path | None, now: str | None) -> None:
        self._config, self._data = config, data
        self.format: Format = "table"
        self.clock: Clock = clocks.clock(now)

    @functools.cached_property
    def config(self) -> Config:
        """The whole configuration; loads pydantic and the source declarations."""
        from tracker.config import load

        return load(self._config, self._data)

    @functools.cached_property
    def data(self) -> Path:
        """The data directory; of the configuration nothing else is read for it."""
        return data_folder(self._config, self._data)

    @property
    def is_json(self) -> bool:
        """Whether the answer is written as JSON, in one piece or one object a line."""
        return self.format in ("json", "ndjson")

    @property
    def today(self) -> date:
        """The UTC day of the clock."""
        return clocks.today(self.clock)

    @contextmanager
    def database(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The published database, read-only; NothingPublished where there is none yet."""
        import duckdb

        from scrapers.errors import TrackerError
        from storage.database import connect, has_our_tables, is_damage, published, unreadable

        path = published(self.data)
        connection = connect(path, read_only=True)
        try:
            yield connection
        except duckdb.Error as error:
            if not is_damage(error):
                if not has_our_tables(connection):
                    raise TrackerError(
                        f"{path}: published by another version of this program: run tracker publish"
                    ) from None
                raise
            raise unreadable(path, error) from None
        finally:
            connection.close()


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --config, --data, --now and --format; the command receives a Setting first."""

    @click.option(
        "--format",
        "format_",
        type=click.Choice(["table", "csv", "json", "ndjson"]),
        default="table",
        show_default=True,
        help="ndjson: JSON, one object on each line.",
    )
    @functools.wraps(command)
    def wrapped(setting: Setting, format_: Format, **rest: Any) -> Any:
        setting.format = format_
        return command(setting, **rest)

    return located(wrapped)


def located(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --config, --data and --now; the command receives a Setting first."""

    @click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration file [config.toml].")
    @click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Data directory [as configured].")
    @click.option("--now", type=Moment(), envvar="TRACKER_NOW", help="Act as if it were this day or time (UTC).")
    @functools.wraps(command)
    def wrapped(config: Path | None, data: Path | None, now: str | None, **rest: Any) -> Any:
        return command(Setting(config, data, now), **rest)

    return wrapped


def logged(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --log-format, outside of `common` or `located`: what goes to stderr is sentences, or NDJSON."""

    @click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="What stderr has: sentences, or a JSON object for each event (docs/json.md).",
    )
    @functools.wraps(command)
    def wrapped(log_format: str, now: str | None, **rest: Any) -> Any:
        if log_format == "json":
            output.EVENTS.clock = clocks.clock(now)
        return command(now=now, **rest)

    return wrapped


include_restricted = click.option(
    "--include-restricted", "restricted", is_flag=True, help="With what terms forbid to pass on: for your own use."
)
as_of = click.option("--as-of", type=Day(), help="The newest snapshot on or before this day [today].")


class Integer(click.IntRange):
    """A whole number in ASCII digits; int() also reads `1_000`, and the digits of every other script."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, within its range."""
        if not re.fullmatch(r"[-+]?[0-9]+", str(value).strip()):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        return int(super().convert(value, param, ctx))


class Number(click.FloatRange):
    """A finite number in ASCII digits; float() also reads `nan`, which is in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, within its range."""
        if not re.fullmatch(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", str(value).strip()):
            self.fail(f"{value!r} is not a number", param, ctx)
        return float(super().convert(value, param, ctx))


class WhereType(click.ParamType[Where]):
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


def definition_options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of a definition, all of them with the presets, or those named; gives the command `definition`."""
    offered = names or tuple(OPTIONS)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def wrapped(preset: str = "default", **rest: Any) -> Any:
            given = {name: rest.pop(name) for name in offered}
            chosen = {name: value for name, value in given.items() if value not in (None, False)}
            return command(definition=Definition(**{**PRESETS[preset], **chosen}), **rest)

        for name in reversed(offered):
            option, flag = OPTIONS[name], f"--{name.replace('_', '-')}"
            if isinstance(option.default, bool):
                wrapped = click.option(flag, is_flag=True, help=option.help)(wrapped)
            else:
                values = click.Choice([str(value.name) for value in option.values])
                wrapped = click.option(flag, type=values, help=f"{option.help} [{option.default}]")(wrapped)
        if not names:
            wrapped = click.option(
                "--preset", type=click.Choice(list(PRESETS)), default="default",
                help="A named definition to start from.",
            )(wrapped)  # fmt: skip
        return wrapped

    return decorate


where_option = click.option(
    "--where", type=WhereType(), required=True, help="What is counted: country=CN, open=open, country=CN,open=open, ..."
)
top_option = click.option("--top", type=Integer(1), default=20, show_default=True, help="N.")
level_option = click.option(
    "--level", type=Number(0.5, 0.999), default=0.95, show_default=True, help="Level of published intervals."
)
between_by = click.option(
    "--by",
    type=click.Choice(["country", "developer", "openness", "open"]),
    default="country",
    show_default=True,
    help="What the groups are.",
)


def nothing(setting: Setting, sentence: str, empty: Any, columns: Sequence[str]) -> click.exceptions.Exit:
    """There is no answer: empty data, the sentence on stderr, exit code 1. To be raised."""
    if setting.is_json:
        output.write_json(empty, setting.format)
    elif setting.format == "csv":
        output.write([], columns, "csv")
    output.say(sentence)
    return click.exceptions.Exit(1)


def comparable(connection: duckdb.DuckDBPyConnection, board: str, what: str) -> None:
    """A board whose scores change their meaning with each edition is refused by name where scores are asked for."""
    board_info = known_board(connection, board)
    if board_info["editions_comparable"] is False:
        raise click.UsageError(
            f"{board}: its scores are not comparable across editions, so there is no {what}; shares are: tracker share"
        )


def scored(connection: duckdb.DuckDBPyConnection, board: str, day: date) -> Point | str:
    """The rows with a score of the newest point on or before a day, or the sentence that says why there are none."""
    from tracker.analysis.board_rows import point

    scored_rows = point(connection, board, day)
    return scored_rows if scored_rows and scored_rows.rows else missing(connection, board, day)


def share_words(figure: Figure) -> str:
    """4 of 20 (20.0%), with bounds where something is unknown."""
    if figure.high > figure.count:
        counts = f"{output.shown(figure.count)} to {output.shown(figure.high)}"
        return f"{counts} of {output.shown(figure.of)} ({figure.share:.1%} to {figure.share_high:.1%})"
    return f"{output.shown(figure.count)} of {output.shown(figure.of)} ({figure.share:.1%})"
