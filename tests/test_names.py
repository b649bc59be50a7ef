"""Names as published -> models: a table of cases, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.names.clean import clean
from registry.names.date_suffix import near, same_stamp, take_stamp
from registry.names.parse import parse_name
from registry.names.tokens import core_of

# published, prefix, base, variant
CASES = [
    ("Claude 3.5 Sonnet", None, "claude-3.5-sonnet", ""),
    ("claude-3-5-sonnet", None, "claude-3.5-sonnet", ""),
    ("Claude 3.5 Sonnet (20241022)", None, "claude-3.5-sonnet-20241022", ""),
    ("claude-3-5-sonnet@20241022", None, "claude-3.5-sonnet-20241022", ""),
    ("Claude 3.5 Sonnet (10/22)", None, "claude-3.5-sonnet-1022", ""),
    ("openai/gpt-4.1", "openai", "gpt-4.1", ""),
    ("Z.ai: GLM 4.6", "Z.ai", "glm-4.6", ""),
    ("Qwen/Qwen3-235B-A22B", "Qwen", "qwen-3-235b-a22b", ""),
    ("openrouter/openai/gpt-5", "openai", "gpt-5", ""),
    ("together/deepseek-ai/DeepSeek-V3", "deepseek-ai", "deepseek-3", ""),
    ("fireworks_ai/accounts/fireworks/models/kimi-k2p5", None, "kimi-k2.5", ""),
    ("accounts/fireworks/models/glm-4p6", None, "glm-4.6", ""),
    ("au.anthropic.claude-haiku-4-5-20251001-v1:0", "anthropic", "claude-haiku-4.5-20251001", ""),
    ("amazon.nova-micro-v1:0", "amazon", "nova-micro-1", ""),
    ("us.meta.llama4-scout-17b-instruct-v1:0", "meta", "llama-4-scout-17b-instruct", ""),
    ("xai.grok-4.3", "xai", "grok-4.3", ""),
    ("openai.gpt-oss-120b-1:0", "openai", "gpt-oss-120b", ""),
    ("hf:zai-org/GLM-4.6", "zai-org", "glm-4.6", ""),
    ("Qwen3-235b-a22b Instruct (25/07)", None, "qwen-3-235b-a22b-instruct-2507", ""),
    ("GLM-5 (enabled)", None, "glm-5", "enabled"),
    ("Tülu 3 405B", None, "tulu-3-405b", ""),
    ("ollama/qwen2.5-coder:32b-instruct-q4_K_M", None, "qwen-2.5-coder-32b-instruct", "q4"),
    ("moonshotai/kimi-k2-0905:exacto", "moonshotai", "kimi-k2-0905", "exacto"),
    ("DeepSeek V3 0324 (Mar '25)", None, "deepseek-3-0324", ""),
    ("DeepSeek R1 0528 (May' 25)", None, "deepseek-r1-0528", ""),
    ("deepseek_r1_0528-openrouter", None, "deepseek-r1-0528", "openrouter"),
    ("databricks-gpt-5-1", None, "gpt-5.1", ""),
    ("gemini/gemini-1.5-pro", None, "gemini-1.5-pro", ""),
    ("gemini-pro", None, "gemini-pro", ""),
    ("DeepSeek-V3.2-Exp (Prompt + Thinking)", None, "deepseek-3.2-exp", "prompt-thinking"),
    ("claude-opus-4-6-thinking-auto-high-effort", None, "claude-opus-4.6", "thinking-auto-high"),
    ("qwen2.5:32b-instruct-q8_0", None, "qwen-2.5-32b-instruct", "q8.0"),
    ("GLM-4.6 (T=1)", None, "glm-4.6", ""),
    ("internlm/internlm2-1_8b", "internlm", "internlm-2-1.8b", ""),
    ("https://huggingface.co/Nexusflow/Athene-V2-Chat", "Nexusflow", "athene-2-chat", ""),
    ("gpt-5 (high)", None, "gpt-5", "high"),
    ("gpt-5-high", None, "gpt-5", "high"),
    ("GPT-5.4 mini (Non-Reasoning)", None, "gpt-5.4-mini", "no-thinking"),
    ("GLM-4.5-nothink", None, "glm-4.5", "no-thinking"),
    ("Claude Opus 4 (latest)", None, "claude-opus-4", ""),
    ("Claude Opus 4.5 (Adaptive Reasoning, Max Effort)", None, "claude-opus-4.5", "thinking-max"),
    ("claude-opus-4-1-20250805-thinking-16k", None, "claude-opus-4.1-20250805", "thinking-16k"),
    ("Claude Sonnet 4.5 (59k thinking)", None, "claude-sonnet-4.5", "thinking-59k"),
    ("gemini-2.5-pro-preview-06-05 (32k think)", None, "gemini-2.5-pro-preview-0605", "thinking-32k"),
    ("Grok-4-0709 (FC)", None, "grok-4-0709", "fc"),
    ("MiniMax: MiniMax M2.5 (free)", "MiniMax", "minimax-m2.5", "free"),
    ("deepseek/deepseek-r1:free", "deepseek", "deepseek-r1", "free"),
    ("Qwen3 235B A22B diff, no think, Alibaba API", None, "qwen-3-235b-a22b", "diff-no-thinking-alibaba-api"),
    ("Llama-4-Maverick-17B-128E-Instruct-FP8", None, "llama-4-maverick-17b-128e-instruct", "fp8"),
    # the registry is asked for these as variant too, but by themselves they are names
    ("qwen3.8-max", None, "qwen-3.8-max", ""),
    ("claude-opus-5-max", None, "claude-opus-5-max", ""),
    ("kimi-k2-thinking", None, "kimi-k2-thinking", ""),
    ("mistral-medium", None, "mistral-medium", ""),
    ("gpt-5-chat", None, "gpt-5-chat", ""),
    # days
    ("Command R+ (04-2024)", None, "command-r-plus-2404", ""),
    ("Grok 2 (Dec '24)", None, "grok-2-2412", ""),
    ("Grok-2-08-13", None, "grok-2-0813", ""),
    ("Phi-3-Mini-4K-Instruct-June-24", None, "phi-3-mini-4k-instruct-2406", ""),
    ("doubao-seed-1-6-250615", None, "doubao-seed-1.6-20250615", ""),
    ("gpt-4-1106-preview", None, "gpt-4-preview-1106", ""),
    ("Qwen3-235B-A22B-Thinking-2507", None, "qwen-3-235b-a22b-thinking-2507", ""),
    ("hunyuan-turbos-20250926", None, "hunyuan-turbos-20250926", ""),
    # decoration
    ("🥇 GPT-5 *", None, "gpt-5", ""),
    ("[o3-pro](https://openai.com/o3) (high)", None, "o3-pro", "high"),
    ("<a href='https://x.ai'>Grok 4</a><sup>2</sup>", None, "grok-4", ""),
    ("Claude Opus 4¹", None, "claude-opus-4", ""),
    ("Gemini-2.5-Pro†", None, "gemini-2.5-pro", ""),
    ("Anthropicclaude-opus-4-6-thinkingAnthropic · Proprietary", None, "claude-opus-4.6-thinking", ""),
    ("grok-4.5SpaceXAI · Proprietary", None, "grok-4.5", ""),
    ("qwen3.7-maxAlibaba · Proprietary", None, "qwen-3.7-max", ""),
    ("ＧＰＴ－５", None, "gpt-5", ""),
    # Chinese
    ("豆包1.6", None, "doubao-1.6", ""),
    ("文心X1 Turbo", None, "ernie-x1-turbo", ""),
]


@pytest.mark.parametrize(("published", "prefix", "base", "variant"), CASES)
def test_a_name_is_parted(published: str, prefix: str | None, base: str, variant: str) -> None:
    """Prefix, base and variant of one published model."""
    (model,) = parse_name(published)
    assert (model.prefix, model.base, model.variant) == (prefix, base, variant)


SAME = [
    ("Claude 3.5 Haiku", "Claude Haiku 3.5"),
    ("Jamba 1.7 Large", "ai21/jamba-large-1.7"),
    ("InternLM2.5-20B-chat", "internlm/internlm2_5-20b-chat"),
    ("Gemma 3 12B", "google/gemma-3-12b-it"),
    ("Gemma 3 12B Instruct", "Gemma-3-12B-it"),
    ("Qwen2.5 Instruct (72B)", "Qwen2.5-72B-Instruct"),
    ("LFM2 24B A2B", "liquid/lfm-2-24b-a2b"),
    ("Apriel-v1.6-15B-Thinker", "Apriel-1.6-15b-Thinker"),
    ("Llama-3_3-Nemotron-Super-49B-v1_5", "Llama 3.3 Nemotron Super 49B v1.5"),
    ("GPT OSS 120B", "gpt-oss-120b"),
    ("kimi-k2p5", "Kimi K2.5"),
]
DIFFERENT = [
    ("deepseek-coder-1.3b", "deepseek-coder-13b"),
    ("hy3-preview", "hy3"),
    ("Kimi-K2", "K2-Think"),
    ("gpt-4.1", "gpt-4-1106-preview"),
    ("gpt-5-chat", "gpt-5"),
    ("gpt-3.5-turbo-instruct", "gpt-3.5-turbo"),
    ("gemini-2.5-pro", "gemini-2.5-pro-preview"),
    ("Claude 3.5 Sonnet (20240620)", "Claude 3.5 Sonnet (20241022)"),
    ("Qwen3-30B-A3B-Instruct-2507", "Qwen3-30B-A3B-2507"),
    ("Command R", "Command R+"),
    ("glm-4.5", "glm-4.5v"),
    ("gpt-4", "gpt-4o"),
    ("qwen3.8-max", "qwen3.8"),
]


def core(published: str) -> tuple[str, str]:
    (model,) = parse_name(published)
    return core_of(model.interpretations[model.held].tokens, model.stamp), model.stamp


@pytest.mark.parametrize(("item", "other"), SAME)
def test_two_spellings_are_one_release(item: str, other: str) -> None:
    """Order, case, separators, `v`, `.0` and `instruct` beside a size do not part a release."""
    assert core(item) == core(other)


@pytest.mark.parametrize(("item", "other"), DIFFERENT)
def test_two_releases_stay_two(item: str, other: str) -> None:
    """Dots, days, previews and variants part releases."""
    assert core(item) != core(other)


@pytest.mark.parametrize(
    ("published", "bases"),
    [
        ("DeepSeek R1 + claude-3-5-sonnet-20241022", ["deepseek-r1", "claude-3.5-sonnet-20241022"]),
        ("o3 (high) + gpt-4.1", ["o3", "gpt-4.1"]),
        ("Command R+ (04-2024)", ["command-r-plus-2404"]),
        ("Command A+", ["command-a-plus"]),
        ("-", []),
        ("N/A", []),
        ("", []),
        ("Average", []),
        ("***", []),
    ],
)
def test_a_row_names_its_models(published: str, bases: list[str]) -> None:
    """Several models where the row joins them, none where it names none."""
    assert [model.base for model in parse_name(published)] == bases


@pytest.mark.parametrize(
    ("published", "configurations"),
    [
        ("claude-opus-5-max", ["", "max"]),
        ("gpt-5-high", ["", "high"]),
        ("deepseek-v4-flash-thinking", ["", "thinking"]),
        ("claude-opus-5-thinking-xhigh", ["", "xhigh", "thinking-xhigh"]),
    ],
)
def test_readings_go_from_the_whole_name_to_the_barest(published: str, configurations: list[str]) -> None:
    """The registry is asked with the whole name first."""
    (model,) = parse_name(published)
    assert [interpretation.variant for interpretation in model.interpretations] == configurations


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("claude-3-5-sonnet-20241022", "20241022"),
        ("gpt-4o-2024-08-06", "20240806"),
        ("step-2-16k-exp-202412", "2412"),
        ("qwen3-14b-04-28", "0428"),
        ("mistral-large-2407", "2407"),
        ("kimi-k2-0905", "0905"),
        ("qwen3-235b-a22b (25/07)", "2507"),
        ("fraction (25/70)", ""),
        ("chatgpt-4o-latest (march 2025)", "2503"),
        ("marco-o1", ""),
        ("decoder-32b", ""),
        ("gemini-2.5-flash", ""),
        ("gpt-9999", ""),
        ("qwen3-2030b", ""),
    ],
)
def test_a_day_stamp_is_read(text: str, stamp: str) -> None:
    """Days and months as boards write them; sizes and versions are none."""
    assert take_stamp(text)[1] == stamp


def test_stamps_agree_as_far_as_both_say() -> None:
    """A day agrees with its month-and-day and its year-and-month, not with another day."""
    from datetime import date

    assert same_stamp("20241022", "1022")
    assert same_stamp("2410", "20241022")
    assert not same_stamp("20241022", "20240620")
    assert not same_stamp("20241022", "")
    assert near("20251101", date(2025, 11, 24), 31)
    assert near("1101", date(2025, 11, 24), 31)
    assert near("1225", date(2026, 1, 2), 31)
    assert not near("0905", date(2025, 7, 11), 31)
    assert near("2412", date(2024, 12, 1), 31)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    """Any text is parsed, and what is cleaned stays clean."""
    for model in parse_name(text):
        assert model.key
        assert model.interpretations
    assert clean(clean(text)) == clean(text)


PARTS = st.sampled_from(
    ["Claude", "gpt", "Qwen3", "3.5", "4", "v2", "70B", "a22b", "mini", "Preview", "high", "(high)", "thinking", "max",
     "16k", "20241022", "10/22", "2507", "it", "VL", "1.5", "o3", "豆包", "R+", "Non-reasoning", "(FC)", "Dec '24"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=6), st.sampled_from(["-", " ", "_"]))
def test_parsing_a_key_changes_nothing(parts: list[str], separator: str) -> None:
    """A key is a name that parses to itself."""
    for model in parse_name(separator.join(parts)):
        again = parse_name(model.key)
        assert [a.key for a in again] in ([model.key], [])
