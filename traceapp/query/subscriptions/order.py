"""Records in the order in which the ledger took them: by block, by transaction in it, by position in the batch.

Numbers of the database are no such order: a transaction that took its numbers early may commit late, and whoever reads
on from the last number misses it. The ledger's order is made by one process, ledgerd, which notes each block together
with the checkpoint; nothing is ever put between blocks that were noted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from traceapp.ledger.models import Batch, Block, Checkpoint, Record, RecordKind
from traceapp.ledger.projection import NAME


class Cursor(NamedTuple):
    """The last record that was looked at. A position of -1 is before the first one."""

    block: int
    transaction: int = -1
    position: int = -1


@dataclass(frozen=True)
class Stretch:
    """Records that follow a cursor, in order, and the cursor after each.

    `after` is where to go on once all were looked at; `waits` that the ledger has more which cannot be shown yet, since
    its attestations are still to be fetched.
    """

    records: list[tuple[int, Cursor]]
    after: Cursor
    waits: bool = False


def tip() -> int:
    """The last block that was noted; -1 before there is one."""
    block = Checkpoint.objects.filter(pk=NAME).values_list("block", flat=True).first()
    return -1 if block is None else block


def beginning(since: datetime) -> Cursor:
    """The cursor before the first block that may hold a record made since then."""
    batches = Batch.objects.filter(kind=RecordKind.EPCIS, block__isnull=False, time_to__gte=since)
    first = batches.order_by("block").values_list("block", flat=True).first()
    return Cursor(tip() + 1 if first is None else first)


def stretch(cursor: Cursor, until: int, size: int) -> Stretch:
    """The next records up to a block, at most `size`."""
    found: list[tuple[int, Cursor]] = []
    for batch_id, place, evidenced in _batches(cursor, until):
        if not evidenced:
            return Stretch(found, found[-1][1] if found else cursor, waits=True)
        rows = Record.objects.filter(batch_id=batch_id, position__gt=place.position).order_by("position")
        for pk, position in rows.values_list("pk", "position")[: size - len(found)]:
            found.append((pk, place._replace(position=position or 0)))
        if len(found) >= size:
            return Stretch(found, found[-1][1])
    return Stretch(found, Cursor(until + 1) if until >= cursor.block else cursor)


def _batches(cursor: Cursor, until: int) -> Iterator[tuple[str, Cursor, bool]]:
    """Batches of events from a cursor on, each with the place before its next record, and whether it is attested."""
    blocks = Block.objects.filter(number__gte=cursor.block, number__lte=until).order_by("number")
    for number, transactions in blocks.values_list("number", "transactions").iterator(chunk_size=50):
        valid = Batch.objects.filter(block=number, kind=RecordKind.EPCIS, state=Batch.State.VALID)
        known = dict(valid.values_list("pk", "evidenced"))
        for at, one in enumerate(transactions):
            batch_id = (one.get("batch") or {}).get("id")
            if batch_id not in known or (number, at) < cursor[:2]:
                continue
            position = cursor.position if (number, at) == cursor[:2] else -1
            yield batch_id, Cursor(number, at, position), known.pop(batch_id) is not None
