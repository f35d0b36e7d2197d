"""The only door in: a record becomes salted disclosures, a leaf and a row in the queue, in its caller's transaction."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction

from traceapp.accounts.models import Organisation
from traceapp.commitments.disclosures import digest, disclose, leaf, pack
from traceapp.commitments.times import rfc3339
from traceapp.ledger.models import Reader, Record, RecordKind
from traceapp.ledger.uid import uid_of
from traceapp.web.bulk import insert_numbered

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
    rows = _inserted(organisation, [_row(organisation, new, now) for new in records])
    readers = [
        Reader(record=row, organisation_id=reader, relation=str(relation))
        for row, new in zip(rows, records, strict=True)
        for reader, relation in new.readers.items()
        if reader != organisation.pk
    ]
    Reader.objects.bulk_create(readers, batch_size=_PAGE)
    return rows


class _Row(NamedTuple):
    """What is stored of a record, by the names of its columns; the rest comes with its batch."""

    uid: UUID
    kind: str
    organisation: int
    visibility: int
    disclosures: bytes
    hidden: bytes
    leaf: bytes
    record_time: datetime


def _row(organisation: Organisation, new: NewRecord, now: datetime) -> _Row:
    body = {"kind": str(new.kind), "recordedBy": organisation.pgln, "recordTime": rfc3339(now), **_content(new)}
    disclosures = disclose(body, _salt)
    made = leaf(map(digest, disclosures))
    return _Row(uid_of(made), str(new.kind), organisation.pk, new.visibility, pack(disclosures), b"", made, now)


def _inserted(organisation: Organisation, rows: Sequence[_Row]) -> list[Record]:
    """As they would be read from the database, with their organisation at hand."""
    names = [field.attname for field in Record._meta.concrete_fields]
    alias = transaction.get_connection().alias
    records = []
    for number, row in zip(insert_numbered(Record, _Row._fields, rows), rows, strict=True):
        record = Record.from_db(alias, names, [number, *row, None, None])
        record.organisation = organisation
        records.append(record)
    return records


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
