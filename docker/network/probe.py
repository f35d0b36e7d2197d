"""Ask a running server whether it is ready."""

import re
import secrets
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import grpc

from chaincode import health
from docker.network.material import Material
from docker.network.topology import Node
from traceapp.ledger.identities import LocalSigner
from traceapp.ledger.messages import new_proposal
from traceapp.ledger.protos import proposal

_gateway: Any = import_module("fabric_protos.gateway.gateway_pb2")
_gateway_grpc: Any = import_module("fabric_protos.gateway.gateway_pb2_grpc")

_SECONDS = 10.0


def is_well(material: Material, node: Node) -> bool:
    """A node's own health answer, once it listens on its other ports too, which may come later."""
    if node.kind == "contract":
        return contract_serves(material, node)
    if not all(_listens(node.host, node.ports[port]) for port in ("main", "admin") if port in node.ports):
        return False
    try:
        with urllib.request.urlopen(f"http://{node.at('operations')}/healthz", timeout=_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def leads(orderer: Node) -> bool:
    """Whether this orderer is the channel's Raft leader, by its own metrics: without one nothing is ordered."""
    try:
        with urllib.request.urlopen(f"http://{orderer.at('operations')}/metrics", timeout=_SECONDS) as answer:
            return bool(re.search(rb"^consensus_etcdraft_is_leader\{[^}]*\} 1$", answer.read(), re.MULTILINE))
    except (urllib.error.URLError, OSError):
        return False


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError:
        return False
    return True


def contract_serves(material: Material, node: Node) -> bool:
    """A contract service's health answer, asked as its peer would: with a certificate."""
    tls = material.node(node) / "tls"
    credentials = grpc.ssl_channel_credentials(
        material.tls_ca_certificate(node.organisation), (tls / "key.pem").read_bytes(), (tls / "cert.pem").read_bytes()
    )
    with grpc.secure_channel(node.endpoint, credentials) as channel:
        check: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{health.SERVICE}/Check")
        try:
            return health.decode(check(b"", timeout=_SECONDS)) == health.SERVING
        except grpc.RpcError:
            return False


def endorses(material: Material, peer: Node, signer: LocalSigner) -> str:
    """Have the peer's gateway collect a majority's endorsements of a call that writes nothing. "" or why it cannot.

    Passes once gossip has told the peer of the others, and each endorsing peer has reached its contract service.
    """
    topology = material.topology
    proposed = new_proposal(
        signer=signer,
        channel=topology.channel,
        chaincode_name=topology.chaincode,
        args=["has_id", secrets.token_hex(16)],
        timestamp=datetime.now(UTC),
    )
    request = _gateway.EndorseRequest(
        transaction_id=proposed.tx_id,
        channel_id=topology.channel,
        proposed_transaction=proposal.SignedProposal(proposal_bytes=proposed.data, signature=proposed.signature),
    )
    credentials = grpc.ssl_channel_credentials(material.tls_ca_certificate(peer.organisation))
    with grpc.secure_channel(peer.endpoint, credentials) as channel:
        try:
            _gateway_grpc.GatewayStub(channel).Endorse(request, timeout=_SECONDS)
        except grpc.RpcError as error:
            return str(error.details())
    return ""
