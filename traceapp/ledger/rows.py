"""One stored row against the leaf that the ledger attests for its position. The hot path of every verified answer."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Func, QuerySet, TextField

from traceapp.commitments.disclosures import DisclosureError, digest, leaf_of, unpack
from traceapp.commitments.times import parse_rfc3339
from traceapp.ledger import shapes
from traceapp.ledger.models import Finding, Record
from traceapp.ledger.roots import HASH, Attested
from traceapp.ledger.uid import number_of, uid_of
from traceapp.web import prepared


class VerifiedRecord(msgspec.Struct, frozen=True, gc=False):
    """A record whose stored bytes were hashed for this answer and lead to a root that organisations attest.

    `body` is the record put together from its disclosures; `leaf` is its commitment; `block` orders batches.
    """

    pk: int
    kind: str
    organisation_id: int
    recorded_by: str
    body: dict[str, Any]
    batch_id: str
    position: int
    tx_id: str
    block: int
    visibility: int
    leaf: bytes
    erased: int

    @property
    def uid(self) -> uuid.UUID:
        return uid_of(self.leaf)

    @property
    def record_time(self) -> datetime:
        return parse_rfc3339(self.body["recordTime"])


class Unverified(msgspec.Struct, frozen=True):
    """A record that was asked for and is not confirmed: `state` for people's eyes, `what` as in Finding.

    `state` is `pending`, `mismatch`, `missing` or `rejected`; `reason` a sentence. `pk` and `uid` may be unknown.
    `expected` is the leaf that the ledger attests for the position, `stored` the one that the stored fields give now;
    each is empty where it is not known.
    """

    pk: int | None
    uid: uuid.UUID | None
    batch_id: str | None
    position: int | None
    state: str
    reason: str
    what: str = ""
    organisation_id: int | None = None
    kind: str | None = None
    expected: bytes = b""
    stored: bytes = b""


PENDING: Final = "pending"
MISMATCH: Final = "mismatch"
MISSING: Final = "missing"
REJECTED: Final = "rejected"

COLUMNS: Final = (
    "pk",
    "uid",
    "kind",
    "organisation_id",
    "visibility",
    "disclosures",
    "hidden",
    "leaf",
    "record_time",
    "batch_id",
    "position",
)
_TIME_AS_TEXT: Final = Func(  # hides the column's type from Django's converter
    "record_time",
    template="CASE WHEN typeof(%(expressions)s) = 'text' THEN %(expressions)s END",
    output_field=TextField(),
)


class Row(NamedTuple):
    """A row as the database driver gives it; `uid` and `record_time` are text on SQLite."""

    pk: int
    uid: Any
    kind: str
    organisation_id: int
    visibility: int
    disclosures: bytes
    hidden: bytes
    leaf: bytes
    record_time: Any
    batch_id: str | None
    position: int | None


def fetch(records: QuerySet[Record]) -> list[Row]:
    """The rows of a query, without conversions to UUID and datetime: they cost as much as the hashing."""
    sql, parameters = _columns_of(records).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(map(Row._make, cursor.fetchall()))


def fetch_pks(pks: Sequence[int]) -> list[Row]:
    """The same for some primary keys, which pages ask for most."""
    found = prepared.rows("records", lambda ids: _columns_of(Record.objects.filter(pk__in=ids)), pks) if pks else []
    return list(map(Row._make, found))


def _columns_of(records: QuerySet[Record]) -> QuerySet[Record, Any]:
    if connection.vendor == "sqlite":
        return records.values_list(*[_TIME_AS_TEXT if name == "record_time" else name for name in COLUMNS])
    return records.values_list(*COLUMNS)


def examine(row: Row, leaf: bytes, of: Attested, pglns: Mapping[int, str]) -> VerifiedRecord | Unverified:
    """Hash a row's stored bytes again and compare with the attested leaf of its position, then its columns with them.

    `pglns`: organisations' PGLNs by id. Never raises on damaged rows.
    """
    pk, uid, kind, organisation_id, visibility, stored, hidden, column, time, _, position = row
    try:
        if leaf_of(stored, hidden) != leaf:
            return mismatch(row, Finding.What.CHANGED, "the stored fields are not those that were anchored", leaf)
        body = shapes.opened(stored)
        if (
            body["kind"] == kind == of.kind
            and body["recordedBy"] == pglns.get(organisation_id) == of.organisation
            and column == leaf
            and same_uid(uid, leaf)
            and _same_time(time, body["recordTime"])
            and (not hidden or _hides_what_is_not_shown(stored, hidden))
        ):
            return VerifiedRecord(
                pk,
                kind,
                organisation_id,
                of.organisation,
                body,
                of.batch_id,
                position,  # type: ignore[arg-type]
                of.tx_id,
                of.block,
                visibility,
                leaf,
                len(hidden) // HASH,
            )
    except DisclosureError as error:
        return mismatch(row, Finding.What.CHANGED, f"the stored fields cannot be read: {error}", leaf)
    except (KeyError, TypeError, ValueError):
        pass
    return mismatch(row, Finding.What.COLUMNS, _disagreeing(row, leaf, of, pglns), leaf)


def unverified(row: Row, state: str, what: str, reason: str, expected: bytes = b"") -> Unverified:
    """What is said of a row that is not confirmed."""
    return Unverified(
        pk=row.pk,
        uid=_uid(row.uid),
        batch_id=row.batch_id,
        position=row.position,
        state=state,
        reason=reason,
        what=what,
        organisation_id=row.organisation_id,
        kind=row.kind,
        expected=expected,
        stored=(leaf_in(row) or b"") if state == MISMATCH else b"",
    )


def mismatch(row: Row, what: str, why: str, expected: bytes = b"") -> Unverified:
    """A row that the ledger does not confirm; `why` is a clause."""
    return unverified(row, MISMATCH, what, f"Does not match the ledger: {why}.", expected)


def leaf_in(row: Row) -> bytes | None:
    """The leaf that a row's stored fields give; None if they are no disclosures at all."""
    try:
        return leaf_of(row.disclosures, row.hidden)
    except DisclosureError:
        return None


