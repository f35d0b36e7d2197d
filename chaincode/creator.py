"""Who sends a transaction and when, as its signed proposal says. The peer has checked signature and membership."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from cryptography import x509

from chaincode import wire

# Where Fabric's certificate authority keeps attributes: the UTF-8 JSON {"attrs": {name: value}}.
ATTRIBUTES_OID = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Origin:
    """What the contract may know of where a transaction comes from."""

    timestamp: datetime
    msp_id: str
    attributes: Mapping[str, str]


def origin(signed_proposal: Any) -> Origin:
    """Read a peer.SignedProposal. DecodeError or ValueError when it does not parse, which no peer sends."""
    header = wire.common.Header.FromString(wire.proposal.Proposal.FromString(signed_proposal.proposal_bytes).header)
    sent = wire.common.ChannelHeader.FromString(header.channel_header).timestamp
    creator = wire.common.SignatureHeader.FromString(header.signature_header).creator
    msp_id, attributes = _identity(creator)
    at = _EPOCH + timedelta(seconds=sent.seconds, microseconds=sent.nanos // 1000)
    return Origin(timestamp=at, msp_id=msp_id, attributes=attributes)


@functools.lru_cache(maxsize=4096)
def _identity(serialized: bytes) -> tuple[str, Mapping[str, str]]:
    """Organisation and attributes of an msp.SerializedIdentity: the same few clients send most transactions."""
    named = wire.identities.SerializedIdentity.FromString(serialized)
    return str(named.mspid), MappingProxyType(_attributes(x509.load_pem_x509_certificate(named.id_bytes)))


def _attributes(certificate: x509.Certificate) -> dict[str, str]:
    try:
        extension = certificate.extensions.get_extension_for_oid(ATTRIBUTES_OID).value
        found = json.loads(extension.value) if isinstance(extension, x509.UnrecognizedExtension) else {}
    except (x509.ExtensionNotFound, ValueError):
        return {}
    named = found.get("attrs") if isinstance(found, dict) else None
    return {str(k): v for k, v in named.items() if isinstance(v, str)} if isinstance(named, dict) else {}
