"""Proof bundles: a verified record as a file that a stranger can check offline.

Made from what is stored (disclosures, the batch's leaves, the attestations beside it); no peer is asked. A bundle is
checked by the verifier before it is handed out, so that nothing leaves here that a stranger would refuse.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from traceapp.accounts.visibility import Relation, may_see
from traceapp.commitments import tree
from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.disclosures import digest, opened, unpack
from traceapp.epcis.rules import MEMBERS
from traceapp.ledger import device_anchor, evidence, matching, roots, rows, trust, verified
from traceapp.ledger.models import Batch, Evidence, Record, RecordKind
from traceapp.ledger.roots import HASH, Attested
from traceapp.ledger.rows import MISMATCH, Row, VerifiedRecord
from traceapp.ledger.trust import NotPinned
from traceapp.verifier.bundle import FORMAT, check_bundle
from traceapp.verifier.errors import Reason, TrustError
from traceapp.verifier.trust import Trust

ALWAYS: Final = frozenset(
    {
        *("/kind", "/recordedBy", "/recordTime"),
        *("/event/type", "/event/eventID", "/event/eventTime", "/event/action", "/event/errorDeclaration"),
    }
)
"""What every bundle shows (those of an event where its type has them), whatever fields were asked for."""

ERASED: Final = "erased"
_STANDARD: Final = frozenset(name for members in MEMBERS.values() for name in members)


class NoProof(Exception):
    """There is no proof of this record now.

    `state` as of `verified.Unverified`, or `erased`; `reason` is a sentence why, `what` the kind of finding, if any.
    """

    def __init__(self, state: str, reason: str, what: str = "") -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason
        self.what = what


class FieldsRefused(Exception):
    """Fields were asked for that cannot be shown to this reader."""

    words = ""

    def __init__(self, pointers: Collection[str]) -> None:
        super().__init__(f"{self.words}: {', '.join(pointers)}.")
        self.pointers = tuple(pointers)


class UnknownFields(FieldsRefused):
    """The record has no such field; or it is an extension that is not for this reader, which is not told apart."""

    words = "Not fields of this record that can be shown"


class ForbiddenFields(FieldsRefused):
    """Fields of the standard that are not for this reader, whether or not this record has them."""

    words = "Not for you to see, by the rules of who sees what"


@dataclass(frozen=True)
class Part:
    """One disclosure: where it points, and its bytes."""

    pointer: str
    disclosure: bytes


def make(record: Record, relation: Relation, *, fields: Collection[str] | None = None) -> bytes:
    """The bundle of a record for a reader who stands to it as `relation`.

    `fields`: pointers (`/event/epcList` with all below it) to show besides those of `ALWAYS`; None for all that the
    reader may see. Raises NoProof, with the reason, for a record that is not verified now; UnknownFields,
    ForbiddenFields.
    """
    of, row = _verified(record)
    shown, hidden = _divided(row, relation, fields)
    disclosed: dict[str, Json] = {
        "disclosures": [one.decode() for one in shown],
        "hidden": [one.hex() for one in sorted(hidden)],  # sorted: their order would tell which field is which
    }
    parts: dict[str, Json] = {
        "format": FORMAT,
        "record": disclosed,
        "inclusion": _inclusion(of, row),
        "anchor": _anchor(of),
    }
    device = device_anchor.member(shown, _trust()) if record.kind == RecordKind.SENSOR else None
    bundle = canonical(parts if device is None else {**parts, "device": device})
    report = check_bundle(bundle, _trust())
    if report.reason == Reason.INCOMPLETE and row.hidden:
        raise NoProof(ERASED, f"A field that every proof must show was erased: {report.detail}.")
    if not report.verified:
        raise NoProof(MISMATCH, f"No proof can be made of this record for you: {report.detail}.")
    return bundle


def _verified(record: Record) -> tuple[Attested, Row]:
    answer = verified.read([record.pk])
    for no in answer.unverified:
        if no.state == MISMATCH and record.hidden and no.expected and no.expected == no.stored:
            raise NoProof(ERASED, "So much of this record was erased that nothing is left to prove.")
        raise NoProof(no.state, no.reason, no.what)
    found = answer.verified[0]
    of = roots.attested([found.batch_id]).get(found.batch_id)
    stored = rows.fetch(Record.objects.filter(pk=record.pk))
    if not isinstance(of, Attested) or not stored or rows.leaf_in(stored[0]) != found.leaf:
        raise _changed(found)
    return of, stored[0]


def _changed(found: VerifiedRecord) -> NoProof:
    return NoProof(MISMATCH, f"Record {found.uid} changed while its proof was made.")


def _parts(stored: bytes) -> list[Part]:
    return [Part(opened(one).pointer, one) for one in unpack(stored)]


def _divided(row: Row, relation: Relation, fields: Collection[str] | None) -> tuple[list[bytes], list[bytes]]:
    """Disclosures to show, and digests of the others and of the erased ones."""
    parts = _parts(bytes(row.disclosures))
    allowed = [one for one in parts if one.pointer in ALWAYS or may_see(one.pointer, relation)]
    if fields is not None:
        strange = [field for field in fields if not any(_covers(field, one.pointer) for one in allowed)]
        _refuse(strange, relation)
        chosen = {one.pointer for one in allowed if any(_covers(field, one.pointer) for field in fields)} | ALWAYS
        allowed = [one for one in allowed if one.pointer in chosen]
    shown = [one.disclosure for one in allowed]
    erased = bytes(row.hidden)
    hidden = [erased[at : at + HASH] for at in range(0, len(erased), HASH)]
    kept_back = {one.disclosure for one in parts} - set(shown)
    return shown, hidden + [digest(one) for one in kept_back]


def _refuse(strange: Collection[str], relation: Relation) -> None:
    """Whether the standard has a field by a name is no secret; whether this record has an extension is."""
    members = [one for one in strange if one.startswith("/event/") and one.split("/")[2] in _STANDARD]
    forbidden = [one for one in members if not may_see(one, relation)]
    if forbidden:
        raise ForbiddenFields(forbidden)
    if strange:
        raise UnknownFields(strange)


def _covers(field: str, pointer: str) -> bool:
    return field != "" and (pointer == field or pointer.startswith(f"{field}/"))


def _inclusion(of: Attested, row: Row) -> dict[str, Json]:
    blob = Batch.objects.filter(pk=of.batch_id).values_list("leaves", flat=True).first()
    leaves = matching.leaves_of(of, bytes(blob or b"")).blob
    if leaves is None or row.position is None:
        raise NoProof(MISMATCH, "The leaves of its batch are lost.")
    hashes = [leaves[at : at + HASH] for at in range(0, len(leaves), HASH)]
    beside = tree.path(hashes, row.position)
    return {"index": row.position, "size": of.size, "path": [one.hex() for one in beside]}


def _anchor(of: Attested) -> dict[str, Json]:
    stored = Evidence.objects.filter(batch_id=of.batch_id, tx_id=of.tx_id).values_list("attestation", flat=True).first()
    if stored is None:
        raise NoProof(MISMATCH, "The attestations that were kept beside its batch are gone.")
    return evidence.anchor_member(of.batch_id, of.tx_id, bytes(stored), _trust())


def _trust() -> Trust:
    try:
        return trust.pinned()
    except (NotPinned, TrustError) as error:
        raise NoProof(MISMATCH, f"Nothing can be proven now: {error}.") from error
