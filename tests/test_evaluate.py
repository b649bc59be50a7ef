"""The benchmark of accuracy, on a tiny file worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from registry.evaluate import evaluate_aliases, evaluate_facts
from registry.load import Registry, load_registry
from registry.models import Developer, DeveloperAlias, Family, Licence, Release
from scrapers.errors import DeclarationError
from tracker.cli import cli

SEEN: dict[str, Any] = {"evidence_url": "https://example.org/page", "evidence_day": date(2026, 8, 1)}


@pytest.fixture
def registry() -> Registry:
    """gpt-5 (US, closed), qwen3-32b (CN, open), and the family gpt."""
    rows = [
        Release(release="openai/gpt-5", developer="openai", released_on=date(2025, 8, 7), weights=False, **SEEN),
        Release(release="Qwen/Qwen3-32B", developer="alibaba", weights=True, licence="Apache-2.0", **SEEN),
    ]
    return Registry(
        developers=(
            Developer(developer="alibaba", name="Alibaba", country="CN", **SEEN),
            Developer(developer="openai", name="OpenAI", country="US", **SEEN),
        ),
        developer_aliases=(DeveloperAlias(alias="Qwen", developer="alibaba", **SEEN),),
        releases={row.release: row for row in rows},
        aliases=(),
        licences=(Licence(published="Apache 2.0", licence="Apache-2.0", terms="permissive", **SEEN),),
        families=(Family(token="gpt", developer="openai", **SEEN),),
    )


def test_precision_and_coverage_are_counted_by_hand(tmp_path: Path, registry: Registry) -> None:
    """Unknown lowers the coverage, a wrong answer the precision; a blank cell asks nothing."""
    path = tmp_path / "gold.csv"
    path.write_text(
        "model_name_as_written,source,developer,country,weights,terms\n"
        "GPT-5 (high),x,OpenAI,US,N,closed\n"
        "qwen3-32b-nothink,x,Qwen/Alibaba,CN,Y,open\n"
        "gpt-9,x,OpenAI,CN,N,\n"
        "mystery,x,Nobody,US,Y,\n"
        "Qwen: Qwen3 32B,x,alibaba,,N,restricted\n"
    )
    result = evaluate_facts(path, registry)
    assert (result["country"]["precision"], result["country"]["coverage"]) == (2 / 3, 3 / 4)
    assert result["country"]["wrong"] == [
        {"name": "gpt-9", "expected": "CN", "found": "US", "release": None},
    ]
    assert (result["weights"]["precision"], result["weights"]["coverage"]) == (2 / 3, 3 / 5)
    assert (result["developer"]["precision"], result["developer"]["coverage"]) == (1, 4 / 5)
    assert (result["terms"]["precision"], result["terms"]["asked"]) == (2 / 3, 3)


def test_a_column_that_is_not_there_asks_nothing(tmp_path: Path, registry: Registry) -> None:
    """Names can be judged without their organisations; a file without any fact is refused."""
    path = tmp_path / "gold.csv"
    path.write_text("model_name_as_written,country,weights\nGPT-5 (high),US,N\n")
    result = evaluate_facts(path, registry)
    assert (result["country"]["precision"], result["weights"]["precision"]) == (1, 1)
    assert (result["developer"]["asked"], result["developer"]["precision"]) == (0, None)
    assert result["terms"]["asked"] == 0
    path.write_text("model_name_as_written,source\nGPT-5 (high),x\n")
    with pytest.raises(DeclarationError, match=r"gold\.csv.*column of facts"):
        evaluate_facts(path, registry)


GROUPS = """group_id,name,level
a,GPT-5,release
a,gpt-5 (high),release
a,openai/gpt-5,release
b,Qwen3 32B,release
b,Tongyi 32B,release
c,qwen3-32b-thinking,release
d,gpt-5-high,variant
"""


def test_pairs_are_counted_by_hand(tmp_path: Path, registry: Registry) -> None:
    """Three pairs of a, one of b; found are those of a and one across b and c; d is finer than a release."""
    path = tmp_path / "groups.csv"
    path.write_text(GROUPS)
    result = evaluate_aliases(path, registry)
    assert (result["pair_precision"], result["pair_recall"]) == (3 / 4, 3 / 4)
    assert [pair["names"] for pair in result["wrong_pairs"]] == [["Qwen3 32B", "qwen3-32b-thinking"]]
    assert [pair["names"] for pair in result["missed_pairs"]] == [["Qwen3 32B", "Tongyi 32B"]]
    assert len(result["finer_pairs"]) == 3
    assert result["pair_precision_all_levels"] == 3 / 7


def test_without_levels_every_group_is_a_release(tmp_path: Path, registry: Registry) -> None:
    """A file of two columns is read as releases."""
    path = tmp_path / "groups.csv"
    path.write_text("".join(",".join(line.split(",")[:2]) + "\n" for line in GROUPS.splitlines()))
    result = evaluate_aliases(path, registry)
    assert result["pair_precision"] == result["pair_precision_all_levels"] == 3 / 7


def test_a_file_without_the_columns_is_refused(tmp_path: Path, registry: Registry) -> None:
    """One sentence that names the file and the column."""
    path = tmp_path / "gold.csv"
    path.write_text("name\nGPT-5\n")
    with pytest.raises(DeclarationError, match=r"gold\.csv: model_name_as_written"):
        evaluate_facts(path, registry)
    with pytest.raises(DeclarationError, match=r"gold\.csv: group_id"):
        evaluate_aliases(path, registry)
    with pytest.raises(DeclarationError, match="absent"):
        evaluate_facts(tmp_path / "absent.csv", registry)


def evaluate(*words: str) -> Any:
    done = CliRunner().invoke(cli, ["registry", "evaluate", *words, "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_the_command_prints_the_documented_keys(tmp_path: Path) -> None:
    """JSON that others script against, with the wrong ones in it; a table for people; one sentence for a wrong file."""
    path = tmp_path / "gold.csv"
    path.write_text(
        "model_name_as_written,developer,country,weights,terms\nGPT-5,OpenAI,US,N,closed\nR1-1776,x,CN,Y,open\n"
    )
    facts = evaluate(str(path))
    assert list(facts) == ["country", "weights", "developer", "terms"]
    assert {"precision", "coverage", "wrong"} <= facts["country"].keys()
    assert (facts["country"]["precision"], facts["country"]["coverage"]) == (0.5, 1)
    assert [case["name"] for case in facts["country"]["wrong"]] == ["R1-1776"]
    shown = CliRunner().invoke(cli, ["registry", "evaluate", str(path)]).stdout
    assert "0.5000" in shown
    assert "perplexity-ai/r1-1776" in shown
    groups = tmp_path / "groups.csv"
    groups.write_text("group_id,name\na,GPT-5\na,gpt-5 (high)\nb,gpt-5-2025-08-07\n")
    pairs = evaluate("--aliases", str(groups))
    assert {"pair_precision", "pair_recall", "wrong_pairs"} <= pairs.keys()
    assert (pairs["pair_precision"], pairs["pair_recall"], len(pairs["wrong_pairs"])) == (1 / 3, 1, 2)


CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def test_the_committed_cases_keep_their_floor(shipped: Registry) -> None:
    """Nothing wrong, nothing unknown: these are the names that once were traps."""
    facts = evaluate_facts(CASES / "facts.csv", shipped)
    for asked, score in facts.items():
        assert score["wrong"] == [], asked
        assert score["coverage"] == 1, asked
    groups = evaluate_aliases(CASES / "groups.csv", shipped)
    assert groups["wrong_pairs"] == []
    assert groups["missed_pairs"] == []
