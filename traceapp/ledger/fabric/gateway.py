"""Transactions through a peer's gateway: evaluate, endorse, submit, commit status."""

from collections.abc import Callable
from typing import Any, Final

import grpc

from traceapp.ledger.fabric import protos, status
from traceapp.ledger.fabric.config import Peer
from traceapp.ledger.fabric.status import Failure
from traceapp.ledger.fabric.wire import Refused, Wire
from traceapp.ledger.identities import serialized_identity
from traceapp.ledger.messages import Proposal
from traceapp.ledger.port import CommitStatus, Signer
from traceapp.ledger.protos import common, encode, proposal, proposal_response, transaction

ATTEMPT: Final = 10.0
"""Seconds one gateway has for one call, commit status apart."""
BUDGET: Final = 25.0
"""Seconds for a call over all gateways."""


class GatewayClient:
    """Raises Refused when Fabric refuses for good, Unavailable when no gateway answers."""

    def __init__(self, wire: Wire, channel: str) -> None:
        self._wire = wire
        self._channel = channel

    def evaluate(self, proposed: Proposal) -> bytes:
        """The contract's result for a signed proposal."""
        request = protos.gateway.EvaluateRequest(
            transaction_id=proposed.tx_id, channel_id=self._channel, proposed_transaction=_signed(proposed)
        )
        return bytes(self._call("Evaluate", request).result.payload)

    def endorse(self, proposed: Proposal) -> tuple[bytes, bytes]:
        """(common.Payload of the endorsed transaction, the contract's result).

        Any gateway may be asked again with the same proposal: endorsing has no effect.
        """
        request = protos.gateway.EndorseRequest(
            transaction_id=proposed.tx_id, channel_id=self._channel, proposed_transaction=_signed(proposed)
        )
        payload = bytes(self._call("Endorse", request).prepared_transaction.payload)
        return payload, result_of(payload)

    def submit(self, envelope: Any, tx_id: str) -> None:
        """Hand over a signed common.Envelope: at the next gateway it is the same one, so it counts once at most."""
        request = protos.gateway.SubmitRequest(
            transaction_id=tx_id, channel_id=self._channel, prepared_transaction=envelope
        )
        self._call("Submit", request)

    def commit_status(self, reader: Signer, tx_id: str, *, timeout: float) -> CommitStatus | None:
        """Wait for the transaction; None when the time runs out first."""
        asked = encode(
            protos.gateway.CommitStatusRequest(
                transaction_id=tx_id,
                channel_id=self._channel,
                identity=serialized_identity(reader.msp_id, reader.certificate),
            )
        )
        request = protos.gateway.SignedCommitStatusRequest(request=asked, signature=reader.sign(asked))

        def call(peer: Peer, seconds: float) -> CommitStatus | None:
            try:
                found = self._method(peer, "CommitStatus")(request, timeout=seconds)
            except grpc.RpcError as error:
                if status.timed_out(error):
                    return None
                raise
            return CommitStatus(tx_id, int(found.result), int(found.block_number))

        with self._wire.room(timeout):
            return self._wire.first_of(self._wire.peers(gateways=True), call, budget=timeout, attempt=timeout)

    def _call(self, name: str, request: Any) -> Any:
        def call(peer: Peer, seconds: float) -> Any:
            return self._method(peer, name)(request, timeout=seconds)

        with self._wire.room(BUDGET):
            return self._wire.first_of(self._wire.peers(gateways=True), call, budget=BUDGET, attempt=ATTEMPT)

    def _method(self, peer: Peer, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(protos.gateway_grpc.GatewayStub(self._wire.channel(peer)), name)
        return method


def result_of(payload: bytes) -> bytes:
    """What the contract returned, from the common.Payload of its transaction."""
    body = transaction.Transaction.FromString(common.Payload.FromString(payload).data)
    carried = transaction.ChaincodeActionPayload.FromString(body.actions[0].payload)
    answer = proposal_response.ProposalResponsePayload.FromString(carried.action.proposal_response_payload)
    return bytes(proposal.ChaincodeAction.FromString(answer.extension).response.payload)


def refused(reason: str, message: str) -> Refused:
    """A refusal seen on this side, before anything is sent."""
    return Refused(Failure(reason, message, final=True))


def _signed(proposed: Proposal) -> Any:
    return proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature)
