"""Have several organisations' peers sign what they hold of a transaction: qscc's GetTransactionByID.

Asked of each organisation's own peer, rather than through one gateway that could leave somebody out.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from traceapp.ledger import errors, messages
from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import protos, status, system
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.gateway import refused
from traceapp.ledger.fabric.status import Failure
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.port import Attestation
from traceapp.ledger.protos import proposal

FUNCTION: Final = "GetTransactionByID"
DIFFERENT: Final = "attestations_differ"
ATTEMPT: Final = 5.0
BUDGET: Final = 10.0
GRACE: Final = 1.0
"""Seconds for which the rest is waited for, once enough organisations have answered."""
_PAUSE: Final = 0.05


@dataclass
class _Asked:
    """One organisation: its peers, the next first; and what it answered, if it did."""

    peers: list[Peer]
    answer: Any = None
    failure: Failure | None = None
    future: Any = field(default=None, repr=False)

    @property
    def knows_not(self) -> bool:
        return self.failure is not None and self.failure.reason == errors.UNKNOWN_TRANSACTION


def attest(wire: Wire, proposed: messages.Proposal, tx_id: str, *, needed: int) -> Attestation:
    """Ask one peer of every organisation the same. A peer that lags or is down is asked again, or its neighbour is.

    Raises Refused (`unknown_transaction`, `access_denied`, `attestations_differ`), or Unavailable when fewer than
    `needed` organisations answer.
    """
    asked = _by_organisation(wire.peers())
    begun = time.monotonic()
    pause = _PAUSE
    while True:
        _round(wire, proposed, [one for one in asked if one.answer is None])
        answers = [one.answer for one in asked if one.answer is not None]
        waiting = [one for one in asked if one.answer is None]
        if not waiting:
            break
        if not answers and any(one.knows_not for one in asked):
            raise refused(errors.UNKNOWN_TRANSACTION, f"no organisation's peer has transaction {tx_id}")
        if time.monotonic() - begun + pause > (GRACE if len(answers) >= needed else BUDGET):
            break
        time.sleep(pause)  # a peer tells nobody when it catches up
        pause = min(1.0, pause * 2)
    return _together(proposed, tx_id, asked, needed)


def _by_organisation(peers: Sequence[Peer]) -> list[_Asked]:
    grouped: dict[str, list[Peer]] = {}
    for peer in peers:
        grouped.setdefault(peer.msp_id, []).append(peer)
    return [_Asked(found) for found in grouped.values()]


def _round(wire: Wire, proposed: messages.Proposal, waiting: Sequence[_Asked]) -> None:
    """Ask all that have not answered, at the same time."""
    signed = proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature)
    for one in waiting:
        stub = protos.endorser_grpc.EndorserStub(wire.channel(one.peers[0]))
        one.future = stub.ProcessProposal.future(signed, timeout=ATTEMPT)
    for one in waiting:
        try:
            answer = one.future.result()
            system.check(answer)
            one.answer, one.failure = answer, None
        except Refused as error:
            one.failure = error.failure
            if error.failure.reason != errors.UNKNOWN_TRANSACTION:
                raise
        except grpc.RpcError as error:
            one.failure = status.of_call(error)
            if one.failure.final and not one.knows_not:
                raise Refused(one.failure) from error
            wire.suspect(one.peers[0])
        one.peers.append(one.peers.pop(0))


def _together(proposed: messages.Proposal, tx_id: str, asked: Sequence[_Asked], needed: int) -> Attestation:
    """The answers as one attestation: they must be the same bytes, since one payload stands for all."""
    answers = [one.answer for one in asked if one.answer is not None]
    payloads = {bytes(answer.payload) for answer in answers}
    if len(answers) < needed:
        told = "; ".join(f"{one.peers[-1].name}: {one.failure.message}" for one in asked if one.failure)
        raise Unavailable(f"{len(answers)} of {needed} organisations attest transaction {tx_id}: {told}")
    if len(payloads) > 1:
        raise refused(DIFFERENT, f"the organisations' peers attest different things of transaction {tx_id}")
    return Attestation(
        tx_id=tx_id,
        proposal=proposed.data,
        payload=payloads.pop(),
        endorsements=tuple((bytes(a.endorsement.endorser), bytes(a.endorsement.signature)) for a in answers),
    )
