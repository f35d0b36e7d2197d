"""Steps 3 to 6: what the peers of several organisations signed when asked for one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.verifier import protos
from traceapp.verifier.certificates import Signer
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.protos import Fields, ProtoError, read
from traceapp.verifier.signatures import SignatureError, verify
from traceapp.verifier.times import from_timestamp
from traceapp.verifier.trust import Trust
from traceapp.verifier.x509 import CertificateError

ENDORSER_TRANSACTION: Final = 3  # common.HeaderType
VALID: Final = 0  # protos.TxValidationCode
_OK: Final = 200
_QSCC: Final = "qscc"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An anchor's bytes, out of their encoding. `endorsements` are pairs of endorser and signature."""

    channel: str
    chaincode: str
    key: str
    tx_id: str
    proposal: bytes
    payload: bytes
    endorsements: Sequence[tuple[bytes, bytes]]
    block: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peers answered: the transaction's envelope, its validation code; and when they were asked."""

    envelope: bytes
    code: int
    asked_at: int


def read_answer(evidence: Evidence, trust: Trust) -> Answer:
    """Step 3: the question was for this transaction, to qscc, and the signed payload answers that question."""
    try:
        asked_at, digest = _question(evidence, trust)
        return _answer(evidence.payload, digest, asked_at)
    except ProtoError as error:
        raise _mismatch(str(error)) from error


def check_signers(evidence: Evidence, answer: Answer, trust: Trust) -> list[str]:
    """Step 4: every endorsement is a trusted peer's. Gives their organisations' MSP ids, one an endorsement."""
    attesting: list[str] = []
    for endorser, signature in evidence.endorsements:
        peer = _peer(endorser, answer.asked_at, trust)
        try:
            verify(peer.key, signature, evidence.payload, endorser)
        except SignatureError as error:
            raise NotVerified(Reason.BAD_SIGNATURE, 4, f"a peer of {peer.msp_id}: {error}") from error
        attesting.append(peer.msp_id)
    return attesting


def check_code(answer: Answer) -> None:
    """Step 5: the peers signed that the transaction is valid."""
    if answer.code != VALID:
        raise NotVerified(Reason.INVALID_TRANSACTION, 5, f"its validation code is {answer.code}")


def check_number(attesting: Sequence[str], trust: Trust) -> None:
    """Step 6: as many different organisations attest as the trust file asks for."""
    different = set(attesting)
    if len(different) != len(attesting):
        raise NotVerified(Reason.NOT_ENOUGH_ATTESTATIONS, 6, "an organisation attests more than once")
    if len(different) < trust.attestations:
        detail = f"{len(different)} of the {trust.attestations} organisations needed"
        raise NotVerified(Reason.NOT_ENOUGH_ATTESTATIONS, 6, detail)


def chaincode_name(chaincode_id: bytes) -> str:
    return read(protos.CHAINCODE_ID, chaincode_id).text("name")


def extension_name(channel_header: Fields) -> str:
    """The chaincode that a channel header's extension names."""
    extension = read(protos.HEADER_EXTENSION, channel_header.blob("extension"))
    return chaincode_name(extension.blob("chaincode_id"))


def _question(evidence: Evidence, trust: Trust) -> tuple[int, bytes]:
    proposal = read(protos.PROPOSAL, evidence.proposal)
    header = read(protos.HEADER, proposal.blob("header"))
    channel = read(protos.CHANNEL_HEADER, header.blob("channel_header"))
    if channel.number("type") != ENDORSER_TRANSACTION:
        raise _mismatch("the question is not a transaction's")
    if not channel.text("channel_id") == evidence.channel == trust.channel:
        raise _mismatch("the question was asked on another channel")
    read(protos.SIGNATURE_HEADER, header.blob("signature_header"))
    if extension_name(channel) != _QSCC:
        raise _mismatch("the question's header does not name qscc")
    _check_call(proposal.blob("payload"), evidence, trust)
    parts = header.blob("channel_header"), header.blob("signature_header"), proposal.blob("payload")
    return from_timestamp(channel.blob("timestamp")), hashlib.sha256(b"".join(parts)).digest()


def _check_call(payload: bytes, evidence: Evidence, trust: Trust) -> None:
    fields = read(protos.PROPOSAL_PAYLOAD, payload)
    if fields.many("TransientMap"):
        raise _mismatch("the question has a transient field")
    invocation = read(protos.INVOCATION, fields.blob("input"))
    spec = read(protos.CHAINCODE_SPEC, invocation.blob("chaincode_spec"))
    if chaincode_name(spec.blob("chaincode_id")) != _QSCC:
        raise _mismatch("the question's call does not name qscc")
    arguments = read(protos.CHAINCODE_INPUT, spec.blob("input")).many("args")
    if arguments != [b"GetTransactionByID", trust.channel.encode(), evidence.tx_id.encode()]:
        raise _mismatch("the question is not for this transaction")


def _answer(payload: bytes, digest: bytes, asked_at: int) -> Answer:
    signed = read(protos.RESPONSE_PAYLOAD, payload)
    if signed.blob("proposal_hash") != digest:
        raise _mismatch("the answer is to another question")
    action = read(protos.CHAINCODE_ACTION, signed.blob("extension"))
    if chaincode_name(action.blob("chaincode_id")) != _QSCC:
        raise _mismatch("the answer is not qscc's")
    response = read(protos.RESPONSE, action.blob("response"))
    if response.number("status") != _OK:
        raise _mismatch(f"the answer has status {response.number('status')}")
    processed = read(protos.PROCESSED, response.blob("payload"))
    envelope = processed.blob("transactionEnvelope")
    if not envelope:
        raise _mismatch("the answer holds no transaction")
    return Answer(envelope, processed.number("validationCode"), asked_at)


def _peer(endorser: bytes, asked_at: int, trust: Trust) -> Signer:
    try:
        peer = trust.signer(endorser)
    except CertificateError as error:
        raise _untrusted(str(error)) from error
    if not peer.has_role("peer"):
        raise _untrusted(f"the signer of {peer.msp_id} is not a peer")
    if not peer.valid_at(asked_at):
        raise _untrusted(f"the certificate of {peer.msp_id}'s peer was not valid when it was asked")
    if trust.revoked_at_all(peer):
        raise _untrusted(f"the certificate of {peer.msp_id}'s peer is revoked")
    return peer


def _mismatch(detail: str) -> NotVerified:
    return NotVerified(Reason.ATTESTATION_MISMATCH, 3, detail)


def _untrusted(detail: str) -> NotVerified:
    return NotVerified(Reason.UNTRUSTED_SIGNER, 4, detail)
