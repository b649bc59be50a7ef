"""The ladder on a small registry made here: who, where, how open, and since when; and what stays unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.load import Registry
from registry.models import Alias, Developer, DeveloperAlias, Family, Licence, Release
from registry.openness import Span, level_on
from registry.resolve import PublishedName, Resolved, resolve, suggest

SEEN: dict[str, Any] = {"evidence_url": "https://example.org/page", "evidence_day": date(2026, 8, 1)}


def developer(row: str) -> Developer:
    name, country, subdivision, since, until = row.split("|")
    return Developer(
        developer=name, name=name.title(), country=country, subdivision=subdivision or None, since=day(since),
        until=day(until), **SEEN,
    )  # fmt: skip


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def release(row: str) -> Release:
    name, maker, released, weights, since, licence = row.split("|")
    published = {"yes": True, "no": False, "": None}[weights]
    return Release(
        release=name, developer=maker, released_on=day(released), weights=published, weights_since=day(since),
        licence=licence or None, open_source="OLMo" in name, **SEEN,
    )  # fmt: skip


DEVELOPERS = """openai|US||| google|US||| anthropic|US||| meta|US||| nvidia|US||| allenai|US||| perplexity|US|||
nousresearch|US||| alibaba|CN||| deepseek|CN||| moonshot|CN||| minimax|CN||| sensetime|CN|HK|| llm360|AE|||
manus|CN|||2025-07-01 manus|SG||2025-07-01| mistral|FR||| zai|CN||| xai|US|||"""
ALIASES = {
    "Qwen": "alibaba", "meta-llama": "meta", "Z.ai": "zai", "zai-org": "zai", "ZhipuAI": "zai", "智谱": "zai",
    "SpaceXAI": "xai", "x-ai": "xai", "deepseek-ai": "deepseek", "Kimi": "moonshot", "moonshotai": "moonshot",
    "Ai2": "allenai", "Nous Research": "nousresearch", "Google DeepMind": "google", "清华&智谱": "zai",
}  # fmt: skip
RELEASES = """openai/gpt-5|openai|2025-08-07|no||
openai/gpt-4.1|openai|2025-04-14|no||
openai/o3|openai|2025-04-16|no||
openai/gpt-oss-120b|openai|2025-08-05|yes|2025-08-05|Apache-2.0
anthropic/claude-opus-5|anthropic|2026-06-01|no||
anthropic/claude-3.5-sonnet|anthropic|2024-06-20|no||
anthropic/claude-3.5-sonnet-20241022|anthropic|2024-10-22|no||
qwen/qwen3.8-max|alibaba|2026-07-20|no||
Qwen/Qwen3-30B-A3B|alibaba|2025-04-28|yes|2025-04-28|Apache-2.0
Qwen/Qwen3-30B-A3B-Thinking-2507|alibaba|2025-07-30|yes|2025-07-30|Apache-2.0
Qwen/Qwen3-30B-A3B-Instruct-2507|alibaba|2025-07-29|yes|2025-07-29|Apache-2.0
AIDC-AI/Marco-o1|alibaba|2024-11-13|yes|2024-11-13|Apache-2.0
deepseek-ai/DeepSeek-R1|deepseek|2025-01-20|yes|2025-01-20|MIT
deepseek-ai/DeepSeek-R1-Distill-Llama-70B|deepseek|2025-01-20|yes|2025-01-20|MIT
moonshotai/Kimi-K2-Instruct|moonshot|2025-07-11|yes|2025-07-11|LicenseRef-Modified-MIT
moonshotai/Kimi-K2-Thinking|moonshot|2025-11-06|yes|2025-11-06|LicenseRef-Modified-MIT
LLM360/K2-Think-V2|llm360|2026-01-01|yes|2026-01-01|Apache-2.0
MiniMaxAI/MiniMax-M2.7|minimax|2026-03-18|yes|2026-04-13|LicenseRef-MiniMax
perplexity-ai/r1-1776|perplexity|2025-02-18|yes||MIT
manus/manus-1|manus|2025-03-06|no||
manus/manus-2|manus|2026-02-01|no||
manus/manus-undated|manus||no||
allenai/OLMo-2-0325-32B-Instruct|allenai|2025-03-13|yes|2025-03-13|Apache-2.0
meta-llama/Meta-Llama-3.1-8B-Instruct|meta|2024-07-23|yes|2024-07-23|LicenseRef-Llama-3.1
sensetime/unsaid|sensetime|2026-01-01|||"""
NAMED = [("豆包1.6", "openai/gpt-5", ""), ("Kimi K2", "moonshotai/Kimi-K2-Instruct", ""),
         ("kimi-k2-0711-preview", "moonshotai/Kimi-K2-Instruct", ""), ("R1-1776", "perplexity-ai/r1-1776", ""),
         ("opus-five-at-most", "anthropic/claude-opus-5", "max")]  # fmt: skip
LICENCES = """Apache 2.0|Apache-2.0|permissive
MIT|MIT|permissive
Modified MIT|LicenseRef-Modified-MIT|restricted
Llama 3.1|LicenseRef-Llama-3.1|restricted
Propretary||proprietary
Other||unknown"""
FAMILIES = """claude|anthropic|
gpt|openai|
gemini|google|
qwen3|alibaba|
llama|meta|nemotron tulu hermes distill
nemotron|nvidia|
tulu|allenai|
hermes|nousresearch|
deepseek|deepseek|
kimi|moonshot|
glm|zai|
mistral|mistral|
mixtral|mistral|
grok|xai|"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    rows = [release(row) for row in RELEASES.splitlines()]
    return Registry(
        developers=tuple(developer(row) for row in DEVELOPERS.split()),
        developer_aliases=tuple(DeveloperAlias(alias=alias, developer=name, **SEEN) for alias, name in ALIASES.items()),
        releases={row.release: row for row in rows},
        aliases=tuple(Alias(alias=alias, release=to, variant=variant, **SEEN) for alias, to, variant in NAMED),
        licences=tuple(
            Licence(published=published, licence=licence, terms=terms, **SEEN)
            for published, licence, terms in (row.split("|") for row in LICENCES.splitlines())
        ),
        families=tuple(
            Family(token=token, developer=maker, exceptions=tuple(exceptions.split()), **SEEN)
            for token, maker, exceptions in (row.split("|") for row in FAMILIES.splitlines())
        ),
    )


