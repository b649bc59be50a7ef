"""The CSV files of an export as a Croissant data set, for machine learning tools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tracker.export.description import DESCRIPTION, KINDS, TITLE, Board, packed, sha256_of
from tracker.export.tables import VOLATILE, Table

# The terms of Croissant 1.0, as every such file has to carry them.
_OWN_TERMS = (
    "citeAs column conformsTo equivalentProperty extract field fileProperty fileObject fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate"
    " separator source subField transform"
)
_CONTEXT: dict[str, Any] = {
    **{term: f"cr:{term}" for term in _OWN_TERMS.split()},
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def croissant(
    folder: Path,
    tables: Sequence[Table],
    resources: Sequence[tuple[str, str, Table, Board | None]],
    newest: date | None,
) -> str:
    """The CSV files for machine learning tools. What changes without news is not described: its sha256 would."""
    files, sets = [], []
    for name, file, table, board in resources:
        if table.name == VOLATILE:
            continue
        files.append({
            "@type": "cr:FileObject", "@id": file, "name": name, "contentUrl": file, "encodingFormat": "text/csv",
            "description": f"{board.title}: {table.holds}" if board else table.holds,
            "sha256": sha256_of(folder / file),
        })  # fmt: skip
        sets.append({
            "@type": "cr:RecordSet", "@id": name, "name": name, "description": table.holds,
            "key": [{"@id": f"{name}/{column}"} for column in table.key],
            "field": [
                {
                    "@type": "cr:Field", "@id": f"{name}/{column.name}", "name": column.name,
                    "description": column.comment, "dataType": KINDS[column.kind][1],
                    "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
                }
                for column in table.columns
            ],
        })  # fmt: skip
    return packed({
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": "ai-leaderboards",
        "description": DESCRIPTION,
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "citeAs": f"Leaderboard Tracker: {TITLE}, {newest}",
        "license": sorted({board.licence for *_, board in resources if board}),
        "url": "https://github.com/leaderboard-tracker/leaderboard-tracker",
        "version": f"{newest or date.min:%Y.%-m.%-d}",
        "datePublished": str(newest or date.min),
        "distribution": files,
        "recordSet": sets,
    })  # fmt: skip
