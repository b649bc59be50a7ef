"""Options that commands share, and what they become."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker import clock as clocks
from tracker.clock import Clock
from tracker.output import Format

if TYPE_CHECKING:
    import duckdb

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

    def __init__(self, config: Path | None, data: Path | None, now: str | None, format_: Format) -> None:
        self._config, self._data, self.format = config, data, format_
        self.clock: Clock = clocks.clock(now)

    @functools.cached_property
    def config(self) -> Config:
        """The whole configuration; loads pydantic and the source declarations."""
        from tracker.config import load

        return load(self._config, self._data)

    @property
    def today(self) -> date:
        """The UTC day of the clock."""
        return clocks.today(self.clock)

    @contextmanager
    def database(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The published database, read-only; NothingPublished where there is none yet."""
        from storage.database import connect, published

        connection = connect(published(self.config.data), read_only=True)
        try:
            yield connection
        finally:
            connection.close()


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --config, --data, --now and --format; the command receives a Setting first."""

    @click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration file [config.toml].")
    @click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Data directory [as configured].")
    @click.option("--now", type=Moment(), envvar="TRACKER_NOW", help="Act as if it were this day or time (UTC).")
    @click.option(
        "--format", "format_", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True
    )
    @functools.wraps(command)
    def wrapped(config: Path | None, data: Path | None, now: str | None, format_: Format, **rest: Any) -> Any:
        return command(Setting(config, data, now, format_), **rest)

    return wrapped


as_of = click.option("--as-of", type=Day(), help="The newest snapshot on or before this day [today].")
