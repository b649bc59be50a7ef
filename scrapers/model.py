"""What flows from a page to the database. Entries hold what the board published, nothing interpreted.

A source module has two pure functions (either may be left out where a TOML says enough). They run in a process of their
own, within limits, and more than once with the same pages:

    def pages(source: Source) -> Generator[Request, bytes | None, None]   which pages; receives each body
    def parse(pages: Pages) -> Iterable[Snapshot]                         bytes in, rows out

`pages` receives None for a page that could not be fetched. A source of several pages (`page_set = true`) has a third:

    def sets(pages: Pages) -> Iterable[Pages]                             which of these are read together

`sets` gets the newest good version of every page and groups them; `parse` is called once for each set, and once for
each page that is in no set. If a set lacks a page, `parse` raises an error that names the page. Which versions are good
is said by a fourth, so that a page that is not what it should be never stands in the place of an older good one:

    def check(page: Page) -> None                              PageError where the page alone shows that it is wrong

A feed of metadata has no boards. Its `parse` checks the page and returns no snapshot; a further function returns what
the page states of models, which is stored as statements:

    def facts(pages: Pages) -> Iterable[Fact]                             only of pages that `parse` accepted
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

import orjson

from scrapers.errors import PageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One page to fetch. `role` says which page of the source it is."""

    role: str
    address: str
    method: str = "GET"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    credential: tuple[str, str] | None = field(default=None, repr=False)  # the header with a key, which nothing shows
    optional: bool = False  # a 404 is not a problem as long as the page never existed
    fetch_once: bool = False  # not asked again once an accepted copy is in the archive
    fallback: bool = False  # when it fails, `pages` receives the last archived body

    @property
    def key(self) -> tuple[str, str, str]:
        """What validators and earlier captures belong to: (method, address, sha256 of the body)."""
        return self.method, self.address, hashlib.sha256(self.body).hexdigest() if self.body else ""


@dataclass(frozen=True, slots=True)
class Page:
    """A body as it was sent, without compression of the transfer."""

    role: str
    address: str
    body: bytes


class Pages(Sequence[Page]):
    """The pages that are read together: a single one for most sources, a set for sources of several pages."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = tuple(pages)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self._pages[index]

    def __len__(self) -> int:
        return len(self._pages)

    def all(self, role: str) -> Iterator[Page]:
        """Every page of that role, in the order of their addresses."""
        return iter(sorted((page for page in self._pages if page.role == role), key=lambda page: page.address))

    def one(self, role: str) -> Page:
        """The page of that role; PageError names it where the set lacks it."""
        pages = list(self.all(role))
        if len(pages) != 1:
            raise PageError(f"{len(pages)} pages of role {role!r} where one is needed")
        return pages[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row as published. Absent is None; score in the unit of the board, as the source gives it."""

    name: str
    score: float | None
    score_low: float | None = None
    score_high: float | None = None
    published_rank: float | None = None
    votes: float | None = None
    organization: str | None = None
    licence: str | None = None
    country: str | None = None
    openness: str | None = None  # "open" or "closed" where the board has a flag
    models: tuple[str, ...] = field(default=())  # where the row names its models apart from its own name
    released_on: date | None = None  # the model's release, where the board publishes it

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise PageError("a row has no name")
        if self.score is not None and not math.isfinite(self.score):
            raise PageError(f"the score of {self.name!r} is {self.score}")
        low, high = self.score_low, self.score_high
        known = [bound for bound in (low, self.score, high) if bound is not None]
        if self.score is not None and known != sorted(known):  # two columns were swapped
            raise PageError(f"the score of {self.name!r} is {self.score}, outside its interval from {low} to {high}")


@dataclass(frozen=True, slots=True)
class Fact:
    """What a feed says of a model: `property` is one of PROPERTIES, `value` as published.

    Weights are `yes` or `no`; of several developers or countries the value names all, in published order.
    """

    name: str
    property: str
    value: str


PROPERTIES = ("developer", "country", "weights", "licence", "released_on")


# The columns that a page may lack, in the order of Snapshot.filled.
Column = Literal[
    "score_low",
    "score_high",
    "published_rank",
    "votes",
    "organization",
    "licence",
    "country",
    "openness",
    "released_on",
]
COLUMNS: tuple[Column, ...] = get_args(Column)
SAMPLE = 128  # names of a snapshot that are kept to compare it with another one


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One board as one page published it. `published_on` is the board's own day (UTC), None if it has none."""

    board: str
    edition: str | None
    published_on: date | None
    entries: tuple[Entry, ...]
    newest_row: date | None = None  # the newest of the days that the page prints beside its rows; no part of the id

    def rows(self) -> list[tuple[object, ...]]:
        """The entries as published, each as its field values."""
        return [
            (e.name, e.score, e.score_low, e.score_high, e.published_rank, e.votes,
             e.organization, e.licence, e.country, e.openness, e.models, e.released_on)
            for e in self.entries
        ]  # fmt: skip

    def canonical(self) -> tuple[tuple[object, ...], ...]:
        """The rows in an order that depends on their content alone."""
        return tuple(sorted(self.rows(), key=lambda row: tuple((cell is not None, cell) for cell in row)))

    def id(self) -> str:
        """sha256 over board, published day and canonical rows: no clock, no edition, no source."""
        return self._digest(self.published_on.isoformat() if self.published_on else None)

    def content(self) -> str:
        """sha256 over board and canonical rows: the same under whatever day the page stood."""
        return self._digest(None)

    def _digest(self, day: str | None) -> str:
        # `released_on` is hashed only for rows that have it, so that the ids of other snapshots stay the same.
        rows = [row if row[-1] else row[:-1] for row in self.canonical()]
        return hashlib.sha256(orjson.dumps([self.board, day, rows])).hexdigest()

    def filled(self) -> list[int]:
        """How many rows have a value in each of COLUMNS."""
        return [sum(getattr(entry, column) is not None for entry in self.entries) for column in COLUMNS]

    def name_sample(self) -> list[int]:
        """The SAMPLE smallest hashes of its names, in order: of any two snapshots the same names are in the sample.

        The order of the words of a name and the signs between them do not count: boards change both.
        """
        words = (" ".join(sorted(re.findall(r"[^\W_]+", entry.name.casefold()))) for entry in self.entries)
        hashes = {int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) for name in words}
        return sorted(hashes)[:SAMPLE]
