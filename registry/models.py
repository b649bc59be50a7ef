"""The rows of the registry: what is known, since when, and where it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

TERMS = ("permissive", "restricted", "proprietary", "unknown")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read, and on which day."""

    url: str
    day: date


@dataclass(frozen=True, slots=True)
class Developer:
    """One base of a developer: [since, until). A developer that moved has several."""

    developer: str
    name: str
    country: str
    subdivision: str | None
    since: date | None
    until: date | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class DeveloperAlias:
    """A name under which a developer is published."""

    alias: str
    developer: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Release:
    """A published model. `weights` None is unknown, never no."""

    release: str
    developer: str
    released_on: date | None
    weights: bool | None
    weights_since: date | None
    licence: str | None
    open_source: bool
    base_model: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Alias:
    """A published name that means a release, run as `variant`.

    `candidates`: every release that an ambiguous name may mean; `release` is then the first of them.
    """

    alias: str
    release: str
    variant: str
    evidence: Evidence
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Licence:
    """What a published licence is, and its terms (one of TERMS)."""

    published: str
    licence: str
    terms: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Family:
    """A token that names a developer's family of models; `exceptions` are tokens beside which it does not."""

    token: str
    developer: str
    exceptions: tuple[str, ...]
    evidence: Evidence
