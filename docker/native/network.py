"""The whole network as processes: up on entering, down on leaving, every wait on a condition."""

import json
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from docker.native import ports, programs
from docker.native.commands import runner
from docker.native.nodes import Nodes
from docker.native.processes import Processes
from docker.network import connection, trust
from docker.network.administration import Administration
from docker.network.life import Life
from docker.network.material import Material, write
from docker.network.revoke import revoke
from docker.network.topology import DESCRIPTION, Node, Topology


@dataclass(frozen=True)
class Server:
    """How a client reaches a peer or orderer: TLS, the root to trust, and the name its certificate is for."""

    name: str
    msp_id: str
    endpoint: str
    hostname: str
    tls_ca: bytes


class FabricNetwork:
    """Three organisations and three orderers with the contract deployed, in a folder that is kept.

    with FabricNetwork(folder) as net: ... runs it; the same folder later goes on where it ended. `base`: the first
    port; None picks a free block the first time. Raises ProgramsMissing, DidNotStart, NotReady or
    CommandFailed.
    """

    def __init__(self, folder: Path, *, base: int | None = None, description: Path = DESCRIPTION) -> None:
        self.folder = folder.resolve()
        self._wanted_base = base
        self._description = description
        self._programs: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._programs = programs.require()
        self.topology = Topology.read(self._description, base=self._base())
        self.material = Material(self.folder / "crypto", self.topology)
        self.administration = Administration(self.folder, self.material, runner(self._programs))
        self.life = Life(self.topology, self.material, self.administration)
        self.nodes = Nodes(self.folder, self.material, self._programs, self.life.package_id)
        try:
            self.life.up(self.nodes.start)
        except BaseException:
            self.processes.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.processes.close()

    @property
    def processes(self) -> Processes:
        return self.nodes.processes

    @property
    def channel(self) -> str:
        return self.topology.channel

    @property
    def chaincode(self) -> str:
        return self.topology.chaincode

    @property
    def peers(self) -> list[Server]:
        return [self._server(node) for node in self.topology.peers]

    @property
    def orderers(self) -> list[Server]:
        return [self._server(node) for node in self.topology.orderers]

    @property
    def contracts(self) -> list[str]:
        """Names of the contract services in use."""
        return [node.name for node in self.life.contracts]

    @property
    def sequence(self) -> int:
        """Of the contract's definition in force."""
        return self.life.sequence

    def client_identity(
        self,
        msp_id: str,
        *,
        org: str,
        role: str,
        person: str = "",
        custodial: bool = False,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> tuple[bytes, bytes]:
        """(key PEM, certificate PEM) of a client, issued by the organisation's own certificate authority.

        An empty `org`, `role` or `person`: a certificate without that attribute.
        """
        given = {"org": org, "role": role, "person": person, "custodial": "true" if custodial else ""}
        return self.material.issue_client(
            msp_id,
            attributes={name: value for name, value in given.items() if value},
            common_name=f"{role or 'client'}.{org}",
            not_before=not_before,
            not_after=not_after,
        )

    def revoke(self, msp_id: str, serial: int) -> datetime:
        """Have every peer refuse a certificate from now on, and note it in connection and trust file."""
        return revoke(self.administration, self.material, msp_id, serial)

    @property
    def connection_file(self) -> Path:
        """What the application needs to use the network (its setting FABRIC_CONFIG): certificates are named in it."""
        return connection.write(self.folder / "application", self.material, self.sequence)

    def trust(self) -> dict[str, Any]:
        """The content of the trust file."""
        return trust.trust(self.material, self.administration.genesis.read_bytes())

    def kill(self, name: str) -> None:
        """End a node as a power cut would: `peer-<organisation>`, `orderer-<n>`, `contract-<organisation>`."""
        self.topology.node(name)
        self.processes.kill(name)

    def stop(self, name: str) -> None:
        """End a node as its operator would."""
        self.processes.stop(self.topology.node(name).name)

    def freeze(self, name: str) -> None:
        """Let a node hang: it keeps its connections and answers nothing, until `thaw`."""
        self.processes.send(self.topology.node(name).name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.processes.send(self.topology.node(name).name, signal.SIGCONT)

    def restart(self, name: str, *, wait: bool = True) -> None:
        """Start a node that ended, and wait until it is well."""
        node = self.topology.node(name)
        self.nodes.start(node) if wait else self.nodes.begin(node)

    def upgrade(self) -> int:
        """Put a new definition of the contract in force, its services beside the old ones until then. The sequence."""
        old = self.contracts
        self.life.deploy(self.sequence + 1, self.nodes.start)
        self.processes.stop(*old)
        return self.sequence

    def leader(self) -> str | None:
        """The name of the orderer that leads, if one does."""
        return self.life.leader()

    def wait_for_leader(self, within: float = 60.0) -> str:
        """Wait until an orderer leads, and say which."""
        return self.life.wait_for_leader(within)

    def wait_until_endorsing(self, within: float = 60.0) -> None:
        """Wait until every peer can have a majority endorse."""
        self.life.wait_until_endorsing(within)

    def pid(self, name: str) -> int:
        return self.processes.pid(name)

    def log(self, name: str) -> Path:
        return self.processes.log(name)

    def _base(self) -> int:
        """The ports stand in block 0: a folder keeps the ones it began with."""
        path = self.folder / "ports.json"
        if path.exists():
            return int(json.loads(path.read_text())["base"])
        base = ports.free_base() if self._wanted_base is None else self._wanted_base
        write(path, json.dumps({"base": base}).encode())
        return base

    def _server(self, node: Node) -> Server:
        owner = node.organisation
        return Server(node.name, owner.msp_id, node.endpoint, node.name, self.material.tls_ca_certificate(owner))
