"""Readings of newly anchored messages are decoded and kept before anybody asks for a chart of them.

Only what verifies is kept, and every answer hashes the messages again (`readings`): this saves time and vouches for
nothing. What a round does not come to, the next one does, or the first who asks.
"""

import time
from datetime import UTC, datetime
from typing import Final

from traceapp.coldchain.blocks import KEPT, Kept
from traceapp.coldchain.models import Follower
from traceapp.ledger import verified
from traceapp.ledger.models import Batch, RecordKind
from traceapp.sensors.models import Device, Message

_FOR: Final = 5.0  # seconds a round: alarms are looked for between rounds
_PAGE: Final = 500  # messages


def keep_new(seconds: float = _FOR) -> int:
    """Keep what batches confirmed since the last round hold, for so long. Returns how many were gone through."""
    follower, _ = Follower.objects.get_or_create(pk="decoded")  # `record`: microseconds since 1970
    since, end = datetime.fromtimestamp(follower.record / 1e6, UTC), time.monotonic() + seconds
    fresh = Batch.objects.filter(kind=RecordKind.SENSOR, evidenced__gt=since).order_by("evidenced", "pk")
    done = 0
    for batch_id, evidenced in fresh.values_list("pk", "evidenced"):
        if evidenced is None or time.monotonic() > end:
            break
        _keep(batch_id)
        reached = round(evidenced.timestamp() * 1e6)
        Follower.objects.filter(pk=follower.pk, record__lt=reached).update(record=reached)
        done += 1
    return done


def _keep(batch_id: str) -> None:
    told = Message.objects.filter(record__batch_id=batch_id)
    for device in Device.objects.filter(pk__in=told.values("key__device")):
        kept = Kept(device, KEPT)
        pks = list(told.filter(key__device=device).order_by("first", "pk").values_list("pk", flat=True))
        lacking = kept.lacking(batch_id, pks)
        for start in range(0, len(lacking), _PAGE):
            kept.add(verified.read(lacking[start : start + _PAGE]).verified)
