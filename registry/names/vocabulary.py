"""Which words each developer uses in the names of its releases, and so which words may be another developer's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from registry.names.tokens import is_run

# A word that this many developers use in names (`flash`, `vision`, `base`) does not point to any of them.
_COMMON = 3


class Vocabulary:
    """The words of a registry's names, by developer id.

    `phrases`: the words of every name; `published`: those of names of published weights; `runs`: those of the
    variants of aliases; `ids`: those of release ids; `claimed`: tokens of families, and their exceptions.
    """

    def __init__(
        self,
        *,
        phrases: Iterable[tuple[str, tuple[str, ...]]],
        published: set[tuple[str, str]],
        runs: set[tuple[str, str]],
        ids: set[tuple[str, str]],
        claimed: set[str],
    ) -> None:
        self._developers_by_word: dict[str, set[str]] = defaultdict(set)
        for developer, words in phrases:
            for word in words:
                self._developers_by_word[word].add(developer)
        self._published, self._runs, self._ids, self._claimed = published, runs, ids, claimed

    def foreign(self, developer: str, token: str, tokens: tuple[str, ...]) -> list[str]:
        """The words beside a family's token that its developer is not known to use: the model may be another's.

        Anybody can add a word to the name of published weights (`Llama-3-ELYZA-JP-8B`), so only families with
        published weights are checked. Numbers, ways to run a model and words of many developers are ignored.
        """
        if (developer, token) not in self._published:
            return []
        others = (t for t in tokens if t != token and re.fullmatch(r"[^\W\d]+", t) and not is_run(t))
        unknown = (t for t in others if developer not in self._developers_by_word.get(t, ()))
        return [t for t in unknown if t in self._claimed or len(self._developers_by_word.get(t, ())) < _COMMON]

    def is_effort(self, developer: str, word: str) -> bool:
        """Whether a word after this developer's names is an effort: `max` and `ultra` where an alias has them.

        `medium` is an effort unless a release of the developer has it in its id (Phi-3-medium, Mistral Medium).
        """
        return (developer, word) in self._runs or (word == "medium" and (developer, word) not in self._ids)
