"""What a source declares about itself in `scrapers/sources/<name>.toml`: pages, boards, columns, expectations."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal, Self, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from scrapers.countries import ISO
from scrapers.errors import DeclarationError
from scrapers.model import Column
from scrapers.regular_files import parse_toml, read_regular_text

SOURCES = Path(__file__).parent / "sources"
_EVERY = re.compile(r"^([0-9]+(?:\.[0-9]+)?)\s*(s|m|h|d)$")
_TODO = re.compile(r'^\s*(?:(?P<key>[\w.-]+)\s*=\s*(?:"|.*#\s*)|#\s*)TODO\b')
_LONGEST = 10 * 366 * 86400  # seconds; the scheduler fails on intervals of thousands of years
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
Model = TypeVar("Model", bound=BaseModel)
Format = Literal["csv", "json", "yaml", "parquet", "markdown", "html", "other"]


class Declared(BaseModel):
    """A frozen declaration: an unknown key is an error."""

    # JSON has no infinity, and a range of scores may end there.
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="constants")


class PageSpec(Declared):
    """One address. `role` names the page; several boards may be read from it.

    `url_patterns` are patterns (fnmatch) of other live addresses of the same role: older ones, or those that carry a
    day. A page without an address is not fetched by itself; it is known by its pattern, for imports. `rows_under` is
    the key of a JSON object that holds the rows; where these are an object, too, `keyed_by` is the column that its
    keys become. Of several tables of a page, the first is read that has the columns of name and score, and those of
    `table_with`.
    """

    role: str
    address: str = ""
    url_patterns: tuple[str, ...] = ()
    format: Format = "other"
    rows_under: str = ""
    keyed_by: str = ""
    table_with: tuple[str, ...] = ()
    fetch_once: bool = False
    optional: bool = False

    @field_validator("address")
    @classmethod
    def http(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("an http(s) address is expected")
        if parts.port == 0:  # urlsplit itself refuses a port above 65535
            raise ValueError("Port out of range 1-65535")
        return value

    @model_validator(mode="after")
    def of_its_format(self) -> Self:
        for key, formats in (("rows_under", ("json",)), ("keyed_by", ("json",)), ("table_with", ("markdown", "html"))):
            if getattr(self, key) and self.format not in formats:
                raise ValueError(f"{key} is for the format {' or '.join(formats)}")
        return self


class Columns(Declared):
    """Which column holds what; several names where the board renamed it. name and score are required.

    `a.b` is the key b of the object that a row has under a, where no column is named so.
    """

    name: tuple[str, ...] = ()
    score: tuple[str, ...] = ()
    score_low: tuple[str, ...] = ()
    score_high: tuple[str, ...] = ()
    published_rank: tuple[str, ...] = ()
    votes: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    row_day: tuple[str, ...] = ()  # the day on which the row was added or measured, as the board prints it

    @field_validator("*", mode="before")
    @classmethod
    def one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


class Rows(Declared):
    """How many rows to expect, from a day on."""

    since: date = date.min
    min: Annotated[int, Field(ge=1)] = 1
    max: int = 100_000

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class Break(Declared):
    """A day on which a series stops being comparable: shares are not drawn across it."""

    day: date
    reason: str
    link: str


class Expectations(Declared):
    """What a snapshot must satisfy to be accepted."""

    rows: tuple[Rows, ...] = (Rows(),)
    landmarks: tuple[str, ...] = ()  # names as published; at least half of them must be there
    landmarks_since: date = date.min
    filled: Mapping[Column, date] = {}  # columns that hold values in some row, each from a day on
    may_vanish: tuple[
        Column, ...
    ] = ()  # columns that are no fault where the snapshot before had values and this has none
    score: tuple[float, float] = (float("-inf"), float("inf"))
    scored: bool = True  # false where a provider publishes ranks alone
    max_drop: Annotated[float, Field(gt=0, le=1)] = 0.25  # largest accepted loss of rows against the day before
    max_shift: Annotated[float, Field(gt=0)] | None = (
        None  # median change of common scores that makes a break suspected
    )

    @field_validator("rows", mode="before")
    @classmethod
    def one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, Mapping) else value

    def rows_on(self, day: date) -> Rows:
        """The row range in force on that day."""
        return max((rows for rows in self.rows if rows.since <= day), key=lambda rows: rows.since, default=Rows())


class Board(Declared):
    """One ranking with one metric, one direction and one adjustment (docs/methodology.md)."""

    page: Annotated[tuple[str, ...], Field(min_length=1)]  # roles that carry it, most trusted first
    title: str = ""
    quoted_as: tuple[str, ...] = ()  # names under which people quote it, besides its id and title
    operator: str = ""  # developer id where the operator ranks its own models, else a name
    operator_country: str = ""  # ISO 3166-1 alpha-2
    metric: str = ""
    unit: str = ""
    direction: Literal["higher", "lower"] = "higher"
    adjustment: str = "none"
    category: str = "overall"
    kind: Literal["public test", "private test", "human votes", "self-reported", "usage", ""] = ""
    editions_comparable: bool = True
    where: Mapping[str, str] = {}
    columns: Columns = Columns()
    expectations: Expectations = Expectations()
    breaks: tuple[Break, ...] = ()
    bridge_days: Annotated[int, Field(ge=0)] = 60  # a provider with a point this long ago is still present
    trust: tuple[str, ...] = ()  # sources that carry it, most trusted first; this source comes first if it is not named

    @field_validator("page", mode="before")
    @classmethod
    def one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("operator_country")
    @classmethod
    def country(cls, value: str) -> str:
        if value and value not in ISO:
            raise ValueError("an ISO 3166-1 alpha-2 code is expected, such as US")
        return value


class Source(Declared):
    """Where we fetch; may carry several boards. With `page_set`, its pages are read together, as sets."""

    name: str
    title: str
    publisher: str
    homepage: str
    licence: str
    # What of it may be passed on: `pages` (the bytes, too), `figures` (names, scores and ranks, which are facts),
    # `shares` (terms forbid more: what this program counts, alone). The page that says so is `licence_page`.
    redistribute: Literal["pages", "figures", "shares"] = "figures"
    licence_page: str = ""
    every: str = "1d"
    enabled: bool = True
    disabled_reason: str = ""
    facts: bool = False  # a feed of facts about models, which its module reads in `facts`
    key: str = ""  # environment variable that holds the key this source asks for
    key_header: str = ""  # the header that carries the key; Authorization carries it as a bearer token
    page_set: bool = False
    published_after: str = ""  # the words on the page that stand before its day
    # Whether a day that a page prints dates its rows (a date column, a dated file, an edition). A line such as "last
    # updated" does not: rows may change under it.
    dates_content: bool = True
    pages: tuple[PageSpec, ...] = ()
    boards: Mapping[str, Board] = {}
    _todo: DeclarationError | None = PrivateAttr(None)  # the first key of the file that is marked TODO

    @field_validator("every")
    @classmethod
    def often(cls, value: str) -> str:
        check_every(value)
        return value

    @model_validator(mode="after")
    def off_for_a_reason(self) -> Self:
        if not self.enabled and not self.disabled_reason:
            raise ValueError("disabled_reason must say why the source is off")
        return self

    @model_validator(mode="after")
    def says_who_says_so(self) -> Self:
        if self.redistribute != "figures" and not self.licence_page:
            raise ValueError(f'redistribute = "{self.redistribute}": licence_page must name the page that says so')
        return self

    @model_validator(mode="after")
    def line_dates_nothing(self) -> Self:
        if self.published_after and self.dates_content:
            raise ValueError("published_after is a line on the page, which dates no rows: dates_content = false")
        return self

    @property
    def module(self) -> ModuleType | None:
        """The Python module beside the TOML, if there is one."""
        if not (SOURCES / f"{self.name}.py").exists():
            return None
        return importlib.import_module(f"scrapers.sources.{self.name}")

    def refuse_unfinished(self) -> None:
        """DeclarationError where the file has a key that is still marked TODO."""
        if self._todo:
            raise self._todo

    def boards_of(self, role: str) -> Mapping[str, Board]:
        """The boards that the page of that role carries."""
        return {name: board for name, board in self.boards.items() if role in board.page}


def seconds(every: str) -> float:
    """Seconds of an interval such as 5s, 30m, 6h or 1d. ValueError where it is none."""
    match = _EVERY.match(every.strip())
    if not match or float(match[1]) <= 0:
        raise ValueError("an interval is expected: a number with s, m, h or d, such as 6h")
    if (length := float(match[1]) * _SECONDS[match[2]]) > _LONGEST:
        raise ValueError("an interval of at most ten years is expected, such as 6h")
    return length


def check_every(every: str) -> None:
    """ValueError unless it is an interval, or `cron` with the five fields of a cron expression."""
    if not every.startswith("cron "):
        seconds(every)
        return
    from apscheduler.triggers.cron import CronTrigger

    try:
        if not every.isascii():
            raise ValueError("ASCII digits are expected")
        CronTrigger.from_crontab(every.removeprefix("cron "), timezone="UTC")
    except ValueError as error:
        raise ValueError(f"a cron expression (minute hour day month weekday) is expected: {error}") from None


def validate(model: type[Model], value: object, file: str) -> Model:
    """`value` as `model`; DeclarationError names file, key and the first thing that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(top level)"
        if first["type"] == "extra_forbidden":
            known = ", ".join(sorted(model.model_fields))
            reason = f"unknown key; expected one of: {known}" if len(first["loc"]) == 1 else "unknown key"
        elif first["type"] == "missing":
            reason = "missing; it is required"
        else:
            reason = f"{first['msg'].removeprefix('Value error, ')}; found {first['input']!r:.80}"
        raise DeclarationError(file, key, reason) from None


