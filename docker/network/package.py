"""The contract's package for one organisation: where its peer finds the service. The same input gives the same bytes.

Each organisation's package is its own, since address and certificates are: so their ids differ, which Fabric allows.
"""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass

from docker.network.material import Material
from docker.network.topology import Organisation


@dataclass(frozen=True)
class Package:
    """`id` is what the contract's service must register as; `data` is the .tgz to install."""

    label: str
    data: bytes

    @property
    def id(self) -> str:
        return f"{self.label}:{hashlib.sha256(self.data).hexdigest()}"


def package(material: Material, organisation: Organisation, sequence: int) -> Package:
    """For this sequence of the contract's definition."""
    topology = material.topology
    service = topology.contract_of(organisation, sequence)
    peer = next(node for node in topology.peers if node.organisation == organisation)
    shown = material.node(peer) / "tls"
    connection = {
        "address": service.endpoint,
        "domain": service.name,
        "dial_timeout": "10s",
        "tls_required": True,
        "client_auth_required": True,
        "client_key": (shown / "key.pem").read_text(),
        "client_cert": (shown / "cert.pem").read_text(),
        "root_cert": material.tls_ca_certificate(organisation).decode(),
    }
    label = f"{topology.chaincode}_{sequence}"
    code = _archive({"connection.json": _json(connection)})
    return Package(label, _archive({"metadata.json": _json({"type": "ccaas", "label": label}), "code.tar.gz": code}))


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _archive(files: dict[str, bytes]) -> bytes:
    """A .tar.gz without times, owners or names of its maker."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)
