"""The trust file of a demo ledger (docs: proof bundle): the organisations' roots and the rule of each configuration."""

import sqlite3
from typing import Any

from traceapp.ledger import revocation
from traceapp.ledger.embedded import chain, configuration
from traceapp.ledger.embedded.network import Network, majority_of
from traceapp.ledger.embedded.organisations import LEAST, Organisation

_PEER_OUS = {"peer": "peer", "client": "client", "admin": "admin"}


def content(db: sqlite3.Connection, network: Network) -> dict[str, Any]:
    """Plain JSON values."""
    genesis = chain.block(db, 0)
    return {
        "format": "traceapp-trust/1",
        "network": network.name,
        "demo": True,
        "version": network.configuration + 1,
        "genesis": genesis[0].hex() if genesis else "",
        "channel": network.channel,
        "chaincode": network.chaincode,
        "attestations": LEAST,
        "endorsement": [
            {"from": begins, "rule": _rule([o.msp_id for o in network.peers if o.sequence <= sequence])}
            for sequence, begins in configuration.history(db)
        ],
        "organisations": [_organisation(o, _PEER_OUS) for o in network.peers],
        "ordererOrganisations": [_organisation(network.orderer, {"orderer": "orderer"})],
        "revoked": [one for msp_id, serials in network.revoked.items() for one in revocation.members(msp_id, serials)],
    }


def _rule(msp_ids: list[str]) -> dict[str, Any]:
    return {"outOf": [majority_of(len(msp_ids)), [{"signedBy": msp_id, "role": "peer"} for msp_id in msp_ids]]}


def _organisation(organisation: Organisation, ous: dict[str, str]) -> dict[str, Any]:
    return {
        "mspId": organisation.msp_id,
        "name": organisation.name,
        "rootCertificates": [organisation.ca_certificate.decode()],
        "intermediateCertificates": [],
        "nodeOUs": dict(ous),
    }
