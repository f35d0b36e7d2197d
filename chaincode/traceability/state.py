"""What lies on the ledger: typed in memory, canonical JSON in the state.

`recorded_at` and the like are the transaction's time; who did something comes from their certificate.
"""

from dataclasses import dataclass
from typing import ClassVar

from chaincode.traceability.documents import Document


@dataclass(frozen=True)
class Batch(Document):
    """A commitment to `size` records of one kind. `from_` and `to` span their record times."""

    doc_type: ClassVar[str] = "batch"

    id: str
    kind: str
    root: str
    size: int
    from_: str
    to: str
    organisation: str
    msp_id: str
    recorded_at: str


@dataclass(frozen=True)
class Holder:
    """Whose money it is: an organisation (its PGLN) of a member of the channel, which vouches for it."""

    msp_id: str
    organisation: str


@dataclass(frozen=True)
class Account(Document):
    """That a holder takes money: nobody can be paid by a mistyped number."""

    doc_type: ClassVar[str] = "account"

    id: str
    holder: Holder
    opened_at: str


@dataclass(frozen=True)
class Row(Document):
    """Money: `amount` minor units of `currency`. Written once, deleted once; what a holder has is the sum of its rows.

    `name` says which document made it: `transfer/0123.../0`.
    """

    doc_type: ClassVar[str] = "row"

    name: str
    holder: Holder
    currency: str
    amount: int
    made_at: str


@dataclass(frozen=True)
class Mint(Document):
    """A deposit at the settlement organisation, on its way to be money here. `id` is the deposit's own reference.

    `state`: `proposed`, `withdrawn` or `minted`. `by` and `approved_by` are pseudonyms of two persons.
    """

    doc_type: ClassVar[str] = "mint"

    id: str
    msp_id: str
    organisation: str
    currency: str
    amount: int
    to: Holder
    state: str
    by: str
    at: str
    approved_by: str = ""
    approved_at: str = ""


@dataclass(frozen=True)
class Transfer(Document):
    """`spent` rows of the payer became `amount` for the payee and `change` for the payer."""

    doc_type: ClassVar[str] = "transfer"

    id: str
    payer: Holder
    payee: Holder
    currency: str
    amount: int
    change: int
    spent: tuple[str, ...]
    at: str


@dataclass(frozen=True)
class Consolidation(Document):
    """`spent` rows became one of `amount`, their holder's as before."""

    doc_type: ClassVar[str] = "consolidation"

    id: str
    holder: Holder
    currency: str
    amount: int
    spent: tuple[str, ...]
    at: str


@dataclass(frozen=True)
class Redemption(Document):
    """`amount` left the ledger, for the settlement organisation to pay out by its bank: `state` `requested` or `paid`.

    `instruction` commits to the payout's instruction, which stays off the ledger; `payment` is the bank's reference.
    """

    doc_type: ClassVar[str] = "redemption"

    id: str
    holder: Holder
    currency: str
    amount: int
    change: int
    spent: tuple[str, ...]
    instruction: str
    state: str
    at: str
    payment: str = ""
    paid_at: str = ""
