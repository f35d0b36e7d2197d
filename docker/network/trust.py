"""The trust file of the network (docs: proof bundle): what a stranger needs to check a proof."""

import hashlib
from typing import Any

from cryptography import x509

from docker.network.material import Material
from docker.network.topology import Organisation
from traceapp.ledger.embedded.blocks import header_bytes
from traceapp.ledger.protos import common
from traceapp.ledger.revocation import members

_MEMBER_OUS = {"peer": "peer", "client": "client", "admin": "admin"}


def trust(material: Material, genesis: bytes) -> dict[str, Any]:
    """Plain JSON values. `genesis` is block 0, a common.Block."""
    topology = material.topology
    return {
        "format": "traceapp-trust/1",
        "network": topology.name,
        "demo": topology.demo,
        "version": version(material),
        "genesis": genesis_hash(genesis).hex(),
        "channel": topology.channel,
        "chaincode": topology.chaincode,
        "attestations": topology.policies["attestations"],
        "endorsement": endorsement(material),
        "organisations": [_organisation(material, one, _MEMBER_OUS) for one in topology.members],
        "ordererOrganisations": [_organisation(material, topology.ordering, {"orderer": "orderer"})],
        "revoked": revoked(material),
    }


def revoked(material: Material) -> list[dict[str, str]]:
    """Every certificate that peers refuse, and since when."""
    listed = ((one.msp_id, material.revoked(one)) for one in material.topology.members)
    return [entry for msp_id, serials in listed for entry in members(msp_id, serials)]


def version(material: Material) -> int:
    """Of the trust file: one more with each revocation."""
    return 1 + len(revoked(material))


def genesis_hash(genesis: bytes) -> bytes:
    """SHA-256 of block 0's header."""
    header = common.Block.FromString(genesis).header
    return hashlib.sha256(header_bytes(header.number, header.previous_hash, header.data_hash)).digest()


def endorsement(material: Material) -> list[dict[str, Any]]:
    """The rules that a transaction's endorsements must satisfy, and from when: one, the majority of organisations."""
    topology = material.topology
    peers = [{"signedBy": one.msp_id, "role": "peer"} for one in topology.organisations]
    return [{"from": _begins(material), "rule": {"outOf": [topology.majority, peers]}}]


def _begins(material: Material) -> str:
    """Before any transaction of the network: when its authorities begin."""
    authority = x509.load_pem_x509_certificate(material.ca_certificate(material.topology.ordering))
    return authority.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _organisation(material: Material, organisation: Organisation, ous: dict[str, str]) -> dict[str, Any]:
    return {
        "mspId": organisation.msp_id,
        "name": organisation.name,
        "rootCertificates": [material.ca_certificate(organisation).decode()],
        "intermediateCertificates": [],
        "nodeOUs": dict(ous),
    }
