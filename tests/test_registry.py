"""The registry's files: refused with file, line and column when wrong; the shipped ones are right."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from license_expression import get_spdx_licensing

from registry.country_names import COUNTRIES
from registry.load import Registry, RegistryError, load_registry
from registry.names.parse import first_token
from registry.openness import level_on
from registry.resolve import PublishedName, Resolved, resolve
from scrapers.spec import load_sources

PROOF = "https://example.org/page,2026-08-01"
GOOD = {
    "developers.csv": [
        "developer,name,country,subdivision,since,until,evidence_url,evidence_day,note",
        f"alibaba,Alibaba,CN,,,,{PROOF},",
        f"manus,Manus,CN,,,2025-07-01,{PROOF},",
        f"manus,Manus,SG,,2025-07-01,,{PROOF},moved",
        f"sensetime,SenseTime,CN,HK,,,{PROOF},",
    ],
    "developer_aliases.csv": [
        "alias,developer,evidence_url,evidence_day",
        f"Alibaba Cloud,alibaba,{PROOF}",
        f"Qwen,alibaba,{PROOF}",
        f"qwen,alibaba,{PROOF}",
    ],
    "releases.csv": [
        "release,developer,released_on,weights,weights_since,licence,open_source,base_model,"
        "evidence_url,evidence_day,note",
        f"Qwen/Qwen3-32B,alibaba,2025-04-28,yes,2025-04-28,Apache-2.0,,,{PROOF},",
        f"manus/manus,manus,2025-03-06,no,,,,,{PROOF},",
        f"qwen/qwen3-max,alibaba,,no,,,,,{PROOF},",
    ],
    "aliases.csv": [
        "alias,release,variant,since,until,evidence_url,evidence_day",
        f"manus,manus/manus,,,2025-07-01,{PROOF}",
        f"manus,qwen/qwen3-max,,2025-07-01,,{PROOF}",
        f"qwen3-32b-nothink,Qwen/Qwen3-32B,no-thinking,,,{PROOF}",
    ],
    "licences.csv": [
        "published,licence,terms,evidence_url,evidence_day",
        f"Apache 2.0,Apache-2.0,permissive,{PROOF}",
        f"Propretary,,proprietary,{PROOF}",
    ],
    "families.csv": [
        "token,developer,exceptions,evidence_url,evidence_day,note",
        f"qwen2.5,alibaba,distill,{PROOF},",
        f"qwen3,alibaba,,{PROOF},",
    ],
}


def write(folder: Path, **changed: tuple[int, str]) -> Path:
    """The good files, with one line of some replaced."""
    for file, lines in GOOD.items():
        rows = list(lines)
        if file[:-4] in changed:
            number, text = changed[file[:-4]]
            rows[number - 1] = text
        (folder / file).write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    return folder


def test_good_files_load(tmp_path: Path) -> None:
    """Rows become look-ups."""
    registry = load_registry(write(tmp_path))
    assert registry.releases["Qwen/Qwen3-32B"].released_on == date(2025, 4, 28)
    assert registry.releases["qwen/qwen3-max"].weights is False
    for published in ("Alibaba Cloud", "alibaba-cloud", "QWEN", "alibaba"):
        result = registry.developer(published)
        assert result is not None
        assert result.developer == "alibaba"
    assert registry.terms("Apache-2.0") == "permissive"
    assert registry.terms("LicenseRef-of-nobody") == "unknown"
    licence = registry.licence("apache-2.0")
    assert licence is not None
    assert licence.terms == "permissive"
    assert registry.families_by_token["qwen"].exceptions == ("distill",)


def test_a_developer_that_moved_has_two_bases(tmp_path: Path) -> None:
    """`since` is the first day, `until` the first day after; no day, no answer."""
    registry = load_registry(write(tmp_path))

    def country(day: date | None) -> str | None:
        base = registry.base_on("manus", day)
        return base.country if base else None

    assert country(date(2025, 6, 30)) == "CN"
    assert country(date(2025, 7, 1)) == "SG"
    assert country(None) is None


# file, line, the line instead, column, a word of what was expected
WRONG = [
    (
        "developers",
        1,
        "developer,name,country,since,until,evidence_url,evidence_day,note",
        "subdivision",
        "this column",
    ),
    ("developers", 1, GOOD["developers.csv"][0] + ",extra", "extra", "no such column"),
    (
        "developers",
        1,
        "name,developer,country,subdivision,since,until,evidence_url,evidence_day,note",
        "name",
        "order",
    ),
    ("developers", 2, f"Alibaba,Alibaba,CN,,,,{PROOF},", "developer", "lower-case"),
    ("developers", 2, f"alibaba,,CN,,,,{PROOF},", "name", "a value"),
    ("developers", 2, f"alibaba,Alibaba,China,,,,{PROOF},", "country", "ISO"),
    ("developers", 2, f"alibaba,Alibaba,XX,,,,{PROOF},", "country", "ISO"),
    ("developers", 2, f"alibaba,Alibaba,HK,,,,{PROOF},", "country", "subdivision"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,,2026-08-01,", "evidence_url", "address"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,see there,2026-08-01,", "evidence_url", "address"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,https://example.org/,,", "evidence_day", "day"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,https://example.org/,1.8.2026,", "evidence_day", "YYYY-MM-DD"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,https://example.org/,2026-02-30,", "evidence_day", "calendar"),
    ("developers", 2, "alibaba,Alibaba,CN,,,,https://example.org/,1767225600,", "evidence_day", "YYYY-MM-DD"),
    ("developers", 2, f"alibaba,Alibaba,CN,,2025-02-30,,{PROOF},", "since", "calendar"),
    ("developers", 3, f"manus,Manus,CN,,,2025-08-01,{PROOF},", "since", "overlap"),
    ("developers", 4, f"manus,Manus,SG,,2025-07-01,2025-01-01,{PROOF},", "until", "after"),
    ("developers", 5, f"aaa,First,US,,,,{PROOF},", "developer", "sorted"),
    ("developer_aliases", 2, f"Alibaba Cloud,nobody,{PROOF}", "developer", "developers.csv"),
    ("developer_aliases", 4, f"Qwen,alibaba,{PROOF}", "alias", "repeats"),
    ("developer_aliases", 4, f"qwen,manus,{PROOF}", "developer", "alibaba"),
    ("releases", 2, f"Qwen/Qwen3-32B,nobody,2025-04-28,yes,,,,,{PROOF},", "developer", "developers.csv"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,2025-04-28,maybe,,,,,{PROOF},", "weights", "yes"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,2025-04-28,true,,,,,{PROOF},", "weights", "yes"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,2025-04-28,yes,,,1,,{PROOF},", "open_source", "yes"),
    ("releases", 2, f"Qwen/Qwen3-32B,,2025-04-28,yes,,,,,{PROOF},", "developer", "a value"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,28-04-2025,yes,,,,,{PROOF},", "released_on", "YYYY-MM-DD"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,,no,2025-04-28,,,,{PROOF},", "weights_since", "nothing"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,,no,,,yes,,{PROOF},", "open_source", "nothing"),
    ("releases", 3, f"Qwen/Qwen3-32B,alibaba,,,,,,,{PROOF},", "release", "repeats"),
    ("releases", 2, f" Qwen/Qwen3-32B,alibaba,,,,,,,{PROOF},", "release", "no space"),
    ("releases", 2, f"Qwen/Qwen3-32B,alibaba,,,,{PROOF},", "evidence_url", "11 values"),
    ("aliases", 4, f"qwen3-32b-nothink,Qwen/Qwen3,,,,{PROOF}", "release", "releases.csv"),
    ("aliases", 2, f"manus,manus/manus,,,2025-07-02,{PROOF}", "since", "overlap"),
    ("aliases", 2, f"manus,manus/manus,,,,{PROOF}", "since", "overlap"),
    ("aliases", 3, f"manus,qwen/qwen3-max,,2025-07-01,2025-07-01,{PROOF}", "until", "after"),
    ("aliases", 3, f"manus,qwen/qwen3-max,,,,{PROOF}", "alias", "repeats"),
    ("licences", 2, f"Apache 2.0,Apache-2.0,free,{PROOF}", "terms", "permissive"),
    ("licences", 3, f"Apache-2.0,Apache-2.0,restricted,{PROOF}", "terms", "permissive"),
    ("families", 2, f"qwen2.5,nobody,,{PROOF},", "developer", "developers.csv"),
    ("families", 3, f"qwen3,manus,,{PROOF},", "developer", "alibaba"),
    ("families", 2, f'"qwen2.5,alibaba,,{PROOF},', "token", "CSV"),
]


@pytest.mark.parametrize(("file", "line", "text", "column", "expected"), WRONG)
def test_a_wrong_line_is_named(tmp_path: Path, file: str, line: int, text: str, column: str, expected: str) -> None:
    """File, line, column and what was expected are in the error, and in its sentence."""
    with pytest.raises(RegistryError) as caught:
        load_registry(write(tmp_path, **{file: (line, text)}))
    error = caught.value
    assert (error.file, error.column) == (f"{file}.csv", column)
    assert error.line >= line
    assert expected in str(error)
    assert f"{file}.csv: line {error.line}, column {column}: expected " in str(error)
    assert "\n" not in str(error)


def test_an_absent_or_empty_file_is_named(tmp_path: Path) -> None:
    """A missing file is an error of its own name, not a traceback."""
    (write(tmp_path) / "families.csv").unlink()
    with pytest.raises(RegistryError, match=r"families\.csv"):
        load_registry(tmp_path)
    (tmp_path / "families.csv").write_text("")
    with pytest.raises(RegistryError, match=r"families\.csv"):
        load_registry(tmp_path)


def test_only_reading_the_files_needs_pydantic() -> None:
    """A process that imports the registry for its rules, and reads none of its files, does not wait for the models."""
    modules = "registry.load, registry.resolve, registry.lookup, registry.edit, storage.registry_tables"
    script = f"import sys, {modules}\nprint('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_country_codes_are_those_of_iso() -> None:
    """The list is written out, because reading ISO's takes longer than reading the registry."""
    import pycountry

    assert {c.alpha_2 for c in pycountry.countries} | {"INT"} == COUNTRIES


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def test_the_shipped_registry_loads(shipped: Registry) -> None:
    """Sorted, no line repeated, evidence on every row: the loader refuses anything else."""
    assert len(shipped.developers) >= 100
    assert len(shipped.releases) >= 300


