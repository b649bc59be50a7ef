"""Who made a model that no registered release names: organisation column, prefix, family, in that order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from registry.load import Registry
from registry.names.parse import ModelName, first_token
from registry.names.prefix import ROUTES
from registry.names.tokens import core_of

_NO_ONE = frozenset(("", "-", "unknown", "n/a", "na", "none", "null", "other", "others", "anonymous", "未知"))


@dataclass(frozen=True, slots=True)
class Maker:
    """The answer: a developer id or None, how (organisation, prefix, family, unresolved), and why."""

    developer: str | None
    how: str
    step: str


def find_developer(model: ModelName | None, organization: str | None, registry: Registry) -> Maker:
    """Tries the published organisation, then the families and the prefix.

    An organisation or prefix that the registry does not list ends the search: `llama` must not make Meta the
    developer of a row whose organisation is an unknown laboratory.
    """
    published = (organization or "").strip()
    if published.casefold() not in _NO_ONE:
        return _by_organisation(published, registry)
    if model is None:
        return Maker(None, "unresolved", "no developer is published")
    return _by_prefix(model.prefix, model, registry) if model.prefix else _by_family(model, registry)


def _by_prefix(prefix: str, model: ModelName, registry: Registry) -> Maker:
    """The prefix, unless it is a route, or every word of the name is another family's: then it is a copy."""
    alias = registry.developer(prefix)
    if alias is None:
        return Maker(None, "unresolved", f"the prefix {prefix!r} is no developer of the registry")
    by_family = _by_family(model, registry)
    if by_family.developer and by_family.developer != alias.developer:
        return replace(by_family, step=f"{by_family.step}, which outweighs the prefix {prefix!r}")
    if prefix in ROUTES:
        return replace(by_family, step=f"{by_family.step}; the prefix {prefix!r} may be the route to anybody's model")
    step = f"the prefix {prefix!r} is {alias.developer} ({alias.evidence_url})"
    return Maker(alias.developer, "prefix", step)


def _by_organisation(published: str, registry: Registry) -> Maker:
    """By the whole cell, or by its parts if all of them name the same developer (`ZhipuAI, Z.ai`)."""
    if alias := registry.developer(published):
        step = f"the board's organisation {published!r} is {alias.developer} ({alias.evidence_url})"
        return Maker(alias.developer, "organisation", step)
    parts = [p for p in re.split(r"\s*[,;/&|、]\s*|\s+and\s+", published) if p]
    aliases = [registry.developer(p) for p in parts]
    makers = {alias.developer for alias in aliases if alias}
    if len(makers) == 1 and all(aliases):
        maker = makers.pop()
        return Maker(maker, "organisation", f"every part of the board's organisation {published!r} is {maker}")
    return Maker(None, "unresolved", f"the board's organisation {published!r} is no one developer of the registry")


def _by_family(model: ModelName, registry: Registry) -> Maker:
    """The developer of the family that the first token names, unless another token names or excludes a family.

    Where an exception is itself a family (`nemotron` in Llama-3.1-Nemotron), it names the maker. If the family has
    published weights, a word that its developer is not known to use leaves the name unresolved.
    """
    families, tokens = registry.families_by_token, set(model.tokens)
    claims = {t: f for t in model.tokens if (f := families.get(t)) and not tokens & set(f.exceptions)}
    if not claims:
        return Maker(None, "unresolved", f"no family claims {model.text!r}")
    if len({f.developer for f in claims.values()}) > 1:
        names = ", ".join(sorted(claims))
        return Maker(None, "unresolved", f"several families claim {model.text!r}: {names}")
    token, family = next(iter(claims.items()))
    first = families.get(model.family)
    stands_first = token == model.family or (first is not None and token in first.exceptions)
    # `Zhipu AI GLM-4`: the developer's name may stand before the family
    after_maker = (family.developer, token) in ((m, rest[0]) for m, rest in registry.without_maker(model.tokens))
    if not stands_first and not after_maker:
        return Maker(None, "unresolved", f"{token!r} does not stand first in {model.text!r}")
    if foreign := registry.vocabulary.foreign(family.developer, token, model.tokens):
        listed = ", ".join(repr(word) for word in foreign)
        step = f"{token!r} is {family.developer}'s, but {listed} may be another's word for a model made from it"
        return Maker(None, "unresolved", step)
    step = f"by family: {token!r} is {family.developer} ({family.evidence_url})"
    return Maker(family.developer, "family", step)


def identity(model: ModelName, registry: Registry) -> str:
    """The key by which unresolved names are compared: the tokens of the base in any order, and the day.

    A developer's name before its own family is left out (Meta-Llama-3); one that the name needs is added
    (`DeepSeek: R1` is DeepSeek R1).
    """
    tokens, families = model.interpretations[model.held].tokens, registry.families_by_token
    for maker, rest in registry.without_maker(tokens):
        if (family := families.get(rest[0])) and family.developer == maker:
            tokens = rest
            break
    if model.prefix and tokens and tokens[0] not in families:
        word = first_token(model.prefix)
        if word in families and word not in tokens:
            tokens = (word, *tokens)
    return "-".join(filter(None, [core_of(tokens, model.stamp), model.stamp[-4:]]))
