"""Records of Every Eval Ever: what the format asks for, of what the leaderboards published, in files of safe names."""

from __future__ import annotations

import json
import math
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.place import Place, page, put, small
from tracker.cli import cli
from tracker.cli.export import FORMATS
from tracker.export import WRITERS
from tracker.export.every_eval_ever import safe_name

# What the format requires, as `key: type`; a set holds the only values allowed. Keys that may be missing end in "?".
TEXTS = {"*": str}
SHAPE: dict[str, Any] = {
    "schema_version": {"0.3.0"},
    "evaluation_id": str,
    "retrieved_timestamp": str,
    "source_metadata": {
        "source_name": str,
        "source_type": {"documentation"},
        "source_organization_name": str,
        "source_organization_url?": str,
        "evaluator_relationship": {"first_party", "third_party", "other"},
        "additional_details": TEXTS,
    },
    "eval_library": {"name": {"unknown"}, "version": {"unknown"}},
    "model_info": {
        "name": str,
        "id": str,
        "developer?": str,
        "additional_details": {
            "deployment_type": {"unknown"},
            "model_availability": {"open_weights", "closed_weights", "unknown"},
            "*": str,
        },
    },
    "evaluation_results": [
        {
            "evaluation_name": str,
            "source_data": {
                "dataset_name": str,
                "source_type": {"url", "other"},
                "url?": [str],
                "additional_details": TEXTS,
            },
            "metric_config": {
                "evaluation_description": str,
                "metric_id": str,
                "metric_name": str,
                "metric_unit?": str,
                "lower_is_better": bool,
                "score_type?": {"continuous"},
                "min_score?": float,
                "max_score?": float,
                "additional_details": TEXTS,
            },
            "score_details": {
                "score": float,
                "details": TEXTS,
                "uncertainty?": {"confidence_interval": {"lower": float, "upper": float}},
            },
            "generation_config?": {"additional_details": TEXTS},
        }
    ],
}


