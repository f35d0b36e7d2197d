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
from traceapp.commitments.times import rfc3339
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

    def revoked(self, organisation: Organisation) -> dict[int, datetime]:
        """Serial numbers of its certificates that peers refuse, and since when."""
        try:
            found = json.loads((self.of(organisation) / "ca" / "revoked.json").read_bytes())
        except FileNotFoundError:
            return {}
        return {int(serial, 16): datetime.fromisoformat(since) for serial, since in found.items()}

    def note_revoked(self, organisation: Organisation, revoked: dict[int, datetime]) -> None:
        """Keep the list; the file is replaced whole."""
        path = self.of(organisation) / "ca" / "revoked.json"
        kept = {f"{serial:x}": rfc3339(since) for serial, since in revoked.items()}
        write(path.with_suffix(".new"), json.dumps(kept).encode())
        path.with_suffix(".new").rename(path)

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
        key, start = new_key(), not_before or datetime.now(UTC) - BACKDATE
        certificate = self.sign_client(
            msp_id,
            public_key_pem(key),
            attributes=attributes,
            common_name=common_name,
            ou=ou,
            valid=(start, not_after or start + LIFE),
        )
        return key, certificate

    def sign_client(
        self,
        msp_id: str,
        public_key: bytes,
        *,
        attributes: dict[str, str],
        common_name: str,
        ou: str = "client",
        valid: tuple[datetime, datetime] | None = None,
    ) -> bytes:
        """The certificate (PEM) of a client whose key (public half, PEM) was made elsewhere."""
        start = datetime.now(UTC) - BACKDATE
        return self._certificate(
            self.topology.organisation(msp_id),
            public_key,
            ou=ou,
            name=common_name,
            valid=valid or (start, start + LIFE),
            attributes=attributes,
        )

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
        certificate = self._certificate(organisation, public_key_pem(key), ou=ou, name=name, valid=(at, at + LIFE))
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

    def _certificate(
        self,
        organisation: Organisation,
        public_key: bytes,
        *,
        ou: str,
        name: str,
        valid: tuple[datetime, datetime],
        attributes: dict[str, str] | None = None,
    ) -> bytes:
        return issue_certificate(
            ca_key=(self.of(organisation) / "ca" / "key.pem").read_bytes(),
            ca_certificate=self.ca_certificate(organisation),
            public_key=public_key,
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
