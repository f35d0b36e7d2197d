"""The ledger as the application sees it, in Fabric's own words. Adapters: `embedded`, later `fabric`.

The way of a transaction: `endorse` a proposal, sign what comes back (`messages.sign_envelope`), keep the signed
envelope, `submit` it, and wait for its `commit_status`. Submit's answer is not a commit: until the status is known,
submitting the same envelope again is harmless, and making a new one is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from traceapp.ledger.errors import CommitError
from traceapp.ledger.protos import transaction

VALID: int = 0
ENDORSER_TRANSACTION: int = 3


def code_name(code: int) -> str:
    """The name of a peer.TxValidationCode, such as `MVCC_READ_CONFLICT`."""
    try:
        return str(transaction.TxValidationCode.Name(code))
    except ValueError:
        return f"CODE_{code}"


class Signer(Protocol):
    """Who sends a transaction. Only the ledger daemon holds real ones."""

    @property
    def msp_id(self) -> str: ...

    @property
    def certificate(self) -> bytes:
        """X.509, PEM."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of the message: strict DER, low-S."""


@dataclass(frozen=True)
class Endorsed:
    """An endorsed transaction, waiting for its client's signature. `payload` is a common.Payload."""

    tx_id: str
    payload: bytes
    result: bytes


@dataclass(frozen=True)
class CommitStatus:
    """How a transaction ended, and in which block. The first status of a transaction id is the one that stands."""

    tx_id: str
    code: int
    block: int

    @property
    def valid(self) -> bool:
        return self.code == VALID

    @property
    def reason(self) -> str:
        """`VALID`, `MVCC_READ_CONFLICT`, ..."""
        return code_name(self.code)

    def require_valid(self) -> None:
        """Raise CommitError unless the transaction is valid."""
        if not self.valid:
            raise CommitError(self.reason, f"transaction {self.tx_id} in block {self.block} is invalid", code=self.code)


@dataclass(frozen=True)
class BlockTx:
    """One envelope of a block. `type` is its common.HeaderType: a configuration is not a transaction of a contract."""

    tx_id: str
    code: int
    type: int = ENDORSER_TRANSACTION


@dataclass(frozen=True)
class BlockEvent:
    """A committed block. `raw` is the common.Block, validity codes in its metadata."""

    number: int
    previous_hash: bytes
    data_hash: bytes
    header_hash: bytes
    transactions: list[BlockTx]
    raw: bytes


@dataclass(frozen=True)
class Attestation:
    """What peers signed about a transaction when asked qscc's GetTransactionByID (see the proof bundle).

    `proposal` is the peer.Proposal, `payload` the one peer.ProposalResponsePayload they all signed, `endorsements`
    are pairs of msp.SerializedIdentity and DER signature, one an organisation.
    """

    tx_id: str
    proposal: bytes
    payload: bytes
    endorsements: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class NodeHealth:
    """How a part of the network is. `kind`: `peer`, `orderer`, `contract` or `file`.

    `well` is None where nobody said how to ask; `said` is what is wrong, in words; `height` how many blocks it has.
    """

    name: str
    kind: str
    msp_id: str
    well: bool | None
    said: str = ""
    height: int | None = None


class Ledger(Protocol):
    """A channel with our contract on it. Safe to use from several threads and processes at once.

    Every method may raise Unavailable. Arguments of a contract's functions are strings, results canonical JSON.
    """

    @property
    def name(self) -> str:
        """The adapter: `embedded` or `fabric`."""

    @property
    def demo(self) -> bool:
        """True where no independent organisations stand behind the signatures: pages say so."""

    @property
    def channel(self) -> str: ...

    @property
    def chaincode(self) -> str: ...

    def evaluate(self, signer: Signer, function: str, *args: str) -> bytes:
        """Run a query on committed state. Raises EvaluateError with the contract's reason."""

    def endorse(self, signer: Signer, function: str, *args: str, timestamp: datetime | None = None) -> Endorsed:
        """Simulate and endorse. `timestamp` defaults to now. Raises EndorseError with the contract's reason."""

    def submit(self, envelope: bytes) -> None:
        """Hand over a signed common.Envelope. Raises SubmitError when the orderer refuses it."""

    def commit_status(self, tx_id: str, *, timeout: float) -> CommitStatus | None:
        """Wait at most `timeout` seconds; None when the transaction is not yet in a block."""

    def block_events(self, from_block: int, *, timeout: float) -> Iterator[BlockEvent]:
        """Blocks in order from `from_block`; ends when `timeout` seconds bring no new one."""

    def height(self) -> int:
        """How many blocks there are: the next block's number."""

    def attest(self, signer: Signer, tx_id: str) -> Attestation:
        """Have every organisation's peer sign what it holds of the transaction, valid or not.

        Raises EvaluateError `unknown_transaction`.
        """

    def genesis_hash(self) -> bytes:
        """SHA-256 of block 0's header: what a projection pins."""

    def require_contract(self) -> None:
        """Raise LedgerError `outdated_contract` unless the contract is the one that this application needs."""

    def configuration(self) -> str:
        """Another one whenever `trust()` may be. Asked often: no peer is."""

    def trust(self) -> dict[str, Any]:
        """The content of the trust file (see the proof bundle)."""

    def nodes(self) -> list[NodeHealth]:
        """Every part of the network, and how it is now. Takes a few seconds where one does not answer."""
