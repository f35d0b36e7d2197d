"""The whole network as processes: up on entering, down on leaving, every wait on a condition."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from docker.native import ports, probe, programs
from docker.native.nodes import Nodes
from docker.native.processes import DidNotStart, Processes, clean_environment
from docker.network import connection, trust
from docker.network.administration import Administration, CommandFailed, transient
from docker.network.material import Material, write
from docker.network.topology import DESCRIPTION, Node, Topology
from traceapp.ledger.identities import LocalSigner


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
    port; None picks a free block the first time. Raises ProgramsMissing, DidNotStart or CommandFailed.
    """

    def __init__(self, folder: Path, *, base: int | None = None, description: Path = DESCRIPTION) -> None:
        self.folder = folder.resolve()
        self._wanted_base = base
        self._description = description
        self._programs: dict[str, str] = {}
        self.sequence = 0

    def __enter__(self) -> Self:
        self._programs = programs.require()
        self.topology = Topology.read(self._description, base=self._base())
        self.material = Material(self.folder / "crypto", self.topology)
        self.administration = Administration(self.folder, self.material, self._run)
        self.nodes = Nodes(self.folder, self.material, self._programs, self._package_id)
        try:
            self._up()
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
        return [self.topology.contract_of(one, self.sequence).name for one in self.topology.organisations]

    def client_identity(
        self,
        msp_id: str,
        *,
        org: str,
        role: str,
        custodial: bool = False,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> tuple[bytes, bytes]:
        """(key PEM, certificate PEM) of a client, issued by the organisation's own certificate authority.

        Empty `org` or `role`: a certificate without that attribute.
        """
        given = {"org": org, "role": role} | ({"custodial": "true"} if custodial else {})
        return self.material.issue_client(
            msp_id,
            attributes={name: value for name, value in given.items() if value},
            common_name=f"{role or 'client'}.{org}",
            not_before=not_before,
            not_after=not_after,
        )

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
        self._deploy(self.sequence + 1)
        self.processes.stop(*old)
        return self.sequence

    def pid(self, name: str) -> int:
        return self.processes.pid(name)

    def log(self, name: str) -> Path:
        return self.processes.log(name)

    def _up(self) -> None:
        self.material.make()
        self.administration.prepare()
        self.nodes.start(*self.topology.orderers, *self.topology.peers)
        for node in self.topology.orderers:
            self.administration.join_orderer(node)
        self.administration.for_each(self.administration.join_peer)
        self.wait_for_leader()
        committed = self.administration.committed()
        if committed:
            self._serve(committed)
        else:
            self._deploy(1)
        self.wait_until_endorsing()

    def _deploy(self, sequence: int) -> None:
        act = self.administration
        self._serve(sequence)
        act.for_each(lambda one: act.install(one, sequence))
        act.for_each(lambda one: _patiently(lambda: act.approve(one, sequence)))
        _patiently(lambda: act.commit(sequence))

    def _serve(self, sequence: int) -> None:
        self.sequence = sequence
        self.nodes.start(*(self.topology.contract_of(one, sequence) for one in self.topology.organisations))

    def _package_id(self, node: Node) -> str:
        return self.administration.package(node.organisation, self.sequence).id

    def leader(self) -> str | None:
        """The name of the orderer that leads, if one does."""
        return next((node.name for node in self.topology.orderers if probe.leads(node)), None)

    def wait_for_leader(self, within: float = 60.0) -> str:
        """Wait until an orderer leads, and say which."""
        end = time.monotonic() + within
        while (name := self.leader()) is None:
            if time.monotonic() > end:
                raise DidNotStart(f"no orderer led the channel within {within:.0f} s")
            time.sleep(0.1)
        return name

    def wait_until_endorsing(self, within: float = 60.0) -> None:
        """Wait until every peer can have a majority endorse: it knows the others, and they their contracts."""
        end = time.monotonic() + within
        for peer in self.topology.peers:
            msp_id = peer.organisation.msp_id
            signer = LocalSigner(msp_id, *self.client_identity(msp_id, org="", role=""))
            while why := probe.endorses(self.material, peer, signer):
                if time.monotonic() > end:
                    raise DidNotStart(f"{peer.name} could not have a call endorsed within {within:.0f} s: {why}")
                time.sleep(0.1)

    def _base(self) -> int:
        """The ports stand in block 0: a folder keeps the ones it began with."""
        path = self.folder / "ports.json"
        if path.exists():
            return int(json.loads(path.read_text())["base"])
        base = ports.free_base() if self._wanted_base is None else self._wanted_base
        write(path, json.dumps({"base": base}).encode())
        return base

    def _run(self, program: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        done = subprocess.run(
            [self._programs[program], *arguments],
            env=clean_environment(**environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"{program} {' '.join(arguments[:3])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout + done.stderr if program == "osnadmin" else done.stdout

    def _server(self, node: Node) -> Server:
        owner = node.organisation
        return Server(node.name, owner.msp_id, node.endpoint, node.name, self.material.tls_ca_certificate(owner))


def _patiently(act: Callable[[], None], within: float = 60.0) -> None:
    """Repeat what fails for a reason that passes."""
    end = time.monotonic() + within
    while True:
        try:
            act()
        except CommandFailed as error:
            if not transient(error) or time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return
