"""Steps 3 to 9 without a record: what one attested transaction committed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from traceapp.verifier import shape
from traceapp.verifier.attestation import Evidence, check_code, check_number, check_signers, read_answer
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.shape import ShapeError
from traceapp.verifier.state import read_batch
from traceapp.verifier.transaction import Transaction, check_policy, read_transaction
from traceapp.verifier.trust import Trust

_CUSTODIAL: Final = "custodial"  # certificate attribute, "true" where an operator keeps the organisation's key


@dataclass(frozen=True, slots=True)
class Anchor:
    """A batch on the ledger, as its transaction says and several organisations attest.

    `recorded_at` is the transaction's time (RFC 3339), `attesting` the MSP ids of those who attest, in their order;
    `custodial` says that the client's certificate names its key as kept by an operator.
    """

    batch_id: str
    kind: str
    root: bytes
    size: int
    start: str
    end: str
    organisation: str
    msp_id: str
    recorded_at: str
    tx_id: str
    attesting: tuple[str, ...]
    custodial: bool
    demo: bool


def check_evidence(
    *,
    key: str,
    tx_id: str,
    proposal: bytes,
    payload: bytes,
    endorsements: Sequence[tuple[bytes, bytes]],
    trust: Trust,
) -> Anchor:
    """Check an attestation kept as bytes (`endorsements`: pairs of endorser and signature); raises NotVerified."""
    evidence = Evidence(trust.channel, trust.chaincode, key, tx_id, proposal, payload, endorsements)
    return check(evidence, trust)


def check_anchor(anchor: Mapping[str, object], trust: Trust) -> Anchor:
    """Check the `anchor` member of a bundle; raises NotVerified (`malformed` where it is not one)."""
    try:
        return check(read_anchor(anchor, "anchor"), trust)
    except ShapeError as error:
        raise NotVerified(Reason.MALFORMED, 1, str(error)) from error


def check(evidence: Evidence, trust: Trust) -> Anchor:
    """Steps 3 to 9 in their order; the first failure is raised as NotVerified."""
    return read(*attested(evidence, trust), evidence, trust)


def attested(evidence: Evidence, trust: Trust) -> tuple[list[str], Transaction]:
    """Steps 3 to 8: who attests the transaction, and what it is; raises NotVerified."""
    answer = read_answer(evidence, trust)
    attesting = check_signers(evidence, answer, trust)
    check_code(answer)
    check_number(attesting, trust)
    transaction = read_transaction(answer.envelope, evidence, trust)
    check_policy(transaction, trust)
    return attesting, transaction


def read(attesting: Sequence[str], transaction: Transaction, evidence: Evidence, trust: Trust) -> Anchor:
    """Step 9 without a record: the batch that an attested transaction wrote; raises NotVerified."""
    batch = read_batch(transaction, evidence)
    return Anchor(
        batch_id=batch.id,
        kind=batch.kind,
        root=batch.root,
        size=batch.size,
        start=batch.start,
        end=batch.end,
        organisation=batch.organisation,
        msp_id=batch.msp_id,
        recorded_at=batch.recorded_at,
        tx_id=evidence.tx_id,
        attesting=tuple(attesting),
        custodial=transaction.client.attributes.get(_CUSTODIAL) == "true",
        demo=trust.demo,
    )


def read_anchor(value: object, path: str) -> Evidence:
    """The bytes of an `anchor` member; ShapeError where it is not one."""
    named = shape.members(value, path, ("channel", "chaincode", "key", "txId", "attestation"), ("block",))
    inner = f"{path}.attestation"
    attestation = shape.members(named["attestation"], inner, ("proposal", "payload", "endorsements"))
    listed = shape.items(attestation["endorsements"], f"{inner}.endorsements")
    return Evidence(
        channel=shape.text(named["channel"], f"{path}.channel"),
        chaincode=shape.text(named["chaincode"], f"{path}.chaincode"),
        key=shape.text(named["key"], f"{path}.key"),
        tx_id=shape.hexadecimal(named["txId"], f"{path}.txId").hex(),
        proposal=shape.blob(attestation["proposal"], f"{inner}.proposal"),
        payload=shape.blob(attestation["payload"], f"{inner}.payload"),
        endorsements=[_endorsement(one, f"{inner}.endorsements[{n}]") for n, one in enumerate(listed)],
        block=shape.blob(named["block"], f"{path}.block") if "block" in named else None,
    )


def _endorsement(value: object, path: str) -> tuple[bytes, bytes]:
    named = shape.members(value, path, ("endorser", "signature"))
    return shape.blob(named["endorser"], f"{path}.endorser"), shape.blob(named["signature"], f"{path}.signature")
