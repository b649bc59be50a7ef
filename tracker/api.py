"""For notebooks: the published database as pandas frames.

>>> from tracker import api
>>> shares = api.share("data", "arena_text", top=20, by="country")  # a frame, one row for each value
>>> rows = api.query("data", "FROM latest WHERE board = 'arena_text'")
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage import database
from tracker.analysis.shares import shares
from tracker.definition import Definition

if TYPE_CHECKING:
    import pandas as pd


def query(data: str | Path, sql: str) -> pd.DataFrame:
    """The answer to any question to the published database in `data`; NothingPublished where there is none yet."""
    connection = database.connect(database.published(Path(data)), read_only=True)
    try:
        return connection.execute(sql).df()
    finally:
        connection.close()


def share(
    data: str | Path,
    board: str,
    *,
    top: int = 20,
    as_of: date | None = None,
    every_day: bool = False,
    today: date | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Shares of the top N of a board, one row for each value (and day); `options` are those of shares.Definition.

    Columns as `tracker share --format json` has them; counts are of units, shares 0 to 1.
    """
    import pandas as pd

    today = today or datetime.now(UTC).date()
    connection = database.connect(database.published(Path(data)), read_only=True)
    try:
        results = shares(
            connection, [board], [top], Definition(**options), as_of=as_of or today, today=today, every_day=every_day
        )
    finally:
        connection.close()
    return pd.DataFrame([each.record() for each in results])
