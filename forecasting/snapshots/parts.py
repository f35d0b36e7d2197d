"""Facts of sales as Parquet and back, column by column: a line a row of a sale, one for an event without any. Pure.

A part is read whole, hashed, and only then parsed, from the bytes that were hashed.
"""

import hashlib
import io
from collections.abc import Collection, Mapping
from typing import Any, Final

from forecasting.table import DAYS, EPOCH, NUMBERS, RAW, WIDTH, WORDS, Table

LINES: Final = 65_536  # parsed at once
WHOLE: Final = ("position", "item")


class Damaged(Exception):
    """A part is not the one that was hashed; a sentence."""


def packed(table: Table) -> bytes:
    """A part's bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def days(name: str) -> Any:
        ordinals = table.column(name)
        return pa.array(ordinals - EPOCH, mask=ordinals == 0, type=pa.int32()).cast(pa.date32())

    columns = {name: pa.DictionaryArray.from_arrays(table.column(name), table.words[name].all) for name in WORDS}
    columns |= {name: pa.array(table.column(name)) for name in (*WHOLE, *NUMBERS)}
    columns |= {name: days(name) for name in DAYS}
    for name in RAW:
        raw = pa.py_buffer(bytes(table.raw[name]))
        columns[name] = pa.FixedSizeBinaryArray.from_buffers(pa.binary(WIDTH), len(table), [None, raw])
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="zstd", row_group_size=LINES)
    return out.getvalue()


def unpacked(content: bytes, expected: str, table: Table, wanted: Collection[str]) -> None:
    """Add lines of the batches that are wanted, in their order. Raises Damaged unless SHA-256 is `expected`."""
    check(content, expected)
    import pyarrow as pa
    import pyarrow.parquet as pq

    for some in pq.ParquetFile(pa.BufferReader(content)).iter_batches(LINES):
        words = {name: some.column(name).dictionary.to_pylist() for name in WORDS}
        columns = _columns(some)
        kept = _of_batches(words["batch"], columns, wanted)
        if kept is not None:
            columns = {name: column[kept] for name, column in columns.items()}
        table.extend(columns, words)


def check(content: bytes, expected: str) -> None:
    if hashlib.sha256(content).hexdigest() != expected:
        raise Damaged("a part of the snapshot is not the one that was anchored")


def _columns(some: Any) -> dict[str, Any]:
    import numpy as np

    found = {name: _view(some.column(name).indices) for name in WORDS}
    found |= {name: _view(some.column(name)) for name in (*WHOLE, *NUMBERS)}
    found |= {name: _ordinals(some.column(name)) for name in DAYS}
    for name in RAW:
        column = some.column(name)
        raw = np.frombuffer(column.buffers()[1], dtype=np.uint8)
        found[name] = raw.reshape(-1, WIDTH)[column.offset : column.offset + len(column)]
    uid = found["uid"]
    found["fact"] = np.cumsum(np.concatenate(([0], (uid[1:] != uid[:-1]).any(axis=1)))) if len(uid) else found["item"]
    return found


def _ordinals(column: Any) -> Any:
    """Of dates; 0 where there is none."""
    import numpy as np

    if column.null_count == len(column):
        return np.zeros(len(column), dtype=np.int32)
    found = _view(column) + np.int32(EPOCH)
    if column.null_count:
        known = np.unpackbits(np.frombuffer(column.buffers()[0], dtype=np.uint8), bitorder="little")
        found[known[column.offset : column.offset + len(column)] == 0] = 0
    return found


def _view(column: Any) -> Any:
    """A column as a numpy array, without a copy. (Arrow's own `to_numpy` and `fill_null` load pandas.)"""
    import numpy as np

    kind = np.float64 if str(column.type) == "double" else np.int32
    return np.frombuffer(column.buffers()[1], dtype=kind)[column.offset : column.offset + len(column)]


def _of_batches(names: list[str], columns: Mapping[str, Any], wanted: Collection[str]) -> Any:
    """Which lines are of batches that are wanted; None where all are."""
    import numpy as np

    good = np.array([name in wanted for name in names], dtype=bool)
    return None if good.all() else good[columns["batch"]]
