"""ECDSA signatures as the ledger accepts them: P-256, SHA-256, strict DER, low-S.

A second valid encoding, or the mirrored s, would let anybody make another signature of the same message.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ALGORITHM: Final = ec.ECDSA(hashes.SHA256())


class SignatureError(ValueError):
    """The signature does not verify, or is not in its one accepted form."""


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, *message: bytes) -> None:
    """Raise SignatureError unless `signature` is that of `key` over the joined parts of `message`."""
    _check_form(signature)
    try:
        key.verify(signature, b"".join(message), _ALGORITHM)
    except InvalidSignature as error:
        raise SignatureError("the signature is not of this message by this key") from error


def _check_form(signature: bytes) -> None:
    # SEQUENCE { INTEGER r, INTEGER s }; both numbers of P-256 keep every length in one byte
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2 or signature[1] > 127:
        raise SignatureError("the signature is not strict DER")
    r, position = _integer(signature, 2)
    s, position = _integer(signature, position)
    if position != len(signature):
        raise SignatureError("the signature has bytes behind its end")
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise SignatureError("the signature's numbers are out of range")
    if s > ORDER // 2:
        raise SignatureError("the signature is not low-S")


def _integer(data: bytes, position: int) -> tuple[int, int]:
    start = position + 2
    if start >= len(data) or data[position] != 0x02:
        raise SignatureError("the signature is not strict DER")
    end = start + data[position + 1]
    body = data[start:end]
    if not body or end > len(data) or body[0] >= 0x80:
        raise SignatureError("the signature is not strict DER")
    if body[0] == 0 and (len(body) == 1 or body[1] < 0x80):
        raise SignatureError("the signature has a number not in its shortest form")
    return int.from_bytes(body), end
