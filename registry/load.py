"""The reviewed registry: `registry/data/*.csv` and lines of one's own, loaded whole and asked by key.

Every row has its evidence. A wrong file is refused with one RegistryError. A look-up returns the row that states
the fact, or nothing: there are no guesses.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from registry.lines import RegistryError
from registry.names.parse import Interpretation, ModelName, first_token, parse_name
from registry.names.tokens import core_of, same_word, short_form, without_format, words_of
from registry.names.vocabulary import Vocabulary
from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_file

if TYPE_CHECKING:  # the models need pydantic, which only a process that reads the files pays for
    from registry.models import Alias, Developer, DeveloperAlias, Family, Licence, Release

__all__ = ["SHIPPED", "Entry", "Registry", "RegistryError", "load_registry", "same_word"]

SHIPPED = Path(__file__).resolve().parent / "data"
KEPT = 4  # registries held in memory at once
_LOADED: dict[str, Registry] = {}  # by the contents of the files


@dataclass(frozen=True, slots=True)
class Entry:
    """A name under which a release is known: its tokens (sorted), its day stamp, and the evidence.

    `since` and `until`: the days of the rows in which an alias that moves on means this release.
    """

    release: Release
    variant: str
    tokens: tuple[str, ...]
    stamp: str
    published: str
    evidence_url: str
    candidates: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


class AsOf:
    """The day on which names are resolved, and the days with which it was compared.

    On the next of these another answer may begin, and on no other day.
    """

    def __init__(self, day: date = date.max) -> None:
        self.day = day
        self.compared: set[date] = set()

    def within(self, since: date | None, until: date | None) -> bool:
        """Whether the day is one of [since, until)."""
        if since is None and until is None:
            return True
        self.compared.update(day for day in (since, until) if day)
        return (since is None or since <= self.day) and (until is None or self.day < until)


@dataclass(frozen=True)
class Registry:
    """All rows, and the look-ups over them, which are built on first use so that loading stays quick."""

    developers: tuple[Developer, ...]
    developer_aliases: tuple[DeveloperAlias, ...]
    releases: dict[str, Release]
    aliases: tuple[Alias, ...]
    licences: tuple[Licence, ...]
    families: tuple[Family, ...]

    @cached_property
    def _bases(self) -> dict[str, list[Developer]]:
        bases: dict[str, list[Developer]] = defaultdict(list)
        for row in self.developers:
            bases[row.developer].append(row)
        return dict(bases)

    @cached_property
    def _developer_words(self) -> dict[str, DeveloperAlias]:
        from registry.models import DeveloperAlias

        words = {same_word(row.alias): row for row in self.developer_aliases}
        for row in self.developers:
            for text in (row.developer, row.name):
                alias = DeveloperAlias(
                    **row.model_dump(include={"developer", "evidence_url", "evidence_day"}), alias=text
                )
                words.setdefault(same_word(text), alias)
        return words

    @cached_property
    def _licence_words(self) -> dict[str, Licence]:
        return {same_word(row.published): row for row in self.licences}

    @cached_property
    def _terms(self) -> dict[str, str]:
        return {row.licence: row.terms for row in self.licences}

    @cached_property
    def families_by_token(self) -> dict[str, Family]:
        """By token as the parser gives it: `qwen3` and `qwen` in the table are the same token."""
        rows: dict[str, Family] = {}
        for row in self.families:
            token = first_token(row.token)
            before = rows[token].exceptions if token in rows else ()
            rows[token] = row.model_copy(update={"exceptions": (*before, *row.exceptions)})
        return rows

    @cached_property
    def _aliases(self) -> dict[str, list[Alias]]:
        lines: dict[str, list[Alias]] = defaultdict(list)
        for row in self.aliases:
            lines[row.alias].append(row)
        return dict(lines)

    def alias(self, published: str, as_of: AsOf) -> Alias | None:
        """What exactly this name means in a row of that day."""
        return next((row for row in self._aliases.get(published, ()) if as_of.within(row.since, row.until)), None)

    def developer(self, published: str) -> DeveloperAlias | None:
        """The developer that is published under this name; the whole name must match."""
        return self._developer_words.get(same_word(published))

    def bases(self, developer: str) -> tuple[Developer, ...]:
        """The dated bases of a developer id, oldest first."""
        return tuple(self._bases.get(developer, ()))

    def base_on(self, developer: str, day: date | None) -> Developer | None:
        """Where the developer was based on a day; without a day, only if all its bases are in the same place."""
        rows = self.bases(developer)
        if day is not None:
            rows = tuple(r for r in rows if (r.since or date.min) <= day < (r.until or date.max))
        return rows[0] if rows and len({(r.country, r.subdivision) for r in rows}) == 1 else None

    def licence(self, published: str) -> Licence | None:
        """What a board's licence cell says."""
        return self._licence_words.get(same_word(published))

    def terms(self, licence: str | None) -> str:
        """The terms of a licence id; `unknown` where no row lists it."""
        return self._terms.get(licence or "", "unknown")

    @cached_property
    def _entries(self) -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
        """Entries by their tokens, and by those with the developer's name left out or added (Meta-Llama-3)."""
        as_published: dict[str, list[Entry]] = defaultdict(list)
        reworded_entries: dict[str, list[Entry]] = defaultdict(list)
        named = [(a.alias, a.releases, a.variant, a.evidence_url, a.since, a.until) for a in self.aliases]
        named += [(r.release, (r.release,), "", r.evidence_url, None, None) for r in self.releases.values()]
        for published, meant, variant, evidence_url, *days in named:
            models = parse_name(published)
            # a name that parses to numbers alone (the 14 of ViT-G/14) is matched only as it is published
            if len(models) != 1 or not re.search(r"[^\W\d]", "".join(models[0].tokens)):
                continue
            name, release, candidates = models[0], self.releases[meant[0]], meant if len(meant) > 1 else ()
            rewordings = self.rewordings(name, name.interpretations[0], release.developer)
            for index, tokens in ((as_published, name.tokens), *((reworded_entries, t) for t in rewordings)):
                words = tuple(sorted(tokens))
                entry = Entry(release, variant, words, name.stamp, published, evidence_url, candidates, *days)
                formatless = without_format(tokens)
                for key in {
                    "-".join(entry.tokens),
                    core_of(tokens, name.stamp),
                    core_of(formatless, name.stamp),
                }:
                    index[key].append(entry)
        return dict(as_published), dict(reworded_entries)

    def entries(self, name: ModelName, tokens: tuple[str, ...], as_of: AsOf, *, reworded: bool = False) -> list[Entry]:
        """The entries of tokens in any order, as of a day; the caller compares the day stamps.

        A published path (meta-llama/Llama-3.2-3B) names one repository, so there `instruct` is not ignored.
        `reworded`: the entries that match once their developer's name is left out or added.
        """
        index = self._entries[reworded]
        exact = "-".join(sorted(tokens))
        keys = dict.fromkeys((exact, exact if "/" in name.text else core_of(tokens, name.stamp)))
        return [entry for key in keys for entry in index.get(key, []) if as_of.within(entry.since, entry.until)]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Which words each developer uses in names."""
        entries = {id(entry): entry for entries in self._entries[0].values() for entry in entries}.values()
        families = self.families_by_token
        return Vocabulary(
            phrases=[(e.release.developer, e.tokens) for e in entries]
            + [(a.developer, tuple(words_of(a.alias.lower()))) for a in self._developer_words.values()],
            published={(e.release.developer, t) for e in entries if e.release.weights for t in e.tokens},
            runs={(self.releases[a.releases[0]].developer, w) for a in self.aliases for w in a.variant.split("-")},
            ids={
                (r.developer, w) for r in self.releases.values() for w in words_of(r.release.rpartition("/")[2].lower())
            },
            claimed={*families, *(word for family in families.values() for word in family.exceptions)},
        )

    @cached_property
    def _short_names(self) -> dict[tuple[str, ...], list[Entry]]:
        index: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        entries = {id(entry): entry for entries in self._entries[0].values() for entry in entries}
        for entry in entries.values():
            if entry.since or entry.until:
                continue  # DeepSeek is not what deepseek-chat happened to be
            index[short_form(without_format(entry.tokens))].append(entry)
        return dict(index)

    def called_shortly(self, tokens: tuple[str, ...]) -> list[Entry]:
        """The entries that these tokens are a short form of: OLMo 2 32B is OLMo-2-0325-32B-Instruct."""
        return self._short_names.get(short_form(tokens), [])

    def without_maker(self, tokens: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """(developer, the tokens after its name), if the next token is a whole word, unlike K2 or 3.5."""
        if not tokens or tokens[0] in self.families_by_token:
            return []  # the brand is part of the name: Kimi K2 is not K2
        remainders = []
        for count in (1, 2, 3):
            if len(tokens) > count and re.fullmatch(r"[^\W\d]{2,}", tokens[count]):
                alias = self.developer("".join(tokens[:count]))
                remainders += [(alias.developer, tokens[count:])] if alias else []
        return remainders

    def maker_last(self, tokens: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """(developer, the tokens before its name): `Grok 4 (SpaceXAI)`."""
        remainders = []
        for count in (1, 2):
            if len(tokens) > count and all(re.fullmatch(r"[^\W\d]{2,}", token) for token in tokens[-count:]):
                alias = self.developer("".join(tokens[-count:]))
                remainders += [(alias.developer, tokens[:-count])] if alias else []
        return remainders

    def rewordings(self, name: ModelName, interpretation: Interpretation, developer: str) -> list[tuple[str, ...]]:
        """The interpretation without this developer's name before it, and with the name's prefix as its first token.

        `Meta-Llama-3-8B` is `Llama-3-8B`; `DeepSeek: R1` is `DeepSeek R1`.
        """
        remainders = [rest for maker, rest in self.without_maker(interpretation.tokens) if maker == developer]
        if name.prefix and (alias := self.developer(name.prefix)) and alias.developer == developer:
            word = first_token(name.prefix)
            if word and word not in interpretation.tokens:
                remainders.append((word, *interpretation.tokens))
        return remainders


def load_registry(folder: Path = SHIPPED, *own: Path) -> Registry:
    """All of the registry. Raises RegistryError for the first thing that is wrong.

    What a file in a folder of one's `own` says of a key (an alias, a developer) stands in the place of all that the
    registry says of it. The same files give the same object within a process, with the look-ups that it has built.
    """
    digest = hashlib.sha256()
    try:
        for at, each in enumerate((folder, *own)):
            for file in sorted(each.glob("*.csv")):
                digest.update(f"{at} {file.name}\0".encode() + read_regular_file(file))
    except DeclarationError:
        return _read(folder, *own)  # raises the RegistryError that names the unreadable file
    version = digest.hexdigest()
    if version not in _LOADED:
        registry = _read(folder, *own)
        if len(_LOADED) >= KEPT:
            del _LOADED[next(iter(_LOADED))]
        _LOADED[version] = registry
    return _LOADED[version]


def _read(*folders: Path) -> Registry:
    from registry import files

    shipped = {path.name for path in folders[0].glob("*.csv")}
    for path in (path for folder in folders[1:] for path in sorted(folder.glob("*.csv"))):
        if shipped and path.name not in shipped:
            raise DeclarationError(str(path), "name", f"the registry has no such file: {', '.join(sorted(shipped))}")
    developers = files.read_developers(folders)
    known = {row.developer for row in developers}
    releases = files.read_releases(folders, known)
    return Registry(
        developers=tuple(developers),
        developer_aliases=files.read_developer_aliases(folders, known),
        releases=releases,
        aliases=files.read_aliases(folders, releases),
        licences=tuple(files.read_licences(folders)),
        families=tuple(files.read_families(folders, known)),
    )
