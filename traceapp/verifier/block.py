"""Step 10: a block that comes along holds the attested transaction, and orderers signed its header.

Its validity flags are not looked at: nobody signs them.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from traceapp.verifier import protos
from traceapp.verifier.certificates import Signer
from traceapp.verifier.errors import NotVerified, Reason
from traceapp.verifier.protos import Fields, ProtoError, read
from traceapp.verifier.signatures import SignatureError, verify
from traceapp.verifier.transaction import Transaction
from traceapp.verifier.trust import Trust
from traceapp.verifier.x509 import CertificateError

_SIGNATURES: Final = 0  # common.BlockMetadataIndex
_NUMBER_END: Final = 1 << 53
_HASH: Final = 32


def check_block(block: bytes, transaction: Transaction, trust: Trust) -> int:
    """The number of the block; raises NotVerified."""
    try:
        parts = read(protos.BLOCK, block)
        header = read(protos.BLOCK_HEADER, parts.blob("header"))
        envelopes = read(protos.BLOCK_DATA, parts.blob("data")).many("data")
        metadata = read(protos.BLOCK_METADATA, parts.blob("metadata")).many("metadata")
        _check_content(header, envelopes, transaction)
        signed = read(protos.METADATA, metadata[_SIGNATURES] if metadata else b"")
        _check_orderers(signed, header_bytes(header), transaction.time, trust)
    except (ProtoError, CertificateError, SignatureError) as error:
        raise _mismatch(str(error)) from error
    return header.number("number")


def header_bytes(header: Fields) -> bytes:
    """What is hashed and signed: DER of SEQUENCE { INTEGER number, OCTET STRING previous, OCTET STRING data }."""
    number = header.number("number")
    whole = number.to_bytes(number.bit_length() // 8 + 1)
    hashes = _der(0x04, header.blob("previous_hash")) + _der(0x04, header.blob("data_hash"))
    return _der(0x30, _der(0x02, whole) + hashes)


def quorum(consenters: int) -> int:
    """How many of so many consenters have to sign, so that any two quorums share an honest one."""
    faulty = (consenters - 1) // 3
    return (consenters + faulty + 2) // 2


def _check_content(header: Fields, envelopes: Sequence[bytes], transaction: Transaction) -> None:
    if header.number("number") >= _NUMBER_END or len(header.blob("previous_hash")) != _HASH:
        raise _mismatch("its header is not a later block's")
    if hashlib.sha256(b"".join(envelopes)).digest() != header.blob("data_hash"):
        raise _mismatch("its transactions do not give the hash in its header")
    if envelopes.count(transaction.envelope) != 1:
        raise _mismatch("it does not hold the transaction")


def _check_orderers(signed: Fields, header: bytes, time: int, trust: Trust) -> None:
    signers: set[bytes] = set()
    for one in signed.many("signatures"):
        fields = read(protos.METADATA_SIGNATURE, one)
        named, orderer = _orderer(fields, trust)
        if not orderer.has_role("orderer"):
            raise _mismatch(f"a signer of {orderer.msp_id} is not an orderer")
        if not orderer.valid_at(time) or trust.revoked_by(orderer, time):
            raise _mismatch(f"the certificate of an orderer of {orderer.msp_id} was not valid, or was revoked")
        verify(orderer.key, fields.blob("signature"), signed.blob("value"), named, header)
        signers.add(orderer.fingerprint)
    needed = quorum(len(trust.consenters)) if trust.consenters else 1
    if len(signers) < needed:
        raise _mismatch(f"{len(signers)} of the {needed} orderers needed signed it")


def _orderer(fields: Fields, trust: Trust) -> tuple[bytes, Signer]:
    """What names the signer, as it was signed, and the signer: by its certificate, or as a consenter by its number."""
    by_number, by_certificate = fields.blob("identifier_header"), fields.blob("signature_header")
    if by_number and by_certificate:
        raise _mismatch("a signature names two signers")
    if by_number:
        number = read(protos.IDENTIFIER_HEADER, by_number).number("identifier")
        consenter = trust.consenters.get(number)
        if consenter is None:
            raise _mismatch(f"the trust file knows no consenter {number}")
        return by_number, consenter
    orderer = trust.orderer(read(protos.SIGNATURE_HEADER, by_certificate).blob("creator"))
    known = {one.fingerprint for one in trust.consenters.values()}
    if known and orderer.fingerprint not in known:
        raise _mismatch(f"a signer of {orderer.msp_id} is not one of the consenters")
    return by_certificate, orderer


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content  # never as long as 128 bytes: a number and two hashes


def _mismatch(detail: str) -> NotVerified:
    return NotVerified(Reason.BLOCK_MISMATCH, 10, detail)