def faults(value: Any, shape: Any, at: str = "") -> list[str]:
    """Where a value is not of the shape."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        required = {key for key in shape if not key.endswith("?") and key != "*"}
        result = [f"{at}.{key} is missing" for key in required - value.keys()]
        for key, inner in value.items():
            kind = shape.get(key, shape.get(f"{key}?", shape.get("*")))
            result += [f"{at}.{key} is not known"] if kind is None else faults(inner, kind, f"{at}.{key}")
        return result
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{at} is no list, or empty"]
        return [fault for inner in value for fault in faults(inner, shape[0], f"{at}[]")]
    if isinstance(shape, set):
        return [] if value in shape else [f"{at} is {value!r}"]
    if shape is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        return [] if is_number else [f"{at} is no number"]
    return [] if isinstance(value, shape) else [f"{at} is no {shape.__name__}"]


def records(folder: Path) -> dict[str, dict[str, Any]]:
    """Every record below a folder, by its path."""
    root = folder / "every_eval_ever"
    return {
        file.relative_to(root).as_posix(): json.loads(file.read_text("utf-8")) for file in sorted(root.rglob("*.json"))
    }


def export(place: Place, *more: str) -> dict[str, dict[str, Any]]:
    """The records that an export writes into `exported`, over those of an export before."""
    folder = place.folder / "exported"
    done = place.run("export", folder, "--format", "every_eval_ever", *more)
    assert done.code == 0, done.err
    return records(folder)


@pytest.fixture(scope="module")
def of_the_demo(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The records of the demo's data."""
    folder = tmp_path_factory.mktemp("demo") / "exported"
    words = ["export", str(folder), "--format", "every_eval_ever", "--data", str(demo_data), "--now", "2026-09-04"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert re.search(r"^every_eval_ever/data/arena_text/ +393$", done.stdout, re.MULTILINE), done.stdout
    return records(folder)


def test_each_record_is_of_the_shape_that_the_format_asks_for(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """Keys, types and allowed values; a `score_type` comes with both limits, and the score lies within; ids are unique."""
    for file, record in of_the_demo.items():
        assert faults(record, SHAPE) == [], file
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)?", record["retrieved_timestamp"])
        (result,) = record["evaluation_results"]
        metric, score = result["metric_config"], result["score_details"]["score"]
        assert len({"score_type", "min_score", "max_score"} & metric.keys()) in (0, 3), file
        assert metric.get("min_score", score) <= score <= metric.get("max_score", score), file
        assert ("url" in result["source_data"]) == (result["source_data"]["source_type"] == "url")
    assert len({record["evaluation_id"] for record in of_the_demo.values()}) == len(of_the_demo)


def test_the_shape_finds_what_is_wrong(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """It is no formality: a number among the texts, a key that is missing, one that is not known, a result too few."""
    record = json.loads(json.dumps(next(iter(of_the_demo.values()))))
    record["model_info"]["additional_details"]["openness"] = 1
    record["eval_library"].pop("version")
    record["day"] = "2026-08-19"
    record["evaluation_results"] = []
    assert sorted(faults(record, SHAPE)) == [
        ".day is not known",
        ".eval_library.version is missing",
        ".evaluation_results is no list, or empty",
        ".model_info.additional_details.openness is no str",
    ]


def test_files_stand_where_the_format_looks_for_them(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """data/<leaderboard>/<developer>/<model>/<UUID of version 4>.json, one for each row."""
    for file in of_the_demo:
        data, _, *models, name = file.split("/")
        assert data == "data"
        assert len(models) == 2
        assert str(uuid.UUID(Path(name).stem)) == Path(name).stem
        assert uuid.UUID(Path(name).stem).version == 4
    boards = [file.split("/")[1] for file in of_the_demo]
    assert {board: boards.count(board) for board in boards} == {
        "aider_polyglot": 69, "arena_text": 393, "arena_text_raw": 393, "opencompass_llm": 15,
        "opencompass_llm_agent": 23, "opencompass_llm_code": 15, "opencompass_llm_instruct": 28,
        "opencompass_llm_knowledge": 15, "opencompass_llm_language": 23, "opencompass_llm_math": 15,
        "opencompass_llm_reasoning": 15, "opencompass_vlm": 284, "vectara_hallucination": 96,
    }  # fmt: skip


def test_a_record_worked_out_by_hand(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """The first row of tracker/demo/arena_text.csv; 1787356800 is `date -u -d 2026-08-22 +%s`, and the name of the file is

    `printf '["arena_text_raw", "2026-08-19", "claude-opus-5-high", 1]' | sha256sum` with the bits of a UUID of version 4.
    """
    name = "5bb0ae0c-cc89-41bb-9a2a-36ab7ed47475"
    record = of_the_demo[f"data/arena_text_raw/anthropic/claude-opus-5/{name}.json"]
    page_of = record["evaluation_results"][0]["source_data"]["additional_details"]
    assert page_of.pop("snapshot").startswith("59bed58a4810")
    assert re.fullmatch("[0-9a-f]{64}", page_of.pop("content_sha256"))
    assert record == {
        "schema_version": "0.3.0",
        "evaluation_id": f"arena_text_raw/claude-opus-5-high/{name}",
        "retrieved_timestamp": "1787356800",
        "source_metadata": {
            "source_name": "Arena text, raw",
            "source_type": "documentation",
            "source_organization_name": "Arena",
            "source_organization_url": "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset",
            "evaluator_relationship": "third_party",
            "additional_details": {
                "kind": "human votes",
                "operator": "Arena",
                "licence": "CC-BY-4.0",
                "licence_page": "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset",
            },
        },
        "eval_library": {"name": "unknown", "version": "unknown"},
        "model_info": {
            "name": "claude-opus-5-high",
            "id": "anthropic/claude-opus-5",
            "developer": "Anthropic",
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "closed_weights",
                "country": "US",
                "openness": "proprietary",
                "release_how": "parsed",
                "developer_how": "registry",
                "openness_how": "registry",
            },
        },
        "evaluation_results": [
            {
                "evaluation_name": "Arena text, raw",
                "source_data": {
                    "dataset_name": "Arena text, raw",
                    "source_type": "url",
                    "url": [
                        "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/main/text/latest-00000-of-00001.parquet"
                    ],
                    "additional_details": {
                        "day": "2026-08-19", "published_on": "2026-08-19", "source": "arena", "origin": "copy",
                    },
                },
                "metric_config": {
                    "evaluation_description": "Bradley-Terry rating",
                    "metric_id": "arena_text_raw.score",
                    "metric_name": "Bradley-Terry rating",
                    "metric_unit": "rating",
                    "lower_is_better": False,
                    "additional_details": {"adjustment": "none", "category": "overall"},
                },
                "score_details": {
                    "score": 1505.09747419529,
                    "details": {"rank": "1", "published_rank": "1", "votes": "25628"},
                    "uncertainty": {
                        "confidence_interval": {"lower": 1500.1845696846094, "upper": 1510.0103787059707}
                    },
                },
                "generation_config": {"additional_details": {"variant": "high"}},
            }
        ],
    }  # fmt: skip


def test_a_scale_of_percent_has_limits(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """Vectara counts hallucinations: less is better, from 0 to 100 percent."""
    metric = next(
        record["evaluation_results"][0]["metric_config"]
        for file, record in of_the_demo.items()
        if file.startswith("data/vectara_hallucination/")
    )
    assert {key: metric[key] for key in ("metric_unit", "lower_is_better", "score_type", "min_score", "max_score")} == {
        "metric_unit": "percent", "lower_is_better": True, "score_type": "continuous", "min_score": 0, "max_score": 100,
    }  # fmt: skip


def test_rows_of_one_name_are_two_records(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """Aider ran Qwen2.5-Coder-32B-Instruct in two edit formats: 8.0 and 16.4."""
    scores = [
        record["evaluation_results"][0]["score_details"]["score"]
        for file, record in of_the_demo.items()
        if file.startswith("data/aider_polyglot/") and record["model_info"]["name"] == "Qwen2.5-Coder-32B-Instruct"
    ]
    assert sorted(scores) == [8.0, 16.4]


def test_who_evaluates_as_seen_from_the_developer(of_the_demo: dict[str, dict[str, Any]]) -> None:
    """The laboratory that runs OpenCompass releases InternVL, not Qwen-VL; of whom a model is that nobody knows is open."""
    relationships = {
        record["model_info"]["name"]: record["source_metadata"]["evaluator_relationship"]
        for file, record in of_the_demo.items()
        if file.startswith("data/opencompass_vlm/")
    }
    assert relationships["InternVL3-78B"] == "first_party"
    assert relationships["Qwen2.5-VL-72B"] == "third_party"
    unknown = [
        record["model_info"]["name"]
        for file, record in of_the_demo.items()
        if file.startswith("data/opencompass_vlm/unknown/")
    ]
    assert unknown
    assert {relationships[name] for name in unknown} == {"other"}


HOSTILE = [
    "../../../etc/passwd",
    "..",
    "CON",
    "data",
    "a b",
    "a-b",
    "=cmd|'/c calc'!A1\u202e汉字",
    "x" * 300,
]


def test_no_name_leads_out_of_its_folder(tmp_path: Path) -> None:
    """Letters, digits, `.`, `_` and `-`, and no name that a system reserves; names that become one folder stay two files."""
    place = small(tmp_path / "place")
    rows = ['"' + name + f'",{score},1' for score, name in enumerate(HOSTILE, 1)]
    outcome = put(place, "\n".join(["model,points,double", *rows, ""]).encode(), "2026-01-01")
    assert outcome["state"] == "accepted", outcome
    written = export(place)
    assert len(written) == len(HOSTILE)
    names = {record["model_info"]["name"] for record in written.values()}
    assert {"../../../etc/passwd", "..", "a b", "a-b", "x" * 300} <= names
    for file in written:
        for part in file.split("/"):
            assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,90}", part), file
            assert ".." not in part
    folders = [file.split("/")[3] for file in written]
    assert {"_._._etc_passwd", "unnamed", "_CON", "_data", "a-b", "x" * 80} <= set(folders)
    assert folders.count("a-b") == 2


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("gpt-4o", "gpt-4o"),
        ("qwen2.5:7b", "qwen2.5-7b"),
        (".hidden.", "hidden"),
        ("a..b", "a.b"),
        ("LPT1.md", "_LPT1.md"),
        ("Data", "_Data"),
        ("", "unnamed"),
        ("x" * 79 + ". y", "x" * 79),
    ],
)
def test_a_safe_name(name: str, safe: str) -> None:
    """Cut at 80 characters, without dots at either end."""
    assert safe_name(name) == safe


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A leaderboard with two points, the newer of which lost the model C and has D, without a score."""
    result = small(tmp_path / "place")
    put(result, page([3, 2, 1]), "2026-01-01")
    put(result, b"model,points,double\nA,5,1\nB,4,1\nD,,1\n", "2026-01-03")
    return result


def test_the_newest_point_alone(place: Place) -> None:
    """Or that of a day; what an export before wrote of another point is gone, with its folders."""
    before = export(place, "--as-of", "2026-01-02")
    assert sorted(record["model_info"]["name"] for record in before.values()) == ["A", "B", "C"]
    assert (place.folder / "exported/every_eval_ever/data/small_plain/unknown/C").exists()
    for more in ((), ("--since", "2026-01-01")):
        now = export(place, *more)
        scores = [record["evaluation_results"][0]["score_details"]["score"] for record in now.values()]
        assert sorted(scores) == [4, 5]
        assert not before.keys() & now.keys()
    assert not (place.folder / "exported/every_eval_ever/data/small_plain/unknown/C").exists()


def test_the_package_says_what_is_there(place: Place) -> None:
    """README.md counts the rows without a score, and names no tables, of which there are none; every file is listed."""
    written = export(place)
    folder = place.folder / "exported"
    readme = (folder / "README.md").read_text("utf-8")
    assert "1 row without a score is left out" in readme
    assert "| table |" not in readme
    listed = json.loads((folder / "datapackage.json").read_text("utf-8"))["files"]
    assert {f"every_eval_ever/{file}" for file in written} <= set(listed)
    assert place.run("export", folder, "--format", "csv,every_eval_ever").code == 0
    assert "| table |" in (folder / "README.md").read_text("utf-8")


def test_twice_the_same_bytes(place: Place) -> None:
    """Exported again, and derived again from the archive."""

    def written() -> dict[str, bytes]:
        export(place)
        root = place.folder / "exported"
        return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}

    first = written()
    assert written() == first
    place.run("rebuild")
    assert written() == first


def test_what_terms_forbid_to_pass_on_is_not_written(tmp_path: Path) -> None:
    """No file of a source of which shares alone may be passed on, unless they are asked for."""
    place = small(tmp_path / "place")
    declared = place.folder / "sources" / "small.toml"
    declared.write_text(declared.read_text().replace('redistribute = "pages"', 'redistribute = "shares"'))
    put(place, page([3, 2, 1]), "2026-01-01")
    assert export(place) == {}
    assert "Their terms forbid to pass on rows: `small_plain`." in (place.folder / "exported/README.md").read_text()
    assert len(export(place, "--include-restricted")) == 3


def test_a_table_of_ones_own_has_no_address(tmp_path: Path) -> None:
    """What somebody imported is no page on the web, and its scores are what they say of themselves."""
    place = small(tmp_path / "place")
    table = tmp_path / "2026-01-05_mine.csv"
    table.write_text("name,score\ngpt-4o,1\nmine,2\n")
    assert place.run("import", "--board", "my_board", table).code == 0
    for record in export(place).values():
        assert faults(record, SHAPE) == []
        assert record["evaluation_results"][0]["source_data"]["source_type"] == "other"
        assert record["source_metadata"]["evaluator_relationship"] == "other"


def test_the_command_knows_every_format() -> None:
    """Its formats are those that are written."""
    assert tuple(WRITERS) == FORMATS
