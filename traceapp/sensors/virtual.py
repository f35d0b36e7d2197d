"""A device without hardware: a key, a count, and messages as `docs/devices.md` says they are built. Pure.

For the simulator, the demo and measurements. A real device does the same in firmware.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceapp.sensors.identity import KEY_PARAMETER, base64url, jwk_of, kid_of
from traceapp.sensors.units import CANONICAL, Quantity

_COMPACT: Final = (",", ":")


class Reading(NamedTuple):
    """What was measured at a moment (seconds since 1970, UTC), in the quantity's canonical unit."""

    time: float
    value: float
    probe: str = "temperature"
    unit: str = CANONICAL[Quantity.TEMPERATURE]


@dataclass
class VirtualDevice:
    """`seed`: the 32 bytes of its private key. `seq`: the number of its last message."""

    giai: str
    seed: bytes
    kid: str = ""
    seq: int = 0

    def __post_init__(self) -> None:
        self.kid = self.kid or kid_of(self.giai)
        self._key = Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def code(self) -> str:
        """What stands in the QR code on it: the Digital Link of its GIAI, and its public key."""
        return f"https://id.gs1.org/8004/{self.giai}?{KEY_PARAMETER}={jwk_of(self.public_key)['x']}"

    def message(self, readings: Sequence[Reading]) -> str:
        """The next message over these readings, as a compact JWS."""
        return self.signed(pack_of(self.kid, readings))

    def signed(self, pack: Any) -> str:
        """The next message over a pack."""
        self.seq += 1
        header = {"alg": "EdDSA", "kid": self.kid, "seq": self.seq}
        signed = f"{_text(header)}.{_text(pack)}"
        return f"{signed}.{base64url(self._key.sign(signed.encode()))}"


def pack_of(kid: str, readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """SenML (RFC 8428) in its short form: name, unit and time of the first record hold for those that follow."""
    base = readings[0].time
    records: list[dict[str, Any]] = []
    for one in readings:
        record: dict[str, Any] = {"n": one.probe, "u": one.unit, "v": one.value}
        if records:
            record["t"] = round(one.time - base, 3)
        else:
            record = {"bn": f"urn:dev:ops:{kid}:", "bt": round(base, 3), **record}
        records.append(record)
    return records


def _text(value: Any) -> str:
    return base64url(json.dumps(value, separators=_COMPACT).encode())
