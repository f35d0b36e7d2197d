"""What a device is registered by: its GIAI and public key, in whatever form they are typed, pasted or scanned. Pure."""

import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from traceapp.commitments.canonical import StrictJsonError, parse_strict
from traceapp.epcis import identifiers
from traceapp.epcis.gs1_keys import check_key
from traceapp.epcis.identifiers import IdentifierError
from traceapp.verifier import ed25519
from traceapp.verifier.jws import JwsError, from_base64url

KID_LENGTH: Final = 64
_GIAI: Final = "8004"
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]", re.ASCII)
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_BARE: Final = re.compile(rf"\(?{_GIAI}\)?(?=[0-9]{{4}})")
KEY_PARAMETER: Final = "x"
"""In a device's QR code the key follows its Digital Link so: `https://id.gs1.org/8004/<GIAI>?x=<base64url>`."""

_PUBLIC_ONLY: Final = "Give the public part alone, and make the device a new key."


class IdentityError(ValueError):
    """What was given is no GIAI, or no Ed25519 key; the message says what to give."""


@dataclass(frozen=True)
class Scanned:
    """What a device's QR code says."""

    giai: str
    public_key: bytes


def giai_of(text: str) -> str:
    """The GIAI without its application identifier: typed plain or as (8004)..., as EPC URN or Digital Link."""
    text = text.strip()
    try:
        if (":" in text and "/" in text) or text.startswith("urn:"):
            found = identifiers.parse(identifiers.canonical(text))
            if found is None or found.primary != _GIAI:
                raise IdentityError(f"{text[:80]!r} is not a GIAI (8004), the number of an asset.")
            return found.value
        plain = _BARE.sub("", text, count=1) if text.startswith("(") else text
        return check_key(_GIAI, plain)
    except IdentifierError as error:
        raise IdentityError(
            f"{error}. A GIAI begins with your company prefix and has at most 30 characters."
        ) from error


def key_of(text: str) -> bytes:
    """The 32 bytes of an Ed25519 public key, given as base64url, hex, JWK or PEM."""
    text = text.strip()
    data = _key_bytes(text)
    try:
        ed25519.check_key(data)
    except ValueError as error:
        raise IdentityError(f"This is no Ed25519 public key: {error}.") from error
    return data


def _key_bytes(text: str) -> bytes:
    if text.startswith("{"):
        return _from_jwk(text)
    if text.startswith("-----"):
        return _from_pem(text)
    if _HEX.fullmatch(text):
        return binascii.unhexlify(text)
    try:
        if not text:
            raise JwsError("nothing")
        return from_base64url(text.rstrip("=").replace("+", "-").replace("/", "_"))
    except JwsError:
        raise IdentityError("Give the public key as base64url (43 characters), hex (64), JWK or PEM.") from None


def _from_jwk(text: str) -> bytes:
    try:
        value = parse_strict(text.encode())
    except StrictJsonError as error:
        raise IdentityError(f"The key is not JSON: {error}.") from error
    jwk: Any = value.get("publicKey", value) if isinstance(value, dict) else {}
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise IdentityError('The key is not a JWK like {"kty":"OKP","crv":"Ed25519","x":"..."}.')
    if "d" in jwk:
        raise IdentityError(
            "This holds the private key (d). Give the public part alone, and make the device a new key."
        )
    return _key_bytes(str(jwk.get("x", "")))


def _from_pem(text: str) -> bytes:
    if "PRIVATE" in text:
        raise IdentityError(f"This is a private key. {_PUBLIC_ONLY}")
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise IdentityError("This PEM holds no public key.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise IdentityError("This PEM holds a key of another kind; devices sign with Ed25519.")
    return key.public_bytes_raw()


def scanned(text: str) -> Scanned:
    """GIAI and key in a device's QR code: a Digital Link with `?x=`, or JSON with `giai` and `publicKey`."""
    text = text.strip()
    if text.startswith("{"):
        try:
            told = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise IdentityError("The code holds JSON that cannot be read.") from error
        if not isinstance(told.get("giai"), str) or "publicKey" not in told:
            raise IdentityError("The code's JSON needs giai and publicKey.")
        key = told["publicKey"]
        return Scanned(giai_of(told["giai"]), key_of(key if isinstance(key, str) else json.dumps(key)))
    link, _, query = text.partition("?")
    given = parse_qs(query).get(KEY_PARAMETER)
    if not given:
        raise IdentityError("The code is no device's: a GS1 Digital Link of its GIAI with ?x= and its public key.")
    return Scanned(giai_of(link), key_of(given[0]))


def kid_of(giai: str, number: int = 1) -> str:
    """How a device's key is named in messages and on the ledger: by its GIAI, counted from the second on.

    Characters that a kid cannot have become `-`; the ledger keeps the GIAI itself.
    """
    count = "" if number == 1 else f".{number}"
    return f"{_GIAI}-{_UNFIT.sub('-', giai)}"[: KID_LENGTH - len(count)] + count


def jwk_of(public_key: bytes) -> dict[str, str]:
    """The key as the contract takes it (RFC 8037)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(public_key)}


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return binascii.b2a_base64(data, newline=False).decode().translate(str.maketrans("+/", "-_", "="))
