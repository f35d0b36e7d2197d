"""Terms of a payment on delivery, as they lie on the ledger: fixed when they are proposed, and never changed.

Amounts are minor units, temperatures hundredths of a degree Celsius, times UTC.
"""

import hashlib
from dataclasses import dataclass

from chaincode.traceability.canonical import canonical
from chaincode.traceability.documents import plain
from chaincode.traceability.state import Holder


@dataclass(frozen=True)
class Payments:
    """What the seller is paid on the way."""

    dispatch: int
    arrival: int


@dataclass(frozen=True)
class Quantity:
    """Whole units. `damaged_pays`: hundredths of a percent of the price that a damaged unit is still worth."""

    amount: int
    unit: str
    tolerance: int
    damaged_pays: int


@dataclass(frozen=True)
class Deadline:
    """`zone` and `offset` say how `at` reads on the clock there; nothing is worked out from them."""

    at: str
    zone: str
    offset: str


@dataclass(frozen=True)
class Late:
    """Of each started hour, up to a cap."""

    per_hour: int
    cap: int


@dataclass(frozen=True)
class LegSlot:
    """Which device travels, and who records it: commitments (`rules.legs`)."""

    device: str
    responsible: str


@dataclass(frozen=True)
class Temperature:
    """`beyond` what is allowed: `cut` (of each started hour, up to a cap) or `dispute`."""

    band_min: int
    band_max: int
    outside_minutes: int
    missing_minutes: int
    beyond: str
    per_hour: int
    cap: int
    on_missing_data: str


@dataclass(frozen=True)
class Insurance:
    insurer: Holder
    payout: int
    beneficiary: str
    triggers: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """docs/contract.md says what each member means."""

    buyer: Holder
    seller: Holder
    carrier: Holder
    consignee: Holder
    arbiter: Holder
    goods: str
    currency: str
    minor_units: int
    price: int
    payments: Payments
    quantity: Quantity
    accept_by: str
    fund_by: str
    dispatch_by: str
    deadline: Deadline
    grace_minutes: int
    late: Late
    record_within_minutes: int
    refund_after_hours: int
    legs: tuple[LegSlot, ...]
    temperature: Temperature | None
    leg_hours: int
    challenge_hours: int
    contest_hours: int
    resolve_hours: int
    on_silent_arbiter: str
    insurance: Insurance | None

    @property
    def hash(self) -> str:
        """What those who accept them name them by."""
        return hashlib.sha256(canonical(plain(self))).hexdigest()

    @property
    def insurer(self) -> Holder | None:
        return self.insurance.insurer if self.insurance else None

    @property
    def parties(self) -> tuple[Holder, ...]:
        """Who may send what anybody may send."""
        found = (self.buyer, self.seller, self.carrier, self.consignee, self.arbiter)
        return (*found, self.insurer) if self.insurer else found
