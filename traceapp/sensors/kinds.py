"""How the row of a message follows from its verified body; the audit compares it with what is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from traceapp.ledger.models import Record
from traceapp.sensors import message, senml
from traceapp.sensors.models import DeviceKey, Message

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class MessageIndex:
    """What the row of a message says."""

    kid: str
    seq: int
    digest: str
    first: datetime
    last: datetime
    count: int


def moment(seconds: float) -> datetime:
    """Seconds since 1970 as the columns keep them."""
    return datetime.fromtimestamp(seconds, UTC)


def late(last: datetime, due: date | None) -> bool:
    """Whether a reading at `last` is later than the day on which calibration was due."""
    return due is not None and last.date() > due


class SensorKind:
    """Rows of Message."""

    name = "sensor"

    def expected(self, record: Record, body: Mapping[str, Any]) -> MessageIndex:
        """The row that this message must have."""
        read = message.read(body["message"])
        found = senml.readings(read.jws.payload)
        return MessageIndex(
            kid=read.kid,
            seq=read.seq,
            digest=hashlib.sha256(read.compact.encode()).hexdigest(),
            first=moment(found.first),
            last=moment(found.last),
            count=found.count,
        )

    def stored(self, pks: Sequence[int]) -> dict[int, MessageIndex]:
        """The rows as they stand; records without one are left out."""
        rows: dict[int, MessageIndex] = {}
        for start in range(0, len(pks), _PAGE):
            page = Message.objects.filter(pk__in=pks[start : start + _PAGE])
            for pk, kid, seq, digest, first, last, count in page.values_list(
                "pk", "key__kid", "seq", "digest", "first", "last", "count"
            ):
                rows[pk] = MessageIndex(kid, seq, bytes(digest).hex(), first, last, count)
        return rows

    def rebuild(self, record: Record, body: Mapping[str, Any]) -> None:
        """Replace the row by what the message says."""
        index = self.expected(record, body)
        key = DeviceKey.objects.select_related("device").get(kid=index.kid)
        Message.objects.update_or_create(
            record=record,
            defaults={
                "key": key,
                "seq": index.seq,
                "digest": bytes.fromhex(index.digest),
                "first": index.first,
                "last": index.last,
                "count": index.count,
                "out_of_calibration": late(index.last, key.device.calibration_due),
                "received_at": record.record_time,
            },
        )
