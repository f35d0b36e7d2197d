"""Canonical rows and their root: what a run learnt from, as one number. Pure.

The dataset root is the RFC 9162 root over the rows in their sorted order. A row's leaf is SHA-256(0x00 || RFC 8785
array) of exactly the values that training saw, the record's public id among them. That id is made of the record's
salted leaf, so a stranger cannot guess rows from the root; and because rows, not whole records, are hashed, the root
says which numbers were learnt from even where a field that plays no part was erased since.
"""

import hashlib
from collections.abc import Iterable, Sequence

from forecasting.delay.deliveries import DeliveryRow
from forecasting.demand.series import SaleRow
from forecasting.spelling import spelled
from forecasting.table import Sales
from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.tree import root_of


def sale_order(row: SaleRow) -> tuple[object, ...]:
    return row.product, row.place, row.day, row.uid, row.item


def delivery_order(row: DeliveryRow) -> tuple[object, ...]:
    return row.scheduled, row.delivery, row.uid


def sale_content(row: SaleRow) -> tuple[object, ...]:
    """The same order wherever the same was recorded: ids, which are random, come last."""
    said = row.quantity, row.unit, row.promotion, row.period
    return row.product, row.place, row.day, *said, row.uid, row.item


def sale_value(row: SaleRow) -> Json:
    return [
        row.uid,
        row.item,
        row.product,
        row.place,
        row.day.isoformat(),
        row.quantity,
        row.unit,
        row.promotion,
        row.period,
    ]


def delivery_value(row: DeliveryRow) -> Json:
    return [
        row.uid,
        row.delivery,
        row.scheduled.isoformat(),
        row.ordered.isoformat() if row.ordered else None,
        row.outcome_uid,
        row.delay,
        row.recorded.isoformat() if row.recorded else None,
        dict(row.attributes),
        dict(row.amounts),
    ]


def dataset_root(values: Iterable[Json]) -> str:
    """Hex of the root over rows given in their order."""
    return _root(map(canonical, values))


def sales_root(rows: Sequence[SaleRow]) -> str:
    """The same, of sales."""
    return _root(spelled(rows)) if isinstance(rows, Sales) else dataset_root(map(sale_value, rows))


def _root(lines: Iterable[bytes]) -> str:
    return root_of(hashlib.sha256(b"\x00" + line).digest() for line in lines).hex()


def sorted_deliveries(rows: Iterable[DeliveryRow]) -> list[DeliveryRow]:
    return sorted(rows, key=delivery_order)
