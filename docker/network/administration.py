"""What the organisations' administrators do: genesis, joining, and the contract's life, by Fabric's own commands.

How a command is run (here, or in a container) is up to `Run`, so that both kinds of network share every step.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docker.network.channel import PROFILE, configtx
from docker.network.material import Material, as_yaml, write
from docker.network.package import Package, package
from docker.network.servers import administrator
from docker.network.topology import Organisation

Run = Callable[[str, Sequence[str], Mapping[str, str]], str]
"""Run a program with arguments and environment and return what it printed. CommandFailed if it fails."""


class CommandFailed(RuntimeError):
    """One of Fabric's commands failed; the text ends with what it printed."""


class Administration:
    """Works in a folder beside the crypto material. Every step can be repeated after a kill at any line."""

    def __init__(self, folder: Path, material: Material, run: Run) -> None:
        self._folder = folder
        self._material = material
        self._topology = material.topology
        self._run = run

    @property
    def genesis(self) -> Path:
        return self._folder / "channel" / "genesis.block"

    def prepare(self) -> None:
        """Write the administrators' settings, and make block 0 if there is none."""
        for organisation in self._topology.organisations:
            place = self._folder / "admins" / organisation.key
            write(place / "core.yaml", as_yaml(administrator(self._material, organisation)))
        if self.genesis.exists():
            return
        place = self.genesis.parent
        write(place / "configtx.yaml", as_yaml(configtx(self._material)))
        fresh = self.genesis.with_suffix(".new")
        channel = ["-profile", PROFILE, "-channelID", self._topology.channel, "-outputBlock", str(fresh)]
        self._run("configtxgen", ["-configPath", str(place), *channel], {"FABRIC_CFG_PATH": str(place)})
        fresh.rename(self.genesis)

    def join_orderer(self, name: str) -> None:
        """Let an orderer take part in the channel. One that does already stays as it is."""
        node = self._topology.node(name)
        tls = self._material.node(node) / "tls"
        shown = ["--client-cert", str(tls / "cert.pem"), "--client-key", str(tls / "key.pem")]
        reached = ["-o", node.at("admin"), "--ca-file", str(tls / "ca.pem"), *shown]
        channel = ["--channelID", self._topology.channel, "--config-block", str(self.genesis)]
        said = self._run("osnadmin", ["channel", "join", *channel, *reached], {})
        if "Status: 201" not in said and "already exists" not in said:
            raise CommandFailed(f"{node.name} did not join the channel: {said.strip()}")

    def join_peer(self, organisation: Organisation) -> None:
        """Let the organisation's peer take part in the channel. One that does already stays as it is."""
        try:
            self._peer(organisation, ["channel", "join", "-b", str(self.genesis)])
        except CommandFailed as error:
            if "already exists" not in str(error):
                raise

    def configuration(self) -> bytes:
        """The configuration block (common.Block) in force, as the orderers have it."""
        return self._fetch(self._topology.organisations[0], self._ordered())

    def configuration_at(self, organisation: Organisation) -> bytes:
        """The same, as the organisation's own peer has it."""
        return self._fetch(organisation, [])

    def update_channel(self, envelope: bytes) -> None:
        """Have the orderers put a change of the channel in force (a common.Envelope with a configtx update)."""
        path = self.genesis.with_name("update.pb")
        write(path, envelope)
        chosen = ["channel", "update", "-c", self._topology.channel, "-f", str(path)]
        self._peer(self._topology.organisations[0], [*chosen, *self._ordered()])

    def _fetch(self, organisation: Organisation, source: Sequence[str]) -> bytes:
        path = self.genesis.with_name(f"config-{organisation.key}.block")
        self._peer(organisation, ["channel", "fetch", "config", str(path), "-c", self._topology.channel, *source])
        return path.read_bytes()

    def package(self, organisation: Organisation, sequence: int) -> Package:
        """The package of this sequence; kept, since its bytes are its identity."""
        path = self._package_path(organisation, sequence)
        label = f"{self._topology.chaincode}_{sequence}"
        if not path.exists():
            write(path, package(self._material, organisation, sequence).data)
        return Package(label, path.read_bytes())

    def committed(self) -> int:
        """The sequence of the contract's definition on the channel; 0 before the first."""
        try:
            said = self._peer(
                self._topology.organisations[0],
                ["lifecycle", "chaincode", "querycommitted", *self._named(), "-O", "json"],
            )
        except CommandFailed as error:
            if "is not defined" in str(error):
                return 0
            raise
        return int(json.loads(said)["sequence"])

    def install(self, organisation: Organisation, sequence: int) -> None:
        """Install the package on the organisation's peer."""
        self.package(organisation, sequence)
        try:
            path = str(self._package_path(organisation, sequence))
            self._peer(organisation, ["lifecycle", "chaincode", "install", path])
        except CommandFailed as error:
            if "already successfully installed" not in str(error):
                raise

    def approve(self, organisation: Organisation, sequence: int) -> None:
        """Approve the definition for the organisation, and wait until that is on the channel."""
        wanted = ["--package-id", self.package(organisation, sequence).id, *self._definition(sequence)]
        try:
            self._peer(organisation, ["lifecycle", "chaincode", "approveformyorg", *self._ordered(), *wanted])
        except CommandFailed as error:
            if "attempted to redefine uncommitted sequence" not in str(error) and "unchanged content" not in str(error):
                raise

    def commit(self, sequence: int) -> None:
        """Put the approved definition in force, and wait until every organisation's peer has it."""
        peers: list[str] = []
        for node in self._topology.peers:
            peers += ["--peerAddresses", node.endpoint]
            peers += ["--tlsRootCertFiles", str(self._material.node(node) / "tls" / "ca.pem")]
        wanted = [*self._ordered(), *self._definition(sequence), *peers]
        self._peer(self._topology.organisations[0], ["lifecycle", "chaincode", "commit", *wanted])

    def for_each(self, act: Callable[[Organisation], None]) -> None:
        """Do something for all organisations at once, as they would."""
        with ThreadPoolExecutor(len(self._topology.organisations)) as threads:
            list(threads.map(act, self._topology.organisations))

    def _package_path(self, organisation: Organisation, sequence: int) -> Path:
        return self._folder / "packages" / f"{organisation.key}-{sequence}.tgz"

    def _named(self) -> list[str]:
        return ["-C", self._topology.channel, "-n", self._topology.chaincode]

    def _definition(self, sequence: int) -> list[str]:
        # No policy named: the channel's own Endorsement policy holds, the majority of organisations.
        return [*self._named(), "-v", str(sequence), "--sequence", str(sequence)]

    def _ordered(self) -> list[str]:
        node = self._topology.orderers[0]
        return ["-o", node.endpoint, "--tls", "--cafile", str(self._material.node(node) / "tls" / "ca.pem")]

    def _peer(self, organisation: Organisation, arguments: Iterable[str]) -> str:
        settings = {"FABRIC_CFG_PATH": str(self._folder / "admins" / organisation.key), "FABRIC_LOGGING_SPEC": "error"}
        return self._run("peer", list(arguments), settings)


def transient(error: CommandFailed) -> bool:
    """Whether a command failed for a reason that passes: right after joining there is no Raft leader yet."""
    return bool(re.search(r"no Raft leader|SERVICE_UNAVAILABLE|connection refused|context deadline", str(error)))
