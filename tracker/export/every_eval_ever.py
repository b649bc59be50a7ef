"""Rows of leaderboards as records of Every Eval Ever, the shared format for results of evaluations: one JSON file for
each row of the newest point of a leaderboard, below `every_eval_ever/data/<leaderboard>/<developer>/<model>/`.

What is not known is left out, or is "unknown" where the format requires a text. Names of files and ids follow from
leaderboard, day and name alone, and the time of a record is that of the page: the same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from storage import database
from tracker.export.tables import Table

if TYPE_CHECKING:
    import duckdb

FOLDER = "every_eval_ever"
SCHEMA_VERSION = "0.3.0"
# Units that have a lowest and a highest possible score: the name that the format has for the unit, and these two.
_SCALES = {"%": ("percent", 0, 100), "points of 100": ("points", 0, 100), "share, 0 to 1": ("proportion", 0, 1)}
_WEIGHTS = {
    "open_source": "open_weights",
    "open_weights": "open_weights",
    "restricted_weights": "open_weights",
    "proprietary": "closed_weights",
}
_LONGEST_NAME = 80
# Windows has no files of these names, and `data` is the root of the format's folders.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|data", re.IGNORECASE)


def write(connection: duckdb.DuckDBPyConnection, folder: Path, _tables: Sequence[Table]) -> Iterator[tuple[str, int]]:
    """Writes a file for each row that has a score below the folder; gives (file, 1) of each."""
    for row in _rows(connection):
        if row["score"] is None:
            continue
        record = _record(row)
        developer, _, model = record["model_info"]["id"].partition("/")
        parts = (FOLDER, "data", safe_name(row["board"]), safe_name(developer), safe_name(model.replace("/", "_")))
        file = PurePosixPath(*parts, f"{_identity(row)}.json").as_posix()
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        body = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        path.write_text(body, "utf-8", newline="\n")
        yield file, 1


def rows_without_score(connection: duckdb.DuckDBPyConnection) -> int:
    """How many rows `write` leaves out, since a record must have a score."""
    query = database.sql("every_eval_ever").rstrip().removesuffix(";")
    ((rows,),) = connection.execute(f"SELECT count(*) FROM ({query}) AS q WHERE q.score IS NULL").fetchall()
    return int(rows)


def board_folder(file: str) -> str:
    """The folder of the leaderboard that a record belongs to; any other file is given back."""
    parts = PurePosixPath(file).parts
    return "/".join(parts[:3]) + "/" if parts[0] == FOLDER else file


def safe_name(text: str) -> str:
    """A name of a folder from a name on a page: letters, digits, `.`, `_` and `-`, and none that a system reserves.

    >>> safe_name("../GPT-5 (high)"), safe_name("汉字"), safe_name("nul.txt")
    ('GPT-5-high', 'unnamed', '_nul.txt')
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)
    name = re.sub(r"\.{2,}", ".", name).strip(".-")[:_LONGEST_NAME].rstrip(".-") or "unnamed"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def _rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    cursor = connection.execute(database.sql("every_eval_ever"))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _identity(row: dict[str, Any]) -> str:
    """The format names its files by random UUIDs (version 4); this has that shape, and follows from what the row is."""
    key = json.dumps([row["board"], str(row["day"]), row["name"], row["occurrence"]])
    return str(uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16], version=4))


def _record(row: dict[str, Any]) -> dict[str, Any]:
    seconds, rest = divmod(row["captured_us"], 1_000_000)
    return {
        "schema_version": SCHEMA_VERSION,
        "evaluation_id": f"{row['board']}/{safe_name(row['name'])}/{_identity(row)}",
        "retrieved_timestamp": f"{seconds}.{rest:06d}".rstrip("0").rstrip("."),
        "source_metadata": {
            "source_name": row["title"],
            "source_type": "documentation",
            "source_organization_name": row["publisher"],
            **({"source_organization_url": row["homepage"]} if row["homepage"] else {}),
            "evaluator_relationship": _relationship(row),
            "additional_details": _texts(
                kind=row["kind"],
                operator=row["operator"],
                licence=row["data_licence"],
                licence_page=row["licence_page"],
            ),
        },
        "eval_library": {"name": "unknown", "version": "unknown"},
        "model_info": {
            "name": row["name"],
            "id": row["release"] or f"{row['developer'] or 'unknown'}/{row['name']}",
            **({"developer": row["developer_name"]} if row["developer_name"] else {}),
            "additional_details": _texts(
                deployment_type="unknown",
                model_availability=_WEIGHTS.get(row["openness"], "unknown"),
                country=row["country"],
                openness=row["openness"],
                licence=row["licence"],
                release_how=row["release_how"],
                developer_how=row["developer_how"],
                openness_how=row["openness_how"],
            ),
        },
        "evaluation_results": [_result(row)],
    }


def _result(row: dict[str, Any]) -> dict[str, Any]:
    page = {"source_type": "url", "url": [row["address"]]}
    if not row["address"].startswith(("http://", "https://")):  # a file that somebody imported
        page = {"source_type": "other"}
    interval = {"lower": row["score_low"], "upper": row["score_high"]}
    return {
        "evaluation_name": row["title"],
        "source_data": {
            "dataset_name": row["title"],
            **page,
            "additional_details": _texts(
                day=row["day"],
                published_on=row["published_on"],
                edition=row["edition"],
                snapshot=row["snapshot"],
                content_sha256=row["content_sha256"],
                source=row["source"],
                origin=row["origin"],
            ),
        },
        "metric_config": _metric(row),
        "score_details": {
            "score": row["score"],
            "details": _texts(rank=row["rank"], published_rank=row["published_rank"], votes=row["votes"]),
            **({"uncertainty": {"confidence_interval": interval}} if None not in interval.values() else {}),
        },
        **({"generation_config": {"additional_details": {"variant": row["variant"]}}} if row["variant"] else {}),
    }


def _metric(row: dict[str, Any]) -> dict[str, Any]:
    """With the limits of the scale, where the unit has any and all scores keep to them; a `score_type` needs both."""
    unit, lowest, highest = _SCALES.get(row["unit"], (row["unit"], None, None))
    limits = {}
    if lowest is not None and lowest <= row["lowest"] <= row["highest"] <= highest:
        limits = {"score_type": "continuous", "min_score": lowest, "max_score": highest}
    return {
        "evaluation_description": row["metric"],
        "metric_id": f"{row['board']}.score",
        "metric_name": row["metric"],
        **({"metric_unit": unit} if unit else {}),
        "lower_is_better": row["direction"] == "lower",
        **limits,
        "additional_details": _texts(adjustment=row["adjustment"], category=row["category"]),
    }


def _relationship(row: dict[str, Any]) -> str:
    """Who evaluated, as seen from the model's developer; "other" where the developer may be the evaluator."""
    if row["developer"] and row["developer"] == row["operator"]:
        return "first_party"
    if row["kind"] == "self-reported" or (not row["developer"] and row["operator_releases_models"]):
        return "other"
    return "third_party"


def _texts(**details: str | float | date | None) -> dict[str, str]:
    """What is known of them, as the texts that the format asks for."""
    return {
        key: str(int(value) if isinstance(value, float) and value.is_integer() else value)
        for key, value in details.items()
        if value not in (None, "")
    }
