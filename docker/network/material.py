"""Keys and certificates of the whole network in a folder, as Fabric's MSP wants them. Made once, never committed.

    <folder>/<organisation>/ca/{key,cert}.pem  tlsca/{key,cert}.pem  msp/  admin/msp/
    <folder>/<organisation>/<node>/msp/  tls/{key,cert,ca}.pem

A demo network has every organisation's certificate authority on this one machine; in a real one each organisation
makes its own part, and only `msp/` (no keys in it) is shared.
"""

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from docker.network.certificates import issue_tls
from docker.network.topology import Node, Organisation, Topology
from traceapp.ledger.identities import issue_certificate, make_ca, new_key, public_key_pem

BACKDATE = timedelta(hours=1)  # a client may give a transaction a time 15 minutes back
CA_LIFE = timedelta(days=10 * 365)
LIFE = timedelta(days=2 * 365)

_ROLES = {"ClientOUIdentifier": "client", "PeerOUIdentifier": "peer", "AdminOUIdentifier": "admin"}
_ROLES |= {"OrdererOUIdentifier": "orderer"}


class Material:
    """The folder. Paths are absolute: the nodes' configuration points to them."""

    def __init__(self, folder: Path, topology: Topology) -> None:
        self.folder = folder.resolve()
        self.topology = topology

    def of(self, organisation: Organisation) -> Path:
        return self.folder / organisation.key

    def node(self, node: Node) -> Path:
        return self.of(node.organisation) / node.name

    def ca_certificate(self, organisation: Organisation) -> bytes:
        return (self.of(organisation) / "ca" / "cert.pem").read_bytes()

    def tls_ca_certificate(self, organisation: Organisation) -> bytes:
        return (self.of(organisation) / "tlsca" / "cert.pem").read_bytes()

    def make(self) -> None:
        """Make what is not there yet; an organisation's part is made whole or again."""
        at = datetime.now(UTC) - BACKDATE
        for organisation in (self.topology.ordering, *self.topology.members):
            done = self.of(organisation) / "made"
            if not done.exists():
                self._organisation(organisation, at)
                done.touch()

    def issue_client(
        self,
        msp_id: str,
        *,
        attributes: dict[str, str],
        common_name: str,
        ou: str = "client",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> tuple[bytes, bytes]:
        """(key PEM, certificate PEM) of a client of this organisation, from its own certificate authority."""
        organisation = self.topology.organisation(msp_id)
        start = not_before or datetime.now(UTC) - BACKDATE
        key = new_key()
        valid = (start, not_after or start + LIFE)
        return key, self._identity(organisation, key, ou=ou, name=common_name, valid=valid, attributes=attributes)

    def _organisation(self, organisation: Organisation, at: datetime) -> None:
        for kind in ("ca", "tlsca"):
            key, certificate = make_ca(
                msp_id=f"{kind}.{organisation.msp_id}" if kind == "tlsca" else organisation.msp_id,
                name=organisation.name,
                not_before=at,
                not_after=at + CA_LIFE,
            )
            write(self.of(organisation) / kind / "key.pem", key)
            write(self.of(organisation) / kind / "cert.pem", certificate)
        self._trust(organisation, self.of(organisation) / "msp")
        self._local_msp(
            organisation, self.of(organisation) / "admin" / "msp", at, name=f"admin.{organisation.key}", ou="admin"
        )
        for node in self._nodes(organisation):
            self._node(node, at)

    def _nodes(self, organisation: Organisation) -> Iterable[Node]:
        return (node for node in self.topology.nodes if node.organisation == organisation)

    def _node(self, node: Node, at: datetime) -> None:
        owner, folder = self.of(node.organisation), self.node(node)
        if node.kind != "contract":
            self._local_msp(node.organisation, folder / "msp", at, name=node.name, ou=node.kind)
        key, certificate = issue_tls(
            ca_key=(owner / "tlsca" / "key.pem").read_bytes(),
            ca_certificate=self.tls_ca_certificate(node.organisation),
            host=node.name,
            not_before=at,
            not_after=at + LIFE,
        )
        write(folder / "tls" / "key.pem", key)
        write(folder / "tls" / "cert.pem", certificate)
        write(folder / "tls" / "ca.pem", self.tls_ca_certificate(node.organisation))

    def _local_msp(self, organisation: Organisation, folder: Path, at: datetime, *, name: str, ou: str) -> None:
        """What a node or an administrator signs with."""
        key = new_key()
        self._trust(organisation, folder)
        certificate = self._identity(organisation, key, ou=ou, name=name, valid=(at, at + LIFE))
        write(folder / "signcerts" / "cert.pem", certificate)
        write(folder / "keystore" / "key.pem", key)

    def _trust(self, organisation: Organisation, folder: Path) -> None:
        """How others recognise this organisation: its authorities, and which unit names which role."""
        write(folder / "cacerts" / "ca.pem", self.ca_certificate(organisation))
        write(folder / "tlscacerts" / "tlsca.pem", self.tls_ca_certificate(organisation))
        units = {
            name: {"Certificate": "cacerts/ca.pem", "OrganizationalUnitIdentifier": unit}
            for name, unit in _ROLES.items()
        }
        write(folder / "config.yaml", as_yaml({"NodeOUs": {"Enable": True, **units}}))

    def _identity(
        self,
        organisation: Organisation,
        key: bytes,
        *,
        ou: str,
        name: str,
        valid: tuple[datetime, datetime],
        attributes: dict[str, str] | None = None,
    ) -> bytes:
        return issue_certificate(
            ca_key=(self.of(organisation) / "ca" / "key.pem").read_bytes(),
            ca_certificate=self.ca_certificate(organisation),
            public_key=public_key_pem(key),
            common_name=name,
            ou=ou,
            not_before=valid[0],
            not_after=valid[1],
            attributes=attributes,
        )


def as_yaml(value: object) -> bytes:
    """JSON is YAML: what Fabric's programs read needs no YAML library to write."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def write(path: Path, data: bytes) -> None:
    """A file only its owner may read: keys are among them, and one rule is simpler than two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(data)
