"""What every organisation's peer does with a proposal. One simulation serves them all: they share the one state."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chaincode.traceability.context import Context
from chaincode.traceability.errors import ContractError
from traceapp.ledger import errors, messages
from traceapp.ledger.embedded import chain
from traceapp.ledger.embedded.membership import CLIENT_ROLES, Identity, NotMember
from traceapp.ledger.embedded.network import Network
from traceapp.ledger.embedded.simulate import Simulation
from traceapp.ledger.protos import chaincode, common, encode, proposal, proposal_response

# A peer refuses a proposal whose time is further from its clock (Fabric's peer.authentication.timewindow).
TIME_WINDOW = timedelta(minutes=15)
CHAINCODE_VERSION = "1.0"


class Contract(Protocol):
    """A contract as a peer calls it."""

    def invoke(self, ctx: Context, function: str, args: list[str]) -> bytes: ...


class Refused(Exception):
    """A proposal the peers do not answer. `reason` is one of ledger.errors or the contract's code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True)
class Asked:
    """A proposal the peers accept for processing."""

    tx_id: str
    at: datetime
    creator: Identity
    args: list[str]
    hash: bytes


def accept(db: sqlite3.Connection, network: Network, proposed: messages.Proposal, now: datetime) -> Asked:
    """Check a signed proposal as a peer does before it runs anything. Raises Refused."""
    outer = proposal.Proposal.FromString(proposed.data)
    header = common.Header.FromString(outer.header)
    channel = common.ChannelHeader.FromString(header.channel_header)
    at = messages.read_timestamp(channel.timestamp)
    creator = _creator(network, common.SignatureHeader.FromString(header.signature_header).creator, at, proposed)
    if abs(at - now) > TIME_WINDOW:
        raise Refused(errors.TIME_WINDOW, errors.clocks_apart(at, now))
    if chain.locate(db, channel.tx_id):
        raise Refused(errors.DUPLICATE, "this transaction is already on the ledger")
    body = proposal.ChaincodeProposalPayload.FromString(outer.payload)
    spec = chaincode.ChaincodeInvocationSpec.FromString(body.input).chaincode_spec
    return Asked(
        tx_id=str(channel.tx_id),
        at=at,
        creator=creator,
        args=[arg.decode() for arg in spec.input.args],
        hash=messages.proposal_hash(
            header.channel_header, header.signature_header, messages.public_payload(outer.payload)
        ),
    )


def simulate(db: sqlite3.Connection, network: Network, asked: Asked, contract: Contract) -> tuple[bytes, bytes]:
    """Run the contract: (its result, the ProposalResponsePayload to sign). Raises Refused with the contract's code."""
    context = Simulation(
        db,
        tx_id=asked.tx_id,
        tx_timestamp=asked.at,
        creator_msp_id=asked.creator.msp_id,
        attributes=asked.creator.attributes,
    )
    try:
        result = contract.invoke(context, asked.args[0], asked.args[1:])
    except ContractError as error:
        raise Refused(error.code, error.message) from error
    except Exception as error:  # whatever a contract does wrong, the peer answers
        raise Refused(errors.CHAINCODE_FAILED, f"{type(error).__name__}: {error}") from error
    action = proposal.ChaincodeAction(
        results=context.results(network.chaincode),
        events=context.event(network.chaincode),
        response=proposal_response.Response(status=200, payload=result),
        chaincode_id=chaincode.ChaincodeID(name=network.chaincode, version=CHAINCODE_VERSION),
    )
    return result, response_payload(asked, action)


def response_payload(asked: Asked, action: Any) -> bytes:
    """peer.ProposalResponsePayload: the answer, bound to the proposal."""
    return encode(proposal_response.ProposalResponsePayload(proposal_hash=asked.hash, extension=encode(action)))


def endorse(network: Network, payload: bytes) -> list[Any]:
    """A peer.Endorsement of the payload by each organisation."""
    return [
        proposal_response.Endorsement(endorser=o.node_identity, signature=o.node.sign(payload + o.node_identity))
        for o in network.peers
    ]


def _creator(network: Network, creator: bytes, at: datetime, proposed: messages.Proposal) -> Identity:
    try:
        identity = network.membership.identify(creator, at)
    except NotMember as error:
        raise Refused(errors.ACCESS_DENIED, f"access denied: {error}") from error
    if identity.role not in CLIENT_ROLES:
        raise Refused(errors.ACCESS_DENIED, f"access denied: a {identity.role} of {identity.msp_id} is no client")
    if not identity.signed(proposed.data, proposed.signature):
        raise Refused(errors.ACCESS_DENIED, "access denied: the proposal's signature does not verify")
    return identity