def test_nothing_shipped_is_unused_or_ambiguous(shipped: Registry) -> None:
    """Every developer has a base; every exception of a family is one token as names are parsed."""
    for release in shipped.releases.values():
        assert shipped.bases(release.developer), release
        if release.weights_since and release.released_on:
            assert release.weights_since >= date(2018, 1, 1), release
    for family in shipped.families:
        assert all(family.exceptions), family


def test_an_operator_that_releases_models_is_named_by_its_id(shipped: Registry) -> None:
    """`without_operator` leaves out the rows of boards.operator: another spelling would leave out none, silently."""
    operators = {board.operator for source in load_sources().values() for board in source.boards.values()}
    assert {"shanghai-ai-lab", "ucberkeley", "vectara"} <= operators
    for operator in sorted(operators):
        known = shipped.developer(operator)
        assert known is None or known.developer == operator, operator


def test_no_licence_of_a_release_is_without_terms(shipped: Registry) -> None:
    """Weights under a licence that the table does not list would count as restricted unseen."""
    missing = {r.licence for r in shipped.releases.values() if r.weights and r.licence}
    missing -= {row.licence for row in shipped.licences}
    assert not missing


def ask(registry: Registry, published: str) -> Resolved:
    return resolve(PublishedName(published), registry)


@pytest.mark.parametrize(
    ("published", "country"),
    [
        ("R1-1776", "US"),
        ("Llama-3.1-Nemotron-70B-Instruct", "US"),
        ("Llama-3.1-Tulu-3-405B", "US"),
        ("DeepSeek-R1-Distill-Llama-70B", "CN"),
        ("Marco-o1", "CN"),
        ("QwQ-32B", "CN"),
        ("hunyuan-t1-20250711", "CN"),
        ("Doubao-Seed-1.6", "CN"),
        ("豆包1.6", "CN"),
        ("ERNIE 4.5 300B A47B", "CN"),
        ("Hermes 4 - Llama-3.1 405B (Reasoning)", "US"),
        ("K2-Think-V2", "AE"),
        ("Kimi-K2-Instruct", "CN"),
        ("StarCoder 2 15B", "INT"),
        ("palmyra-x5", "US"),
        ("mistral-medium-2508", "FR"),
        ("command-r-plus", "CA"),
        ("Jamba 1.7 Large", "IL"),
    ],
)
def test_known_traps_have_their_country(shipped: Registry, published: str, country: str) -> None:
    """Never that of a base model, of a name that looks alike, or of a prefix."""
    assert ask(shipped, published).country == country


