"""How names resolve with the shipped registry: the cases that once were traps, and what `tracker registry lookup` says."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry import resolve
from registry.load import Registry, load_registry
from registry.models import Release
from registry.openness import level_on
from registry.resolve import PublishedName
from tracker.cli import cli

HERE = Path(resolve.__file__).parent


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def lookup(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(cli, ["registry", "lookup", *words, "--format", "json"], catch_exceptions=False)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("name", "developer", "country"),
    [
        ("R1-1776", "perplexity", "US"),
        ("Llama-3.1-Nemotron-70B-Instruct", "nvidia", "US"),
        ("Llama-3.1-Tulu-3-70B", "allenai", "US"),
        ("Marco-o1", "alibaba", "CN"),
        ("QwQ-32B", "alibaba", "CN"),
        ("hunyuan-t1-20250711", "tencent", "CN"),
        ("Doubao-1.5-pro", "bytedance", "CN"),
        ("ERNIE X1", "baidu", "CN"),
        ("豆包", "bytedance", "CN"),
        ("豆包大模型 1.6", "bytedance", "CN"),
        ("DeepSeek-R1-Distill-Llama-70B", "deepseek", "CN"),
        ("Grok 4 (SpaceXAI)", "xai", "US"),
        ("xai/grok-4", "xai", "US"),
    ],
)
def test_who_made_it_and_where(name: str, developer: str, country: str) -> None:
    """Not the base model's maker, and not whom a word of the name looks like."""
    result = lookup(name)
    assert (result["developer"], result["country"]) == (developer, country)


def test_renamed_organisations_are_one(registry: Registry) -> None:
    """xAI and SpaceXAI; Zhipu and Z.ai."""
    for item, other in (("xAI", "SpaceXAI"), ("Zhipu", "Z.ai")):
        first, second = registry.developer(item), registry.developer(other)
        assert first is not None
        assert second is not None
        assert first.developer == second.developer


def test_an_organisation_that_moved(registry: Registry) -> None:
    """A Manus release of March 2025 is CN; one of 2026, which no board has published yet, would be SG."""
    result = resolve.resolve(PublishedName("Manus"), registry)
    assert (result.released_on, result.country) == (date(2025, 3, 6), "CN")
    later = Release(
        release="manus/later", developer="manus", released_on=date(2026, 2, 1), weights=False,
        evidence_url="https://example.org/", evidence_day=date(2026, 8, 1),
    )  # fmt: skip
    registry.releases["manus/later"] = later
    try:
        assert resolve.resolve(PublishedName("manus/later"), registry).country == "SG"
    finally:
        del registry.releases["manus/later"]


def test_weights_that_were_published_later(registry: Registry) -> None:
    """MiniMax-M2.7 was closed on 2026-03-20 and published on 2026-04-20; both are right, and lookup gives the day."""
    spans = resolve.resolve(PublishedName("MiniMax-M2.7"), registry).openness
    assert level_on(spans, date(2026, 3, 20)) == "proprietary"
    assert level_on(spans, date(2026, 4, 20)) == "restricted_weights"
    output = [(o["value"], o["since"]) for o in lookup("MiniMax-M2.7")["openness"]]  # type: ignore[attr-defined]
    assert output == [("proprietary", None), ("restricted_weights", "2026-04-13")]


@pytest.mark.parametrize("name", ["文心一言 4.5", "ERNIE-4.5", "Baidu: ERNIE 4.5", "文心大模型4.5"])
def test_an_ambiguous_name_says_so(name: str) -> None:
    """It is one of several releases and none is chosen, but all are Baidu's; a fuller name is not ambiguous."""
    result = lookup(name)
    assert (result["release"], result["developer"], result["country"]) == (None, "baidu", "CN")
    assert result["ambiguous"] == ["baidu/ERNIE-4.5-300B-A47B-PT", "baidu/ERNIE-4.5-VL-424B-A47B-PT", "baidu/ernie-4.5"]
    assert result["openness"] == [{"since": None, "value": "unknown", "how": "unresolved"}]
    assert str(result["steps"][0]).startswith("ambiguous: ")  # type: ignore[index]
    assert lookup("ERNIE-4.5-300B-A47B")["release"] == "baidu/ERNIE-4.5-300B-A47B-PT"


def test_each_step_of_a_registered_name_has_its_evidence() -> None:
    """Every step that rests on the registry ends in an address; the table names the same steps."""
    result = lookup("openai/gpt-5-2025-08-07 (high)")
    assert result["release"] == "openai/gpt-5"
    steps = list(result["steps"])  # type: ignore[call-overload]
    assert len(steps) == 3
    assert all(re.search(r"\(https?://\S+\)$", step) for step in steps)
    done = CliRunner().invoke(cli, ["registry", "lookup", "openai/gpt-5-2025-08-07 (high)"])
    assert "openai is based in US" in done.stdout


def test_the_columns_of_a_board_can_be_given() -> None:
    """An organisation and a licence decide what the name alone does not."""
    alone = lookup("Nameless-9")
    assert (alone["developer"], alone["openness"][0]["value"]) == (None, "unknown")  # type: ignore[index]
    assert alone["suggestions"]
    beside = lookup("Nameless-9", "--organization", "Tencent", "--licence", "Apache 2.0")
    assert (beside["developer"], beside["developer_how"]) == ("tencent", "organisation")
    assert beside["openness"][0]["value"] == "open_weights"  # type: ignore[index]


def test_likeness_and_substrings_decide_nothing(registry: Registry) -> None:
    """One letter off is unknown, and so is a name that holds a developer's or a family's word in another one."""
    for name in ("gpt-5x9", "xgpt-5", "kimik2instructor", "notopenai-1", "myllama-9b", "o1marco"):
        result = resolve.resolve(PublishedName(name), registry)
        assert result.release is None, name
        assert result.developer_how != "registry", name
    for name in ("xgpt-5", "notopenai-1", "myllama-9b"):
        assert resolve.resolve(PublishedName(name), registry).developer is None, name
    for module in ("resolve", "release", "developer", "load", "names/parse"):
        text = (HERE / f"{module}.py").read_text("utf-8")
        # rapidfuzz suggests, in one function, which no rule calls
        assert text.count("rapidfuzz") == (1 if module == "resolve" else 0)
        assert "suggest(" not in text.replace("def suggest(", "")
        assert "startswith(" not in text
