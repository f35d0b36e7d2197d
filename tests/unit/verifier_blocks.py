"""Orderers, and blocks signed by them, around the transaction of a bundle."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fabric_protos.common import common_pb2
from fabric_protos.peer import proposal_pb2, proposal_response_pb2, transaction_pb2

from tests.unit.verifier_network import Authority, Identity, b64, pem

PREVIOUS = hashlib.sha256(b"the block before").digest()


@dataclass
class Ordering:
    """The organisation that orders, and its orderers."""

    authority: Authority
    orderers: list[Identity]

    @classmethod
    def make(cls, orderers: int = 4) -> "Ordering":
        authority = Authority.make("OrdererMSP")
        return cls(authority, [authority.issue("orderer") for _ in range(orderers)])

    def trust(self, *, consenters: bool = False) -> dict[str, Any]:
        """Members of a trust file; `consenters` for a channel ordered by BFT."""
        organisation = {
            "mspId": "OrdererMSP",
            "name": "Ordering service",
            "rootCertificates": [pem(self.authority.certificate).decode()],
            "intermediateCertificates": [],
            "nodeOUs": {"orderer": "orderer"},
        }
        named = [
            {"id": number, "mspId": "OrdererMSP", "certificate": pem(one.certificate).decode()}
            for number, one in enumerate(self.orderers, start=1)
        ]
        return {"ordererOrganisations": [organisation], **({"consenters": named} if consenters else {})}


@dataclass
class Block:
    """A block around one envelope. As in a `Case`, `edit` changes a stage before it is hashed or signed."""

    ordering: Ordering
    signers: tuple[int, ...] = (0,)
    by_number: bool = False
    number: int = 12
    edit: dict[str, Callable[[Any], Any]] | None = None

    def stage(self, name: str, value: Any) -> Any:
        if self.edit and name in self.edit:
            changed = self.edit[name](value)
            value = value if changed is None else changed
        return value.SerializeToString() if hasattr(value, "SerializeToString") else value

    def made(self, envelope: bytes) -> bytes:
        data = self.stage("data", [b"\x0a\x03abc\x12\x01s", envelope, b"\x0a\x01x\x12\x01s"])
        hashed = self.stage("data_hash", hashlib.sha256(b"".join(data)).digest())
        header = common_pb2.BlockHeader(number=self.number, previous_hash=PREVIOUS, data_hash=hashed)
        value = common_pb2.OrdererBlockMetadata(last_config=common_pb2.LastConfig(index=3)).SerializeToString()
        signatures = self.stage("signatures", [self.signature(one, value, header) for one in self.signers])
        metadata = self.stage("metadata", common_pb2.Metadata(value=value, signatures=signatures))
        block = common_pb2.Block(
            header=header,
            data=common_pb2.BlockData(data=data),
            metadata=common_pb2.BlockMetadata(metadata=[metadata, b"", b"\x00\x0b\x00", b"", b""]),
        )
        return self.stage("block", block)

    def signature(self, position: int, value: bytes, header: Any) -> common_pb2.MetadataSignature:
        signer = self.ordering.orderers[position]
        nonce = hashlib.sha256(b"nonce %d" % position).digest()[:24]
        if self.by_number:
            named = common_pb2.IdentifierHeader(identifier=position + 1, nonce=nonce).SerializeToString()
            signed = signer.sign(value + named + header_bytes(header))
            return common_pb2.MetadataSignature(identifier_header=named, signature=signed)
        named = common_pb2.SignatureHeader(creator=signer.serialized, nonce=nonce).SerializeToString()
        signed = signer.sign(value + named + header_bytes(header))
        return common_pb2.MetadataSignature(signature_header=named, signature=signed)

    def put(self, bundle: dict[str, Any]) -> dict[str, Any]:
        """The bundle with this block beside its anchor."""
        bundle["anchor"]["block"] = b64(self.made(envelope_in(bundle)))
        return bundle


def header_bytes(header: Any) -> bytes:
    """DER of the header, as Fabric hashes and signs it."""
    number = header.number.to_bytes(header.number.bit_length() // 8 + 1)
    content = b"\x02" + bytes([len(number)]) + number
    content += b"\x04\x20" + header.previous_hash + b"\x04\x20" + header.data_hash
    return b"\x30" + bytes([len(content)]) + content


def envelope_in(bundle: dict[str, Any]) -> bytes:
    """The transaction that a bundle's attestation holds, byte for byte."""
    signed = base64.b64decode(bundle["anchor"]["attestation"]["payload"])
    answer = proposal_response_pb2.ProposalResponsePayload.FromString(signed)
    content = proposal_pb2.ChaincodeAction.FromString(answer.extension).response.payload
    envelope = transaction_pb2.ProcessedTransaction.FromString(content).transactionEnvelope.SerializeToString()
    assert envelope in content
    return envelope