@pytest.mark.parametrize("published", ["文心一言 4.5", "ERNIE", "Qwen", "GPT", "Sonoma Sky Alpha", "Llama", "K2"])
def test_an_ambiguous_name_is_no_release(shipped: Registry, published: str) -> None:
    """A brand, or a product of several models, is no release, and so its openness is unknown."""
    result = ask(shipped, published)
    assert result.release is None
    assert level_on(result.openness, None) == "unknown"


@pytest.mark.parametrize("published", ["codestral-latest", "Google Gemini Pro Latest", "magistral-medium-latest"])
def test_the_newest_of_a_line_is_not_its_first(shipped: Registry, published: str) -> None:
    """`latest` of a line without a version moves on; the release that once had the bare name is not meant."""
    result = ask(shipped, published)
    assert result.release is None
    assert result.developer is not None


@pytest.mark.parametrize("published", ["MiniMax-M2-Max", "Mistral-Large-3-Max", "Llama-4-Scout-Ultra", "Phi-4-medium"])
def test_a_tier_is_no_effort(shipped: Registry, published: str) -> None:
    """A larger sibling may be hosted only: the weights of the shorter name are not its."""
    result = ask(shipped, published)
    assert result.release is None
    assert level_on(result.openness, None) == "unknown"


@pytest.mark.parametrize(
    ("published", "release"),
    [
        ("openai/Qwen2.5-Coder-32B-Instruct", "Qwen/Qwen2.5-Coder-32B-Instruct"),
        ("openai/command-a-03-2025-quality", "CohereLabs/c4ai-command-a-03-2025"),
        ("openai/hf:01-ai/Yi-Coder-9B-Chat", "01-ai/Yi-Coder-9B-Chat"),
        ("openai/hf:Qwen/Qwen2.5-Coder-32B-Instruct", "Qwen/Qwen2.5-Coder-32B-Instruct"),
        ("openai/qwen-max-2025-01-25", "qwen/qwen-max"),
        ("openai/qwen3-235b-a22b", "Qwen/Qwen3-235B-A22B"),
        ("openai/yi-lightning", "01-ai/yi-lightning"),
        ("nvidia/Mistral-NeMo-12B-Instruct", "nvidia/Mistral-NeMo-12B-Instruct"),
    ],
)
def test_a_route_is_not_the_developer(shipped: Registry, published: str, release: str) -> None:
    """LiteLLM calls any server with OpenAI's interface openai/NAME; a registered id keeps its prefix."""
    assert ask(shipped, published).release == release


