"""Checked messages to stored and queued records, with their rows and what devices' pages say, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.db import connection, transaction

from traceapp.accounts.visibility import Visibility
from traceapp.ledger.append import NewRecord, append
from traceapp.ledger.models import Record, RecordKind
from traceapp.sensors import last_words, refusals
from traceapp.sensors.kinds import late, moment
from traceapp.sensors.message import Reason, Refused
from traceapp.sensors.models import Message
from traceapp.sensors.outcomes import Checked, Refusals, Taken
from traceapp.web.bulk import insert

_COLUMNS: Final = ("record", "key", "seq", "digest", "first", "last", "count", "out_of_calibration", "received_at")
_PAGE: Final = 400


@dataclass(frozen=True, slots=True)
class _Known:
    """What was taken under a number: the message's digest and its record."""

    digest: bytes
    record: Record


@transaction.atomic
def store(checked: Sequence[Checked], refused: Refusals, now: float) -> Refusals:
    """Store what is new, and count what is refused. Returns what became of each message, by its position."""
    known = _known(checked)
    fresh: dict[tuple[int, int], Checked] = {}
    for one in checked:
        if one.place not in known:
            fresh.setdefault(one.place, one)
    records = _append(list(fresh.values()))
    taken = dict(refused)
    for one in checked:
        before = known.get(one.place) or _Known(fresh[one.place].digest, records[one.place])
        taken[one.position] = _answer(one, before, new=fresh.get(one.place) is one)
    last_words.keep(list(fresh.values()), now)
    counted = [(one.whose, one.refused) for one in taken.values() if one.refused]
    refusals.count(counted, moment(now))
    return taken


def _answer(one: Checked, before: _Known, *, new: bool) -> Taken:
    kid, seq = one.message.kid, one.message.seq
    if before.digest == one.digest:
        return Taken(one.key.device, kid, seq, before.record, new)
    why = f"Another message of this key had the number {seq} before; nothing of this one was stored. Count on."
    return Taken(one.key.device, kid, seq, refused=Refused(Reason.CONFLICT, why, kid))


def _known(checked: Sequence[Checked]) -> dict[tuple[int, int], _Known]:
    """What was taken before under the numbers of these messages."""
    places = sorted({one.place for one in checked})
    told: dict[int, tuple[tuple[int, int], bytes]] = {}
    for start in range(0, len(places), _PAGE):
        for record, key, seq, digest in _taken_at(places[start : start + _PAGE]):
            told[record] = (key, seq), bytes(digest)
    records = Record.objects.defer("disclosures").in_bulk(list(told)) if told else {}
    return {place: _Known(digest, records[pk]) for pk, (place, digest) in told.items() if pk in records}


_TAKEN: Final = "SELECT record_id, key_id, seq, digest FROM sensors_message WHERE (key_id, seq) IN (VALUES {})"


def _taken_at(places: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, bytes]]:
    """Record, key, number and digest of messages: of all keys in one query, which the ORM has no words for."""
    with connection.cursor() as cursor:
        wanted = ", ".join(["(%s, %s)"] * len(places))
        cursor.execute(_TAKEN.format(wanted), [number for place in places for number in place])
        found: list[tuple[int, int, int, bytes]] = cursor.fetchall()
        return found


def _append(fresh: Sequence[Checked]) -> dict[tuple[int, int], Record]:
    """Records and rows of new messages. They are for their organisation only; sharing goes by legs."""
    found: dict[tuple[int, int], Record] = {}
    ordered = sorted(fresh, key=lambda one: one.key.device.organisation_id)
    for _, ones in groupby(ordered, lambda one: one.key.device.organisation_id):
        group = list(ones)
        new = [NewRecord(RecordKind.SENSOR, {"message": one.message.compact}, Visibility.PRIVATE) for one in group]
        records = append(organisation=group[0].key.device.organisation, records=new)
        insert(Message, _COLUMNS, map(_row, records, group))
        found |= {one.place: record for one, record in zip(group, records, strict=True)}
    return found


def _row(record: Record, one: Checked) -> tuple[object, ...]:
    last = moment(one.last)
    marked = late(last, one.key.device.calibration_due)
    place = (record.pk, one.key.pk, one.message.seq, one.digest)
    return (*place, moment(one.first), last, one.readings.count, marked, record.record_time)
