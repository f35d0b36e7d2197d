"""Why a proof is not accepted: the codes of the specification's table, each with its sentence."""

from enum import StrEnum
from typing import Final

_DETAIL: Final = 300


class Reason(StrEnum):
    """The reason of a refusal; its value is the code that every checker of the format gives."""

    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    ATTESTATION_MISMATCH = "attestation-mismatch"
    UNTRUSTED_SIGNER = "untrusted-signer"
    BAD_SIGNATURE = "bad-signature"
    INVALID_TRANSACTION = "invalid-transaction"
    NOT_ENOUGH_ATTESTATIONS = "not-enough-attestations"
    TRANSACTION_MISMATCH = "transaction-mismatch"
    POLICY_NOT_MET = "policy-not-met"
    ROOT_MISMATCH = "root-mismatch"
    BLOCK_MISMATCH = "block-mismatch"
    BAD_DEVICE_SIGNATURE = "bad-device-signature"

    @property
    def words(self) -> str:
        """The reason as a sentence for people."""
        return _WORDS[self]


_WORDS = {
    Reason.UNREADABLE: "The file could not be read.",
    Reason.MALFORMED: "The file is not a well-formed proof bundle.",
    Reason.INCOMPLETE: "A field that every proof must show is missing.",
    Reason.ATTESTATION_MISMATCH: "The peers' answer is not about this transaction.",
    Reason.UNTRUSTED_SIGNER: "A signer does not belong to the organisations in the trust file.",
    Reason.BAD_SIGNATURE: "A signature does not match what it signs.",
    Reason.INVALID_TRANSACTION: "The ledger recorded this transaction as invalid.",
    Reason.NOT_ENOUGH_ATTESTATIONS: "Too few organisations attest the transaction.",
    Reason.TRANSACTION_MISMATCH: "The transaction is not the one the proof names, or its own parts disagree.",
    Reason.POLICY_NOT_MET: "The transaction's endorsements do not satisfy the ledger's rule.",
    Reason.ROOT_MISMATCH: "The ledger holds something else than this record.",
    Reason.BLOCK_MISMATCH: "The block does not hold this transaction, or is not signed.",
    Reason.BAD_DEVICE_SIGNATURE: "The device's signature does not match its message.",
}


class NotVerified(Exception):
    """One check failed: `reason` (a code of the table), `step` (1 to 11) and `detail` (what exactly, in words)."""

    def __init__(self, reason: Reason, step: int, detail: str) -> None:
        detail = detail[:_DETAIL]  # it may quote a hostile file
        super().__init__(f"{reason.value} (step {step}): {detail}")
        self.reason = reason
        self.step = step
        self.detail = detail


class TrustError(ValueError):
    """The trust file cannot be used; the message says what is wrong and where."""
