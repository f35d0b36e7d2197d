"""Bring the network up in containers, by the same steps as the one of processes."""

import os
import secrets
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from docker.containers.broker import make_certificate
from docker.containers.services import BUILDER, variable
from docker.native.nodes import ROOT
from docker.network import connection, probe, servers
from docker.network.administration import Administration, CommandFailed
from docker.network.life import Life, NotReady
from docker.network.material import Material, as_yaml, write
from docker.network.topology import Node, Topology

FILES = (ROOT / "docker" / "compose.yml", ROOT / "docker" / "fabric.yml")
NETWORK = "traceapp_default"
OTHERWISE = "or run the network as processes from Fabric's release archive (docs/fabric-network.md)."
APPLICATION = ("postgres", "redis", "mosquitto", "migrate", "web", "worker", "beat", "deliver", "mqtt", "ledgerd")


def require_docker() -> None:
    """CommandFailed, with a sentence that says what to do, unless Docker answers and has its compose plugin."""
    wanted = {
        ("docker", "compose", "version"): "Docker's compose plugin is missing: install it",
        ("docker", "info"): "Docker is there but does not answer: start its service, and look whether you may use it",
    }
    for command, words in wanted.items():
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except OSError:
            raise CommandFailed(f"Docker is not installed: install it with its compose plugin, {OTHERWISE}") from None
        if done.returncode:
            raise CommandFailed(f"{words}, {OTHERWISE}")


class ContainerNetwork:
    """`folder` holds everything that is made. Names in settings are those of containers; we reach them by ports."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder.resolve()
        self.topology = Topology.read(containers=True)
        self.material = Material(self.folder / "crypto", self.topology)
        self.administration = Administration(self.folder, self.material, self._run)
        self.life = Life(Topology.read(), self.material, self.administration)
        self._environment = self.folder / "containers.env"
        self._port = port

    def up(self) -> None:
        """Network, contract, then the application. Raises CommandFailed or NotReady."""
        self.material.make()
        self._configure()
        self.life.up(self._start)
        connection.write(self.folder / "application", self.material, self.life.sequence)
        self._write_environment()
        self.compose("up", "--build", "--detach", "--wait", *APPLICATION)

    def upgrade(self) -> int:
        """Put a new definition of the contract in force, its services beside the old ones until then."""
        old = [node.name for node in self.life.contracts]
        self.compose("build", *old)
        self.life.deploy(self.life.sequence + 1, self._start)
        self.compose("stop", *old)
        connection.write(self.folder / "application", self.material, self.life.sequence)
        return self.life.sequence

    def down(self) -> None:
        """End all containers. Ledgers, keys and volumes are kept."""
        self.compose("--profile", "second", "down")

    def compose(self, *arguments: str) -> None:
        """`docker compose` on our file, its output shown."""
        chosen = ["docker", "compose", "--env-file", str(self._environment)]
        for file in FILES:
            chosen += ["-f", str(file)]
        if subprocess.run([*chosen, *arguments], check=False).returncode:
            raise CommandFailed(f"docker compose {arguments[0]} failed: what it said stands above")

    def manage(self, *arguments: str) -> None:
        """One of the application's commands, in a container of its own."""
        self.compose("run", "--rm", "--no-deps", "ledgerd", "python", "manage.py", *arguments)

    def _start(self, *nodes: Node) -> None:
        self._write_environment()
        self.compose("up", "--build", "--detach", "--no-deps", *(node.name for node in nodes))
        end = time.monotonic() + 120
        for node in nodes:
            while not probe.is_well(self.material, node):
                if time.monotonic() > end:
                    raise NotReady(f"{node.name} was not well within 120 s: see `docker compose logs {node.name}`")
                time.sleep(0.2)

    def _configure(self) -> None:
        for node in (*self.topology.orderers, *self.topology.peers):
            place = self.folder / "nodes" / node.name
            if node.kind == "peer":
                content = servers.core(self.material, node, data=place / "data", builder=BUILDER)
                write(place / "core.yaml", as_yaml(content))
            else:
                write(place / "orderer.yaml", as_yaml(servers.orderer(self.material, node, data=place / "data")))
        for name in ("application", "data", "data/broker", "data/broker/access", "data/broker/data"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "data" / "broker" / "access" / "passwords").touch()
        make_certificate(self.folder / "broker")

    def _make_secrets(self) -> None:
        """Once. Their folder is its owner's; the files may be read by whatever user a container runs as."""
        folder = self.folder / "secrets"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        password = _kept(folder / "postgres-password", secrets.token_hex(24))
        _kept(folder / "database-url", f"postgres://traceapp:{password}@postgres:5432/traceapp")
        for name in ("secret-key", "keystore-key"):
            _kept(folder / name, secrets.token_urlsafe(48))

    def _write_environment(self) -> None:
        self._make_secrets()
        told = {
            "FABRIC_FOLDER": str(self.folder),
            "FABRIC_USER": f"{os.getuid()}:{os.getgid()}",
            "APPLICATION_DATA": str(self.folder / "data"),
            "SECRETS_FOLDER": str(self.folder / "secrets"),
            "PORT": str(self._port),
            "PUBLIC_URL": f"http://127.0.0.1:{self._port}",
            "DEMO": "1" if self.topology.demo else "0",
        }
        if self.life.sequence:
            told |= {variable(node): self.life.package_id(node) for node in self.life.contracts}
        write(self._environment, "".join(f"{name}={value}\n" for name, value in told.items()).encode())

    def _run(self, program: str, arguments: Sequence[str], environment: Mapping[str, str]) -> str:
        """One of Fabric's programs in a container on the same network, the folder at the same path."""
        image = self.topology.versions["peer" if program == "peer" else "tools"]
        options = ["--rm", "--user", f"{os.getuid()}:{os.getgid()}", "--volume", f"{self.folder}:{self.folder}"]
        if program != "configtxgen":  # which runs before there is a network
            options += ["--network", NETWORK]
        for name, value in environment.items():
            options += ["--env", f"{name}={value}"]
        command = ["docker", "run", *options, image, program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandFailed(f"{program} {' '.join(arguments[:3])} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout + done.stderr if program == "osnadmin" else done.stdout


def _kept(path: Path, fresh: str) -> str:
    """What the file holds; `fresh` is written if there is none."""
    if not path.exists():
        path.write_text(fresh)
        path.chmod(0o644)
    return path.read_text()
