"""Who and what the network consists of, and where each node is reached: `network.toml`, read and laid out."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

DESCRIPTION = Path(__file__).with_name("network.toml")
LOCALHOST = "127.0.0.1"
SLOTS = 2  # contract services of one organisation: the running one, and the next during an upgrade


@dataclass(frozen=True)
class Organisation:
    """A member of the channel, or the one that orders."""

    key: str
    msp_id: str
    name: str
    pgln: str = ""


@dataclass(frozen=True)
class Node:
    """A server. `host` is where others reach it, `listen` what it binds; `ports` has `main` and more by kind."""

    name: str
    kind: str  # peer, orderer or contract
    organisation: Organisation
    host: str
    listen: str
    ports: Mapping[str, int]

    @property
    def endpoint(self) -> str:
        return self.at("main")

    def at(self, port: str) -> str:
        """host:port for others."""
        return f"{self.host}:{self.ports[port]}"

    def listening(self, port: str) -> str:
        """host:port to bind."""
        return f"{self.listen}:{self.ports[port]}"


@dataclass(frozen=True)
class Topology:
    """The network. `containers`: each node has a host of its own by its name; else all are on 127.0.0.1."""

    description: Mapping[str, Any]
    base: int
    containers: bool = False

    @classmethod
    def read(cls, path: Path = DESCRIPTION, *, base: int | None = None, containers: bool = False) -> "Topology":
        """`base` moves all ports, so that several networks run side by side."""
        found = tomllib.loads(path.read_text())
        return cls(found, found["ports"]["base"] if base is None else base, containers)

    @property
    def name(self) -> str:
        return str(self.description["name"])

    @property
    def demo(self) -> bool:
        return bool(self.description["demo"])

    @property
    def channel(self) -> str:
        return str(self.description["channel"])

    @property
    def chaincode(self) -> str:
        return str(self.description["chaincode"])

    @property
    def settlement(self) -> str:
        """The MSP id of the organisation with which deposits are made."""
        return self.organisation(str(self.description["settlement"])).msp_id

    @property
    def policies(self) -> Mapping[str, Any]:
        return dict(self.description["policies"])

    @property
    def blocks(self) -> Mapping[str, Any]:
        return dict(self.description["blocks"])

    @property
    def versions(self) -> Mapping[str, str]:
        return dict(self.description["versions"])

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        """Those that endorse, each with one peer and one contract service."""
        return tuple(Organisation(**one) for one in self.description["organisations"])

    @cached_property
    def members(self) -> tuple[Organisation, ...]:
        """All who may use the contract: those that endorse, then guests without a node."""
        return (*self.organisations, *(Organisation(**one) for one in self.description.get("guests", ())))

    @property
    def recorders(self) -> tuple[Organisation, ...]:
        """Those that log goods in the application: all but the one with which deposits are made."""
        return tuple(one for one in self.members if one.msp_id != self.settlement)

    @property
    def majority(self) -> int:
        """How many organisations must endorse."""
        if self.policies["endorsement"] != "majority":
            raise ValueError("policies.endorsement of the network's description must be 'majority'")
        return len(self.organisations) // 2 + 1

    @cached_property
    def ordering(self) -> Organisation:
        found = self.description["ordering"]
        return Organisation(found["key"], found["msp_id"], found["name"])

    @cached_property
    def orderers(self) -> tuple[Node, ...]:
        return tuple(
            self._node(f"orderer-{i + 1}", "orderer", self.ordering, i, ("", "_admin", "_operations"))
            for i in range(self.description["ordering"]["orderers"])
        )

    @cached_property
    def peers(self) -> tuple[Node, ...]:
        return tuple(
            self._node(f"peer-{one.key}", "peer", one, i, ("", "_operations", "_chaincode"))
            for i, one in enumerate(self.organisations)
        )

    @cached_property
    def contracts(self) -> tuple[Node, ...]:
        """Every slot of every organisation: `contract-huerta-alba`, `contract-huerta-alba-2`, ..."""
        found = []
        for i, one in enumerate(self.organisations):
            for slot in range(SLOTS):
                name = f"contract-{one.key}" + (f"-{slot + 1}" if slot else "")
                found.append(self._node(name, "contract", one, i * SLOTS + slot, ("", "_operations")))
        return tuple(found)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (*self.orderers, *self.peers, *self.contracts)

    def node(self, name: str) -> Node:
        """KeyError for an unknown name, with the known ones."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(f"there is no node {name!r}; known are {', '.join(node.name for node in self.nodes)}")

    def organisation(self, msp_id: str) -> Organisation:
        """KeyError for an unknown MSP id, with the known ones."""
        for one in self.members:
            if one.msp_id == msp_id:
                return one
        raise KeyError(f"there is no organisation {msp_id!r}; known are {', '.join(o.msp_id for o in self.members)}")

    def contract_of(self, organisation: Organisation, sequence: int) -> Node:
        """The slot that serves this sequence of the contract's definition: they take turns."""
        mine = [node for node in self.contracts if node.organisation == organisation]
        return mine[(sequence - 1) % SLOTS]

    def _node(self, name: str, kind: str, owner: Organisation, index: int, ports: tuple[str, ...]) -> Node:
        offsets = self.description["ports"]
        return Node(
            name=name,
            kind=kind,
            organisation=owner,
            host=name if self.containers else LOCALHOST,
            listen="0.0.0.0" if self.containers else LOCALHOST,  # noqa: S104 (a container's own network)
            ports={(port[1:] or "main"): self.base + offsets[kind + port] + index for port in ports},
        )
