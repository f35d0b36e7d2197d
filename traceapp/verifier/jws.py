"""A compact JWS (RFC 7515) as devices send it: EdDSA with Ed25519, and no key brought along in its header."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, parse_strict
from traceapp.verifier import ed25519
from traceapp.verifier.signatures import SignatureError

_ALGORITHM: Final = "EdDSA"
_REFUSED: Final = ("b64", "crit", "jku", "jwk", "x5c", "x5u")  # critical extensions, and keys of the sender's choice


class JwsError(ValueError):
    """The message is not a JWS, or not signed by this key; the message says why."""


class AlgorithmError(JwsError):
    """It is signed in another way than EdDSA, or not at all."""


class HeaderError(JwsError):
    """Its header brings a key, or an extension, of the sender's choice."""


class SignedByAnotherError(JwsError):
    """Its signature is not of this message by this key."""


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact JWS taken apart and not yet verified: its header, its payload, and what its signature is over."""

    header: Mapping[str, Json]
    payload: bytes
    signature: bytes
    signed: bytes


def opened(message: str) -> Jws:
    """The parts of a compact JWS by EdDSA, its header read strictly; JwsError. Nothing in it is proven yet."""
    parts = message.split(".")
    if len(parts) != 3:
        raise JwsError("the message is not three parts with points between them")
    header, payload, signature = map(from_base64url, parts)
    named = _header(header)
    if named.get("alg") != _ALGORITHM:
        raise AlgorithmError(f"its algorithm is not {_ALGORITHM}")
    for name in _REFUSED:
        if name in named:
            raise HeaderError(f"its header has {name!r}")
    return Jws(named, payload, signature, message[: message.rindex(".")].encode())


def verify(jws: Jws, kid: str, key: bytes) -> None:
    """JwsError unless the message names the key `kid` and is signed by it (32 bytes)."""
    if jws.header.get("kid") != kid:
        raise JwsError("it names another key")
    try:
        ed25519.verify(key, jws.signature, jws.signed)
    except SignatureError as error:
        raise SignedByAnotherError(str(error)) from error


def verified_payload(message: str, kid: str, key: bytes) -> bytes:
    """The payload of a compact JWS that names the key `kid` and verifies with it (32 bytes); JwsError."""
    jws = opened(message)
    verify(jws, kid, key)
    return jws.payload


_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
_LAST: Final = {
    0: b"",
    2: b"AQgw",
    3: b"AEIMQUYcgkosw048",
}  # digits whose last bits, of which nothing is made, are zero
_PADDING: Final = {0: b"", 2: b"==", 3: b"="}


def from_base64url(digits: str) -> bytes:
    """Bytes of base64url without padding, in the one form that encodes them; JwsError."""
    try:
        given = digits.encode("ascii")
        over = len(given) % 4
        data = binascii.a2b_base64(given.translate(_STANDARD) + _PADDING[over], strict_mode=True)
    except (binascii.Error, UnicodeEncodeError, KeyError) as error:
        raise JwsError("not base64url") from error
    if over and given[-1] not in _LAST[over]:
        raise JwsError("not base64url in its one form")
    return data


def _header(data: bytes) -> Mapping[str, Json]:
    try:
        value = parse_strict(data)
    except StrictJsonError as error:
        raise JwsError(f"its header: {error}") from error
    if not isinstance(value, dict):
        raise JwsError("its header is not an object")
    return value
