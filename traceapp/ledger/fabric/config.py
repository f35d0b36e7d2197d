"""The connection file: which peers, whose certificates, which channel. One JSON file, paths relative to its folder.

`docs/fabric-connection.md` shows one. What is wrong in it is said in one sentence that names the file and the member.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "traceapp-fabric/1"
MAX_IN_FLIGHT: Final = 500
"""What a peer's gateway takes at once (peer.limits.concurrency.gatewayService)."""

_PEER_OUS: Final = {"peer": "peer", "client": "client", "admin": "admin"}
_ORDERER_OUS: Final = {"orderer": "orderer"}


class ConfigError(ValueError):
    """The connection file is missing or cannot be used."""


@dataclass(frozen=True)
class Peer:
    """`tls_roots` and `hostname` are what its TLS certificate is checked against; `operations` serves /healthz."""

    name: str
    msp_id: str
    address: str
    tls_roots: bytes = field(repr=False)
    hostname: str = ""
    gateway: bool = True
    operations: str = ""


@dataclass(frozen=True)
class Node:
    """Something else that runs: an orderer or a contract service. Known for its health only."""

    name: str
    msp_id: str
    operations: str


@dataclass(frozen=True)
class Organisation:
    """Certificates are PEM texts. `pgln` is empty for an organisation of orderers."""

    msp_id: str
    name: str
    pgln: str
    roots: tuple[str, ...] = field(repr=False)
    intermediates: tuple[str, ...] = field(repr=False)
    node_ous: Mapping[str, str]
    peers: tuple[Peer, ...] = ()
    orderers: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Consenter:
    """One of those whose quorum signs a block where BFT orders, by its number in the channel's configuration."""

    id: int
    msp_id: str
    certificate: str = field(repr=False)


@dataclass(frozen=True)
class Reader:
    """The client that asks for blocks, heights and statuses. It needs no role in the contract."""

    msp_id: str
    certificate: bytes = field(repr=False)
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Config:
    """A connection file, read. `attestations` is how many organisations must attest a transaction."""

    path: Path
    network: str
    demo: bool
    channel: str
    chaincode: str
    version: int
    attestations: int
    max_in_flight: int
    reader: Reader
    organisations: tuple[Organisation, ...]
    orderer_organisations: tuple[Organisation, ...]
    contract_services: tuple[Node, ...]
    endorsement: Sequence[Any]
    revoked: Sequence[Any]
    sequence: int = 0  # of the contract's definition, at least; 0: any will do
    digest: str = ""  # of the file
    consenters: tuple[Consenter, ...] = ()  # where the channel is ordered by BFT

    @property
    def peers(self) -> tuple[Peer, ...]:
        """All peers, in the order to try them."""
        return tuple(peer for organisation in self.organisations for peer in organisation.peers)


def read(path: Path) -> Config:
    """Read a connection file and the certificates it names. Raises ConfigError."""
    try:
        data = path.read_bytes()
        top = _Members(json.loads(data), "the file", path)
        return replace(_config(top), digest=hashlib.sha256(data).hexdigest())
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: it is the connection file of a Fabric network (FABRIC_CONFIG)") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be used: {error}") from error


def _config(top: "_Members") -> Config:
    if top.text("format") != FORMAT:
        raise ValueError(f"format is not {FORMAT!r}")
    found = Config(
        path=top.path,
        network=top.text("network"),
        demo=top.truth("demo"),
        channel=top.text("channel"),
        chaincode=top.text("chaincode"),
        version=top.number("version", 1),
        attestations=top.number("attestations", 2),
        max_in_flight=top.number("maxInFlight", MAX_IN_FLIGHT),
        reader=_reader(top.inner("reader")),
        organisations=tuple(_organisation(one) for one in top.each("organisations")),
        orderer_organisations=tuple(_orderers(one) for one in top.each("ordererOrganisations")),
        contract_services=tuple(_node(one) for one in top.each("contractServices", optional=True)),
        endorsement=top.listed("endorsement"),
        consenters=tuple(_consenter(one) for one in top.each("consenters", optional=True)),
        revoked=top.listed("revoked"),
        sequence=top.number("sequence", 0, least=0),
    )
    top.done()
    _check(found)
    return found


def _check(found: Config) -> None:
    if not any(peer.gateway for peer in found.peers):
        raise ValueError("no organisation has a peer that is a gateway")
    reachable = sum(1 for organisation in found.organisations if organisation.peers)
    if found.attestations > reachable:
        raise ValueError(f"attestations is {found.attestations}, but only {reachable} organisations have a peer here")
    for one in found.revoked:
        if not isinstance(one, dict) or set(one) != {"mspId", "serial", "since"}:
            raise ValueError("revoked holds something other than objects of mspId, serial and since")
        int(str(one["serial"]), 16)
    for what, names in (
        ("peers", [peer.name for peer in found.peers]),
        ("organisations", [o.msp_id for o in (*found.organisations, *found.orderer_organisations)]),
    ):
        if len(set(names)) != len(names):
            raise ValueError(f"two {what} share a name")


