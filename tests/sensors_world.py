"""Devices whose keys the tests hold, and the messages they sign."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.factories import OrganisationFactory
from traceapp.accounts.models import Organisation
from traceapp.sensors.models import Device, DeviceKey

_numbers = count(1)


def b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Logger:
    """A device as it is in the field: it holds a key and counts its messages."""

    device: Device
    kid: str
    key: Ed25519PrivateKey
    seq: int = field(default=0)

    @property
    def row(self) -> DeviceKey:
        return DeviceKey.objects.get(kid=self.kid)

    def sign(self, pack: Any, *, seq: int | None = None, **header: Any) -> str:
        """A compact JWS over a pack (a value, or bytes as they are)."""
        if seq is None:
            self.seq = seq = self.seq + 1
        named = {"alg": "EdDSA", "kid": self.kid, "seq": seq, **header}
        data = pack if isinstance(pack, bytes) else json.dumps(pack).encode()
        signed = f"{b64url(json.dumps(named).encode())}.{b64url(data)}"
        return f"{signed}.{b64url(self.key.sign(signed.encode()))}"

    def message(
        self, values: Sequence[float] = (4.0,), *, at: float | None = None, every: float = 60, **header: Any
    ) -> str:
        """Temperatures that end at `at` (now), one in `every` seconds."""
        end = time.time() if at is None else at
        return self.sign(pack(values, end - every * (len(values) - 1), every), **header)


def pack(values: Sequence[float], start: float, every: float = 60, unit: str = "Cel") -> list[dict[str, Any]]:
    """A pack of readings that begins at `start`."""
    first = {"bn": "urn:dev:test:", "bt": round(start, 3), "bu": unit, "n": "temperature", "v": values[0]}
    return [first, *({"n": "temperature", "t": every * at, "v": value} for at, value in enumerate(values[1:], 1))]


def logger(organisation: Organisation | None = None, *, state: str = DeviceKey.State.ACTIVE, **device: Any) -> Logger:
    """A device whose key is in the database as if the ledger had said so."""
    organisation = organisation or OrganisationFactory()
    number = next(_numbers)
    giai = f"{organisation.company_prefix or '9506000'}logger-{number}"
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(giai.encode()).digest())
    row = Device.objects.create(
        **{"organisation": organisation, "giai": giai, "name": f"Logger {number}", "salt": bytes(16), **device}
    )
    known = DeviceKey.objects.create(
        device=row,
        kid=f"8004-{giai}",
        public_key=key.public_key().public_bytes_raw(),
        state=state,
        active_from=datetime.now(UTC),
    )
    return Logger(row, known.kid, key)


def field_device(kid: str) -> Logger:
    """The device of this kid in a process that has not the database: `logger` derives keys from the GIAI."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(kid.removeprefix("8004-").encode()).digest())
    return Logger(device=None, kid=kid, key=key)  # type: ignore[arg-type]
