"""Facts of sales as Parquet and back: a line a row of a sale, one for an event without any. Pure but for pyarrow.

A part is read whole, hashed, and only then parsed, from the bytes that were hashed.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from forecasting.demand.series import SaleRow
from forecasting.facts import Fact
from forecasting.reasons import Reason

LINES: Final = 65_536  # parsed at once
WORDS: Final = ("batch", "reason", "product", "place", "unit", "period")
_NONE: Final = -1  # the item of an event without a row

Sales = Fact[list[SaleRow]]


class Damaged(Exception):
    """A part is not the one that was hashed; a sentence."""


def _schema() -> Any:
    import pyarrow as pa

    word = pa.dictionary(pa.int32(), pa.string())
    types = dict.fromkeys(WORDS, word) | {
        "event": pa.string(),
        "uid": pa.binary(16),
        "position": pa.int32(),
        "item": pa.int32(),
        "known": pa.date32(),
        "declared": pa.date32(),
        "day": pa.date32(),
        "quantity": pa.float64(),
        "promotion": pa.float64(),
    }
    return pa.schema(list(types.items()))


def packed(facts: Iterable[Sales]) -> tuple[bytes, int]:
    """(a part's bytes, how many lines it has)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [line for fact in facts for line in _lines(fact)]
    names = _schema().names
    columns = list(zip(*lines, strict=True)) or [()] * len(names)
    table = pa.table(
        [pa.array(column, type=each.type) for column, each in zip(columns, _schema(), strict=True)], schema=_schema()
    )
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=LINES)
    return out.getvalue(), len(lines)


def _lines(fact: Sales) -> Iterator[tuple[Any, ...]]:
    uid = UUID(fact.uid).bytes
    if isinstance(fact.answer, Reason):
        words = (fact.batch_id, str(fact.answer), "", "", "", "")
        yield (*words, fact.event[1], uid, fact.position, _NONE, fact.known, fact.declared, None, None, None)
        return
    for row in fact.answer:
        words = (fact.batch_id, "", row.product, row.place, row.unit, row.period)
        rest = (row.day, row.quantity, row.promotion)
        yield (*words, fact.event[1], uid, fact.position, row.item, fact.known, None, *rest)


def unpacked(content: bytes, expected: str, recorded_by: str) -> Iterator[Sales]:
    """Facts in the order in which they were packed. Raises Damaged, before the first, unless SHA-256 is `expected`."""
    if hashlib.sha256(content).hexdigest() != expected:
        raise Damaged("a part of the snapshot is not the one that was anchored")
    return _parsed(content, recorded_by)


def _parsed(content: bytes, recorded_by: str) -> Iterator[Sales]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(content))
    lines = (line for some in file.iter_batches(LINES) for line in zip(*map(_values, some.columns), strict=True))
    for _, group in groupby(lines, key=lambda line: line[7]):
        yield _fact(list(group), recorded_by)


def _values(column: Any) -> Sequence[Any]:
    """Words of a dictionary are one object each, however often they come."""
    if hasattr(column, "dictionary"):
        words = column.dictionary.to_pylist()
        return [words[index] for index in column.indices.to_pylist()]
    found: Sequence[Any] = column.to_pylist()
    return found


def _fact(lines: Sequence[tuple[Any, ...]], recorded_by: str) -> Sales:
    batch, reason, _, _, _, _, event, raw, position, _, known, declared, *_ = lines[0]
    where = (recorded_by, event), (uid := str(UUID(bytes=raw))), batch, position
    if reason:
        return Fact(*where, Reason(reason), known, declared)
    return Fact(*where, [_row(uid, line) for line in lines], known)


def _row(uid: str, line: tuple[Any, ...]) -> SaleRow:
    _, _, product, place, unit, period, _, _, _, item, _, _, day, quantity, promotion = line
    return SaleRow(uid, item, product, place, _same(day), quantity, unit, promotion, period)


_days: dict[date, date] = {}


def _same(day: date) -> date:
    """One object a day: ten million rows of some years have a thousand days."""
    return _days.setdefault(day, day)
