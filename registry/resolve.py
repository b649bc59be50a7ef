"""What is known of a row, from its published cells and the registry. A pure function that records its steps.

Trust, in this order: the reviewed registry, the board's own columns, and for the developer only a reviewed family whose
words are all that the name has, or a developer published before the name. What none of them states stays unknown.
Country is the developer's on the release's day and is never that of a base model, host or uploader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from registry.developer import find_developer, identity
from registry.load import AsOf, Registry
from registry.names.parse import ModelName, parse_name
from registry.openness import UNKNOWN, Span, agreed, combined, of_columns, of_each, of_release
from registry.release import ReleaseMatch, find_release

# Words that occur in names of models, not of scaffolds. A part of a row that has none of them and no number, and is
# unknown to the registry, is taken for a scaffold (`OpenHands + Claude 4 Sonnet`).
_MODEL_WORDS = frozenset(
    ("alpha", "beta", "preview", "mini", "nano", "large", "small", "medium", "flash", "pro", "coder", "exp")
)
# From the most trusted to the least.
_WAYS = ("id", "exact", "normalised", "parsed", "registry", "organisation", "prefix", "family", "unresolved")


@dataclass(frozen=True, slots=True)
class PublishedName:
    """A row as the board publishes it. `models`: the models, where the source names them apart from the row.

    `openness`: the board's yes/no column as 'open' or 'closed', None where it has none.
    """

    name: str
    models: tuple[str, ...] = ()
    organization: str | None = None
    licence: str | None = None
    country: str | None = None
    openness: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is known of a row. None is unknown; `mixed` where the models of the row differ.

    `variant` is how the model was run; of several models it names the model it belongs to: `high (openai/o3)`.
    `release_how`: id, exact, normalised, parsed, unresolved. `developer_how`: registry, organisation, prefix,
    family, unresolved. `openness` begins with a span since None. `identity` is the release, or the parsed
    name in its place. `steps` lists what was looked up and the evidence for each answer. `candidates` are the
    releases that an ambiguous name may mean.
    """

    release: str | None
    variant: str
    release_how: str
    developer: str | None
    developer_how: str
    country: str | None
    subdivision: str | None
    released_on: date | None
    licence: str | None
    terms: str
    openness: tuple[Span, ...]
    identity: str
    steps: tuple[str, ...]
    candidates: tuple[str, ...] = ()


def meanings(published: PublishedName, registry: Registry) -> list[tuple[date, date, Resolved]]:
    """(since, until, what a row of the days [since, until) resolves to), over all days: one, unless a name moves on."""
    spans: list[tuple[date, date, Resolved]] = []
    day = date.min
    while day < date.max:
        as_of = AsOf(day)
        resolved = resolve(published, registry, as_of)
        until = min((other for other in as_of.compared if other > day), default=date.max)
        since = spans.pop()[0] if spans and spans[-1][2] == resolved else day
        spans.append((since, until, resolved))
        day = until
    return spans


def resolve(published: PublishedName, registry: Registry, as_of: AsOf | None = None) -> Resolved:
    """Resolves a row of a day, by default of the last of all days.

    Several models are resolved one by one; the result holds what they share.
    """
    as_of = as_of or AsOf()
    named = published.models or (published.name,)
    results: list[tuple[ModelName, str]] = []
    if not published.models and (registry.alias(published.name, as_of) or published.name in registry.releases):
        results = [(model, published.name) for model in parse_name(published.name)[:1]]
    else:
        for text in named:
            models = parse_name(text)
            results += [(model, text if len(models) == 1 else model.text) for model in models]
    if not results:
        return _resolve_one(None, published.name, published, registry, as_of)
    if len(results) == 1:
        return _resolve_one(*results[0], published, registry, as_of)
    # the columns describe the row as a whole, so they are not applied to a single model of it
    bare = PublishedName(published.name)
    rows = [(_resolve_one(model, text, bare, registry, as_of), model) for model, text in results]
    kept = rows if published.models else _without_scaffolds(rows)
    scaffolds = [model.text for row, model in rows if (row, model) not in kept]
    notes = tuple(f"{text!r} is taken for a scaffold" for text in scaffolds)
    return _joined([row for row, _ in kept], notes)


def _without_scaffolds(rows: list[tuple[Resolved, ModelName]]) -> list[tuple[Resolved, ModelName]]:
    def may_be_model(row: Resolved, model: ModelName) -> bool:
        numbered = any(re.match(r"[0-9]", t) for t in model.tokens) or bool(model.stamp)
        return row.developer is not None or numbered or bool(_MODEL_WORDS & set(model.tokens))

    kept = [(row, model) for row, model in rows if may_be_model(row, model)]
    return kept if any(row.developer for row, _ in kept) else rows


