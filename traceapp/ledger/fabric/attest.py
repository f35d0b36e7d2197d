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
"""Seconds for which the rest is asked, once enough organisations have answered or nobody merely lags."""
_PAUSE: Final = 0.05


@dataclass
class _Asked:
    """One organisation: its peers, the next first; the call under way; and what came of it."""

    peers: list[Peer]
    call: Any = field(default=None, repr=False)
    answer: Any = field(default=None, repr=False)
    failure: Failure | None = None

    @property
    def settled(self) -> bool:
        """Asking again is no use: it answered, or refused for good."""
        return self.answer is not None or (self.failure is not None and self.failure.final and not self.lacks_it)

    @property
    def lacks_it(self) -> bool:
        return self.failure is not None and self.failure.reason == errors.UNKNOWN_TRANSACTION


def attest(wire: Wire, proposed: messages.Proposal, tx_id: str, *, needed: int) -> Attestation:
    """Ask one peer of every organisation the same. A peer that lags or is down is asked again, or its neighbour is.

    Raises Refused (`unknown_transaction`, `access_denied`, `attestations_differ`), or Unavailable when fewer than
    `needed` organisations answer.
    """
    asked, begun, pause = _by_organisation(wire.peers()), time.monotonic(), _PAUSE
    try:
        while True:
            _round(wire, proposed, asked, begun + BUDGET, pause)
            answers = sum(one.answer is not None for one in asked)
            under_way = any(one.call is not None for one in asked)
            if not answers and not under_way and any(one.lacks_it for one in asked):
                raise refused(errors.UNKNOWN_TRANSACTION, f"no organisation's peer has transaction {tx_id}")
            # Worth waiting for: a peer that lags. One that is down will not be up within seconds.
            patient = answers < needed and (under_way or any(one.lacks_it for one in asked))
            late = time.monotonic() - begun + pause > (BUDGET if patient else GRACE)
            if late or all(one.settled for one in asked):
                return _together(proposed, tx_id, asked, needed)
            if not under_way:
                time.sleep(pause)  # a peer tells nobody when it catches up
            pause = min(1.0, pause * 2)
    finally:
        for one in asked:
            if one.call is not None:
                one.call.cancel()


def _by_organisation(peers: Sequence[Peer]) -> list[_Asked]:
    grouped: dict[str, list[Peer]] = {}
    for peer in peers:
        grouped.setdefault(peer.msp_id, []).append(peer)
    return [_Asked(found) for found in grouped.values()]


def _round(wire: Wire, proposed: messages.Proposal, asked: Sequence[_Asked], end: float, wait: float) -> None:
    """Ask all that are not settled at the same time, and look for a moment at what comes."""
    signed = proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature)
    open_ones = [one for one in asked if not one.settled]
    for one in open_ones:
        if one.call is None:
            seconds = max(0.1, min(ATTEMPT, end - time.monotonic()))
            stub = protos.endorser_grpc.EndorserStub(wire.channel(one.peers[0]))
            one.call = stub.ProcessProposal.future(signed, timeout=seconds)
    for one in open_ones:
        _look(wire, one, wait)


def _look(wire: Wire, one: _Asked, wait: float) -> None:
    try:
        answer = one.call.result(timeout=wait)
        system.check(answer)
        one.answer, one.failure = answer, None
    except grpc.FutureTimeoutError:
        return
    except Refused as error:
        one.failure = error.failure
    except grpc.RpcError as error:
        one.failure = status.of_call(error)
        wire.suspect(one.peers[0])
    one.call = None
    one.peers.append(one.peers.pop(0))


def _together(proposed: messages.Proposal, tx_id: str, asked: Sequence[_Asked], needed: int) -> Attestation:
    """The answers as one attestation: they must be the same bytes, since one payload stands for all."""
    answers = [one.answer for one in asked if one.answer is not None]
    if len(answers) < needed:
        raise _too_few(tx_id, asked, len(answers), needed)
    payloads = {bytes(answer.payload) for answer in answers}
    if len(payloads) > 1:
        raise refused(DIFFERENT, f"the organisations' peers attest different things of transaction {tx_id}")
    return Attestation(
        tx_id=tx_id,
        proposal=proposed.data,
        payload=payloads.pop(),
        endorsements=tuple((bytes(a.endorsement.endorser), bytes(a.endorsement.signature)) for a in answers),
    )


def _too_few(tx_id: str, asked: Sequence[_Asked], answers: int, needed: int) -> Exception:
    denied = next((one.failure for one in asked if one.settled and one.failure), None)
    if denied:
        return Refused(denied)
    told = "; ".join(f"{one.peers[-1].name}: {one.failure.message if one.failure else 'no answer'}"
                     for one in asked if one.answer is None)  # fmt: skip
    return Unavailable(f"{answers} of {needed} organisations attest transaction {tx_id}: {told}")
