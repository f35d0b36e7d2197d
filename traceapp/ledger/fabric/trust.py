"""The trust file of a Fabric network (docs: proof bundle), from what the connection file pins: no peer is asked."""

from collections.abc import Mapping
from typing import Any, Final

from traceapp.ledger.fabric.config import Config, Consenter, Organisation

ALWAYS: Final = "1970-01-01T00:00:00.000Z"


def content(config: Config, genesis: bytes) -> dict[str, Any]:
    """Plain JSON values. The same at every call, as long as the connection file stays the same."""
    return {
        "format": "traceapp-trust/1",
        "network": config.network,
        "demo": config.demo,
        "version": config.version,
        "genesis": genesis.hex(),
        "channel": config.channel,
        "chaincode": config.chaincode,
        "attestations": config.attestations,
        "endorsement": list(config.endorsement) or [{"from": ALWAYS, "rule": majority(config)}],
        "organisations": [_organisation(one, one.node_ous) for one in config.organisations],
        "ordererOrganisations": [_organisation(one, one.node_ous) for one in config.orderer_organisations],
        "revoked": list(config.revoked),
        # only where there are any: the file of a channel ordered by Raft stays as it is, and so does its fingerprint
        **({"consenters": [_consenter(one) for one in config.consenters]} if config.consenters else {}),
    }


def _consenter(one: Consenter) -> dict[str, Any]:
    return {"id": one.id, "mspId": one.msp_id, "certificate": one.certificate}


def majority(config: Config) -> dict[str, Any]:
    """Fabric's `MAJORITY Endorsement`, each organisation's own rule being one of its peers."""
    msp_ids = [one.msp_id for one in config.organisations]
    return {"outOf": [len(msp_ids) // 2 + 1, [{"signedBy": msp_id, "role": "peer"} for msp_id in msp_ids]]}


def _organisation(organisation: Organisation, ous: Mapping[str, str]) -> dict[str, Any]:
    return {
        "mspId": organisation.msp_id,
        "name": organisation.name,
        "rootCertificates": list(organisation.roots),
        "intermediateCertificates": list(organisation.intermediates),
        "nodeOUs": dict(ous),
    }
