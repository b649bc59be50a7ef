"""How open a model is, and since when: levels from facts (weights, since, licence), never from a family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from registry.load import Registry

if TYPE_CHECKING:
    from registry.models import Release

LEVELS = ("open_source", "open_weights", "restricted_weights", "proprietary", "unknown")


@dataclass(frozen=True, slots=True)
class Span:
    """The level from `since` on (None: from the beginning); `value` may also be `mixed`. `how` names the basis."""

    since: date | None
    value: str
    how: str


UNKNOWN = (Span(None, "unknown", "unresolved"),)


def of_release(release: Release, registry: Registry) -> tuple[Span, ...]:
    """Openness of a registered release; unknown where its row does not say whether weights are published."""
    if release.weights is None:
        return UNKNOWN
    if not release.weights:
        return (Span(None, "proprietary", "registry"),)
    level = "open_weights" if registry.terms(release.licence) == "permissive" else "restricted_weights"
    if release.open_source:
        level = "open_source"
    since = release.weights_since
    if since is None:
        return (Span(None, level, "assumed"),)
    if release.released_on is not None and since > release.released_on:
        return (Span(None, "proprietary", "registry"), Span(since, level, "registry"))
    return (Span(None, level, "registry"),)


def of_each(releases: tuple[str, ...], registry: Registry) -> tuple[Span, ...]:
    """The level that all releases of an ambiguous name have at all times; unknown if they differ."""
    levels = {span.value for release in releases for span in of_release(registry.releases[release], registry)}
    known = len(levels) == 1 and "unknown" not in levels
    return (Span(None, levels.pop(), "every candidate"),) if known else UNKNOWN


def of_columns(licence: str | None, flag: str | None, registry: Registry) -> tuple[tuple[Span, ...], str]:
    """(openness by the board's own columns, the step that says why).

    A licence that the table lists decides. An `open` flag without one means that weights are published under
    unknown terms: restricted_weights, on the basis `terms unknown`. An unlisted licence without a flag gives `unknown`.
    """
    row = registry.licence(licence) if licence else None
    terms = row.terms if row else "unknown"
    by_terms = {
        "permissive": "open_weights",
        "restricted": "restricted_weights",
        "proprietary": "proprietary",
    }
    if row and terms in by_terms:
        level = by_terms[terms]
        against = " against its openness column" if flag and (flag == "closed") != (level == "proprietary") else ""
        step = f"the board's licence {licence!r} is {terms}{against} ({row.evidence_url})"
        return (Span(None, level, "licence column"),), step
    if flag == "closed":
        return (Span(None, "proprietary", "openness column"),), "the board's openness column says closed"
    if flag == "open":
        reason = f"licence {licence!r} is not in the table" if licence else "no licence published"
        return (
            (Span(None, "restricted_weights", "terms unknown"),),
            f"the board's openness column says open; {reason}: weights published, terms unknown",
        )
    return (
        UNKNOWN,
        f"the board's licence {licence!r} is not in the table" if licence else "no column says how open",
    )


def level_on(spans: tuple[Span, ...], day: date | None) -> str:
    """The level on a day; without a day the newest."""
    value = spans[0].value
    for span in spans:
        if span.since is None or day is None or span.since <= day:
            value = span.value
    return value


def combined(rows: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    """Openness of a row of several models: a level where all agree, `mixed` where two known levels differ."""
    days: list[date | None] = [None, *sorted({s.since for spans in rows for s in spans if s.since})]
    spans: list[Span] = []
    for day in days:
        values = [level_on(spans_of, day or date.min) for spans_of in rows]
        value = agreed(values, "unknown")
        if not spans or spans[-1].value != value:
            how = " + ".join(dict.fromkeys(span.how for spans_of in rows for span in spans_of))
            spans.append(Span(day, value, how))
    return tuple(spans)


def agreed(values: list[str], unknown: str) -> str:
    """The value that all share; `mixed` where two known ones differ; else unknown."""
    known = {v for v in values if v != unknown}
    if len(known) > 1 or "mixed" in known:
        return "mixed"
    return known.pop() if known and unknown not in values else unknown
