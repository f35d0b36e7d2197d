"""What lies on the ledger of a shipment that is paid on delivery: where it stands, its money, and its end."""

from dataclasses import dataclass
from typing import ClassVar

from chaincode.traceability.documents import Document
from chaincode.traceability.state import Holder
from chaincode.traceability.terms_state import Terms


@dataclass(frozen=True)
class Acceptance:
    """That a party agrees, by the request `id`."""

    id: str
    by: Holder
    at: str


@dataclass(frozen=True)
class Moment:
    """That something happened at `at`, said by the carrier's request `id` at `recorded_at`."""

    id: str
    at: str
    recorded_at: str


@dataclass(frozen=True)
class Delivery:
    """What of the goods the consignee took: all but these units."""

    id: str
    short: int
    damaged: int
    refused: int
    at: str

    @property
    def in_full(self) -> bool:
        return not (self.short or self.damaged or self.refused)


@dataclass(frozen=True)
class Dispute:
    """Why an arbiter is to decide. `by` is who sent `id`; `reason` is `terms` when the terms say so, not a party."""

    id: str
    by: Holder
    reason: str
    evidence: str
    at: str


@dataclass(frozen=True)
class Shipment(Document):
    """`due`: the deadline of `state`; empty at the end. `legs`: ids, as recorded. The first acceptance proposed it."""

    doc_type: ClassVar[str] = "shipment"

    id: str
    terms: Terms
    terms_hash: str
    state: str
    due: str
    acceptances: tuple[Acceptance, ...]
    dispatched: Moment | None = None
    arrived: Moment | None = None
    legs: tuple[str, ...] = ()
    delivery: Delivery | None = None
    dispute: Dispute | None = None


@dataclass(frozen=True)
class Consent(Document):
    """That `by` is content to be paid by the figures as they are: so much to the seller, so much to who is insured."""

    doc_type: ClassVar[str] = "consent"

    id: str
    shipment: str
    by: Holder
    seller: int
    insured: int
    at: str


@dataclass(frozen=True)
class Escrow(Document):
    """Money that waits for a shipment: `funded` by `spent` rows of `funder`, and what is `left` of it.

    `part` is `price` or `insurance`.
    """

    doc_type: ClassVar[str] = "escrow"

    id: str
    shipment: str
    part: str
    funder: Holder
    currency: str
    funded: int
    left: int
    change: int
    spent: tuple[str, ...]
    at: str


@dataclass(frozen=True)
class Value:
    """Something that a line rests on, and the key of the document that says so."""

    name: str
    value: str
    key: str


@dataclass(frozen=True)
class Line:
    """One line of a sheet: the term, the facts it met, and what comes of them. `amount` counts for the seller."""

    term: str
    terms: tuple[Value, ...]
    facts: tuple[Value, ...]
    arithmetic: str
    amount: int


@dataclass(frozen=True)
class Settlement(Document):
    """The end of a shipment, once, with the sheet that explains it. `cut`: what the seller does not get of the price.

    `outcome`: `settled`, `resolved`, `default`, `refunded` or `lapsed`.
    """

    doc_type: ClassVar[str] = "settlement"

    id: str
    shipment: str
    outcome: str
    currency: str
    price: int
    paid_before: int
    cut: int
    to_seller: int
    to_buyer: int
    to_insured: int
    to_insurer: int
    by: Holder
    at: str
    reason: str
    lines: tuple[Line, ...]
