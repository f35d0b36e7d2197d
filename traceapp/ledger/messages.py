"""Fabric's client-side messages: proposals, transactions and envelopes, as bytes. Both adapters build them here.

Layouts: fabric-protos `peer/proposal.proto`, `peer/transaction.proto`, `common/common.proto`.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.port import Endorsed, Signer
from traceapp.ledger.protos import chaincode, common, encode, proposal, transaction

NONCE_BYTES = 24


@dataclass(frozen=True)
class Proposal:
    """A peer.Proposal (`data`), its transaction id and its creator's signature over `data`."""

    tx_id: str
    data: bytes
    signature: bytes


def new_proposal(
    *, signer: Signer, channel: str, chaincode_name: str, args: Sequence[str], timestamp: datetime
) -> Proposal:
    """A signed proposal to call a contract; the function's name is `args[0]`.

    The timestamp is cut to whole milliseconds: the contract writes it so, and proofs compare the two.
    """
    creator = serialized_identity(signer.msp_id, signer.certificate)
    nonce = new_nonce()
    tx_id = transaction_id(nonce, creator)
    called = chaincode.ChaincodeID(name=chaincode_name)
    header = common.ChannelHeader(
        type=common.ENDORSER_TRANSACTION,
        channel_id=channel,
        tx_id=tx_id,
        extension=encode(proposal.ChaincodeHeaderExtension(chaincode_id=called)),
    )
    set_timestamp(header.timestamp, timestamp)
    spec = chaincode.ChaincodeSpec(
        type=chaincode.ChaincodeSpec.GOLANG,  # what Fabric's own clients send for external contracts too
        chaincode_id=called,
        input=chaincode.ChaincodeInput(args=[arg.encode() for arg in args]),
    )
    body = proposal.ChaincodeProposalPayload(input=encode(chaincode.ChaincodeInvocationSpec(chaincode_spec=spec)))
    data = encode(
        proposal.Proposal(
            header=encode(
                common.Header(
                    channel_header=encode(header),
                    signature_header=encode(common.SignatureHeader(creator=creator, nonce=nonce)),
                )
            ),
            payload=encode(body),
        )
    )
    return Proposal(tx_id=tx_id, data=data, signature=signer.sign(data))


def new_nonce() -> bytes:
    """Random, for a message that is signed once."""
    return os.urandom(NONCE_BYTES)


def transaction_id(nonce: bytes, creator: bytes) -> str:
    """SHA-256 of nonce and creator, in hex: so nobody can take another's id."""
    return hashlib.sha256(nonce + creator).hexdigest()


def proposal_hash(channel_header: bytes, signature_header: bytes, payload: bytes) -> bytes:
    """What endorsers bind their answer to. `payload` is the ChaincodeProposalPayload without transient fields."""
    return hashlib.sha256(channel_header + signature_header + payload).digest()


def public_payload(payload: bytes) -> bytes:
    """A ChaincodeProposalPayload without its transient map: the part that goes into the block."""
    return encode(proposal.ChaincodeProposalPayload(input=proposal.ChaincodeProposalPayload.FromString(payload).input))


def transaction_payload(proposed: bytes, response_payload: bytes, endorsements: Iterable[Any]) -> bytes:
    """The common.Payload of a transaction: proposal's headers, the endorsers' one answer, their endorsements."""
    asked = proposal.Proposal.FromString(proposed)
    header = common.Header.FromString(asked.header)
    action = transaction.ChaincodeActionPayload(
        chaincode_proposal_payload=public_payload(asked.payload),
        action=transaction.ChaincodeEndorsedAction(
            proposal_response_payload=response_payload, endorsements=list(endorsements)
        ),
    )
    body = transaction.Transaction(
        actions=[transaction.TransactionAction(header=header.signature_header, payload=encode(action))]
    )
    return encode(common.Payload(header=header, data=encode(body)))


def sign_envelope(endorsed: Endorsed, signer: Signer) -> bytes:
    """The common.Envelope to submit. Keep it before it is first sent."""
    return encode(common.Envelope(payload=endorsed.payload, signature=signer.sign(endorsed.payload)))


def envelope_tx_id(envelope: bytes) -> str:
    """The transaction id an envelope carries in its channel header."""
    return str(channel_header(envelope).tx_id)


def channel_header(envelope: bytes) -> Any:
    """The common.ChannelHeader of a common.Envelope; protobuf's DecodeError when it is none."""
    payload = common.Payload.FromString(common.Envelope.FromString(envelope).payload)
    return common.ChannelHeader.FromString(payload.header.channel_header)


def creator_of(envelope: bytes) -> bytes:
    """The msp.SerializedIdentity that a common.Envelope says it is from; protobuf's DecodeError when it is none."""
    payload = common.Payload.FromString(common.Envelope.FromString(envelope).payload)
    return bytes(common.SignatureHeader.FromString(payload.header.signature_header).creator)


def set_timestamp(field: Any, moment: datetime) -> None:
    """Write an aware datetime into a protobuf Timestamp, whole milliseconds."""
    at = moment.astimezone(UTC)
    field.seconds = int(at.replace(microsecond=0).timestamp())
    field.nanos = at.microsecond // 1000 * 1_000_000


def read_timestamp(field: Any) -> datetime:
    """A protobuf Timestamp as an aware datetime. ValueError when it is out of range."""
    try:
        moment: datetime = field.ToDatetime(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("timestamp out of range") from error
    return moment
