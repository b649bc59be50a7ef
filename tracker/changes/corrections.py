"""What a publish changed of figures that had been published before: the two newest copies, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.database import connect, published, sql
from tracker.output import shown


def corrections(data: Path) -> tuple[list[dict[str, Any]], str]:
    """(one row for each figure that moved, the sentence that sums it up). NothingPublished where there is no copy."""
    newest = published(data).resolve()
    copies = sorted(newest.parent.glob("tracker-*.duckdb"), key=lambda file: int(file.stem.split("-")[1]))
    earlier = [copy for copy in copies if copy != newest]
    if not earlier:
        return [], "there is no earlier copy to compare with: this was the first publish"
    connection = connect(Path(":memory:"), read_only=False)
    try:
        for name, file in (("older", earlier[-1]), ("newer", newest)):
            quoted = str(file).replace("'", "''")
            connection.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
        done = connection.execute(sql("corrections"))
        columns = [column[0] for column in done.description]
        rows = [dict(zip(columns, row, strict=True)) for row in done.fetchall()]
    finally:
        connection.close()
    for row in rows:
        row["by"] = row["by_value"]
        row["value"] = ", ".join(filter(None, [row["value"], row["second_value"]]))
        for side in ("before", "after"):
            low, high = shown(row[f"count_{side}"]), shown(row[f"high_{side}"])
            row[side] = low if low == high else f"{low} to {high}"
        row["because"] = row["because"] or []
    pair = f"between {earlier[-1].stem} and {newest.stem}"
    if not rows:
        return [], f"no figure moved {pair}"
    points = {(row["board"], row["day"]) for row in rows}
    return rows, f"{len(rows)} figures of {len(points)} points moved {pair}"