def _resolve_one(
    model: ModelName | None, text: str, published: PublishedName, registry: Registry, as_of: AsOf
) -> Resolved:
    steps: list[str] = []
    if model is None:
        result = ReleaseMatch(None, "", "unresolved", f"{text!r} names no model")
    else:
        result = find_release(model, text, registry, as_of)
    steps.append(result.step)
    release = result.release
    developer: str | None
    if release:
        developer, developer_how = release.developer, "registry"
    elif result.candidates and len(makers := {registry.releases[c].developer for c in result.candidates}) == 1:
        developer, developer_how = makers.pop(), "registry"
        steps.append(f"each of them is {developer}'s")
    else:
        maker = find_developer(model, published.organization, registry)
        developer, developer_how = maker.developer, maker.how
        steps.append(maker.step)
    released_on = release.released_on if release else None
    country, subdivision = _country(developer, released_on, published, registry, steps)
    licence = release.licence if release else None
    terms = "proprietary" if release and release.weights is False else registry.terms(licence)
    spans = of_release(release, registry) if release else UNKNOWN
    if release and spans != UNKNOWN:
        steps.append(f"openness by the registry: {'; '.join(_describe(s) for s in spans)} ({release.evidence_url})")
    elif (shared := of_each(result.candidates, registry)) != UNKNOWN:
        spans = shared
        steps.append(f"each of them is {'; '.join(_describe(s) for s in spans)}")
    else:
        spans, step = of_columns(published.licence, published.openness, registry)
        row = registry.licence(published.licence) if published.licence else None
        licence, terms = licence or (row.licence or None if row else None), row.terms if row else terms
        steps.append(step)
    return Resolved(
        release=release.release if release else None,
        variant=result.variant,
        release_how=result.how,
        developer=developer,
        developer_how=developer_how,
        country=country,
        subdivision=subdivision,
        released_on=released_on,
        licence=licence,
        terms=terms,
        openness=spans,
        identity=release.release if release else (identity(model, registry) if model else ""),
        steps=tuple(steps),
        candidates=result.candidates,
    )


def _describe(span: Span) -> str:
    return f"{span.value}{f' since {span.since}' if span.since else ''} ({span.how})"


def _country(
    developer: str | None, released_on: date | None, published: PublishedName, registry: Registry, steps: list[str]
) -> tuple[str | None, str | None]:
    if developer:
        if base := registry.base_on(developer, released_on):
            steps.append(f"{developer} is based in {base.country} ({base.evidence_url})")
            return base.country, base.subdivision
        steps.append(f"{developer} has moved, and the day of release is not known: country unknown")
        return None, None
    if published.country and (code := country_code(published.country)):
        steps.append(f"the board's country {published.country!r} is {code}")
        return ("CN", code) if code in ("HK", "MO") else (code, None)
    return None, None


def country_code(published: str) -> str | None:
    """ISO 3166-1 alpha-2 of a published country, exactly named; None for several or none."""
    import pycountry

    text = re.sub(r"^(.+) \((.+)\)$", r"\1, \2", published.strip())  # Korea (Republic of)
    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        return None


def _joined(rows: list[Resolved], notes: tuple[str, ...]) -> Resolved:
    if len(rows) == 1:
        return replace(rows[0], steps=(*notes, *rows[0].steps))

    def shared(values: list[str | None]) -> str | None:
        return agreed([v or "unknown" for v in values], "unknown").replace("unknown", "") or None

    def least(hows: list[str]) -> str:
        return max(hows, key=_WAYS.index)

    releases = [row.release for row in rows]
    return Resolved(
        release=None if None in releases else " + ".join(str(r) for r in dict.fromkeys(releases)),
        variant=" + ".join(f"{row.variant} ({row.identity})" for row in rows if row.variant),
        release_how=least([row.release_how for row in rows]),
        developer=shared([row.developer for row in rows]),
        developer_how=least([row.developer_how for row in rows]),
        country=shared([row.country for row in rows]),
        subdivision=shared([row.subdivision for row in rows]),
        released_on=max(d) if len(d := [r.released_on for r in rows if r.released_on]) == len(rows) else None,
        licence=shared([row.licence for row in rows]),
        terms=agreed([row.terms for row in rows], "unknown"),
        openness=combined([row.openness for row in rows]),
        identity=" + ".join(dict.fromkeys(row.identity for row in rows)),
        steps=(*notes, *(step for row in rows for step in row.steps)),
    )


def suggest(name: str, registry: Registry, limit: int = 5) -> list[tuple[str, str, float]]:
    """(registered name, release, likeness 0 to 100) of the most similar names, each release once; for a person only."""
    from rapidfuzz import fuzz, process

    names = {alias.alias: alias.releases[0] for alias in registry.aliases}
    names |= {release: release for release in registry.releases}
    models = parse_name(name)
    asked = models[0].base if models else name
    matches = process.extract(asked, list(names), scorer=fuzz.WRatio, processor=str.casefold, limit=4 * limit)
    best: dict[str, tuple[str, str, float]] = {}
    for text, score, _ in matches:
        best.setdefault(names[text], (text, names[text], round(score, 1)))
    return list(best.values())[:limit]
