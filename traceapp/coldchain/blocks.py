"""Keeping decoded readings, and getting back those whose messages still are what the ledger attests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from traceapp.coldchain import decoded
from traceapp.coldchain.decoded import Block, Decoded
from traceapp.ledger import rehash
from traceapp.ledger.verified import VerifiedRecord
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.models import Device
from traceapp.sensors.units import Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Series = tuple[NDArray[np.float64], NDArray[np.float64]]
    """Times in seconds since 1970, and as many values."""


_SLACK: Final = timedelta(milliseconds=1)  # a time column is no finer than a microsecond


class Kept:
    """Blocks of a device that hold readings of a span, by batch and quantity; only those that carry our code."""

    def __init__(self, device: Device, since: datetime, until: datetime, quantities: Sequence[str]) -> None:
        self._device, self._key, self._quantities = device, decoded.secret(), list(quantities)
        self._blocks: dict[str, dict[str, Block]] = {}
        rows = Decoded.objects.filter(device=device, last__gte=since, first__lte=until, quantity__in=quantities)
        for batch_id, quantity, content in rows.order_by("first").values_list("batch_id", "quantity", "content"):
            block = decoded.unpacked(self._key, self._about(batch_id, quantity), bytes(content))
            if block is not None:
                self._blocks.setdefault(batch_id, {})[quantity] = block
        self._unchanged: set[int] = set()

    def check(self, pks: Collection[int]) -> set[int]:
        """Which of these messages have all their readings here, and still are as the ledger attests."""
        wanted, leaves = set(pks), {}
        for blocks in self._blocks.values():
            if len(blocks) < len(self._quantities):
                continue
            first = next(iter(blocks.values()))
            if any(block.leaves != first.leaves for block in blocks.values()):
                continue
            leaves.update({pk: first.leaf(at) for at, pk in enumerate(first.pks.tolist()) if pk in wanted})
        self._unchanged = rehash.unchanged(leaves)
        return self._unchanged

    def series(self, quantity: str) -> Iterator[Series]:
        """Times and values of what `check` found unchanged, block by block."""
        import numpy as np

        for blocks in self._blocks.values():
            block = blocks.get(quantity)
            if block is None:
                continue
            good = np.fromiter((pk in self._unchanged for pk in block.pks.tolist()), dtype=bool, count=block.pks.size)
            if good.all():
                yield block.times, block.values
            elif good.any():
                mine = np.repeat(good, block.counts)
                yield block.times[mine], block.values[mine]

    def add(self, records: Sequence[VerifiedRecord]) -> None:
        """Decode verified messages, and keep them beside what is kept of their batch."""
        by_batch: dict[str, list[VerifiedRecord]] = {}
        for one in records:
            by_batch.setdefault(one.batch_id, []).append(one)
        rows = [row for batch_id, members in by_batch.items() for row in self._rows(batch_id, members)]
        with transaction.atomic():
            Decoded.objects.bulk_create(
                rows,
                batch_size=50,
                update_conflicts=True,
                unique_fields=["device", "batch_id", "quantity"],
                update_fields=["first", "last", "content"],
            )

    def _rows(self, batch_id: str, records: Sequence[VerifiedRecord]) -> Iterator[Decoded]:
        fresh = {one.pk: one for one in records}
        series = {one.pk: bodies(one.body["message"], self._quantities) for one in records}
        for quantity in self._quantities:
            known = [row for row in _messages(self._blocks.get(batch_id, {}).get(quantity)) if row[0] not in fresh]
            rows = [*known, *((pk, one.leaf, series[pk][quantity]) for pk, one in fresh.items())]
            content = decoded.packed(self._key, self._about(batch_id, quantity), rows)
            block = decoded.unpacked(self._key, self._about(batch_id, quantity), content)
            assert block is not None
            self._blocks.setdefault(batch_id, {})[quantity] = block
            first, last = _span(self._blocks[batch_id])
            yield Decoded(
                device=self._device, batch_id=batch_id, quantity=quantity, first=first, last=last, content=content
            )
        self._unchanged.update(fresh)

    def _about(self, batch_id: str, quantity: str) -> str:
        return f"{self._device.pk} {batch_id} {quantity}"


def _messages(block: Block | None) -> Iterator[tuple[int, bytes, bytes]]:
    if block is None:
        return
    at = 0
    for number, (pk, count) in enumerate(zip(block.pks.tolist(), block.counts.tolist(), strict=True)):
        part = slice(at, at + count)
        yield pk, block.leaf(number), block.times[part].tobytes() + block.values[part].tobytes()
        at += count


def _span(blocks: Mapping[str, Block]) -> tuple[datetime, datetime]:
    """Of all quantities together: a message is looked for by the time of any of its readings."""
    times = [block.times for block in blocks.values() if block.times.size]
    if not times:
        return datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    first, last = min(float(one.min()) for one in times), max(float(one.max()) for one in times)
    return datetime.fromtimestamp(first, UTC) - _SLACK, datetime.fromtimestamp(last, UTC) + _SLACK


def bodies(compact: str, quantities: Sequence[str]) -> dict[str, bytes]:
    """Times and values of each quantity of a message, of all its probes; empty bytes where there is none."""
    found = senml.readings(payload_of(compact))
    told: dict[str, bytes] = {}
    for quantity in quantities:
        series = list(found.of(Quantity(quantity)))
        times, values = (b"".join(one[part].tobytes() for one in series) for part in (0, 1))
        told[quantity] = times + values
    return told
