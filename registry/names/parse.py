"""Names as boards publish them -> the models in the row. Pure: no registry, no guess about who made what.

Two identities come out of a name: the release (`base`) and how it was run (`variant`). Which words
are variant is not a matter of spelling: `max` is an effort in claude-opus-5-max and a model of its own
in qwen3.8-max. So the parser offers `interpretations`, from the whole name down to the barest, and the registry is
asked in that order; `base` is the interpretation that holds where the registry knows none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from registry.names.clean import clean
from registry.names.date_suffix import take_stamp
from registry.names.prefix import take_prefix
from registry.names.tokens import is_variant, peel, size_in, variant_of, words_of

_NOBODY_WORDS = "- ? n/a na none null unknown anonymous average mean human humans random"
_NOBODY = frozenset(_NOBODY_WORDS.split())
_JOINED = re.compile(r"\s+[+&]\s+(?![^(]*\))")
_COMMA = re.compile(r",\s+(?![^()]*\))")
_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_TEMPERATURE = re.compile(r"\s*t(?:emp(?:erature)?)?\s*=\s*[0-9.]+\s*")
_REVISION = re.compile(r"-v?[0-9]+:[0-9]+$")


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to split a name: `tokens` in published order without the day stamp, and how the model was run."""

    tokens: tuple[str, ...]
    variant: str


@dataclass(frozen=True, slots=True)
class ModelName:
    """One model named in a cell.

    `text` as published, cleaned; `prefix` the developer as published before the name ('openai' of openai/gpt-4.1;
    a host is none); `key` all of it, normalised; `base` the key without `variant`; `stamp` as
    `registry.names.date_suffix` has it, or ''; `interpretations` the whole name first, the barest last.
    """

    text: str
    prefix: str | None
    key: str
    base: str
    variant: str
    stamp: str
    interpretations: tuple[Interpretation, ...]
    held: int  # the interpretation that `base` and `variant` are of
    beside: int  # how many tokens of the first interpretation stand in brackets of their own

    @property
    def family(self) -> str:
        """The whole first token: `qwen` of qwen3-235b-a22b, `gpt` of GPT-4o."""
        return self.interpretations[0].tokens[0] if self.interpretations[0].tokens else ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token of the name, variant included, without the stamp."""
        return self.interpretations[0].tokens

    def left_out(self, interpretation: Interpretation) -> tuple[str, ...]:
        """The tokens at the end of the name, not in brackets, that an interpretation takes for variant."""
        return self.tokens[len(interpretation.tokens) : len(self.tokens) - self.beside]

    @property
    def size(self) -> str | None:
        """The published size, `235b` or `8x7b`."""
        return size_in(self.tokens)


def _interpretations(name: list[str], aside: list[str], words: list[str]) -> tuple[tuple[Interpretation, ...], int]:
    """(the interpretations, which of them holds by default).

    `name` are the tokens in the name, `aside` those of brackets that hold nothing but variant, `words`
    those after a comma, which are never part of the name.
    """

    def interpretation(tokens: list[str], taken: list[str]) -> Interpretation:
        return Interpretation(tuple(tokens), "-".join(filter(None, [variant_of(taken), *words])))

    interpretations = [interpretation(name + aside, [])]
    if aside:
        interpretations.append(interpretation(name, aside))
    default = len(interpretations) - 1
    rest, taken, certain = list(name), list(aside), True
    while len(rest) > 1 and 0 < (size := peel(rest)) < len(rest):
        peeled, rest = rest[-size:], rest[:-size]
        alone = peeled == ["thinking"] and len(taken) == len(aside)
        taken = peeled + taken
        interpretations.append(interpretation(rest, taken))
        # `max`, and `thinking` without an effort, may be part of the name, and a rest without a number may be no
        # name; only the registry knows, so by default they stay in the name
        may_be_name = alone or peeled[0] in ("max", "ultra")
        certain = certain and not may_be_name and any(re.search(r"[0-9]", t) for t in rest)
        if certain:
            default = len(interpretations) - 1
    return tuple(interpretations), default


def _parse_one(text: str) -> ModelName | None:
    first, *segments = _COMMA.split(text)
    prefix, body = take_prefix(first.strip())
    lower = re.sub(r"_(?![0-9])|(?<![0-9])_", "-", body.lower())
    # a catalogue's revision of one model (gpt-oss-120b-1:0); the 1 of nova-micro-v1:0 is its only version
    if (revision := _REVISION.search(lower)) and re.search(r"[0-9]", lower[: revision.start()]):
        lower = lower[: revision.start()]
    lower, stamp = take_stamp(lower)
    aside: list[str] = []

    def bracket(match: re.Match[str]) -> str:
        words = words_of(match[1])
        if _TEMPERATURE.fullmatch(match[1]):
            return " "
        if not is_variant(words):
            return f" {match[1]} "
        aside.extend(words)
        return " "

    lower = _BRACKET.sub(bracket, lower).strip()
    if match := re.search(r"(?<=\w):([a-z]+)$", lower):  # OpenRouter's :free and :thinking
        aside.extend(words_of(match[1]))
        lower = lower[: match.start()]
    name = words_of(lower)
    if not name:
        name, aside = aside, []
    if not name and not stamp:
        return None
    interpretations, default = _interpretations(name, aside, [w for s in segments for w in words_of(s.lower())])
    held = interpretations[default]

    def joined(tokens: tuple[str, ...]) -> str:
        return "-".join(filter(None, [*tokens, stamp]))

    key, base = joined(interpretations[0].tokens), joined(held.tokens)
    return ModelName(text, prefix, key, base, held.variant, stamp, interpretations, default, len(aside))


def parse_name(published: str) -> tuple[ModelName, ...]:
    """The models that a cell names, in published order; () where it names none ('-', 'N/A', 'average').

    Never raises. Parts of a row that are no model (a scaffold) are parsed like the others: only a registry
    knows the difference.

    >>> [(model.prefix, model.base, model.variant) for model in parse_name("openai/gpt-5 (high) + o3")]
    [('openai', 'gpt-5', 'high'), (None, 'o3', '')]
    >>> [(model.base, model.variant) for model in parse_name("qwen3.8-max")]  # an effort elsewhere, here a name
    [('qwen-3.8-max', '')]
    """
    text = clean(published)
    if text.casefold() in _NOBODY:
        return ()
    parts = (_parse_one(part) for part in _JOINED.split(text))
    return tuple(part for part in parts if part is not None)


@lru_cache(maxsize=4096)
def first_token(text: str) -> str:
    """The first token of a text as names are parsed, or ''."""
    models = parse_name(text)
    return models[0].family if models else ""
