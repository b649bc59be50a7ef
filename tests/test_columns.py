"""Python values as Arrow columns: what pyarrow itself would make of them, and no pandas for it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from storage.columns import column, table

CELLS: list[tuple[pa.DataType, list[Any]]] = [
    (pa.string(), ["", "naïve", "通义千问", "a\nb"]),
    (pa.int32(), [0, -1, 2**31 - 1, -(2**31)]),
    (pa.int64(), [0, 2**53 + 1, -(2**63)]),
    (pa.float64(), [0.1, -1e300, float("inf"), 3]),
    (pa.bool_(), [True, False, True, True, True, True, True, True, False]),
    (pa.date32(), [date(1, 1, 1), date(1969, 12, 31), date(2026, 11, 1), date(9999, 12, 31)]),
    (
        pa.timestamp("us"),
        [datetime.fromisoformat(at) for at in ("1969-12-31T23:59:59.999999", "2026-11-01T06:00:00.000001")],
    ),
    (pa.list_(pa.string()), [[], ["a"], ("b", "ü", ""), ["c", None]]),
]


@pytest.mark.parametrize(("kind", "values"), CELLS, ids=[str(kind) for kind, _ in CELLS])
def test_a_column_is_what_arrow_makes_of_it(kind: pa.DataType, values: list[Any]) -> None:
    """With nulls, without, with nothing else, and empty."""
    for cells in (values, [None, *values, None], [None], [], [value for value in values for _ in range(100)]):
        result = column(cells, kind)
        result.validate(full=True)
        assert result.equals(pa.array(cells, type=kind))


def test_a_table_has_its_columns_without_a_row() -> None:
    """Names and kinds stay; a row that is short is an error."""
    kinds = {"a": pa.int32(), "b": pa.string()}
    assert table(kinds, []).schema == pa.schema(kinds)
    assert table(kinds, [(1, "x"), (None, None)]).to_pylist() == [{"a": 1, "b": "x"}, {"a": None, "b": None}]
    with pytest.raises(ValueError, match="shorter"):
        table(kinds, [(1, "x"), (2,)])


def test_neither_writing_nor_parquet_imports_pandas() -> None:
    """It takes half a second and 35 MB, and only notebooks want it."""
    script = (
        "import sys, io, datetime, pyarrow as pa, pyarrow.parquet as pq\n"
        "from scrapers.formats import parquet_rows\n"
        "from storage import database\n"
        "connection = database.connect(':memory:')\n"
        "connection.execute('CREATE TABLE t (a INTEGER, b VARCHAR[])')\n"
        "kinds = {'a': pa.int32(), 'b': pa.list_(pa.string())}\n"
        "database.insert(connection, 't', kinds, [(1, ['x']), (None, None)])\n"
        "sink = io.BytesIO()\n"
        "from storage.columns import table\n"
        "pq.write_table(table({'name': pa.string()}, [('a',), ('b',)]), sink)\n"
        "assert parquet_rows(sink.getvalue(), {'name': 'b'}) == [{'name': 'b'}]\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).resolve().parent.parent
    )
    assert done.stdout == "False\n", done.stderr