@pytest.mark.parametrize(
    ("published", "release"),
    [
        ("claude-4-7-max", "anthropic/claude-opus-4.7"),
        ("glm-5.2-max", "zai-org/GLM-5.2"),
        ("gpt-5-medium", "openai/gpt-5"),
        ("Phi-4 (medium)", "microsoft/phi-4"),
        ("qwen3.8-max", "qwen/qwen3.8-max"),
    ],
)
def test_an_effort_is_no_tier(shipped: Registry, published: str, release: str) -> None:
    """Where its developer runs models so, or brackets part it from the name; a model of the whole name goes first."""
    assert ask(shipped, published).release == release


def test_the_newest_of_a_version_is_that_version(shipped: Registry) -> None:
    """Beside a version `latest` says nothing more, and a reviewed alias may say what it was."""
    for published, release in (
        ("Claude Opus 4.1 (latest)", "anthropic/claude-opus-4.1"),
        ("Mistral Large (latest)", "mistralai/Mistral-Large-3-675B-Instruct-2512"),
    ):
        assert ask(shipped, published).release == release


@pytest.mark.parametrize(
    ("published", "developer"),
    [
        ("01-AI", "01ai"),
        ("01.AI", "01ai"),
        ("360 Zhinao", "qihoo360"),
        ("Qihoo 360", "qihoo360"),
        ("Ant Group", "antgroup"),
        ("Baichuan", "baichuan"),
        ("Baichuan Intelligent Technology", "baichuan"),
        ("Baidu Inc.", "baidu"),
        ("China Mobile", "china-mobile"),
        ("China Telecom", "china-telecom"),
        ("Dianxin", "china-telecom"),
        ("TeleAI", "china-telecom"),
        ("Cohere For AI", "cohere"),
        ("DataBricks", "databricks"),
        ("Hugging Face", "huggingface"),
        ("HuggingFace", "huggingface"),
        ("Iflytek", "iflytek"),
        ("iFLYTEK", "iflytek"),
        ("LMSYS", "lmsys"),
        ("Moonshot", "moonshot"),
        ("Nanbeige", "nanbeige"),
        ("OrionStarAI", "orionstar"),
        ("SenseTime", "sensetime"),
        ("Shanghai AI Lab", "shanghai-ai-lab"),
        ("Shanghai AI Laboratory", "shanghai-ai-lab"),
        ("Step", "stepfun"),
        ("StepFun", "stepfun"),
        ("Unisound", "unisound"),
        ("Zhipu AI", "zai"),
        ("ZhipuAI", "zai"),
    ],
)
def test_an_organisation_is_known_as_opencompass_spells_it(shipped: Registry, published: str, developer: str) -> None:
    """Its editions of 2024 to 2026 spell one organisation in up to three ways."""
    result = resolve(PublishedName("a name that nobody knows", organization=published), shipped)
    assert (result.developer, result.developer_how) == (developer, "organisation")
    assert result.country is not None


