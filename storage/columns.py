"""Python values as Arrow columns, laid out by hand.

`pa.array` does it in one call, and imports pandas at the first (half a second and 35 MB in every command that writes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

_EPOCH = date(1970, 1, 1).toordinal()


def table(kinds: Mapping[str, pa.DataType], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows as a table; `kinds` maps names to Arrow types, in the order of the cells."""
    cells = list(zip(*rows, strict=True)) or [()] * len(kinds)
    columns = [column(values, kind) for values, kind in zip(cells, kinds.values(), strict=True)]
    return pa.Table.from_arrays(columns, names=list(kinds))


def column(values: Sequence[Any], kind: pa.DataType) -> pa.Array[Any]:
    """Values of one kind (None is null): text, whole and real numbers, truth, days, moments, and lists of them."""
    missing = None in values
    present = pa.py_buffer(_bits([value is not None for value in values])) if missing else None
    if pa.types.is_list(kind):
        lists: Sequence[Any] = [() if value is None else value for value in values] if missing else values
        buffers, flat = [_offsets(lists)], column([item for value in lists for item in value], kind.value_type)
        return pa.Array.from_buffers(kind, len(values), [present, *map(pa.py_buffer, buffers)], children=[flat])
    if pa.types.is_string(kind):
        texts = [b"" if value is None else value.encode() for value in values]
        buffers = [_offsets(texts), b"".join(texts)]
    elif pa.types.is_boolean(kind):
        buffers = [_bits(values)]
    elif pa.types.is_date32(kind):
        buffers = [np.array([0 if day is None else day.toordinal() - _EPOCH for day in values], "i4").tobytes()]
    elif pa.types.is_timestamp(kind):
        buffers = [np.array(values, f"datetime64[{kind.unit}]").tobytes()]
    else:
        filled = [0 if value is None else value for value in values] if missing else values
        buffers = [np.array(filled, kind.to_pandas_dtype()).tobytes()]
    return pa.Array.from_buffers(kind, len(values), [present, *map(pa.py_buffer, buffers)])


def _bits(flags: Sequence[bool | None]) -> bytes:
    return np.packbits(np.array(flags, bool), bitorder="little").tobytes()


def _offsets(values: Sequence[Sized]) -> bytes:
    """Where each value begins, and where the last one ends."""
    ends = np.cumsum([0, *map(len, values)])
    if ends[-1] > np.iinfo("i4").max:
        raise OverflowError("more than 2 GB in one column of text")
    return ends.astype("i4").tobytes()
