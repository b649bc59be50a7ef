"""The text of a published cell, without the decoration around the model's name.

Boards put medals, emoji, footnote marks, links and tags into the name's cell, and scraped pages glue the
organisation and the licence to it. Nothing is interpreted here.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"<(?:sup|sub)\b[^>]*>.{0,80}?</(?:sup|sub)>|<[^<>]{1,300}>", re.I | re.S)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s\"[^\"]*\")?\)")
_FOOTNOTE = re.compile(r"(?:\[\^?[0-9]{1,2}\]|[*†‡§¶^]+)+\s*$")
_LICENCE = re.compile(r"^(?P<cell>[^·]*\S)\s*·\s*(?P<licence>[^·]+)$", re.S)
_GLUED = re.compile(r"^(?P<name>.*?[a-z0-9)])(?P<organisation>[A-Z][A-Za-z.& ]*)$", re.S)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_DECORATION = frozenset(("So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn"))
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})


def unglue(cell: str) -> str:
    """The name in `OrganisationnameOrganisation · Licence`, or the cell itself.

    Without the dot the cell stays as it is, because `QwenLong` is a name.
    """
    match = _LICENCE.match(cell)
    if not match:
        return cell
    text = match["cell"]
    for size in range(min(40, (len(text) - 1) // 2), 1, -1):  # the same word on both sides is the organisation
        if text[:size] == text[-size:] and text[:size][0].isalpha():
            return text[size:-size].strip()
    glued = _GLUED.match(text)
    return glued["name"].strip() if glued else text


def clean(published: str) -> str:
    """The cell without tags, links, emoji, medals, footnote marks and glued columns; spaces collapsed."""
    text = html.unescape(published) if "&" in published else published
    for _ in range(2 * ("](" in text)):  # a link may stand around an image
        text = _LINK.sub(r"\1", text)
    text = _CONTROL.sub(" ", _TAG.sub(" ", text) if "<" in text else text)
    if not text.isascii():
        text = _normalised(text)
    text = unglue(" ".join(text.replace("`", " ").split()))
    while (shorter := _FOOTNOTE.sub("", text).strip().strip('"').strip()) != text:
        text = shorter
    return text


def _normalised(text: str) -> str:
    # superscripts are footnotes; NFKC would turn them into digits of the name
    text = "".join(c for c in text if not (unicodedata.category(c) == "No" and c not in "½¼¾"))
    text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    # Tülu is Tulu; in other scripts a combining sign may change the letter
    text = "".join(unicodedata.normalize("NFD", c)[0] if "À" <= c <= "ɏ" else c for c in text)
    # emoji, medals, variation selectors, zero-width joiners and control characters
    return "".join(c if c.isascii() or unicodedata.category(c) not in _DECORATION else " " for c in text)