@pytest.mark.parametrize(
    ("published", "flag", "level", "how"),
    [
        ("UniGPT", "closed", "proprietary", "openness column"),  # nobody but the board says so
        ("TeleChat2", "closed", "proprietary", "openness column"),
        ("Finix-P1-32B (Thinking)", "closed", "proprietary", "openness column"),
        ("TeleChat2", None, "unknown", "unresolved"),
        ("Qwen-Max", "closed", "proprietary", "every candidate"),
        ("GLM-5.3", "closed", "open_weights", "assumed"),  # called by API, which says nothing of its weights
        ("Qwen3.8-Max", "open", "proprietary", "registry"),
        ("ERNIE-4.5-Turbo-128K ", "open", "proprietary", "registry"),  # the weights published are a sibling's
        ("360Zhinao3-7B-O1.5", "open", "restricted_weights", "assumed"),
    ],
)
def test_the_openness_column_speaks_where_the_registry_is_silent(
    shipped: Registry, published: str, flag: str | None, level: str, how: str
) -> None:
    """A reviewed fact outranks the board's flag; a blank cell leaves it to the board."""
    (span,) = resolve(PublishedName(published, openness=flag), shipped).openness
    assert (span.value, span.how) == (level, how)


@pytest.mark.parametrize(
    ("published", "release", "variant"),
    [
        ("Doubao-Seed-1.6-thinking-250715", "bytedance-seed/seed-1.6-thinking-250715", ""),
        ("Doubao-Seed-1.6-251015 (Thinking)", "bytedance-seed/seed-1.6-251015", "thinking"),
        ("Doubao-pro-32k/240615", "bytedance/doubao-pro-240615", "32k"),
        ("Hunyuan-T1-20250822", "tencent/hunyuan-t1-20250822", ""),
        ("Qwen-Max-0107", "qwen/qwen-max-0107", ""),  # a year before the Qwen-Max of 25 January 2025
        ("qwen-max-2025-01-25", "qwen/qwen-max", ""),
        ("iFlytek-Spark-X1-0720", "iflytek/spark-x1-0720", ""),
        ("iFlytek-Spark-X1.5-0106-Think", "iflytek/spark-x1.5-0106", "thinking"),
        ("iFlytek-Spark-X1.5-0106-NoThink", "iflytek/spark-x1.5-0106", "no-thinking"),
        ("Step-2-16K", "stepfun/step-2-16k", ""),
        ("Step-2-16k-Exp", "stepfun/step-2-16k-exp-202412", ""),
        ("GLM-4", "z-ai/glm-4", ""),
        ("GLM-4-0520", "z-ai/glm-4-0520", ""),
        ("GLM-4-9B-Chat", "zai-org/glm-4-9b-chat", ""),
    ],
)
def test_a_snapshot_is_a_release_of_its_own(shipped: Registry, published: str, release: str, variant: str) -> None:
    """Neither the undated name nor a day nearby takes it, and how it was run stays beside it."""
    result = ask(shipped, published)
    assert (result.release, result.variant) == (release, variant)


