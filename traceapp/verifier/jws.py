"""A compact JWS (RFC 7515) as devices send it: EdDSA with Ed25519, and no key brought along in its header."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from traceapp.commitments.canonical import Json, StrictJsonError, parse_strict
from traceapp.verifier import ed25519
from traceapp.verifier.signatures import SignatureError

_ALGORITHM: Final = "EdDSA"
_REFUSED: Final = ("b64", "crit", "jku", "jwk", "x5c", "x5u")  # critical extensions, and keys of the sender's choice


class JwsError(ValueError):
    """The message is not a JWS, or not signed by this key; the message says why."""


def verified_payload(message: str, kid: str, key: bytes) -> bytes:
    """The payload of a compact JWS that names the key `kid` and verifies with it (32 bytes); JwsError."""
    parts = message.split(".")
    if len(parts) != 3:
        raise JwsError("the message is not three parts with points between them")
    header, payload, signature = map(from_base64url, parts)
    named = _header(header)
    if named.get("alg") != _ALGORITHM:
        raise JwsError(f"its algorithm is not {_ALGORITHM}")
    for name in _REFUSED:
        if name in named:
            raise JwsError(f"its header has {name!r}")
    if named.get("kid") != kid:
        raise JwsError("it names another key")
    try:
        ed25519.verify(key, signature, f"{parts[0]}.{parts[1]}".encode())
    except SignatureError as error:
        raise JwsError(str(error)) from error
    return payload


def from_base64url(digits: str) -> bytes:
    """Bytes of base64url without padding, in the one form that encodes them; JwsError."""
    try:
        data = base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise JwsError("not base64url") from error
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != digits:
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
