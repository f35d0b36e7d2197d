"""The only door in: a record becomes salted disclosures, a leaf and a row in the queue, in its caller's transaction."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from traceapp.accounts.models import Organisation
from traceapp.commitments.disclosures import disclose, leaf_of, pack
from traceapp.commitments.times import rfc3339
from traceapp.ledger.models import Reader, Record, RecordKind
from traceapp.ledger.uid import uid_of

_CONTENT: Final = {
    RecordKind.EPCIS: "event",
    RecordKind.SENSOR: "message",
    RecordKind.FORECAST: "statement",
    RecordKind.MODEL: "statement",
}
_PAGE: Final = 500


class AppendError(ValueError):
    """A programming error of the caller: what they gave is no record, or they forgot the transaction."""


@dataclass(frozen=True)
class NewRecord:
    """What to record. `body` holds `event`, `message` or `statement`, as the kind wants, and may hold `context`.

    `readers`: other organisations that may read it, by id, and their `accounts.visibility.Relation`.
    """

    kind: str
    body: Mapping[str, Any]
    visibility: int
    readers: Mapping[int, str] = field(default_factory=dict)


def append(*, organisation: Organisation, records: Sequence[NewRecord]) -> list[Record]:
    """Store records, in order, and queue them for the ledger. Returns their rows (with pk).

    Must be called inside `transaction.atomic()`, together with everything else that makes the record accepted: so it
    is stored, indexed and queued, or not at all. Raises AppendError, or StrictJsonError for a value that cannot be
    committed.
    """
    if not transaction.get_connection().in_atomic_block:
        raise AppendError("append() must be called inside transaction.atomic(): record and indexes are stored together")
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # what the record says is what the column says
    rows = [_row(organisation, new, now) for new in records]
    Record.objects.bulk_create(rows, batch_size=_PAGE)
    readers = [
        Reader(record=row, organisation_id=reader, relation=str(relation))
        for row, new in zip(rows, records, strict=True)
        for reader, relation in new.readers.items()
        if reader != organisation.pk
    ]
    Reader.objects.bulk_create(readers, batch_size=_PAGE)
    return rows


def _row(organisation: Organisation, new: NewRecord, now: datetime) -> Record:
    body = {"kind": str(new.kind), "recordedBy": organisation.pgln, "recordTime": rfc3339(now), **_content(new)}
    disclosures = pack(disclose(body, _salt))
    leaf = leaf_of(disclosures)
    return Record(
        uid=uid_of(leaf),
        kind=str(new.kind),
        organisation=organisation,
        visibility=new.visibility,
        disclosures=disclosures,
        leaf=leaf,
        record_time=now,
    )


def _salt() -> bytes:
    return os.urandom(16)


def _content(new: NewRecord) -> dict[str, Any]:
    if new.kind not in _CONTENT:
        raise AppendError(f"unknown kind of record {new.kind!r}")
    wanted = _CONTENT[RecordKind(new.kind)]
    if wanted not in new.body or not new.body.keys() <= {wanted, "context"}:
        raise AppendError(f"a record of kind {new.kind} has {wanted!r} and may have 'context', not {sorted(new.body)}")
    if wanted != "event":
        return dict(new.body)
    event = new.body["event"]
    if not event.get("eventID"):
        raise AppendError("an event without eventID cannot be recorded: assign one first")
    # Committed even when absent, so that nobody can hide that an event was declared wrong.
    return {**new.body, "event": {**event, "errorDeclaration": event.get("errorDeclaration")}}
