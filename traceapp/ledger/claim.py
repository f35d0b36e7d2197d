"""Queued records become a batch: id, positions, root and leaves in one short transaction, with a lease."""

import hashlib
import uuid
from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min

from traceapp.commitments.tree import root
from traceapp.ledger.models import Batch, Record
from traceapp.ledger.outgoing import Outgoing

LEASE: Final = timedelta(seconds=30)
"""How long a step of a batch's life may take before somebody else may take it over."""


def claim_ready(now: datetime, without: Container[int] = ()) -> Iterator[Batch]:
    """Claim every batch that is full or has waited long enough for company; of these organisations, none."""
    for organisation_id, kind in _ready(now):
        while (
            organisation_id not in without
            and (batch := claim(organisation_id=organisation_id, kind=kind, now=now)) is not None
        ):
            yield batch
            if batch.size < settings.BATCH_SIZE:
                break  # the queue is empty


def _ready(now: datetime) -> list[tuple[int, str]]:
    rows = Record.objects.filter(batch=None).values_list("organisation_id", "kind")
    queues = rows.annotate(size=Count("pk"), first=Min("pk")).order_by("first")
    waited = now - timedelta(seconds=settings.BATCH_WAIT)
    ready = []
    for organisation_id, kind, size, first in queues:
        due = size >= settings.BATCH_SIZE
        if due or Record.objects.filter(pk=first, record_time__lte=waited).exists():
            ready.append((organisation_id, kind))
    return ready


@transaction.atomic
def claim(*, organisation_id: int, kind: str, now: datetime) -> Batch | None:
    """Make the next batch of one organisation and kind, leased to the caller; None when its queue is empty.

    The leaves are those the records were accepted with: a row changed while it waited will not match them.
    """
    queued = Record.objects.filter(batch=None, kind=kind, organisation_id=organisation_id).order_by("pk")
    if connection.features.has_select_for_update:
        queued = queued.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    rows = list(queued.values_list("pk", "leaf", "record_time")[: settings.BATCH_SIZE])
    if not rows:
        return None
    leaves = [_hash(bytes(leaf)) for _, leaf, _ in rows]
    times = [time for _, _, time in rows]
    batch = Batch.objects.create(
        id=uuid.uuid4().hex,
        organisation_id=organisation_id,
        kind=kind,
        root=root(leaves),
        size=len(leaves),
        leaves=b"".join(leaves),
        time_from=min(times),
        time_to=max(times),
        claimed_until=now + LEASE,
    )
    _place(batch, [pk for pk, _, _ in rows])
    return batch


def _hash(leaf: bytes) -> bytes:
    # A damaged column must not stop the queue: what is there is anchored, and the row will not match it.
    return leaf if len(leaf) == 32 else hashlib.sha256(leaf).digest()


def _place(batch: Batch, pks: Sequence[int]) -> None:
    """Write batch and position to each row. Raises, which undoes the claim, if one was claimed meanwhile."""
    table = connection.ops.quote_name(Record._meta.db_table)
    statement = f"UPDATE {table} SET batch_id = %s, position = %s WHERE id = %s AND batch_id IS NULL"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(batch.id, position, pk) for position, pk in enumerate(pks)])
        if cursor.rowcount != len(pks):
            raise RuntimeError(f"{len(pks) - cursor.rowcount} records were claimed by somebody else")


def lease(one: Outgoing, now: datetime, *, until: datetime | None = None) -> bool:
    """Take over one whose lease ran out. False if somebody else was faster, or it has moved on."""
    free = type(one)._default_manager.filter(pk=one.pk, state=one.state, claimed_until__lt=now)
    return bool(free.update(claimed_until=until or now + LEASE))
