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
