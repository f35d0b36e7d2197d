"""What can go wrong between the application and a ledger: one class a stage, as Fabric's gateway has them.

`reason` is a short code to branch on: the contract's own (`already_recorded`, `conflict`, `forbidden`,
`bad_request`, ...) or one of the ledger's (`REASONS`). `message` is a sentence for people.
"""

import re
from datetime import datetime

ACCESS_DENIED = "access_denied"  # creator unknown, expired, wrong role or signature
TIME_WINDOW = "time_window"  # the transaction's time is too far from a peer's clock
DUPLICATE = "duplicate_transaction"  # this transaction id is already on the ledger
BAD_REQUEST = "bad_request"  # a message that does not parse, or is for another channel
TOO_LARGE = "too_large"
CHAINCODE_FAILED = "chaincode_failed"  # the contract raised something other than a ContractError
UNKNOWN_TRANSACTION = "unknown_transaction"
OUTDATED = "outdated_contract"  # the contract's definition on the channel is not the one that is needed
UNAVAILABLE = "unavailable"  # not reached, busy, or no room: the outcome is not known, try the same again
REASONS = frozenset(
    {
        ACCESS_DENIED,
        TIME_WINDOW,
        DUPLICATE,
        BAD_REQUEST,
        TOO_LARGE,
        CHAINCODE_FAILED,
        UNKNOWN_TRANSACTION,
        OUTDATED,
        UNAVAILABLE,
    }
)

FORBIDDEN = "forbidden"  # the contract's: the caller's certificate lacks an attribute
UNKNOWN_FUNCTION = "unknown_function"  # the contract's: it is an older one
CURABLE = (REASONS | {FORBIDDEN, UNKNOWN_FUNCTION}) - {BAD_REQUEST, TOO_LARGE}
"""Not the transaction's own fault: once somebody has put it right, the same is taken."""

_CONTRACT = re.compile(r"\b([a-z]+(?:_[a-z]+)*): (.+)\Z", re.DOTALL)


TOO_FAR = "the transaction's time is too far from the peer's clock"


class LedgerError(Exception):
    """Anything a ledger refused or could not do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class EndorseError(LedgerError):
    """The peers did not endorse the proposal: nothing was sent, nothing will happen."""


class SubmitError(LedgerError):
    """The orderer refused the envelope: it will not be on the ledger by this submit."""


class CommitError(LedgerError):
    """The transaction is in a block, but not valid. `code` is the peer.TxValidationCode: it is final."""

    def __init__(self, reason: str, message: str, *, code: int) -> None:
        super().__init__(reason, message)
        self.code = code


class EvaluateError(LedgerError):
    """A query was refused."""


class Unavailable(LedgerError):
    """The ledger could not be reached. Whether a submit arrived is not known: submit the same envelope again."""

    def __init__(self, message: str) -> None:
        super().__init__(UNAVAILABLE, message)


def contract_reason(message: str) -> tuple[str, str]:
    """Split the contract's `code: message` from whatever a peer or gateway put before it.

    `chaincode response 500, conflict: batch 01ab holds another root` -> (`conflict`, `batch 01ab ...`).
    """
    found = _CONTRACT.search(message)
    return (found[1], found[2]) if found else (CHAINCODE_FAILED, message)


def clocks_apart(ours: datetime, theirs: datetime) -> str:
    """Why a peer refuses a transaction's time, by how many whole minutes: so the words stay while the clocks do."""
    minutes = round((ours - theirs).total_seconds() / 60)
    which = "ahead" if minutes > 0 else "behind"
    return f"{TOO_FAR}: this machine's is {abs(minutes)} minutes {which}, set the clocks right"


def sentence(message: str) -> str:
    """A message as a sentence of its own: `access denied: ...` -> `Access denied: ... .`"""
    text = message.strip()
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