def ask(registry: Registry, name: str, **columns: str) -> Resolved:
    return resolve(PublishedName(name, **columns), registry)


@pytest.mark.parametrize(
    ("published", "release_id", "how", "variant"),
    [
        ("openai/gpt-5", "openai/gpt-5", "id", ""),
        ("Kimi K2", "moonshotai/Kimi-K2-Instruct", "exact", ""),
        ("GPT 5", "openai/gpt-5", "normalised", ""),
        ("gpt-5 (high)", "openai/gpt-5", "parsed", "high"),
        ("GPT-5-2025-08-07 (FC)", "openai/gpt-5", "parsed", "fc"),
        ("claude-opus-5-max", "anthropic/claude-opus-5", "parsed", "max"),
        ("qwen3.8-max", "qwen/qwen3.8-max", "normalised", ""),
        ("qwen3.8-max-thinking", "qwen/qwen3.8-max", "parsed", "thinking"),
        ("Kimi-K2-Thinking", "moonshotai/Kimi-K2-Thinking", "normalised", ""),
        ("Qwen3 30B A3B 2507 (Reasoning)", "Qwen/Qwen3-30B-A3B-Thinking-2507", "normalised", ""),
        ("qwen3-30b-a3b-thinking", "Qwen/Qwen3-30B-A3B", "parsed", "thinking"),
        ("qwen/qwen3-30b-a3b-04-28", "Qwen/Qwen3-30B-A3B", "parsed", ""),
        ("Claude 3.5 Sonnet (10/22)", "anthropic/claude-3.5-sonnet-20241022", "normalised", ""),
        ("claude-3-5-sonnet-20240620", "anthropic/claude-3.5-sonnet", "parsed", ""),
        ("DeepSeek: R1", "deepseek-ai/DeepSeek-R1", "parsed", ""),
        ("Llama 3.1 8B", "meta-llama/Meta-Llama-3.1-8B-Instruct", "parsed", ""),
        ("kimi-k2-preview-0711", "moonshotai/Kimi-K2-Instruct", "normalised", ""),
        ("K2-Think-V2", "LLM360/K2-Think-V2", "normalised", ""),
    ],
)
def test_a_release_is_found(registry: Registry, published: str, release_id: str, how: str, variant: str) -> None:
    """Id, exact alias, normalised alias, parts: each rung answers for itself and is said."""
    result = ask(registry, published)
    assert (result.release, result.release_how, result.variant) == (release_id, how, variant)


