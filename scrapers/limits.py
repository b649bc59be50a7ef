"""What reading one page may cost. The defaults are far above what the largest page known takes (see config.toml)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated

from pydantic import Field

from scrapers.errors import OverLimit
from scrapers.spec import Declared

Count = Annotated[int, Field(ge=1, le=10**9)]


class Limits(Declared):
    """`[limits]` of config.toml: the most that reading one page, or one set of pages, may cost."""

    seconds: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    memory_mb: Annotated[int, Field(ge=16, le=1 << 20)] = 256  # beyond what the process had before
    rows: Count = 100_000
    cells: Count = 2_000_000


# Of the page that is being read. Readers of formats and source modules are pure functions of the bytes: the limits are
# no parameter of theirs.
CURRENT: ContextVar[Limits] = ContextVar("limits", default=Limits())  # noqa: B039 - it is frozen


def check(rows: int, cells: int) -> None:
    """OverLimit where a table has more rows or cells than one page may have."""
    limits = CURRENT.get()
    if rows > limits.rows:
        raise OverLimit("rows", f"has more than {limits.rows:,} rows")
    if cells > limits.cells:
        raise OverLimit("cells", f"has more than {limits.cells:,} cells")
