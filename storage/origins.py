"""Where the bytes of a capture come from: a part of every verdict, and no part of a snapshot's identity."""

from __future__ import annotations

from typing import Literal, get_args

Origin = Literal["fetched", "mirror", "wayback", "git", "copy", "transcribed", "import"]
STRONGEST_FIRST: tuple[Origin, ...] = get_args(Origin)
IN_WORDS: dict[Origin, str] = {
    "fetched": "fetched from the publisher",
    "mirror": "fetched through a mirror",
    "wayback": "from a web archive's copy",
    "git": "from a public git history",
    "copy": "from a third party's copy",
    "transcribed": "from a third party's copy, transcribed",
    "import": "from a file that a user imported",
}


def at_least(origin: Origin, minimum: Origin) -> bool:
    """Whether bytes of this origin are as near to the publisher as `minimum` asks.

    >>> at_least("wayback", "copy"), at_least("import", "copy")
    (True, False)
    """
    return STRONGEST_FIRST.index(origin) <= STRONGEST_FIRST.index(minimum)


def of_evidence(evidence: str) -> tuple[Origin, str]:
    """Origin and detail of a ledger line from before origins were kept, when one text said both."""
    if evidence == "fetched":
        return "fetched", ""
    word, _, rest = evidence.partition(" ")
    if word == "git":
        return "git", rest
    if evidence.startswith("web archive "):
        return "wayback", evidence.removeprefix("web archive ")
    return "import", rest
