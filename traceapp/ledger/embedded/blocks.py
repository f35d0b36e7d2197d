"""Blocks as Fabric lays them out: header hash, data hash, orderer's signature, validity codes in the metadata."""

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from traceapp.ledger import messages
from traceapp.ledger.block_events import block_event
from traceapp.ledger.identities import LocalSigner, serialized_identity
from traceapp.ledger.port import BlockEvent
from traceapp.ledger.protos import common, encode


def header_bytes(number: int, previous_hash: bytes, data_hash: bytes) -> bytes:
    """What is hashed and signed: DER of SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data }."""
    integer = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return _der(0x30, _der(0x02, integer) + _der(0x04, previous_hash) + _der(0x04, data_hash))


def data_hash(envelopes: Sequence[bytes]) -> bytes:
    """SHA-256 over the envelopes, one after the other: not a tree."""
    return hashlib.sha256(b"".join(envelopes)).digest()


def build(
    *,
    number: int,
    previous_hash: bytes,
    envelopes: Sequence[bytes],
    codes: Sequence[int],
    orderer: LocalSigner,
    last_config: int,
) -> tuple[bytes, bytes]:
    """(header hash, common.Block), signed by the orderer. The codes are signed by nobody, as in Fabric."""
    data = data_hash(envelopes)
    header = header_bytes(number, previous_hash, data)
    metadata = [b""] * len(common.BlockMetadataIndex.keys())
    metadata[common.SIGNATURES] = _signatures(header, orderer, last_config)
    metadata[common.TRANSACTIONS_FILTER] = bytes(codes)
    block = common.Block(
        header=common.BlockHeader(number=number, previous_hash=previous_hash, data_hash=data),
        data=common.BlockData(data=list(envelopes)),
        metadata=common.BlockMetadata(metadata=metadata),
    )
    return hashlib.sha256(header).digest(), encode(block)


def envelope_at(raw: bytes, position: int) -> bytes:
    """One envelope of a common.Block."""
    return bytes(common.Block.FromString(raw).data.data[position])


def event(header_hash: bytes, raw: bytes) -> BlockEvent:
    """A stored block as the port gives it."""
    return block_event(header_hash, raw)


def _signatures(header: bytes, orderer: LocalSigner, last_config: int) -> bytes:
    value = encode(common.OrdererBlockMetadata(last_config=common.LastConfig(index=last_config)))
    creator = serialized_identity(orderer.msp_id, orderer.certificate)
    signer = encode(common.SignatureHeader(creator=creator, nonce=os.urandom(messages.NONCE_BYTES)))
    signature: Any = common.MetadataSignature(signature_header=signer, signature=orderer.sign(value + signer + header))
    return encode(common.Metadata(value=value, signatures=[signature]))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content
