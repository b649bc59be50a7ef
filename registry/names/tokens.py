"""The words of a name: tokens, and which of them may say how a model was run rather than which it is."""

from __future__ import annotations

import re
import unicodedata

_EFFORT_WORDS = "high medium low xhigh minimal none max ultra default"
_MODE_WORDS = "thinking no-thinking adaptive auto effort budget tokens mode extended latest enabled"
_FORMAT_WORDS = "hf fp8 fp4 bf16 fp16 int8 int4 nvfp4 mxfp4 awq gptq gguf bnb"
_HARNESS_WORDS = "fc prompt free exacto nitro diff whole udiff architect api openrouter together"
_RUNS = frozenset(f"{_EFFORT_WORDS} {_MODE_WORDS} {_FORMAT_WORDS} {_HARNESS_WORDS}".split())
# words that add nothing to a variant: `max effort` is `max`
_FILLERS = frozenset(("latest", "default", "effort", "tokens", "mode", "budget", "adaptive"))
_SAME = {
    "reasoning": "thinking",
    "think": "thinking",
    "thinker": "thinking",
    "reasoner": "thinking",
    "nothink": "no-thinking",
    "nothinking": "no-thinking",
    "nonreasoning": "no-thinking",
    "nonthinking": "no-thinking",
    "noreasoning": "no-thinking",
    "it": "instruct",
    "instructed": "instruct",
    "experimental": "exp",
}
# Chinese brands and the Latin words that the same developers use for them
_BRANDS = {
    "通义千问": "qwen", "千问": "qwen", "腾讯混元": "hunyuan", "混元": "hunyuan", "豆包": "doubao",
    "文心": "ernie", "百川": "baichuan", "书生": "intern",
}  # fmt: skip
_UNSAID = re.compile(r"instruct|chat|pt|[0-9]+e")
_ACTIVE = re.compile(r"a[0-9]+(?:\.[0-9]+)?b")
_SIZE = re.compile(r"(?:[0-9]+x|e)?[0-9]+(?:\.[0-9]+)?[bm]")
_QUANTISED = re.compile(r"i?q[0-9](?:\.[0-9])?|[48]bit|w[0-9]+a[0-9]+")
_K_QUANTISED = re.compile(r"(?<![a-z0-9])(i?q[0-9])[_-]k(?:[_-](?:xs|[sml]))?(?![a-z0-9])")
_NUMBER = re.compile(r"[0-9]+k?")
_BUDGET = re.compile(r"[0-9]+k|[0-9]{4,}")
_CJK = "\u2e80-\u9fff\uac00-\ud7af\u3040-\u30ff"
_SCRIPTS = re.compile(rf"(?<=[{_CJK}])(?=[a-z0-9])|(?<=[a-z0-9.])(?=[{_CJK}])")
_BETWEEN = re.compile(rf"[^a-z0-9.{_CJK}]+")
# qwen3 is qwen 3, but k2 and hy3 are words, and so are the names of number formats
_WORD_NUMBER = re.compile(r"(?<![a-z0-9.])(?!(?:nvfp|mxfp|int)[0-9])([a-z]{3,})(?=[0-9])")
_PLUS = re.compile(r"(?<=[a-z0-9])\+")
_DECIMAL = re.compile(r"(?<=[0-9])[p_](?=[0-9])")
_NO_THINKING = re.compile(
    r"(?<![a-z0-9])(?:(?:non|no|not|without)[\s_-]+(?:thinking|think|reasoning|reasoner)"
    r"|thinking[\s_-]+off)(?![a-z0-9])"
)