def load_source(path: Path) -> Source:
    """One source TOML. A top-level `columns`, `expectations` or `defaults` applies to every board of the file."""
    source = _source(path, read_regular_text(path))
    roles = {page.role for page in source.pages}
    parsed = hasattr(source.module, "parse")
    for number, page in enumerate(source.pages):
        if page.format == "other" and not parsed:
            known = ", ".join(format_ for format_ in get_args(Format) if format_ != "other")
            reason = f"no {path.stem}.py reads it; expected one of: {known}; found 'other'"
            raise DeclarationError(str(path), f"pages.{number}.format", reason)
    for name, board in source.boards.items():
        missing = [role for role in board.page if role not in roles]
        if missing and not parsed:
            raise DeclarationError(str(path), f"boards.{name}.page", f"no page of role {missing[0]!r} is declared")
        if not parsed and not (board.columns.name and board.columns.score):
            raise DeclarationError(str(path), f"boards.{name}.columns", "name and score are required")
    return source


@functools.lru_cache(maxsize=256)  # a command loads the same file several times
def _source(path: Path, text: str) -> Source:
    raw = parse_toml(path, text)
    shared = {key: raw.pop(key) for key in ("columns", "expectations", "defaults") if key in raw}
    defaults = shared.pop("defaults", {})
    if not isinstance(defaults, dict):
        raise DeclarationError(str(path), "defaults", f"a table is expected; found {defaults!r:.60}")
    boards = raw.get("boards", {})
    if not isinstance(boards, dict):
        raise DeclarationError(str(path), "boards", f"a table of boards is expected; found {boards!r:.60}")
    for name, board in boards.items():
        if not isinstance(board, dict):
            raise DeclarationError(str(path), f"boards.{name}", f"a table is expected; found {board!r:.60}")
        boards[name] = {**shared, **defaults, **board}
    source = validate(Source, {"name": path.stem, **raw}, str(path))
    source._todo = _first_todo(path, text)
    return source


def _first_todo(path: Path, text: str) -> DeclarationError | None:
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+([^\[\]]+)\]", line):
            table = f"{header[1].strip()}."
        if todo := _TODO.match(line):
            key = f"{table}{todo['key']}" if todo["key"] else f"line {number}"
            return DeclarationError(str(path), key, "still marked TODO; mend it, and take the mark away")
    return None


def load_sources(folders: Sequence[Path] = (SOURCES,)) -> Mapping[str, Source]:
    """All declared sources by name, in order of name."""
    sources: dict[str, Source] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if path.stem in sources:
                raise DeclarationError(str(path), "", f"there is another source {path.stem!r}")
            sources[path.stem] = load_source(path)
    return dict(sorted(sources.items()))
