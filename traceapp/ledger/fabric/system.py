"""What peers themselves tell of the channel: Fabric's qscc, asked of one peer directly."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

import grpc

from traceapp.ledger import errors, messages
from traceapp.ledger.block_events import block_event
from traceapp.ledger.blocks import header_hash
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import protos, status
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.port import CommitStatus, Signer
from traceapp.ledger.protos import common, encode, proposal

T = TypeVar("T")

NAME: Final = "qscc"
LIFECYCLE: Final = "_lifecycle"
_DEFINITION: Final = "QueryChaincodeDefinition"
ATTEMPT: Final = 5.0
BUDGET: Final = 15.0
CATCH_UP: Final = 10.0
"""Seconds that peers have to get the blocks that others have."""
_LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True)
class Definition:
    """A contract's definition on the channel: its sequence, and the MSP ids of those who approved that one."""

    sequence: int
    approved_by: frozenset[str]


class SystemContract:
    """Raises Refused when peers refuse for good (the reader's certificate), Unavailable when none answers."""

    def __init__(self, wire: Wire, channel: str, reader: Signer, clock: Callable[[], datetime]) -> None:
        self._wire = wire
        self._channel = channel
        self._reader = reader
        self._clock = clock
        self._highest = 0
        self._told = 0

    @property
    def highest(self) -> int:
        """The greatest height that a peer told this process so far."""
        return self._highest

    def height(self) -> int:
        """How many blocks there are, as the peer that is furthest tells. It never goes back.

        Raises Unavailable while only peers answer that are behind one that answered before: a follower would take it
        for another ledger.
        """
        if self._highest:
            found = self._of_any(self.height_at)
            if found >= self._highest:
                return self._seen(found)
        found = max(self._of_all(self.height_at))
        if found < self._highest:
            raise Unavailable(f"the peers that answer have {found} blocks, but there are {self._highest}: they lag")
        return self._seen(found)

    def saw(self, number: int) -> None:
        """Somebody was told what is in this block, by one peer that has it."""
        self._told = max(self._told, number + 1)

    def wait_until_level(self) -> None:
        """Wait until each peer that answers has all blocks that are known by now.

        Raises Unavailable if one still lags after `CATCH_UP` seconds, or none answers.
        """
        end = time.monotonic() + CATCH_UP
        known = max(self._told, self._highest, *self._of_all(self.height_at))
        while (least := min(self._of_all(self.height_at))) < known:
            if time.monotonic() > end:
                raise Unavailable(f"a peer that answers has {least} blocks of {known}: it lags")
            time.sleep(_LOOK_AGAIN)

    def height_at(self, peer: Peer, seconds: float = ATTEMPT) -> int:
        """How many blocks one peer has. Raises grpc.RpcError, Refused or Unavailable."""
        info = protos.ledger_info.BlockchainInfo.FromString(self._ask(peer, seconds, "GetChainInfo"))
        return int(info.height)

    def genesis_hash(self) -> bytes:
        """SHA-256 of block 0's header."""
        block = self._block("GetBlockByNumber", "0")
        header = block.header
        if hashlib.sha256(b"".join(block.data.data)).digest() != header.data_hash:
            raise Unavailable("a peer shows a genesis block whose data does not belong to its header")
        return header_hash(header.number, bytes(header.previous_hash), bytes(header.data_hash))

    def status_of(self, tx_id: str) -> CommitStatus | None:
        """How a transaction ended; None when it is in no block. A later copy of it in another block says nothing."""
        try:
            block = self._block("GetBlockByTxID", tx_id)
        except Refused as refused:
            if refused.failure.reason == errors.UNKNOWN_TRANSACTION:
                return None
            raise
        for one in block_event(b"", encode(block)).transactions:
            if one.tx_id == tx_id:
                return CommitStatus(tx_id, one.code, int(block.header.number))
        raise Unavailable(f"a peer gave a block without transaction {tx_id}")

    def definition(self, chaincode: str) -> Definition:
        """The contract's definition in force."""
        # The argument is a protobuf message of a short name: its bytes are ASCII, as a proposal of texts wants them.
        asked = encode(protos.lifecycle.QueryChaincodeDefinitionArgs(name=chaincode)).decode("ascii")
        answer = self._of_any(lambda peer, seconds: self._call(peer, seconds, LIFECYCLE, [_DEFINITION, asked]))
        found = protos.lifecycle.QueryChaincodeDefinitionResult.FromString(answer)
        return Definition(int(found.sequence), frozenset(one for one, approves in found.approvals.items() if approves))

    def _block(self, function: str, argument: str) -> Any:
        return common.Block.FromString(self._of_any(lambda peer, seconds: self._ask(peer, seconds, function, argument)))

    def _of_any(self, call: Callable[[Peer, float], T]) -> T:
        return self._wire.first_of(self._wire.peers(), call, budget=BUDGET, attempt=ATTEMPT)

    def _of_all(self, call: Callable[[Peer, float], T]) -> list[T]:
        found: list[T] = []
        told: list[str] = []
        for peer in self._wire.peers():
            try:
                found.append(self._wire.first_of([peer], call, budget=ATTEMPT, attempt=ATTEMPT))
            except Unavailable as error:
                told.append(error.message)
        if not found:
            raise Unavailable("; ".join(told))
        return found

    def _ask(self, peer: Peer, seconds: float, function: str, *args: str) -> bytes:
        return self._call(peer, seconds, NAME, [function, self._channel, *args])

    def _call(self, peer: Peer, seconds: float, name: str, args: list[str]) -> bytes:
        proposed = messages.new_proposal(
            signer=self._reader,
            channel=self._channel,
            chaincode_name=name,
            args=args,
            timestamp=self._clock(),
        )
        return bytes(ask(self._wire.channel(peer), proposed, seconds).response.payload)

    def _seen(self, height: int) -> int:
        self._highest = max(self._highest, height)
        return height


class Answered(grpc.RpcError):
    """A peer answered a proposal with a status that another peer may not give."""


def ask(channel: grpc.Channel, proposed: messages.Proposal, seconds: float) -> Any:
    """A peer's proposal_response.ProposalResponse, status 200. Raises grpc.RpcError, or Refused."""
    signed = proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature)
    answer = protos.endorser_grpc.EndorserStub(channel).ProcessProposal(signed, timeout=seconds)
    check(answer)
    return answer


def check(answer: Any) -> None:
    """Raise what an answer other than 200 means."""
    if answer.response.status == 200:
        return
    failure = status.of_answer(int(answer.response.status), str(answer.response.message))
    if failure.final:
        raise Refused(failure)
    raise Answered(failure.message)
