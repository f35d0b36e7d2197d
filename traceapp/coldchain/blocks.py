"""Keeping decoded readings, and getting back those whose messages still are what the ledger attests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models.functions import Length

from traceapp.coldchain import decoded
from traceapp.coldchain.decoded import Block, Decoded
from traceapp.coldchain.gathered import Gathered
from traceapp.ledger import rehash
from traceapp.ledger.verified import VerifiedRecord
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.models import Device
from traceapp.sensors.units import Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from traceapp.coldchain.gathered import Series


_SLACK: Final = timedelta(milliseconds=1)  # a time column is no finer than a microsecond
_AT_ONCE: Final = 2_000_000  # bytes of blocks; a year's are never in memory together
_MOST_BATCHES: Final = 200
KEPT: Final = (Quantity.TEMPERATURE, Quantity.HUMIDITY, Quantity.ACCELERATION, Quantity.LIGHT)
"""What is kept of a message once it is decoded, whichever of it was asked for."""
Blocks = dict[str, dict[str, Block]]
"""By batch and quantity."""


class Kept:
    """What a device's verified messages say of some quantities. Blocks are read a few at a time, and only those that
    carry our code; of them nothing stays but the readings of messages that are what the ledger attests.
    """

    def __init__(self, device: Device, quantities: Sequence[str], room: int = 0) -> None:
        """`room`: how many readings are expected at the most."""
        self._device, self._key, self._quantities = device, decoded.secret(), list(quantities)
        self._told = {one: Gathered(room) for one in quantities}

    def unchanged(self, pks: Collection[int], since: datetime, until: datetime) -> set[int]:
        """Which of these messages have all their readings here, and still are as the ledger attests."""
        left, found = set(pks), set[int]()
        for page in self._pages(since, until):
            blocks = self._blocks(page, self._quantities)
            good = rehash.unchanged(self._leaves(blocks, left))
            found |= good
            left -= good
            for of in blocks.values():
                good -= self._tell(of, good)
        return found

    def series(self, quantity: str) -> Series:
        """Times and values of all that was found unchanged or added, in no order."""
        return self._told[quantity].series()

    def add(self, records: Sequence[VerifiedRecord]) -> None:
        """Decode verified messages, and keep all that they say beside what is kept of their batch."""
        by_batch: dict[str, list[VerifiedRecord]] = {}
        for one in records:
            by_batch.setdefault(one.batch_id, []).append(one)
        ids = list(by_batch)
        for at in range(0, len(ids), _MOST_BATCHES):
            page = ids[at : at + _MOST_BATCHES]
            blocks = self._blocks(page, KEPT)
            rows = [row for each in page for row in self._rows(blocks.setdefault(each, {}), each, by_batch[each])]
            _save(rows)

    def lacking(self, batch_id: str, pks: Sequence[int]) -> list[int]:
        """Which of these messages of a batch are not kept yet."""
        blocks = self._blocks([batch_id], KEPT)
        known = self._leaves(blocks, pks) if len(blocks[batch_id]) == len(KEPT) else {}
        return [pk for pk in pks if pk not in known]

    def _pages(self, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Batches with readings of a span, by time; together no larger than is read at once, or one alone."""
        rows = Decoded.objects.filter(
            device=self._device, last__gte=since, first__lte=until, quantity__in=self._quantities
        )
        sizes: dict[str, int] = {}
        for batch_id, size in rows.order_by("first").values_list("batch_id", Length("content")):
            sizes[batch_id] = sizes.get(batch_id, 0) + (size or 0)
        page, filled = list[str](), 0
        for batch_id, size in sizes.items():
            if page and (filled + size > _AT_ONCE or len(page) >= _MOST_BATCHES):
                yield page
                page, filled = [], 0
            page.append(batch_id)
            filled += size
        if page:
            yield page

    def _blocks(self, batch_ids: Sequence[str], quantities: Sequence[str]) -> Blocks:
        found: Blocks = {one: {} for one in batch_ids}
        rows = Decoded.objects.filter(device=self._device, batch_id__in=batch_ids, quantity__in=quantities)
        for batch_id, quantity, content in rows.values_list("batch_id", "quantity", "content"):
            block = decoded.unpacked(self._key, self._about(batch_id, quantity), bytes(content))
            if block is not None:
                found[batch_id][quantity] = block
        return found

    def _leaves(self, blocks: Blocks, wanted: Collection[int]) -> dict[int, bytes]:
        """The leaf under which each of these messages is kept, if it is with every quantity."""
        leaves: dict[int, bytes] = {}
        for of in blocks.values():
            if len(of) == len(self._quantities) and len({one.leaves for one in of.values()}) == 1:
                first = next(iter(of.values()))
                leaves.update({pk: first.leaf(at) for at, pk in enumerate(first.pks.tolist()) if pk in wanted})
        return leaves

    def _tell(self, blocks: Mapping[str, Block], pks: Collection[int]) -> set[int]:
        """Take over the readings of these messages. Returns those of them that are in these blocks."""
        import numpy as np

        told: set[int] = set()
        for quantity in self._told.keys() & blocks.keys():
            block = blocks[quantity]
            good = np.fromiter((pk in pks for pk in block.pks.tolist()), dtype=bool, count=block.pks.size)
            told.update(block.pks[good].tolist())
            mine: slice | NDArray[np.bool_] = slice(None) if good.all() else np.repeat(good, block.counts)
            self._told[quantity].add(block.times[mine], block.values[mine])
        return told

    def _rows(self, blocks: dict[str, Block], batch_id: str, records: Sequence[VerifiedRecord]) -> list[Decoded]:
        fresh = {one.pk: one for one in records}
        series = {one.pk: bodies(one.body["message"], KEPT) for one in records}
        contents: dict[str, bytes] = {}
        for quantity in KEPT:
            known = [row for row in _messages(blocks.get(quantity)) if row[0] not in fresh]
            rows = [*known, *((pk, one.leaf, series[pk][quantity]) for pk, one in fresh.items())]
            contents[quantity] = decoded.packed(self._key, self._about(batch_id, quantity), rows)
            block = decoded.unpacked(self._key, self._about(batch_id, quantity), contents[quantity])
            assert block is not None
            blocks[quantity] = block
        self._tell(blocks, fresh.keys())
        first, last = _span(blocks)
        return [
            Decoded(device=self._device, batch_id=batch_id, quantity=one, first=first, last=last, content=content)
            for one, content in contents.items()
        ]

    def _about(self, batch_id: str, quantity: str) -> str:
        return f"{self._device.pk} {batch_id} {quantity}"


def _save(rows: Sequence[Decoded]) -> None:
    with transaction.atomic():
        Decoded.objects.bulk_create(
            rows,
            batch_size=50,
            update_conflicts=True,
            unique_fields=["device", "batch_id", "quantity"],
            update_fields=["first", "last", "content"],
        )


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
