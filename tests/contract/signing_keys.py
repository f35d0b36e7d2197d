"""Devices' keys for tests of the contract."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def public_jwk() -> dict[str, str]:
    """The public half of a new key."""
    x = base64.urlsafe_b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    return {"crv": "Ed25519", "kty": "OKP", "x": x.decode().rstrip("=")}