@pytest.mark.parametrize(
    "published",
    [
        "kimi-k2-0905",  # another checkpoint: its day is two months after the release
        "Kimi K3",
        "K2",  # a brand without its brand word
        "K2-Think",
        "gpt-55",
        "gpt-5o",
        "gpt-4.1-mini",
        "GPT",
        "claude-3-5-sonnet-20250101",
        "qwen3.8",
        "unsloth-gpt-5",
        "supergpt-5",
        "gpt-5-finetuned-by-somebody",
        "kimi k2 instuct",
    ],
)
def test_what_is_not_registered_stays_unresolved(registry: Registry, published: str) -> None:
    """No substring, no likeness, no bare prefix ever gives a release."""
    result = ask(registry, published)
    assert (result.release, result.release_how) == (None, "unresolved")
    assert level_on(result.openness, None) == "unknown"


@pytest.mark.parametrize(
    ("published", "release_id"),
    [
        ("gpt-oss", None),  # a size may be left out beside a version only
        ("OLMo 2 32B", "allenai/OLMo-2-0325-32B-Instruct"),  # its day and `instruct` left out
        ("OLMo-2-0425-32B", None),  # another day than the release says
    ],
)
def test_what_names_leave_out(registry: Registry, published: str, release_id: str | None) -> None:
    """Tuning, day and active size, and the size beside a version: only where one release alone is called so."""
    assert ask(registry, published).release == release_id


def test_a_name_of_two_releases_has_what_both_share(registry: Registry) -> None:
    """Qwen3-30B-A3B of 2507 came out twice, both Apache-2.0 by Alibaba: no release, but their facts."""
    result = ask(registry, "Qwen3-30B-A3B-2507")
    assert (result.release, result.release_how, result.developer) == (None, "unresolved", "alibaba")
    assert result.candidates == ("Qwen/Qwen3-30B-A3B-Instruct-2507", "Qwen/Qwen3-30B-A3B-Thinking-2507")
    assert result.openness == (Span(None, "open_weights", "every candidate"),)


