"""Which registered release a parsed name means, without regard to the board's other columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from registry.load import AsOf, Entry, Registry
from registry.names.date_suffix import near, same_stamp
from registry.names.parse import Interpretation, ModelName

if TYPE_CHECKING:
    from registry.models import Alias, Release

# A dated name means the undated release if the two days are close: claude-opus-4-5-20251101 came out on
# 2025-11-24. Beyond a month it is more often the next checkpoint (kimi-k2-0905 after kimi-k2 of July).
STAMP_DAYS = 31
_TIERS = frozenset(("max", "ultra", "medium"))


@dataclass(frozen=True, slots=True)
class ReleaseMatch:
    """The answer: `how` is id, exact, normalised, parsed, or unresolved (then release is None).

    `candidates`: the releases that an ambiguous name may mean; none of them is chosen.
    """

    release: Release | None
    variant: str
    how: str
    step: str
    candidates: tuple[str, ...] = ()


def find_release(name: ModelName, published: str, registry: Registry, as_of: AsOf) -> ReleaseMatch:
    """Tries, in order: id, alias as published, alias normalised, the parts of the name. Never by similarity."""
    if published in registry.releases:
        release = registry.releases[published]
        return ReleaseMatch(release, "", "id", f"{published!r} is the id of a release ({release.evidence_url})")
    for text in dict.fromkeys((published, name.text)):
        if alias := registry.alias(text, as_of):
            return _by_alias(text, alias, registry)
    if name.prefix and not registry.developer(name.prefix):
        step = f"{name.text!r} is published under {name.prefix!r}, whom nobody has reviewed"
        return ReleaseMatch(None, name.variant, "unresolved", step)
    match = _by_parts(name, registry, as_of) or _by_short_name(name, registry) or _despite_prefix(name, registry, as_of)
    return match or ReleaseMatch(None, name.variant, "unresolved", f"no release of the registry is named {name.text!r}")


def _despite_prefix(name: ModelName, registry: Registry, as_of: AsOf) -> ReleaseMatch | None:
    """The release of another developer than the prefix names: openai/Qwen2.5-Coder-32B-Instruct is Alibaba's."""
    match = _by_parts(replace(name, prefix=None), registry, as_of, reworded=False) if name.prefix else None
    return match and replace(match, step=f"{match.step}, which outweighs the prefix {name.prefix!r}")


def _by_parts(name: ModelName, registry: Registry, as_of: AsOf, *, reworded: bool = True) -> ReleaseMatch | None:
    """By the words of the name, the whole first. `reworded`: also with or without its developer's word."""
    for place, interpretation in enumerate(name.interpretations):
        if _is_pointer(name, interpretation):
            continue
        asked = _asked(name, interpretation, registry, as_of)
        for entries, wording in asked if reworded else asked[:1]:
            entry, why = _choose(entries, name, interpretation, registry)
            if entry and not _is_tier(name, interpretation, entry, registry):
                how = "normalised" if place == 0 and wording == "" and not why else "parsed"
                run = "-".join(filter(None, [entry.variant, interpretation.variant]))
                if entry.candidates:
                    return _ambiguous(entry.published, entry.candidates, run, entry.evidence_url)
                words = " ".join(filter(None, [*interpretation.tokens, name.stamp]))
                meant = f"{entry.published!r}, {entry.release.release}{_days(entry)} ({entry.evidence_url})"
                step = f"{how}: {words!r}{wording}{why} is {meant}"
                return ReleaseMatch(entry.release, run, how, step)
    return None


def _is_pointer(name: ModelName, interpretation: Interpretation) -> bool:
    """Whether no version is left without `latest`: `codestral-latest` is the newest Codestral, not the first."""
    versioned = any(re.search(r"[0-9]", token) for token in interpretation.tokens)
    return "latest" in name.tokens and "latest" not in interpretation.tokens and not versioned


def _is_tier(name: ModelName, interpretation: Interpretation, entry: Entry, registry: Registry) -> bool:
    """Whether a word is left out that may name another model: qwen3.8-max is not an effort of Qwen3.8."""
    left_out = name.left_out(interpretation)
    if "effort" in left_out:
        return False
    return any(not registry.vocabulary.is_effort(entry.release.developer, word) for word in _TIERS & set(left_out))


