"""The application's connection file (`traceapp-fabric/1`): which peers, whose certificates, which channel.

Written beside the certificates it names, and one client's key: the reader's, who asks for blocks and statuses and has
no role in the contract. Organisations' signing keys are not in it.
"""

import json
from pathlib import Path
from typing import Any

from docker.network import material as files
from docker.network import trust
from docker.network.material import Material
from docker.network.topology import Node, Organisation


def write(folder: Path, material: Material, sequence: int) -> Path:
    """Write the file and what it names, and return its path. The reader's key is made once."""
    topology = material.topology
    reader = topology.organisations[0]
    if not (folder / "reader-key.pem").exists():
        key, certificate = material.issue_client(reader.msp_id, attributes={}, common_name="application")
        files.write(folder / "reader-cert.pem", certificate)
        files.write(folder / "reader-key.pem", key)
    for one in (topology.ordering, *topology.members):
        files.write(folder / f"{one.key}-ca.pem", material.ca_certificate(one))
    for one in topology.organisations:
        files.write(folder / f"{one.key}-tlsca.pem", material.tls_ca_certificate(one))
    content = {
        "format": "traceapp-fabric/1",
        "network": topology.name,
        "demo": topology.demo,
        "channel": topology.channel,
        "chaincode": topology.chaincode,
        "version": trust.version(material),
        "sequence": sequence,
        "attestations": topology.policies["attestations"],
        "reader": {"mspId": reader.msp_id, "certificate": "reader-cert.pem", "key": "reader-key.pem"},
        "organisations": [_member(material, one) for one in topology.members],
        "ordererOrganisations": [_ordering(material)],
        "contractServices": [
            _node(topology.contract_of(one, sequence)) | {"mspId": one.msp_id} for one in topology.organisations
        ],
        "endorsement": trust.endorsement(material),
        "revoked": trust.revoked(material),
    }
    path = folder / "connection.json"
    data = json.dumps(content, indent=1, ensure_ascii=False).encode()
    if not path.exists() or path.read_bytes() != data:  # ledgerd begins anew with a file that was changed
        files.write(path.with_suffix(".new"), data)
        path.with_suffix(".new").rename(path)
    return path


def write_again(folder: Path, material: Material) -> Path:
    """Write it anew for a contract that stays: for whoever does not know its sequence."""
    return write(folder, material, int(json.loads((folder / "connection.json").read_bytes())["sequence"]))


def _member(material: Material, organisation: Organisation) -> dict[str, Any]:
    peers = [node for node in material.topology.peers if node.organisation == organisation]
    roots = {"tlsRootCertificates": [f"{organisation.key}-tlsca.pem"]}
    return {
        "mspId": organisation.msp_id,
        "name": organisation.name,
        "pgln": organisation.pgln,
        "rootCertificates": [f"{organisation.key}-ca.pem"],
        "peers": [_node(node) | {"address": node.endpoint, "hostname": node.name} | roots for node in peers],
    }


def _ordering(material: Material) -> dict[str, Any]:
    ordering = material.topology.ordering
    return {
        "mspId": ordering.msp_id,
        "name": ordering.name,
        "rootCertificates": [f"{ordering.key}-ca.pem"],
        "orderers": [_node(node) for node in material.topology.orderers],
    }


def _node(node: Node) -> dict[str, Any]:
    return {"name": node.name, "operations": f"http://{node.at('operations')}"}