@pytest.mark.parametrize(
    ("published", "maker", "how"),
    [
        ("claude-opus-9-high", "anthropic", "family"),
        ("Qwen3-999B-A9B-Instruct", "alibaba", "family"),
        ("Qwen3-999B-Lumen", None, "unresolved"),  # a word of somebody who made it from Qwen3
        ("Llama-3.1-ELYZA-JP-8B", None, "unresolved"),
        ("anthropic/unheard-of-1", "anthropic", "prefix"),
        ("Llama-3.1-Nemotron-70B-Instruct", "nvidia", "family"),
        ("Llama-3.1-Tulu-3-405B", "allenai", "family"),
        ("Hermes 4 - Llama-3.1 405B (Reasoning)", "nousresearch", "family"),
        ("DeepSeek-R1-Distill-Llama-70B", "deepseek", "registry"),
        ("Marco-o1", "alibaba", "registry"),
        ("R1-1776", "perplexity", "registry"),
        ("Nous-Hermes-2-Mixtral-8x7B-DPO", None, "unresolved"),  # two families claim it
        ("Sao10K/L3-Llama-8B-Lunaris", None, "unresolved"),  # an uploader nobody has reviewed
        ("Sao10K: Llama 3 8B Lunaris", None, "unresolved"),
        ("llamafied-beast-7b", None, "unresolved"),
        ("gptoid-5", None, "unresolved"),
        ("palmyra-x5", None, "unresolved"),
        ("Chatllama-3", None, "unresolved"),
        ("finetuned-llama-8b", None, "unresolved"),  # not in the first place
        ("Quasar Alpha", None, "unresolved"),
        ("-", None, "unresolved"),
    ],
)
def test_a_developer_is_found_or_unknown(registry: Registry, published: str, maker: str | None, how: str) -> None:
    """Registry, prefix, family by whole tokens; counter-examples and unknown uploaders stay unknown."""
    result = ask(registry, published)
    assert (result.developer, result.developer_how) == (maker, how)


@pytest.mark.parametrize(
    ("organization", "maker", "how"),
    [
        ("Z.ai", "zai", "organisation"),
        ("z ai", "zai", "organisation"),
        ("清华&智谱", "zai", "organisation"),
        ("ZhipuAI, Z.ai", "zai", "organisation"),
        ("ZhipuAI/Google", None, "unresolved"),
        ("University of Nowhere", None, "unresolved"),
        ("Unknown", "meta", "family"),
        ("", "meta", "family"),
    ],
)
def test_the_boards_organisation_goes_before_the_family(
    registry: Registry, organization: str, maker: str | None, how: str
) -> None:
    """A published organisation decides; one that nobody knows must not make Meta of a llama."""
    result = ask(registry, "llama-9-7b", organization=organization)
    assert (result.developer, result.developer_how) == (maker, how)


def test_the_registry_goes_before_the_boards_columns(registry: Registry) -> None:
    """A reviewed fact stands against a board that says otherwise."""
    result = ask(registry, "gpt-oss-120b", organization="Qwen", licence="Propretary", openness="closed")
    assert (result.developer, result.country, level_on(result.openness, None)) == (
        "openai",
        "US",
        "open_weights",
    )


@pytest.mark.parametrize(
    ("licence", "openness", "level", "how"),
    [
        ("Apache 2.0", None, "open_weights", "licence column"),
        ("apache-2.0", "open", "open_weights", "licence column"),
        ("Llama 3.1", None, "restricted_weights", "licence column"),
        ("Propretary", None, "proprietary", "licence column"),
        (None, "closed", "proprietary", "openness column"),
        (None, "open", "restricted_weights", "terms unknown"),
        ("Other", "open", "restricted_weights", "terms unknown"),
        ("Other", None, "unknown", "unresolved"),
        ("Nobody's licence", None, "unknown", "unresolved"),
        (None, None, "unknown", "unresolved"),
    ],
)
def test_openness_by_the_boards_columns(
    registry: Registry, licence: str | None, openness: str | None, level: str, how: str
) -> None:
    """A known licence decides, then the flag; a family never."""
    result = resolve(PublishedName("claude-opus-9", licence=licence, openness=openness), registry)
    assert result.openness == (Span(None, level, how),)


def test_weights_that_came_later(registry: Registry) -> None:
    """Proprietary before the day of the weights, restricted from it; both answers are right."""
    result = ask(registry, "minimax-m2.7")
    assert level_on(result.openness, date(2026, 3, 20)) == "proprietary"
    assert level_on(result.openness, date(2026, 4, 13)) == "restricted_weights"
    assert level_on(result.openness, None) == "restricted_weights"


