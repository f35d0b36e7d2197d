"""Each node of the network as a process: its configuration, its start, and when it is well."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docker.native.processes import Processes, clean_environment
from docker.network import probe, servers
from docker.network.material import Material, as_yaml, write
from docker.network.topology import Node

ROOT = Path(__file__).resolve().parents[2]
BUILDER = Path(__file__).with_name("builder")
LOGGING = {
    "FABRIC_LOGGING_SPEC": "warning",
    "FABRIC_LOGGING_FORMAT": "%{time:2006-01-02T15:04:05.000Z07:00} %{level} [%{module}] %{message}",
}


class Nodes:
    """`package_id` says which package a contract service is to serve."""

    def __init__(
        self,
        folder: Path,
        material: Material,
        programs: Mapping[str, str],
        package_id: Callable[[Node], str],
    ) -> None:
        self.processes = Processes(folder)
        self._folder = folder / "nodes"
        self._material = material
        self._programs = programs
        self._package_id = package_id

    def start(self, *nodes: Node) -> None:
        """Start them all, then wait until each is well. Those that run stay as they are."""
        for node in nodes:
            self.begin(node)
        for node in nodes:
            self.processes.wait_until(node.name, lambda node=node: self._is_well(node))  # type: ignore[misc]

    def begin(self, node: Node) -> None:
        """Start without waiting."""
        if node.kind == "contract":
            self.processes.start(node.name, [sys.executable, "-m", "chaincode.server"], self._contract(node))
            return
        self._configure(node)
        command = [self._programs[node.kind]] + (["node", "start"] if node.kind == "peer" else [])
        settings = clean_environment(FABRIC_CFG_PATH=str(self._folder / node.name), **LOGGING)
        self.processes.start(node.name, command, settings)

    def _is_well(self, node: Node) -> bool:
        return probe.is_well(self._material, node)

    def _configure(self, node: Node) -> None:
        place = self._folder / node.name
        if node.kind == "peer":
            content = servers.core(self._material, node, data=place / "data", builder=BUILDER)
            write(place / "core.yaml", as_yaml(content))
        else:
            write(place / "orderer.yaml", as_yaml(servers.orderer(self._material, node, data=place / "data")))

    def _contract(self, node: Node) -> Mapping[str, str]:
        tls = self._material.node(node) / "tls"
        return clean_environment(
            PYTHONPATH=str(ROOT),
            CHAINCODE_ID=self._package_id(node),
            CHAINCODE_SERVER_ADDRESS=node.listening("main"),
            CHAINCODE_OPERATIONS_ADDRESS=node.listening("operations"),
            CHAINCODE_SETTLEMENT_MSP=self._material.topology.settlement,
            CHAINCODE_TLS_KEY=str(tls / "key.pem"),
            CHAINCODE_TLS_CERT=str(tls / "cert.pem"),
            CHAINCODE_TLS_CLIENT_CA=str(tls / "ca.pem"),
        )
