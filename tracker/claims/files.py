"""Claims: a sentence with a board, a day, an N, a unit and counts, as a TOML file holds them (docs/claims.md)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from registry.country_names import one_country
from scrapers.errors import DeclarationError
from scrapers.regular_files import read_toml
from scrapers.spec import Declared, validate
from storage.origins import Origin

SHIPPED = Path(__file__).parent.parent / "claims.toml"
Unit = Literal["entry", "release", "developer"]


class Count(Declared):
    """How many of the top N are of that country, and have their weights published (`open`) or not."""

    country: str | None = None
    open: bool | None = None
    count: Annotated[int, Field(ge=0, le=100_000)]

    @field_validator("country")
    @classmethod
    def code(cls, value: str | None) -> str | None:
        """`China` and `Chinese` are `CN`."""
        return None if value is None else one_country(value)

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.country is None and self.open is None:
            raise ValueError("a count is of a country, of open (true or false), or of both")
        return self

    def words(self) -> str:
        """`CN and open`."""
        openness = {True: "open", False: "closed", None: ""}[self.open]
        return " and ".join(filter(None, [self.country or "", openness]))


class Claim(Declared):
    """What is claimed. The counts must hold together.

    `board` carries the headline; each of `other_boards` has its own verdict beside it. `origin` is the least that the
    page must be: with `origin = "fetched"` a claim is not judged by a copy.
    """

    id: str
    text: str
    board: str
    day: date
    top: Annotated[int, Field(ge=1, le=100_000)]
    unit: Unit = "entry"
    counts: Annotated[tuple[Count, ...], Field(min_length=1, max_length=12)]
    other_boards: Annotated[tuple[str, ...], Field(max_length=40)] = ()
    origin: Origin | None = None

    @model_validator(mode="after")
    def boards_once(self) -> Self:
        named = (self.board, *self.other_boards)
        if len(set(named)) != len(named):
            raise ValueError(f"a board is named twice: {', '.join(named)}")
        return self


class _Claims(Declared):
    claims: tuple[Claim, ...]


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims of a TOML file; DeclarationError names the key that is wrong."""
    claims = validate(_Claims, read_toml(path), str(path)).claims
    for number, claim in enumerate(claims):
        if claim.id in {before.id for before in claims[:number]}:
            raise DeclarationError(str(path), f"claims.{number}.id", f"there is another claim {claim.id!r}")
    return claims
