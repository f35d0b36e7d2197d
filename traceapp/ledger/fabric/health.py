"""How the network's nodes are: what each answers to `GET /healthz`, and a peer when asked about the channel."""

import http.client
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import grpc

from traceapp.ledger.errors import Unavailable
from traceapp.ledger.fabric import status
from traceapp.ledger.fabric.config import Config, Node, Peer
from traceapp.ledger.fabric.system import SystemContract
from traceapp.ledger.fabric.wire import Refused
from traceapp.ledger.port import NodeHealth

PATIENCE: Final = 3.0  # seconds for one answer
_NOT_SAID: Final = "the connection file names no operations address to ask at"
_MOST: Final = 65_536  # bytes of an answer that are looked at


def look(found: Config, system: SystemContract) -> list[NodeHealth]:
    """All nodes at once: peers, orderers, contract services."""
    asks: list[Callable[[], NodeHealth]] = [lambda peer=peer: _peer(peer, system) for peer in found.peers]  # type: ignore[misc]
    orderers = [node for one in found.orderer_organisations for node in one.orderers]
    asks += [lambda node=node: _node(node, "orderer") for node in orderers]  # type: ignore[misc]
    asks += [lambda node=node: _node(node, "contract") for node in found.contract_services]  # type: ignore[misc]
    with ThreadPoolExecutor(max(1, len(asks))) as threads:
        return list(threads.map(lambda ask: ask(), asks))


def _peer(peer: Peer, system: SystemContract) -> NodeHealth:
    height, wrong = None, _ill(peer.operations) if peer.operations else ""
    try:
        height = system.height_at(peer, PATIENCE)
    except grpc.RpcError as error:
        wrong = wrong or status.of_call(error).message
    except (Refused, Unavailable) as error:
        wrong = wrong or str(error)
    return NodeHealth(peer.name, "peer", peer.msp_id, not wrong, wrong, height)


def _node(node: Node, kind: str) -> NodeHealth:
    if not node.operations:
        return NodeHealth(node.name, kind, node.msp_id, None, _NOT_SAID)
    wrong = _ill(node.operations)
    return NodeHealth(node.name, kind, node.msp_id, not wrong, wrong)


def _ill(operations: str) -> str:
    """What is wrong with the node whose operations service has this address; empty when it is well."""
    asked = urlsplit(operations)
    opener = http.client.HTTPSConnection if asked.scheme == "https" else http.client.HTTPConnection
    try:
        connection = opener(asked.hostname or "", asked.port, timeout=PATIENCE)
        try:
            connection.request("GET", asked.path.rstrip("/") + "/healthz")
            answer = connection.getresponse()
            return "" if answer.status == 200 else _reason(answer.status, answer.read(_MOST))
        finally:
            connection.close()
    except TimeoutError:
        return f"it does not answer within {PATIENCE:g} s"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"it cannot be reached: {getattr(error, 'strerror', None) or error}"


def _reason(code: int, body: bytes) -> str:
    """Fabric names the checks that failed: {"failed_checks": [{"component", "reason"}]}."""
    try:
        failed = json.loads(body)["failed_checks"]
        return "; ".join(f"{one['component']}: {one['reason']}" for one in failed)[:300] or f"it answers {code}"
    except (ValueError, KeyError, TypeError):
        return f"it answers {code}"