def test_levels_of_registered_releases(registry: Registry) -> None:
    """By list, by licence, by weights; undated weights are marked assumed; unsaid ones are unknown."""
    assert ask(registry, "OLMo-2-0325-32B-Instruct").openness == (Span(None, "open_source", "registry"),)
    assert ask(registry, "deepseek-r1").openness == (Span(None, "open_weights", "registry"),)
    assert ask(registry, "Kimi K2").openness == (Span(None, "restricted_weights", "registry"),)
    assert ask(registry, "R1-1776").openness == (Span(None, "open_weights", "assumed"),)
    assert ask(registry, "gpt-5").openness == (Span(None, "proprietary", "registry"),)
    assert level_on(ask(registry, "sensetime/unsaid").openness, None) == "unknown"
    assert ask(registry, "sensetime/unsaid", licence="MIT").openness == (Span(None, "open_weights", "licence column"),)


def test_country_is_that_of_the_day_of_release(registry: Registry) -> None:
    """Manus moved: CN before July 2025, SG after, unknown where the day is not known."""
    assert ask(registry, "manus-1").country == "CN"
    assert ask(registry, "manus-2").country == "SG"
    assert ask(registry, "manus-undated").country is None
    assert (result := ask(registry, "sensetime/unsaid")).country == "CN"
    assert result.subdivision == "HK"


def test_the_boards_country_serves_where_no_developer_is_known(registry: Registry) -> None:
    """A country column is read where nobody is named; several countries in one cell say nothing."""
    assert ask(registry, "unheard-of", country="France").country == "FR"
    assert ask(registry, "unheard-of", country="Hong Kong").country == "CN"
    assert ask(registry, "unheard-of", country="France,Germany").country is None
    assert ask(registry, "gpt-5", country="France").country == "US"


def test_a_row_of_several_models(registry: Registry) -> None:
    """A property holds where all agree, is mixed where two known ones differ, unknown otherwise."""
    mixed = ask(registry, "DeepSeek R1 + claude-3-5-sonnet-20241022")
    assert mixed.release == "deepseek-ai/DeepSeek-R1 + anthropic/claude-3.5-sonnet-20241022"
    assert (mixed.developer, mixed.country, level_on(mixed.openness, None)) == ("mixed", "mixed", "mixed")
    agreed = ask(registry, "o3 (high) + gpt-4.1")
    assert (agreed.release, agreed.variant) == ("openai/o3 + openai/gpt-4.1", "high (openai/o3)")
    each = ask(registry, "o3 (high) + gpt-5-low")
    assert each.variant == "high (openai/o3) + low (openai/gpt-5)"
    assert ask(registry, "gpt-5 + deepseek-r1").variant == ""
    assert (agreed.developer, agreed.country, level_on(agreed.openness, None)) == (
        "openai",
        "US",
        "proprietary",
    )
    half = ask(registry, "gpt-5 + mystery-7b")
    assert (half.release, half.developer, half.country, level_on(half.openness, None)) == (
        None,
        None,
        None,
        "unknown",
    )
    third = ask(registry, "gpt-5 + deepseek-r1 + mystery-7b")
    assert (third.country, level_on(third.openness, None)) == ("mixed", "mixed")


def test_a_mixed_row_changes_when_one_of_its_models_opens(registry: Registry) -> None:
    """Openness of a row of several is read on the day, too."""
    row = ask(registry, "MiniMax-M2.7 + gpt-5")
    assert level_on(row.openness, date(2026, 3, 20)) == "proprietary"
    assert level_on(row.openness, date(2026, 5, 1)) == "mixed"


def test_a_scaffold_is_not_the_developer(registry: Registry) -> None:
    """Parts that are no model leave the row to those that are; an agent alone is unknown."""
    assert ask(registry, "OpenHands + GPT-5").developer == "openai"
    row = ask(registry, "EntroPO + R2E + Qwen3-30B-A3B")
    assert (row.release, row.country) == ("Qwen/Qwen3-30B-A3B", "CN")
    assert any("scaffold" in step for step in row.steps)
    assert ask(registry, "OpenHands").developer is None
    assert ask(registry, "Salesforce AI Research SAGE (bash-only)").country is None


