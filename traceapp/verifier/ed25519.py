"""Ed25519 (RFC 8032) in the one form that every checker takes alike.

Libraries agree on honest signatures. On keys of small order, points that are not written in their one form, and numbers
beyond the group's order they do not, so these are refused before a library is asked.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from traceapp.verifier.signatures import SignatureError

_PRIME: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_SIZE: Final = 32
_EIGHTH: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL: Final = frozenset({1, _PRIME - 1, 0, _EIGHTH, _PRIME - _EIGHTH})
"""The y of all points of order 1, 2, 4 and 8."""
_ODD_POINT: Final = "a point of small order, or not in its one form"


def verify(key: bytes, signature: bytes, message: bytes) -> None:
    """Raise SignatureError unless `signature` is that of the public key `key` (32 bytes) over `message`."""
    check_key(key)
    if len(signature) != 2 * _SIZE:
        raise SignatureError("not an Ed25519 signature")
    if not _is_point(signature[:_SIZE]):
        raise SignatureError(_ODD_POINT)
    if int.from_bytes(signature[_SIZE:], "little") >= _ORDER:
        raise SignatureError("the signature's number is out of range")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("the signature is not of this message by this key") from error


def check_key(key: bytes) -> None:
    """SignatureError unless the bytes are a public key that every checker takes alike."""
    if len(key) != _SIZE:
        raise SignatureError(f"not {_SIZE} bytes")
    if not _is_point(key):
        raise SignatureError(_ODD_POINT)


def _is_point(data: bytes) -> bool:
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    return y < _PRIME and y not in _SMALL