def _by_short_name(name: ModelName, registry: Registry) -> ReleaseMatch | None:
    """The only published weights whose name differs by tuning or day alone; ambiguous where several differ in tuning.

    Hosted models need their whole name: gpt-5.1 is not gpt-5.1-chat, and codestral is none of its dated versions. A
    hosted model or a thinking sibling of the same short name prevents a match. A day in the name must be the release's.
    """
    maker = registry.developer(name.prefix) if name.prefix else None
    for interpretation in name.interpretations:
        if "thinking" in interpretation.variant or _is_pointer(name, interpretation):
            break
        entries = [e for t in ((), ("thinking",)) for e in registry.called_shortly((*interpretation.tokens, *t))]
        entries = [e for e in entries if not name.stamp or same_stamp(e.stamp, name.stamp)]
        entries = [e for e in entries if maker is None or e.release.developer == maker.developer]
        if not entries or any(_is_tier(name, interpretation, e, registry) for e in entries):
            continue
        words, first = " ".join(interpretation.tokens), entries[0]
        meant = tuple(sorted({r for e in entries for r in e.candidates or (e.release.release,)}))
        if not all(e.release.weights for e in entries):
            return None
        if len(meant) == 1 and name.stamp:
            return None  # beside a day, tuning is part of the name
        if len(meant) == 1:
            step = f"parsed: of all releases only {meant[0]} is called {words!r}, its tuning or day left out"
            return ReleaseMatch(first.release, interpretation.variant, "parsed", f"{step} ({first.evidence_url})")
        of_one_day = len({e.stamp for e in entries}) == 1
        return _ambiguous(words, meant, interpretation.variant, first.evidence_url) if of_one_day else None
    return None


def _by_alias(text: str, alias: Alias, registry: Registry) -> ReleaseMatch:
    if len(alias.releases) > 1:
        return _ambiguous(text, alias.releases, alias.variant, alias.evidence_url)
    step = f"alias {text!r} means {alias.release}{_days(alias)} ({alias.evidence_url})"
    return ReleaseMatch(registry.releases[alias.release], alias.variant, "exact", step)


def _days(line: Alias | Entry) -> str:
    since, until = f" since {line.since}" if line.since else "", f" until {line.until}" if line.until else ""
    return since + until


def _ambiguous(published: str, candidates: tuple[str, ...], variant: str, evidence_url: str) -> ReleaseMatch:
    step = f"ambiguous: {published!r} may mean {' or '.join(candidates)} ({evidence_url})"
    return ReleaseMatch(None, variant, "unresolved", step, candidates)


def _asked(
    name: ModelName, interpretation: Interpretation, registry: Registry, as_of: AsOf
) -> list[tuple[list[Entry], str]]:
    tokens = interpretation.tokens
    asked = [(registry.entries(name, tokens, as_of), "")]
    asked.append((registry.entries(name, tokens, as_of, reworded=True), " with its developer's word"))
    for maker, rest in registry.without_maker(tokens):
        own = [e for e in registry.entries(name, rest, as_of) if e.release.developer == maker]
        asked.append((own, f" without {maker}'s word"))
    for maker, rest in registry.maker_last(tokens):
        own = [e for e in registry.entries(name, rest, as_of) if e.release.developer == maker]
        asked.append((own, f" without {maker}'s word behind it"))
    if name.prefix and (alias := registry.developer(name.prefix)):
        for words in registry.rewordings(name, interpretation, alias.developer):
            own = [e for e in registry.entries(name, words, as_of) if e.release.developer == alias.developer]
            asked.append((own, f" with the prefix {name.prefix!r}"))
    return asked


def _choose(
    entries: list[Entry], name: ModelName, interpretation: Interpretation, registry: Registry
) -> tuple[Entry | None, str]:
    """The entry that the name's prefix and day stamp allow, and a note for the step; None if several remain."""
    maker = registry.developer(name.prefix) if name.prefix else None
    if maker:
        entries = [e for e in entries if e.release.developer == maker.developer]
    # entries of exactly these tokens come before those that differ in `instruct`
    tokens = tuple(sorted(interpretation.tokens))
    for group in ([e for e in entries if e.tokens == tokens], entries):
        dated = [e for e in group if same_stamp(e.stamp, name.stamp)]
        nearby = [e for e in group if _released_near(e, name.stamp)]
        for allowed, why in ((dated, ""), (nearby, f", stamp {name.stamp}")):
            if allowed:
                return _only(allowed), why
    return None, ""


def _only(entries: list[Entry]) -> Entry | None:
    """The entry of the only release among them; of several releases, the one whose id is the name.

    A name that is registered as ambiguous stays ambiguous.
    """
    if several := [e for e in entries if e.candidates]:
        return several[0]
    if len({e.release.release for e in entries}) > 1:
        entries = [e for e in entries if e.published == e.release.release]
    if len({e.release.release for e in entries}) != 1:
        return None
    # an entry without variant comes first
    return min(entries, key=lambda e: (e.variant, e.published))


def _released_near(entry: Entry, stamp: str) -> bool:
    day = entry.release.released_on
    return bool(stamp) and not entry.stamp and day is not None and near(stamp, day, STAMP_DAYS)
