"""Steps 7 and 8: the attested transaction is the contract's, its client's, and endorsed by the rule of its time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from traceapp.verifier import protos
from traceapp.verifier.attestation import (
    ENDORSER_TRANSACTION,
    Evidence,
    chaincode_name,
    extension_name,
)
from traceapp.verifier.certificates import Signer
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.policy import satisfied
from traceapp.verifier.protos import Fields, ProtoError, read
from traceapp.verifier.signatures import SignatureError, verify
from traceapp.verifier.times import from_timestamp
from traceapp.verifier.trust import Trust
from traceapp.verifier.x509 import CertificateError


@dataclass(frozen=True, slots=True)
class Transaction:
    """What step 7 established: the client, the time it gave, what was endorsed and by whom, the write set."""

    envelope: bytes
    client: Signer
    time: int
    response_payload: bytes
    endorsements: Sequence[tuple[bytes, bytes]]
    results: bytes


def read_transaction(envelope: bytes, evidence: Evidence, trust: Trust) -> Transaction:
    """Step 7: all parts of the envelope agree with one another, with the anchor and with the trust file."""
    try:
        outer = read(protos.ENVELOPE, envelope)
        payload = read(protos.PAYLOAD, outer.blob("payload"))
        header = read(protos.HEADER, payload.blob("header"))
        channel = read(protos.CHANNEL_HEADER, header.blob("channel_header"))
        author = read(protos.SIGNATURE_HEADER, header.blob("signature_header"))
        _check_header(channel, author, evidence, trust)
        time = from_timestamp(channel.blob("timestamp"))
        client = _client(author.blob("creator"), time, trust)
        _check_signature(client, outer)
        return _action(payload.blob("data"), header, evidence, client=client, time=time, envelope=envelope)
    except ProtoError as error:
        raise _mismatch(str(error)) from error


def check_policy(transaction: Transaction, trust: Trust) -> None:
    """Step 8: those of its endorsements that verify satisfy the rule in force at its time."""
    rule = trust.rule_at(transaction.time)
    if rule is None:
        raise NotVerified(Reason.POLICY_NOT_MET, 8, "no endorsement rule was in force at its time")
    endorsers: dict[bytes, Signer] = {}
    for endorser, signature in transaction.endorsements:
        signer = _endorser(endorser, signature, transaction, trust)
        if signer is not None:
            # by certificate, since the same one can be written in several ways
            endorsers[signer.fingerprint] = signer
    if not satisfied(rule, list(endorsers.values())):
        named = ", ".join(sorted({one.msp_id for one in endorsers.values()})) or "nobody"
        raise NotVerified(Reason.POLICY_NOT_MET, 8, f"it is endorsed by {named}")


def _check_header(channel: Fields, author: Fields, evidence: Evidence, trust: Trust) -> None:
    if channel.number("type") != ENDORSER_TRANSACTION:
        raise _mismatch("it is not an endorser's transaction")
    if channel.text("channel_id") != trust.channel:
        raise _mismatch("it is on another channel")
    derived = hashlib.sha256(author.blob("nonce") + author.blob("creator")).hexdigest()
    if not derived == channel.text("tx_id") == evidence.tx_id:
        raise _mismatch("its id is not that of its nonce and creator")
    if not extension_name(channel) == evidence.chaincode == trust.chaincode:
        raise _mismatch("its header names another chaincode")


def _client(creator: bytes, time: int, trust: Trust) -> Signer:
    try:
        client = trust.signer(creator)
    except CertificateError as error:
        raise _mismatch(f"its client: {error}") from error
    if not client.has_role("client", "admin"):
        raise _mismatch(f"its client of {client.msp_id} is neither client nor admin")
    if not client.valid_at(time):
        raise _mismatch(f"the certificate of its client of {client.msp_id} was not valid at its time")
    if trust.revoked_by(client, time):
        raise _mismatch(f"the certificate of its client of {client.msp_id} was revoked by then")
    return client


def _check_signature(client: Signer, outer: Fields) -> None:
    try:
        verify(client.key, outer.blob("signature"), outer.blob("payload"))
    except SignatureError as error:
        raise _mismatch(f"its client's signature: {error}") from error


def _action(
    data: bytes, header: Fields, evidence: Evidence, *, client: Signer, time: int, envelope: bytes
) -> Transaction:
    actions = read(protos.TRANSACTION, data).many("actions")
    if len(actions) != 1:
        raise _mismatch(f"it has {len(actions)} actions")
    action = read(protos.TRANSACTION_ACTION, actions[0])
    if action.blob("header") != header.blob("signature_header"):
        raise _mismatch("its action's header is not its own")
    called = read(protos.ACTION_PAYLOAD, action.blob("payload"))
    endorsed = read(protos.ENDORSED_ACTION, called.blob("action"))
    response = read(protos.RESPONSE_PAYLOAD, endorsed.blob("proposal_response_payload"))
    parts = header.blob("channel_header"), header.blob("signature_header"), called.blob("chaincode_proposal_payload")
    if response.blob("proposal_hash") != hashlib.sha256(b"".join(parts)).digest():
        raise _mismatch("what was endorsed answers another proposal")
    result = read(protos.CHAINCODE_ACTION, response.blob("extension"))
    if chaincode_name(result.blob("chaincode_id")) != evidence.chaincode:
        raise _mismatch("it was answered by another chaincode")
    pairs = [read(protos.ENDORSEMENT, one) for one in endorsed.many("endorsements")]
    return Transaction(
        envelope=envelope,
        client=client,
        time=time,
        response_payload=endorsed.blob("proposal_response_payload"),
        endorsements=[(one.blob("endorser"), one.blob("signature")) for one in pairs],
        results=result.blob("results"),
    )


def _endorser(endorser: bytes, signature: bytes, transaction: Transaction, trust: Trust) -> Signer | None:
    try:
        signer = trust.signer(endorser)
        verify(signer.key, signature, transaction.response_payload, endorser)
    except (CertificateError, SignatureError):
        return None
    counts = signer.valid_at(transaction.time) and not trust.revoked_by(signer, transaction.time)
    return signer if counts else None


def _mismatch(detail: str) -> NotVerified:
    return NotVerified(Reason.TRANSACTION_MISMATCH, 7, detail)
