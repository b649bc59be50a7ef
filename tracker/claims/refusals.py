"""Why a sentence makes no claim.

UnreadableClaim       a word or a clause is not understood, or something is missing
└── AmbiguousClaim    it may be several claims: `candidates` are their canonical sentences
"""

from __future__ import annotations

from scrapers.errors import TrackerError


class UnreadableClaim(TrackerError):
    """The sentence makes no claim; the text names the word, or what is missing."""


class AmbiguousClaim(UnreadableClaim):
    """The sentence may make several claims. None is chosen."""

    def __init__(self, sentence: str, candidates: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.candidates = candidates