def test_a_fact_that_changed_is_read_on_its_day(shipped: Registry) -> None:
    """Weights of MiniMax-M2.7 came a month after the model; Manus left China in 2025."""
    result = ask(shipped, "minimax-m2.7")
    assert level_on(result.openness, date(2026, 3, 20)) == "proprietary"
    assert level_on(result.openness, date(2026, 4, 20)) == "restricted_weights"
    bases = [shipped.base_on("manus", day) for day in (date(2025, 3, 6), date(2026, 1, 15))]
    assert [base.country for base in bases if base] == ["CN", "SG"]
    renamed = {alias.developer for word in ("xAI", "SpaceXAI", "x-ai") if (alias := shipped.developer(word))}
    assert renamed == {"xai"}


def test_no_part_of_a_name_is_enough(shipped: Registry) -> None:
    """A name with a letter more, fewer, or another in its place never finds its release again by likeness."""
    aliases = {row.alias.casefold() for row in shipped.aliases}  # LiveBench prints lama-3.1-nemotron-70b-instruct
    for release in list(shipped.releases)[::7]:
        name = release.rpartition("/")[2]
        changed = (f"x{name}", f"{name}x", f"{name} zzz", f"zzz {name}", name[1:], f"{name[:2]}x{name[2:]}")
        for text in changed:
            result = ask(shipped, text)
            assert result.release != release or text.casefold() in aliases, (text, result.steps)


def test_no_part_of_a_word_is_a_family(shipped: Registry) -> None:
    """A family is a whole token in the first place."""
    for family in shipped.families:
        for text in (f"x{family.token}-99b", f"{family.token}x-99b", f"zzz-{family.token}-99b"):
            if first_token(text) in shipped.families_by_token:
                continue  # hyperclova and hyperclovax are both families
            result = ask(shipped, text)
            assert result.developer_how != "family" or result.developer != family.developer, (text, result.steps)


@pytest.mark.parametrize(
    "published",
    [
        "Llama-3-ELYZA-JP-8B",
        "Llama-3-Open-Ko-8B",
        "LLaMA-Pro-8B",
        "Qwen2.5-72B-Evathene",
        "Qwen3-Swallow-8B",
        "Mistral-Nemo-Gutenberg-12B",
        "Mixtral-8x7B-Synthia",
        "gemma-2-Ifable-9B",
        "DeepSeek-R1-Medical-COT",
        "GLM-4.5-Air-Derestricted",
        "Phi-3.5-Hebrew",
        "Yi-34B-200K-DARE-merge",
        "gpt-oss-20b-uncensored",
        "GPT-SW3-40B",
    ],
)
def test_a_model_made_from_open_weights_is_not_its_bases(shipped: Registry, published: str) -> None:
    """A word that the family's developer never says may be that of whoever tuned the weights."""
    result = ask(shipped, published)
    assert (result.developer, result.country) == (None, None), result.steps


@pytest.mark.parametrize(
    ("published", "developer"),
    [
        ("Llama-9-70B-Instruct", "meta"),
        ("Qwen9-VL-32B", "alibaba"),
        ("claude-tomorrow-9", "anthropic"),  # nobody can tune Claude
        ("mistral-medium-9-flash", "mistral"),  # many developers say flash
    ],
)
def test_a_family_speaks_for_its_next_release(shipped: Registry, published: str, developer: str) -> None:
    """Words that its developer says, or that everybody says, leave the family's answer."""
    assert ask(shipped, published).developer == developer


def test_licences_are_spdx_or_a_reference() -> None:
    """Every licence id of the shipped registry is one that SPDX knows, or says that it is our own reference."""
    spdx = get_spdx_licensing()
    registry = load_registry()
    releases = registry.releases.values() if isinstance(registry.releases, dict) else registry.releases
    ids = {row.licence for row in (*releases, *registry.licences) if row.licence}
    wrong = [item for item in ids if not item.startswith("LicenseRef-") and spdx.validate(item).errors]
    assert wrong == []
    assert len(ids) > 20
