"""Indexes against verified records: does what other rooms derived still follow from what was anchored?"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, Final

from traceapp.ledger.findings import Found
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.rows import VerifiedRecord

_PAGE: Final = 500
_NONE: Final = object()


def compare(records: Sequence[VerifiedRecord]) -> Iterator[Found]:
    """A finding for each verified record (all of one kind) whose stored index is another than its body gives."""
    kind = kind_named(records[0].kind) if records else None
    if kind is None:
        return
    for start in range(0, len(records), _PAGE):
        page = records[start : start + _PAGE]
        stored = kind.stored([one.pk for one in page])
        for one in page:
            try:
                expected: Any = kind.expected(as_row(one), one.body)
            except (ValueError, KeyError, TypeError) as error:
                yield _found(one, f"its index cannot be derived: {error}")
                continue
            held = stored.get(one.pk, _NONE)
            if held is _NONE and expected is not None:
                yield _found(one, "it has no index: searches and pages do not find it")
            elif held is not _NONE and held != expected:
                yield _found(one, f"its index tells otherwise than its anchored fields{_where(held, expected)}")


def as_row(one: VerifiedRecord) -> Record:
    """The row of a verified record, made from what was verified."""
    return Record(
        pk=one.pk,
        uid=one.uid,
        kind=one.kind,
        organisation_id=one.organisation_id,
        visibility=one.visibility,
        leaf=one.leaf,
        record_time=one.record_time,
        batch_id=one.batch_id,
        position=one.position,
    )


def _where(held: Any, expected: Any) -> str:
    if not dataclasses.is_dataclass(held) or type(held) is not type(expected):
        return ""
    names = [field.name for field in dataclasses.fields(held) if field.compare]
    wrong = [name for name in names if getattr(held, name) != getattr(expected, name)]
    return f" ({', '.join(name.replace('_', ' ') for name in wrong)})" if wrong else ""


def _found(one: VerifiedRecord, why: str) -> Found:
    return Found(
        what=Finding.What.INDEX,
        message=f"The record matches the ledger, but {why}.",
        batch_id=one.batch_id,
        position=one.position,
        record_pk=one.pk,
        record_uid=one.uid,
        organisation_id=one.organisation_id,
    )
