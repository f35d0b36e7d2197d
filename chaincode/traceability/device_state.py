"""What lies on the ledger of devices and of the legs they travel.

Times are texts of one fixed form, so text order is time order.
"""

from dataclasses import dataclass
from typing import ClassVar

from chaincode.traceability.documents import Document


@dataclass(frozen=True)
class PublicKey:
    """A JWK (RFC 8037) of an Ed25519 key: `crv` Ed25519, `kty` OKP, `x` the key in base64url."""

    crv: str
    kty: str
    x: str


@dataclass(frozen=True)
class Device(Document):
    """One key of one device (`giai`), which signs its messages from `recorded_at` on, until `ended_at` if it has one.

    `id` is the request's that wrote it. `status`: `active`, `rotated` (by the key `replaced_by`) or `revoked`, for
    `reason`, by the request `ended_by`; what it signed from `from_` on is not to be trusted. `details` commits to
    model, calibration and certificate, which stay off the ledger.
    """

    doc_type: ClassVar[str] = "device"

    id: str
    kid: str
    giai: str
    public_key: PublicKey
    details: str
    organisation: str
    msp_id: str
    recorded_at: str
    status: str
    replaces: str = ""
    replaced_by: str = ""
    ended_at: str = ""
    ended_by: str = ""
    reason: str = ""
    from_: str = ""


@dataclass(frozen=True)
class Sequence:
    """Messages by the device's own count, both ends included."""

    from_: int
    to: int


@dataclass(frozen=True)
class BatchRef:
    id: str
    root: str


@dataclass(frozen=True)
class Figures:
    """Temperatures in hundredths of a degree Celsius, durations in whole seconds; None where there is nothing to say.

    `outside` is `below` and `above` the band; `missing` is without readings, `gap` the longest time without one.
    """

    readings: int
    mean: int | None
    min: int | None
    max: int | None
    mkt: int | None
    below: int
    above: int
    gap: int
    outside: int
    missing: int
    band_min: int
    band_max: int


@dataclass(frozen=True)
class Challenge:
    """That a leg is said to be wrong, by whom, and a commitment to why."""

    id: str
    msp_id: str
    organisation: str
    reason: str
    evidence: str
    at: str


@dataclass(frozen=True)
class Leg(Document):
    """A device with one holder of goods from `from_` until `to`, and what it measured there."""

    doc_type: ClassVar[str] = "leg"

    id: str
    kid: str
    giai: str
    goods: str
    shipment: str
    from_: str
    to: str
    seq: Sequence | None
    batches: tuple[BatchRef, ...]
    figures: Figures
    organisation: str
    msp_id: str
    recorded_at: str
    challenge: Challenge | None = None


@dataclass(frozen=True)
class DeviceLeg(Document):
    """That a device was on a leg until `to`: what another leg of it may not overlap."""

    doc_type: ClassVar[str] = "device-leg"

    leg: str
    to: str