def words_of(text: str) -> list[str]:
    """Lower-case text -> tokens: versions whole, words and numbers apart, dots between digits kept.

    `claude-3-5` has the version 3.5, `v1.0` is 1, `think` and `reasoning` are `thinking`.
    """
    text = _NO_THINKING.sub(" nothink ", text.replace("大模型", " "))  # `large model` adds nothing
    text = _K_QUANTISED.sub(r"\1", text)  # llama.cpp's q4_K_M
    text = _DECIMAL.sub(".", text)  # Fireworks writes k2p5, Hugging Face 3_3
    text = _PLUS.sub(" plus ", _WORD_NUMBER.sub(r"\1 ", _SCRIPTS.sub(" ", text)))
    tokens: list[str] = []
    for raw in _BETWEEN.split(text):
        token = re.sub(r"^v(?=[0-9])", "", raw.strip("."))
        if not token:
            continue
        # a lone digit after a version that has no fraction yet is its fraction
        if tokens and re.fullmatch(r"[0-9]", token) and re.fullmatch(r"[a-z]{0,2}[0-9]{1,2}", tokens[-1]):
            tokens[-1] += f".{token}"
        else:
            tokens.append(_SAME.get(token) or _BRANDS.get(token, token))
    return [re.sub(r"^([0-9]+)\.0$", r"\1", t) for t in tokens]


def core_of(tokens: tuple[str, ...], stamp: str = "") -> str:
    """Order-free identity of tokens: `Claude Haiku 3.5` is `claude-3-5-haiku`.

    Beside a size, `instruct` and `chat` only mean that the tuned weights were run, and are left out. Without a
    size they are part of the name (gpt-5-chat is not gpt-5), as they are beside a day (Qwen3-30B-A3B of 2507
    came out twice, as instruct and as thinking).
    """
    sized = not stamp and any(_SIZE.fullmatch(t) for t in tokens)
    return "-".join(sorted(t for t in tokens if not (sized and t in ("instruct", "chat"))))


def without_format(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """A repository's tokens without those of its number format (`-BF16`, `-hf`), which names leave out."""
    return tuple(t for t in tokens if t not in _FORMAT_WORDS.split()) or tokens


def short_form(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The tokens, sorted, without those that short names omit: tuning, experts, active size beside a size."""
    sized = size_in(tokens) is not None
    unsaid = [t for t in tokens if _UNSAID.fullmatch(t) or (sized and _ACTIVE.fullmatch(t))]
    return tuple(sorted(t for t in tokens if t not in unsaid)) or tuple(sorted(tokens))


def size_in(tokens: tuple[str, ...]) -> str | None:
    """The first size, `235b` or `8x7b`."""
    return next((t for t in tokens if _SIZE.fullmatch(t)), None)


def is_variant(words: list[str]) -> bool:
    """Whether these words, alone in brackets, only say how the model was run. `(16K)` is a budget."""
    described = any(is_run(w) or re.fullmatch(r"[0-9]+k", w) for w in words)
    return described and all(is_run(w) or _NUMBER.fullmatch(w) for w in words)


def is_run(word: str) -> bool:
    """Whether the word may say how the model was run: effort, mode, number format, harness."""
    return word in _RUNS or bool(_QUANTISED.fullmatch(word))


def peel(tokens: list[str]) -> int:
    """How many tokens at the end form a single term of the variant, or 0 (a budget goes with its `thinking`)."""
    last, before = tokens[-1], tokens[-2] if len(tokens) > 2 else ""
    if is_run(last):
        return 2 if last in ("thinking", "tokens", "budget") and _BUDGET.fullmatch(before) else 1
    return 2 if before in ("thinking", "budget") and _BUDGET.fullmatch(last) else 0


def variant_of(tokens: list[str]) -> str:
    """Tokens of variant -> how it is written: `32k think` and `thinking-32k` are the same."""
    kept = [t for t in tokens if t not in _FILLERS]
    budget = next((t for t in kept if _BUDGET.fullmatch(t)), None)
    if budget and "thinking" in kept:
        kept.remove(budget)
        kept.insert(kept.index("thinking") + 1, budget)
    return "-".join(kept)


def same_word(text: str) -> str:
    """The text without case, spaces and punctuation, by which developers and licences are compared."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() or c == "+")
