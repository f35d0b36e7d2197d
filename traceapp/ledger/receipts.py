"""Signed promises: what was accepted, its leaf, and when it will be on the ledger at the latest.

A receipt is a compact JWS (RFC 7515, EdDSA) by the operator's own Ed25519 key, which can sign for no organisation. With
it a sender can prove that a record was accepted and then dropped, even if nobody else ever saw it.
"""

import functools
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from traceapp.commitments.canonical import Json, canonical
from traceapp.commitments.times import rfc3339
from traceapp.ledger import keystore
from traceapp.ledger.models import Record

TYPE: Final = "traceapp-receipt+jwt"
_REFERENCE: Final = "receipts"


def sign_receipt(records: Sequence[Record]) -> str:
    """The receipt for records just appended: `{iss, iat, anchorBy, records: [{id, leaf, recordTime}]}`.

    `iat` is in seconds (RFC 7519), `anchorBy` and `recordTime` RFC 3339, `leaf` hex. ValueError for no records.
    """
    if not records:
        raise ValueError("a receipt is for one record at least")
    accepted = max(record.record_time for record in records)
    claims: dict[str, Any] = {
        "iss": settings.PUBLIC_URL,
        "iat": int(accepted.timestamp()),
        "anchorBy": rfc3339(accepted + timedelta(seconds=settings.ANCHOR_WITHIN)),
        "records": [
            {"id": str(record.uid), "leaf": bytes(record.leaf).hex(), "recordTime": rfc3339(record.record_time)}
            for record in records
        ],
    }
    key, header = _opened(str(settings.KEYSTORE_PATH))
    signed = f"{header}.{_base64(canonical(claims))}"
    return f"{signed}.{_base64(key.sign(signed.encode()))}"


def receipt_keys() -> dict[str, Any]:
    """The public keys that receipts may be signed with: a JWK Set (RFC 7517, RFC 8037)."""
    key, _ = _opened(str(settings.KEYSTORE_PATH))
    public = _public(key)
    member = {**_required(public), "kid": _key_id(public), "use": "sig", "alg": "EdDSA"}
    return {"keys": [member]}


def _required(public: bytes) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64(public)}


def _key_id(public: bytes) -> str:
    """The key's thumbprint (RFC 7638)."""
    return _base64(hashlib.sha256(json.dumps(_required(public), separators=(",", ":")).encode()).digest())


@functools.lru_cache(maxsize=2)
def _opened(_folder: str) -> tuple[Ed25519PrivateKey, str]:
    """The key, and the protected header of all that it signs."""
    if not keystore.holds(_REFERENCE):
        new = Ed25519PrivateKey.generate().private_bytes_raw()
        keystore.put(_REFERENCE, new, replace=False)  # whoever is first decides
    key = Ed25519PrivateKey.from_private_bytes(keystore.get(_REFERENCE))
    header: Json = {"alg": "EdDSA", "kid": _key_id(_public(key)), "typ": TYPE}
    return key, _base64(canonical(header))


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