def _reader(members: "_Members") -> Reader:
    found = Reader(members.text("mspId"), members.file("certificate"), members.file("key"))
    members.done()
    return found


def _organisation(members: "_Members") -> Organisation:
    msp_id = members.text("mspId")
    found = Organisation(
        msp_id=msp_id,
        name=members.text("name"),
        pgln=members.text("pgln"),
        roots=members.files("rootCertificates"),
        intermediates=members.files("intermediateCertificates", optional=True),
        node_ous=members.texts("nodeOUs", _PEER_OUS),
        peers=tuple(_peer(msp_id, one) for one in members.each("peers", optional=True)),
    )
    members.done()
    return found


def _orderers(members: "_Members") -> Organisation:
    msp_id = members.text("mspId")
    found = Organisation(
        msp_id=msp_id,
        name=members.text("name"),
        pgln="",
        roots=members.files("rootCertificates"),
        intermediates=members.files("intermediateCertificates", optional=True),
        node_ous=members.texts("nodeOUs", _ORDERER_OUS),
        orderers=tuple(_node(one, msp_id) for one in members.each("orderers", optional=True)),
    )
    members.done()
    return found


def _consenter(members: "_Members") -> Consenter:
    found = Consenter(members.number("id", 0), members.text("mspId"), members.file("certificate").decode("ascii"))
    members.done()
    return found


def _peer(msp_id: str, members: "_Members") -> Peer:
    found = Peer(
        name=members.text("name"),
        msp_id=msp_id,
        address=members.text("address"),
        tls_roots="\n".join(members.files("tlsRootCertificates")).encode(),
        hostname=members.text("hostname", ""),
        gateway=members.truth("gateway", True),
        operations=members.text("operations", ""),
    )
    members.done()
    return found


def _node(members: "_Members", msp_id: str = "") -> Node:
    found = Node(members.text("name"), msp_id or members.text("mspId"), members.text("operations", ""))
    members.done()
    return found


class _Members:
    """The members of one JSON object, each taken once and checked; `done` refuses those nobody asked for."""

    def __init__(self, value: object, where: str, path: Path) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{where} is not a JSON object")
        self._left, self._where, self.path = dict(value), where, path

    def _take(self, name: str, kind: type, words: str, default: Any) -> Any:
        value = self._left.pop(name, default)
        if value is None:
            raise ValueError(f"{self._where} has no {name}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"{name} of {self._where} is not {words}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        value = str(self._take(name, str, "a text", default))
        if not value and default is None:
            raise ValueError(f"{name} of {self._where} is empty")
        return value

    def truth(self, name: str, default: bool | None = None) -> bool:
        return bool(self._take(name, bool, "true or false", default))

    def number(self, name: str, default: int, least: int = 1) -> int:
        value = int(self._take(name, int, "a whole number", default))
        if value < least:
            raise ValueError(f"{name} of {self._where} is below {least}")
        return value

    def listed(self, name: str) -> list[Any]:
        return list(self._take(name, list, "a list", []))

    def inner(self, name: str) -> "_Members":
        return _Members(self._left.pop(name, None), name, self.path)

    def each(self, name: str, *, optional: bool = False) -> list["_Members"]:
        values = self._take(name, list, "a list", [] if optional else None)
        return [_Members(value, f"{name}[{n}]", self.path) for n, value in enumerate(values)]

    def texts(self, name: str, default: Mapping[str, str]) -> dict[str, str]:
        value = self._take(name, dict, "an object", dict(default))
        if not all(isinstance(one, str) and one for one in value.values()):
            raise ValueError(f"{name} of {self._where} holds something other than texts")
        return dict(value)

    def file(self, name: str) -> bytes:
        return self._read(name, self.text(name))

    def files(self, name: str, *, optional: bool = False) -> tuple[str, ...]:
        names = self._take(name, list, "a list of files", [] if optional else None)
        if not names and not optional:
            raise ValueError(f"{name} of {self._where} is empty")
        return tuple(self._read(name, str(one)).decode("ascii") for one in names)

    def _read(self, member: str, name: str) -> bytes:
        try:
            return (self.path.parent / name).read_bytes()
        except OSError as error:
            raise ValueError(f"{member} of {self._where}: {name} cannot be read: {error.strerror}") from error

    def done(self) -> None:
        if self._left:
            raise ValueError(f"{self._where} has an unknown member {min(self._left)!r}")