def _uid(raw: Any) -> uuid.UUID | None:
    try:
        return raw if isinstance(raw, uuid.UUID) else uuid.UUID(raw)
    except (ValueError, TypeError, AttributeError):
        return None


def same_uid(raw: Any, leaf: bytes) -> bool:
    """Whether a driver's value of the column `uid` is the public id of this leaf."""
    number = number_of(leaf)
    return raw == f"{number:032x}" if isinstance(raw, str) else getattr(raw, "int", None) == number


def _same_time(raw: Any, text: str) -> bool:
    if not isinstance(raw, str):
        return bool(raw == parse_rfc3339(text))
    # SQLite: 2026-05-14 09:12:00.123000, and no fraction where it is zero
    whole = f"{text[:10]} {text[11:19]}"
    return raw == (whole if text[20:23] == "000" else f"{whole}.{text[20:23]}000") and text[23:] == "Z"


def _hides_what_is_not_shown(stored: bytes, hidden: bytes) -> bool:
    """A digest told twice, or of a field that is shown, leaves the leaf as it is, but falsifies what was erased."""
    digests = [hidden[at : at + HASH] for at in range(0, len(hidden), HASH)]
    shown = {digest(one) for one in unpack(stored)}
    return len(set(digests)) == len(digests) and shown.isdisjoint(digests)


def _disagreeing(row: Row, leaf: bytes, of: Attested, pglns: Mapping[int, str]) -> str:
    """Which columns tell otherwise than the fields, in words."""
    body = shapes.opened(row.disclosures)
    time = str(body.get("recordTime"))
    checks = {
        "kind": body.get("kind") == row.kind == of.kind,
        "organisation": body.get("recordedBy") == pglns.get(row.organisation_id) == of.organisation,
        "leaf": row.leaf == leaf,
        "public id": same_uid(row.uid, leaf),
        "time of recording": _agrees(row.record_time, time),
        "list of erased fields": len(row.hidden) % HASH == 0 and _hides_what_is_not_shown(row.disclosures, row.hidden),
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong == ["public id"]:
        return "the row carries another record's public id"
    return f"the row's {' and '.join(wrong) or 'columns'} tell otherwise than its anchored fields"


def _agrees(raw: Any, text: str) -> bool:
    try:
        return _same_time(raw, text)
    except ValueError:
        return False
