"""The names under which a sentence may speak of a board.

In this order: its id; its title, or a name under which people quote it (`quoted_as`); the id, title or publisher of a
source, for all boards of it; the first word of any of these, for all boards with that word (Arena, SWE-bench). Case,
spaces and punctuation do not matter, and the longest name wins: `OpenCompass academic` is not `OpenCompass`.
Words that stand elsewhere in the sentence (`raw`, `in math`) choose among the boards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scrapers.spec import Source
from tracker.claims.words import FILLERS, JOINS, OF, UNIT_OF, Word, words_of

_LONGEST = 14  # words of a name
_SAME = {"programming": "code", "coding": "code", "maths": "math", "mathematics": "math", "web": "webdev"}
_GRAMMAR = FILLERS | JOINS | OF | UNIT_OF.keys() | {"open", "formerly", "copy"}


@dataclass(frozen=True, slots=True)
class BoardNames:
    """What a board is called, and its source."""

    title: str
    source: str
    source_title: str = ""
    publisher: str = ""
    quoted_as: tuple[str, ...] = ()


def board_names(sources: Mapping[str, Source]) -> dict[str, BoardNames]:
    """The names of every board that is declared, by its id."""
    from storage.declarations import primary

    return {
        name: BoardNames(board.title, source.name, source.title, source.publisher, board.quoted_as)
        for name, (source, board) in primary(sources).items()
    }


class KnownBoards:
    """Finds names of boards among the words of a sentence."""

    def __init__(self, boards: Mapping[str, BoardNames]) -> None:
        self._source = {board: names.source for board, names in boards.items()}
        self._words = {board: _words(board, names) for board, names in boards.items()}
        self._topics = frozenset().union(*self._words.values()) - _GRAMMAR
        own: dict[str, list[str]] = {}
        shared: dict[str, list[str]] = {}
        for board, names in boards.items():
            for name in (names.title, *names.quoted_as):
                own.setdefault(normal(name), []).append(board)
            first_words = [name.split()[0] for name in (names.title, names.source_title, *names.quoted_as) if name]
            for name in (names.source, names.source_title, names.publisher, *first_words):
                shared.setdefault(normal(name), []).append(board)
        self._names = {name: self._with_that_word(name, sharing) for name, sharing in shared.items()}
        self._names |= {name: tuple(sharing) for name, sharing in own.items()}
        self._names |= {normal(board): (board,) for board in boards}
        self._names.pop("", None)

    def at(self, words: tuple[Word, ...], at: int) -> tuple[tuple[str, ...], int] | None:
        """The boards that the words at a place may mean, and how many words that takes."""
        best, name = 0, ""
        so_far = ""
        for length, word in enumerate(words[at : at + _LONGEST], start=1):
            so_far += normal(word.bare)
            if not word.is_punctuation and so_far in self._names:
                best, name = length, so_far
        if words[at].is_punctuation or not best:
            return None
        end = at + best
        while end < len(words) and self.topic(words[end]):
            end += 1
        for stop in range(end, at + best, -1):  # more words of a board's name may follow, in any order
            spoken = {topic(word) for word in words[at:stop] if not word.is_punctuation}
            if boards := tuple(board for board, inside in self._words.items() if spoken <= inside):
                return boards, stop - at
        return self._names[name], best

    def topic(self, word: Word) -> bool:
        """Whether a word occurs in the names of a board and means nothing else."""
        return not word.is_punctuation and topic(word) in self._topics and word.key not in _GRAMMAR

    def chosen(self, boards: tuple[str, ...], topics: frozenset[str]) -> tuple[str, ...]:
        """Which of the boards, once the words elsewhere in the sentence are regarded; none where no name has them."""
        whole = tuple(board for board in boards if topics <= self._words[board])
        if whole:
            return whole
        sources = {self._source[board] for board in boards}
        near = [board for board, source in self._source.items() if source in sources and topics & self._words[board]]
        named = frozenset().union(*(self._words[board] for board in near))
        if not topics <= named:
            return ()
        return tuple(board for board in self._source if board in near or (len(boards) == 1 and board in boards))

    def _with_that_word(self, name: str, boards: Iterable[str]) -> tuple[str, ...]:
        return tuple(board for board, inside in self._words.items() if board in boards or name in inside)


def topic(word: Word) -> str:
    """A word as names are compared; `programming` is `code`."""
    return _SAME.get(normal(word.bare), normal(word.bare))


def normal(text: str) -> str:
    """Letters and digits alone, small."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _words(board: str, names: BoardNames) -> frozenset[str]:
    texts = [names.title, names.source_title, names.publisher, *names.quoted_as]
    spoken = {topic(word) for text in texts for word in words_of(text)}
    return frozenset(spoken | {_SAME.get(part, part) for part in (*board.split("_"), names.source)} - {""}) - {""}
