"""Step 9: the one value that the transaction wrote at the anchor's key."""

from dataclasses import dataclass
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, canonical, parse_strict
from traceapp.verifier import protos, shape
from traceapp.verifier.attestation import Evidence
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.protos import ProtoError, read
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.times import to_text
from traceapp.verifier.transaction import Transaction

_KEY_VALUE: Final = 0  # rwset.TxReadWriteSet.DataModel.KV
_MEMBERS: Final = ("docType", "id", "kind", "root", "size", "from", "to", "organisation", "mspId", "recordedAt")


@dataclass(frozen=True, slots=True)
class Batch:
    """What the ledger says of one batch of records."""

    id: str
    kind: str
    root: bytes
    size: int
    start: str
    end: str
    organisation: str
    msp_id: str
    recorded_at: str


def read_batch(transaction: Transaction, evidence: Evidence) -> Batch:
    """The batch written at the anchor's key; refused where it says otherwise of itself than the transaction does."""
    try:
        batch = _batch(written_value(transaction, evidence))
    except ShapeError as error:
        raise mismatch(str(error)) from error
    check_stated(evidence.key, f"batch/{batch.id}", batch.msp_id, batch.recorded_at, transaction)
    return batch


def written_value(transaction: Transaction, evidence: Evidence) -> Json:
    """The one value that the transaction wrote at the anchor's key; refused where it is not canonical JSON."""
    try:
        data = _written(transaction.results, evidence.chaincode, evidence.key)
        value = parse_strict(data)
    except (ProtoError, StrictJsonError) as error:
        raise mismatch(str(error)) from error
    if canonical(value) != data:
        raise mismatch("the value written is not canonical JSON")
    return value


def check_stated(key: str, own_key: str, msp_id: str, recorded_at: str, transaction: Transaction) -> None:
    """What a document says of itself agrees with the transaction that wrote it."""
    if key != own_key:
        raise mismatch("what is written stands under another one's key")
    if msp_id != transaction.client.msp_id:
        raise mismatch("what is written names another organisation than its client's")
    if recorded_at != to_text(transaction.time):
        raise mismatch("what is written names another time than its transaction's")


def mismatch(detail: str) -> NotVerified:
    return NotVerified(Reason.ROOT_MISMATCH, 9, detail)


def _written(results: bytes, chaincode: str, key: str) -> bytes:
    sets = read(protos.RWSET, results)
    if sets.number("data_model") != _KEY_VALUE:
        raise mismatch("the write set is not of keys and values")
    named = [read(protos.NS_RWSET, one) for one in sets.many("ns_rwset")]
    own = [one for one in named if one.text("namespace") == chaincode]
    if len(own) != 1:
        raise mismatch(f"the write set has {len(own)} parts of the chaincode")
    writes = [read(protos.KV_WRITE, one) for one in read(protos.KV_RWSET, own[0].blob("rwset")).many("writes")]
    at_key = [one for one in writes if one.text("key") == key]
    if len(at_key) != 1:
        raise mismatch(f"the transaction has {len(at_key)} writes at the key")
    if at_key[0].number("is_delete"):
        raise mismatch("the transaction deletes the key")
    return at_key[0].blob("value")


def _batch(value: Json) -> Batch:
    named = shape.members(value, "batch", _MEMBERS)
    if named["docType"] != "batch":
        raise mismatch("the value written is not a batch")
    words = {name: shape.text(named[name], f"batch.{name}") for name in _MEMBERS if name not in ("root", "size")}
    return Batch(
        id=words["id"],
        kind=words["kind"],
        root=shape.hexadecimal(named["root"], "batch.root", 32),
        size=shape.integer(named["size"], "batch.size"),
        start=words["from"],
        end=words["to"],
        organisation=words["organisation"],
        msp_id=words["mspId"],
        recorded_at=words["recordedAt"],
    )
