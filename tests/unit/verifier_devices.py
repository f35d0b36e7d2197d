"""Devices: their keys on the ledger, and the messages that they sign."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.unit.verifier_network import PGLN, Case, Network, rfc3339

KID = "8004-9506000111-logger-7"
PACK = [
    {"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1778749200, "bver": 10, "n": "temperature", "u": "Cel", "v": 4.1},
    {"n": "temperature", "u": "Cel", "t": 60, "v": 4.3},
    {"n": "lid", "vb": False},
    {"n": "energy", "u": "J", "s": 12},
]


def b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Device:
    """A device with an Ed25519 key, registered by an organisation of a network."""

    network: Network
    kid: str = KID
    seed: bytes = b"device"
    key: Ed25519PrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.seed).digest())

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def message(self, payload: Any = PACK, *, signature: bytes | None = None, **header: Any) -> str:
        """A compact JWS. `payload`: bytes, or a value to write as JSON; `header` members of None are left out."""
        named = {"alg": "EdDSA", "kid": self.kid, "seq": 41, **header}
        named = {name: value for name, value in named.items() if value is not None}
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signed = f"{b64url(json.dumps(named).encode())}.{b64url(data)}"
        return f"{signed}.{b64url(self.key.sign(signed.encode()) if signature is None else signature)}"

    def document(self, case: Case, **changes: Any) -> dict[str, Any]:
        """What the contract writes at `device/<kid>`."""
        return {
            "docType": "device",
            "kid": self.kid,
            "publicKey": {"kty": "OKP", "crv": "Ed25519", "x": b64url(self.public)},
            "organisation": PGLN["AlbaMSP"],
            "mspId": case.client.msp_id,
            "recordedAt": rfc3339(case.tx_time),
            "status": "active",
            **changes,
        }

    def anchor(self, *, at: str = "", edit: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """The anchor of its key; `changes` to the document, `edit` as of a Case, `at` another key of the state."""
        key = at or f"device/{self.kid}"

        def write(message: Any) -> None:
            message.writes[0].key = key

        case = Case(self.network, batch_id=f"of {self.kid}", edit={"tx.kv": write, **(edit or {})})
        case.edit.setdefault("tx.batch", lambda _: self.document(case, **changes))
        return {**case.bundle()["anchor"], "key": key}


def sensor_case(network: Network, message: Any, device: dict[str, Any] | None = None, **parts: Any) -> Case:
    """A device's message on its way to a bundle, with `device` as the bundle's member."""
    record = {"kind": "sensor", "recordedBy": PGLN["AlbaMSP"], "recordTime": "2026-05-14T09:11:00.000Z"}
    edit = {} if device is None else {"bundle": lambda made: made.update(device=device)}
    return Case(network, record={**record, "message": message}, edit={**edit, **parts.pop("edit", {})}, **parts)
