"""What a block's bytes say: which batches its transactions wrote, and whether header and data belong together.

Reads the common.Block itself rather than an adapter's summary of it.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from traceapp.ledger.messages import read_timestamp, transaction_id
from traceapp.ledger.port import VALID, BlockEvent
from traceapp.ledger.protos import (
    common,
    identities,
    kvrwset,
    proposal,
    proposal_response,
    rwset,
    transaction,
)

_BATCH: Final = "batch/"


@dataclass(frozen=True)
class WrittenBatch:
    """A batch as its transaction wrote it."""

    id: str
    kind: str
    root: bytes
    size: int
    organisation: str


@dataclass(frozen=True)
class Transaction:
    """One envelope of a block. `batches` are what it wrote, if it is valid; all else is as its client gave it."""

    tx_id: str
    code: int
    type: int
    envelope: bytes
    msp_id: str
    time: datetime | None
    batches: tuple[WrittenBatch, ...]


def header_hash(number: int, previous: bytes, data_hash: bytes) -> bytes:
    """SHA-256 of DER SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data hash }."""
    integer = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return hashlib.sha256(_der(0x30, _der(2, integer) + _der(4, previous) + _der(4, data_hash))).digest()


def fault_of(event: BlockEvent) -> str:
    """Why a block's own parts do not belong together, in words; empty when they do."""
    block = common.Block.FromString(event.raw)
    header = block.header
    if (header.number, header.previous_hash, header.data_hash) != (event.number, event.previous_hash, event.data_hash):
        return f"block {event.number}: its bytes hold another header"
    # Peers do not hash block 0's data into the same place on every version; its header is pinned as a whole.
    if event.number and hashlib.sha256(b"".join(block.data.data)).digest() != event.data_hash:
        return f"block {event.number}: its transactions do not give its data hash"
    if header_hash(event.number, event.previous_hash, event.data_hash) != event.header_hash:
        return f"block {event.number}: its header does not give its hash"
    return ""


def transactions(event: BlockEvent, chaincode: str) -> Iterator[Transaction]:
    """The block's envelopes, in order, with what the valid ones wrote under the contract's `batch/` keys."""
    data = common.Block.FromString(event.raw).data.data
    for envelope, noted in zip(data, event.transactions, strict=True):
        try:
            yield _transaction(bytes(envelope), noted.code, noted.type, chaincode)
        except Exception:
            # Anybody's rubbish may lie in a block: it is shown as rubbish, unless the ledger calls it valid.
            if noted.code == VALID and noted.type == common.ENDORSER_TRANSACTION:
                raise
            yield Transaction(noted.tx_id, noted.code, noted.type, bytes(envelope), "", None, ())


def _transaction(envelope: bytes, code: int, kind: int, chaincode: str) -> Transaction:
    payload = common.Payload.FromString(common.Envelope.FromString(envelope).payload)
    header = common.ChannelHeader.FromString(payload.header.channel_header)
    signed = common.SignatureHeader.FromString(payload.header.signature_header)
    of_contract = kind == common.ENDORSER_TRANSACTION
    written = _written(payload.data, chaincode) if of_contract and code == VALID else ()
    return Transaction(
        tx_id=transaction_id(signed.nonce, signed.creator) if of_contract else header.tx_id,
        code=code,
        type=kind,
        envelope=envelope,
        msp_id=identities.SerializedIdentity.FromString(signed.creator).mspid,
        time=read_timestamp(header.timestamp),
        batches=tuple(written),
    )


def _written(data: bytes, chaincode: str) -> Iterator[WrittenBatch]:
    for one in transaction.Transaction.FromString(data).actions:
        endorsed = transaction.ChaincodeActionPayload.FromString(one.payload).action
        answer = proposal_response.ProposalResponsePayload.FromString(endorsed.proposal_response_payload)
        results = proposal.ChaincodeAction.FromString(answer.extension).results
        for part in rwset.TxReadWriteSet.FromString(results).ns_rwset:
            if part.namespace == chaincode:
                for write in kvrwset.KVRWSet.FromString(part.rwset).writes:
                    if write.key.startswith(_BATCH) and not write.is_delete:
                        yield _batch(json.loads(write.value))


def _batch(document: dict[str, Any]) -> WrittenBatch:
    return WrittenBatch(
        id=document["id"],
        kind=document["kind"],
        root=bytes.fromhex(document["root"]),
        size=document["size"],
        organisation=document["organisation"],
    )


def _der(tag: int, content: bytes) -> bytes:
    if len(content) >= 0x80:  # a header never gets here: 2 hashes and a number
        raise ValueError("too long for a block header")
    return bytes([tag, len(content)]) + content