def test_models_that_the_source_names_apart(registry: Registry) -> None:
    """They are asked instead of the row's name."""
    row = resolve(PublishedName("Some Agent v3", models=("gpt-5", "deepseek-r1")), registry)
    assert row.country == "mixed"
    assert resolve(PublishedName("Some Agent v3", models=("o3",)), registry).release == "openai/o3"
    twice = resolve(PublishedName("Some Agent v3", models=("o3", "o3-high")), registry)
    assert (twice.release, twice.variant) == ("openai/o3", "high (openai/o3)")


@pytest.mark.parametrize(
    ("published", "release", "developer", "how"),
    [
        ("openai/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B", "alibaba", "registry"),
        ("openai/claude-opus-5-max", "anthropic/claude-opus-5", "anthropic", "registry"),
        ("openai/hf:Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B", "alibaba", "registry"),
        ("nvidia/DeepSeek-R1", "deepseek-ai/DeepSeek-R1", "deepseek", "registry"),  # a copy
        ("DeepSeek/gpt-5", "openai/gpt-5", "openai", "registry"),
        ("openai/gemini-9-pro", None, "google", "family"),
        ("openai/gpt-9", None, "openai", "family"),
        ("openai/nobody-knows", None, None, "unresolved"),  # anybody's, behind an interface like OpenAI's
        ("google/nobody-knows", None, "google", "prefix"),
        ("google/gemini-9-pro", None, "google", "prefix"),
        ("google/gpt-5-gemini", None, "google", "prefix"),  # two families claim it
        ("sao10k/Qwen3-30B-A3B", None, None, "unresolved"),  # under a name that nobody has reviewed
    ],
)
def test_a_name_outweighs_its_prefix(
    registry: Registry, published: str, release: str | None, developer: str | None, how: str
) -> None:
    """A release or a family of another developer goes before what stands in front of it."""
    result = ask(registry, published)
    assert (result.release, result.developer, result.developer_how) == (release, developer, how), result.steps


def test_the_steps_say_what_a_name_outweighs(registry: Registry) -> None:
    """A prefix that is not followed, or that is a route, is named."""
    assert ask(registry, "openai/Qwen3-30B-A3B").steps[0].endswith(", which outweighs the prefix 'openai'")
    assert ask(registry, "openai/gemini-9-pro").steps[1].endswith(", which outweighs the prefix 'openai'")
    assert ask(registry, "openai/nobody-knows").steps[1] == (
        "no family claims 'openai/nobody-knows'; the prefix 'openai' may be the route to anybody's model"
    )


def test_every_answer_has_its_steps(registry: Registry) -> None:
    """The trace says what was asked, who answered, and where it was read."""
    for name in ("gpt-5-high", "claude-opus-9", "nobody-knows", "gpt-5 + deepseek-r1"):
        assert ask(registry, name).steps
    assert all(SEEN["evidence_url"] in step for step in ask(registry, "gpt-5-high").steps)


def test_suggestions_are_only_suggestions(registry: Registry) -> None:
    """A near miss is suggested to a person and not accepted."""
    near_miss = "kimi k2 thinkin"
    assert suggest(near_miss, registry, 3)[0][1].startswith("moonshotai/Kimi-K2")
    assert ask(registry, near_miss).release is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_no_row_raises(registry: Registry, name: str, organization: str, licence: str) -> None:
    """Whatever a board prints, there is an answer, and what nobody knows is unknown."""
    result = resolve(PublishedName(name, organization=organization, licence=licence, country=organization), registry)
    assert result.openness[0].since is None
    assert (result.release is None) == (result.release_how == "unresolved")
    assert (result.developer is None) == (result.developer_how == "unresolved")
