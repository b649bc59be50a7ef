"""Measures the registry and the parser against a file of names whose facts were compiled by somebody else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from registry.load import Registry
from registry.names.tokens import same_word
from registry.openness import level_on
from registry.resolve import PublishedName, Resolved, resolve
from scrapers.errors import DeclarationError
from scrapers.regular_files import read_regular_text

_FACTS = ("developer", "country", "weights", "terms")
_PUBLISHED = {"open_source": "Y", "open_weights": "Y", "restricted_weights": "Y", "proprietary": "N"}
_TERMS = {
    "open_source": "open",
    "open_weights": "open",
    "restricted_weights": "restricted",
    "proprietary": "closed",
}


def read_cases(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a CSV file that has at least these columns. Raises DeclarationError otherwise."""
    try:
        reader = csv.DictReader(io.StringIO(read_regular_text(path), newline=""), strict=True)
        present = reader.fieldnames or []
        for column in columns:
            if column not in present:
                raise DeclarationError(path.name, column, f"expected this column; the file has {', '.join(present)}")
        return [{k: v or "" for k, v in row.items() if k is not None} for row in reader]
    except csv.Error as problem:
        raise DeclarationError(path.name, "", f"expected a readable CSV file in UTF-8 ({problem})") from None


def evaluate_facts(path: Path, registry: Registry) -> dict[str, dict[str, Any]]:
    """Compares country, weights, developer and terms, resolved from `model_name_as_written` alone, with the file's.

    {"country": {"precision", "coverage", "asked", "answered", "wrong": [{"name", "expected", "found",
    "release"}]}, ...}. Blank cells and absent columns are skipped; the file must have at least one column of facts.
    Openness is that of the newest day.
    """
    rows = read_cases(path, ("model_name_as_written",))
    if rows and not any(fact in rows[0] for fact in _FACTS):
        raise DeclarationError(path.name, "", f"expected at least one column of facts: {', '.join(_FACTS)}")
    answers = [(row, resolve(PublishedName(row["model_name_as_written"]), registry)) for row in rows]
    return {
        "country": _score((r["model_name_as_written"], r.get("country", ""), a.country, a) for r, a in answers),
        "weights": _score(
            (r["model_name_as_written"], r.get("weights", ""), _PUBLISHED.get(_level(a)), a) for r, a in answers
        ),
        "developer": _score(
            (r["model_name_as_written"], _developer(r.get("developer", ""), registry), a.developer, a)
            for r, a in answers
        ),
        "terms": _score((r["model_name_as_written"], r.get("terms", ""), _TERMS.get(_level(a)), a) for r, a in answers),
    }


def _level(answer: Resolved) -> str:
    return level_on(answer.openness, None)


def _developer(published: str, registry: Registry) -> str:
    for text in (published, *published.split("/")):
        if alias := registry.developer(text):
            return alias.developer
    return same_word(published)


def _score(cases: Iterable[tuple[str, str, str | None, Resolved]]) -> dict[str, Any]:
    asked = answered = 0
    wrong: list[dict[str, str | None]] = []
    for name, expected, result, answer in cases:
        if not expected:
            continue
        asked += 1
        if result is None:
            continue
        answered += 1
        if result != expected:
            wrong.append({"name": name, "expected": expected, "found": result, "release": answer.release})
    return {
        "precision": _share(answered - len(wrong), answered),
        "coverage": _share(answered, asked),
        "asked": asked,
        "answered": answered,
        "wrong": wrong,
    }


def evaluate_aliases(path: Path, registry: Registry) -> dict[str, Any]:
    """Compares which names resolve to the same release with the file's groups (`group_id`, `name`).

    {"pair_precision", "pair_recall", "pairs", "found", "wrong_pairs": [{"names", "identities"}],
    "missed_pairs", "pair_precision_all_levels", "finer_pairs"}. Two names are the same release where they
    share any group.

    Where the file has a column `level`, two names in different groups are two releases only if both stand in
    groups of the level `release`: groups of variants or of rows of a board separate names of the same release
    (Claude Opus 4.1 with and without a budget). Such pairs are listed separately as `finer_pairs`, and
    `pair_precision_all_levels` counts them as wrong.
    """
    groups: dict[str, set[str]] = {}
    releases: dict[str, bool] = {}
    for row in read_cases(path, ("group_id", "name")):
        groups.setdefault(row["name"], set()).add(row["group_id"])
        is_release = row.get("level", "") in ("", "release")
        releases[row["group_id"]] = releases.get(row["group_id"], True) and is_release
    identities = {name: resolve(PublishedName(name), registry).identity for name in groups}
    lists: dict[str, list[dict[str, Any]]] = {
        "right": [],
        "wrong_pairs": [],
        "finer_pairs": [],
        "missed_pairs": [],
    }
    for first, other in combinations(sorted(groups), 2):
        same_in_file = bool(groups[first] & groups[other])
        same_resolved = bool(identities[first]) and identities[first] == identities[other]
        if not same_in_file and not same_resolved:
            continue
        comparable = all(releases[group] for group in groups[first] | groups[other])
        kind = (
            ("right" if same_resolved else "missed_pairs")
            if same_in_file
            else "wrong_pairs"
            if comparable
            else "finer_pairs"
        )
        lists[kind].append({"names": [first, other], "identities": [identities[first], identities[other]]})
    right, wrong, finer, missed = (len(pairs) for pairs in lists.values())
    return {
        "pair_precision": _share(right, right + wrong),
        "pair_recall": _share(right, right + missed),
        "pair_precision_all_levels": _share(right, right + wrong + finer),
        "pairs": right + missed,
        "found": right + wrong,
        "wrong_pairs": lists["wrong_pairs"],
        "finer_pairs": lists["finer_pairs"],
        "missed_pairs": lists["missed_pairs"],
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
