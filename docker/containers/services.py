"""`docker/fabric.yml`, the network's part of the compose file, from the description of the network.

The file is committed, so that `docker compose` needs no Python to read it; a test holds it to the description.
"""

from pathlib import Path

from docker.network.topology import Node, Topology

FILE = Path(__file__).resolve().parents[1] / "fabric.yml"
BUILDER = Path("/opt/hyperledger/ccaas_builder")  # where Fabric's peer image has it
HERE = "${FABRIC_FOLDER:?}"

_HEAD = """\
# Made by `python -m docker.containers --render` from docker/network/network.toml: change it there.
# FABRIC_FOLDER holds keys, settings and ledgers; each container sees its own part only, at the same path as outside.
services:
"""


def render(topology: Topology) -> str:
    """The file's text. `topology` is laid out for containers."""
    makers = {"peer": _peer, "orderer": _orderer, "contract": _contract}
    return _HEAD + "\n".join(makers[node.kind](topology, node) for node in topology.nodes)


def variable(contract: Node) -> str:
    """Of the environment: the package id that a contract service registers as."""
    return contract.name.upper().replace("-", "_") + "_ID"


def _peer(topology: Topology, node: Node) -> str:
    return _fabric(node, topology.versions["peer"], "peer node start", ("main", "operations"))


def _orderer(topology: Topology, node: Node) -> str:
    return _fabric(node, topology.versions["orderer"], "orderer", ("main", "admin", "operations"))


def _fabric(node: Node, image: str, command: str, published: tuple[str, ...]) -> str:
    keys, place = f"{HERE}/crypto/{node.organisation.key}/{node.name}", f"{HERE}/nodes/{node.name}"
    return f"""\
  {node.name}:
    image: {image}
    command: {command}
    user: ${{FABRIC_USER:-0:0}}
    restart: unless-stopped
    stop_grace_period: 20s
    environment:
      FABRIC_CFG_PATH: {place}
      FABRIC_LOGGING_SPEC: warning
    volumes:
      - {keys}:{keys}:ro
      - {place}:{place}
    healthcheck:
      test: ["CMD", "bash", "-c", "{_ask_health(node)}"]
      interval: 10s
      timeout: 5s
    ports:
{_ports(node, published)}"""


def _ask_health(node: Node) -> str:
    """Fabric's images have bash, and neither curl nor Python."""
    port = node.ports["operations"]
    return f"exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q OK <&3"


def _contract(topology: Topology, node: Node) -> str:
    tls = f"{HERE}/crypto/{node.organisation.key}/{node.name}/tls"
    # The second service of an organisation runs from an upgrade on, until the next.
    second = '    profiles: ["second"]\n' if node.name.endswith("-2") else ""
    return f"""\
  {node.name}:
    image: traceapp-contract
    build:
      context: ..
      dockerfile: chaincode/Dockerfile
{second}    user: ${{FABRIC_USER:-0:0}}
    restart: unless-stopped
    stop_grace_period: 20s
    environment:
      CHAINCODE_ID: ${{{variable(node)}:-}}
      CHAINCODE_SERVER_ADDRESS: {node.listening("main")}
      CHAINCODE_OPERATIONS_ADDRESS: {node.listening("operations")}
      CHAINCODE_SETTLEMENT_MSP: {topology.settlement}
      CHAINCODE_TLS_KEY: /tls/key.pem
      CHAINCODE_TLS_CERT: /tls/cert.pem
      CHAINCODE_TLS_CLIENT_CA: /tls/ca.pem
    volumes:
      - {tls}:/tls:ro
    healthcheck:
      test: ["CMD", "python", "-m", "chaincode.healthcheck", "127.0.0.1:{node.ports["operations"]}"]
      interval: 5s
      timeout: 3s
    ports:
{_ports(node, ("main", "operations"))}"""


def _ports(node: Node, published: tuple[str, ...]) -> str:
    return "".join(f'      - "127.0.0.1:{node.ports[port]}:{node.ports[port]}"\n' for port in published)
