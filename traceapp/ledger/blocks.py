"""What a block's bytes say: what its transactions wrote, and whether header and data belong together.

Reads the common.Block itself rather than an adapter's summary of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from traceapp.ledger.messages import read_timestamp, transaction_id
from traceapp.ledger.port import VALID, BlockEvent
from traceapp.ledger.protos import chaincode as chaincodes
from traceapp.ledger.protos import (
    chaincode_event,
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
    """One envelope of a block. What it wrote and which event it raised, if it is valid; all else as its
    client gave it.

    `writes`: value by key, None for a deleted one. `event`: name and payload. `called`: the function and its arguments;
    `answer`: what it returned.
    """

    tx_id: str
    code: int
    type: int
    envelope: bytes
    msp_id: str
    time: datetime | None
    writes: Mapping[str, bytes | None]
    event: tuple[str, bytes] | None
    called: tuple[str, ...] = ()
    answer: bytes = b""

    @property
    def batches(self) -> Iterator[WrittenBatch]:
        """The batches among its writes."""
        for key, value in self.writes.items():
            if key.startswith(_BATCH) and value is not None:
                yield _batch(json.loads(value))


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
    """The block's envelopes, in order, with what the valid ones wrote as this contract."""
    data = common.Block.FromString(event.raw).data.data
    for envelope, noted in zip(data, event.transactions, strict=True):
        try:
            yield _transaction(bytes(envelope), noted.code, noted.type, chaincode)
        except Exception:
            # Anybody's rubbish may lie in a block: it is shown as rubbish, unless the ledger calls it valid.
            if noted.code == VALID and noted.type == common.ENDORSER_TRANSACTION:
                raise
            yield Transaction(noted.tx_id, noted.code, noted.type, bytes(envelope), "", None, {}, None)


def _transaction(envelope: bytes, code: int, kind: int, chaincode: str) -> Transaction:
    payload = common.Payload.FromString(common.Envelope.FromString(envelope).payload)
    header = common.ChannelHeader.FromString(payload.header.channel_header)
    signed = common.SignatureHeader.FromString(payload.header.signature_header)
    of_contract = kind == common.ENDORSER_TRANSACTION
    effect = _effect(payload.data, chaincode) if of_contract and code == VALID else _Effect()
    return Transaction(
        tx_id=transaction_id(signed.nonce, signed.creator) if of_contract else header.tx_id,
        code=code,
        type=kind,
        envelope=envelope,
        msp_id=identities.SerializedIdentity.FromString(signed.creator).mspid,
        time=read_timestamp(header.timestamp),
        writes=effect.writes,
        event=effect.event,
        called=effect.called,
        answer=effect.answer,
    )


@dataclass
class _Effect:
    writes: dict[str, bytes | None] = field(default_factory=dict)
    event: tuple[str, bytes] | None = None
    called: tuple[str, ...] = ()
    answer: bytes = b""


def _effect(data: bytes, chaincode: str) -> _Effect:
    """What a peer.Transaction called, wrote and answered as this contract, and the event it raised."""
    found = _Effect()
    for one in transaction.Transaction.FromString(data).actions:
        endorsed = transaction.ChaincodeActionPayload.FromString(one.payload)
        answer = proposal_response.ProposalResponsePayload.FromString(endorsed.action.proposal_response_payload)
        action = proposal.ChaincodeAction.FromString(answer.extension)
        for part in rwset.TxReadWriteSet.FromString(action.results).ns_rwset:
            if part.namespace == chaincode:
                noted = kvrwset.KVRWSet.FromString(part.rwset).writes
                found.writes |= {write.key: None if write.is_delete else bytes(write.value) for write in noted}
        raised = chaincode_event.ChaincodeEvent.FromString(action.events)
        if raised.chaincode_id == chaincode:
            found.event = (str(raised.event_name), bytes(raised.payload))
        if action.chaincode_id.name == chaincode:
            found.called = _called(endorsed.chaincode_proposal_payload)
            found.answer = bytes(action.response.payload)
    return found


def _called(payload: bytes) -> tuple[str, ...]:
    asked = proposal.ChaincodeProposalPayload.FromString(payload)
    spec = chaincodes.ChaincodeInvocationSpec.FromString(asked.input).chaincode_spec
    return tuple(bytes(one).decode(errors="replace") for one in spec.input.args)


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
