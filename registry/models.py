"""The rows of the registry, one model for each file: what is known, since when, and where it was read.

A file has the columns of its model, in this order, and a blank cell is an absent value. The description of a field says
what its cell must be, unless a validator says so in a ValueError; RegistryError makes a sentence of either.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from registry.country_names import COUNTRIES
from registry.names.parse import first_token


def _in_digits(cell: object) -> object:
    if isinstance(cell, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise ValueError("a day as YYYY-MM-DD")  # pydantic would take a bare number for seconds since 1970
    return cell


def _yes_or_no(cell: object) -> object:
    if isinstance(cell, str) and cell not in ("yes", "no"):
        raise ValueError("'yes', 'no' or nothing")  # pydantic would take on, 1 and the like
    return cell


def _first_tokens(cell: object) -> object:
    return tuple(map(first_token, cell.split())) if isinstance(cell, str) else cell


Text = Annotated[str, Field(description="a value")]
Day = Annotated[date | None, BeforeValidator(_in_digits), Field(description="a day of the calendar")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$", description="the http(s) address of the evidence")]
DayRead = Annotated[
    date, BeforeValidator(_in_digits), Field(description="the day of the calendar on which the evidence was read")
]


def _later(until: date | None, row: ValidationInfo) -> date | None:
    if until and (since := row.data.get("since")) and since >= until:
        raise ValueError("a day after `since`")
    return until


class Row(BaseModel):
    """A line of a file."""

    model_config = ConfigDict(frozen=True)


class Developer(Row):
    """One base of a developer: [since, until). A developer that moved has several."""

    developer: str = Field(pattern="^[a-z0-9][a-z0-9-]*$", description="a lower-case id")
    name: Text
    country: str = Field(description="an ISO 3166-1 alpha-2 code, or INT")
    subdivision: str | None = None
    since: Day = None
    until: Day = None
    evidence_url: Url
    evidence_day: DayRead
    note: str | None = None

    @field_validator("country")
    @classmethod
    def counted(cls, code: str) -> str:
        if code in ("HK", "MO"):
            raise ValueError("CN with the subdivision HK or MO")
        if code not in COUNTRIES:
            raise ValueError("an ISO 3166-1 alpha-2 code, or INT")
        return code

    _until_is_later = field_validator("until")(_later)


class DeveloperAlias(Row):
    """A name under which a developer is published."""

    alias: Text
    developer: Text
    evidence_url: Url
    evidence_day: DayRead


class Release(Row):
    """A published model. `weights` None is unknown, never no."""

    release: Text
    developer: Text
    released_on: Day = None
    weights: Annotated[bool | None, BeforeValidator(_yes_or_no)] = None
    weights_since: Day = None
    licence: str | None = None
    open_source: Annotated[bool, BeforeValidator(_yes_or_no)] = False
    base_model: str | None = None
    evidence_url: Url
    evidence_day: DayRead
    note: str | None = None

    @field_validator("weights_since", "open_source")
    @classmethod
    def of_weights(cls, value: date | bool | None, row: ValidationInfo) -> date | bool | None:
        if value and not row.data.get("weights"):
            raise ValueError("nothing, since `weights` is not yes")
        return value


class Alias(Row):
    """A published name that means a release, run as `variant`; an ambiguous one may mean several, joined by ` | `.

    A name that moves on (`deepseek-chat`) has several lines: each holds for rows of the days [since, until).
    """

    alias: Text
    release: Text
    variant: str = ""
    since: Day = None
    until: Day = None
    evidence_url: Url
    evidence_day: DayRead

    _until_is_later = field_validator("until")(_later)

    @property
    def releases(self) -> tuple[str, ...]:
        """The one that is meant, or all that may be."""
        return tuple(self.release.split(" | "))


class Licence(Row):
    """What a published licence is, and its terms."""

    published: Text
    licence: str = ""
    terms: Literal["permissive", "restricted", "proprietary", "unknown"] = Field(
        description="'permissive', 'restricted', 'proprietary' or 'unknown'"
    )
    evidence_url: Url
    evidence_day: DayRead


class Family(Row):
    """A token that names a developer's family of models; `exceptions` are tokens beside which it does not."""

    token: Text
    developer: Text
    exceptions: Annotated[tuple[str, ...], BeforeValidator(_first_tokens)] = ()
    evidence_url: Url
    evidence_day: DayRead
    note: str | None = None
