"""Money as the ledger's documents say, and what stays off the ledger: where a payout goes."""

from typing import Any, ClassVar

from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.ledger.outgoing import Call
from traceapp.payments.delivery_models import Consignment, Fact, Party, Said, Shipment  # noqa: F401 (Django looks for models here)


class Held(models.Model):
    """Anything that belongs to a holder of money: a member of the channel, and the organisation it vouches for."""

    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)

    class Meta:
        abstract = True


class Account(Held):
    """An organisation that takes money. From `account/`."""

    key = models.CharField(max_length=300, unique=True)
    opened = models.DateTimeField()

    def __str__(self) -> str:
        return f"account of {self.pgln}"


class Row(Held):
    """Money that is there: written once, spent whole. From `row/`."""

    key = models.CharField(max_length=300, unique=True)
    name = models.CharField(max_length=150, help_text="As a payment names it.")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units.")
    reserved_by = models.ForeignKey(
        Call, null=True, on_delete=models.SET_NULL, related_name="+", help_text="A payment under way that names it."
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["msp_id", "pgln", "currency", "-amount"], name="rows_of_a_holder"),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(Held):
    """One line of a statement. From the document that moved the money; `amount` is signed."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", "Deposit"
        SENT = "sent", "Paid"
        RECEIVED = "received", "Received"
        PAYOUT = "payout", "Payout"
        ESCROWED = "escrowed", "Into escrow"
        RELEASED = "released", "From escrow"

    key = models.CharField(max_length=300, db_index=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Minor units; negative where it was paid.")
    other_msp_id = models.CharField(max_length=64, blank=True)
    other_pgln = models.CharField(max_length=13, blank=True)
    reference = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()
    position = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "msp_id", "pgln", "kind", "reference"], name="one_line_a_movement"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["msp_id", "pgln", "currency", "block", "position"], name="statement_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class Deposit(models.Model):
    """What the settlement organisation says was deposited. From `mint/`; `pgln` is whose it becomes."""

    key = models.CharField(max_length=300, unique=True)
    bank = models.CharField(max_length=64, help_text="The settlement organisation's MSP id.")
    reference = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)
    state = models.CharField(max_length=16)
    by = models.CharField(max_length=64, help_text="A pseudonym.")
    approved_by = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    block = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"deposit {self.reference}"


class Redemption(Held):
    """Money that left the ledger, to be paid out by the bank. From `redemption/`."""

    key = models.CharField(max_length=300, unique=True)
    redemption_id = models.CharField(max_length=32, unique=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    instruction = models.CharField(max_length=64, help_text="SHA-256 of the payout's instruction.")
    state = models.CharField(max_length=16)
    payment = models.CharField(max_length=64, blank=True, help_text="The bank's reference of what it paid.")
    at = models.DateTimeField()
    paid = models.DateTimeField(null=True)
    block = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"redemption {self.redemption_id[:8]}"


class Payout(models.Model):
    """Where a redemption is to be paid. Stays here; the ledger holds the hash of `text()` alone."""

    redemption_id = models.CharField(max_length=32, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="payouts")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    name = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    remittance = models.CharField(max_length=140, blank=True)
    salt = models.CharField(max_length=32)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"payout {self.redemption_id[:8]}"


Holder = dict[str, Any]


def holder_of(organisation: Organisation) -> Holder:
    """As the contract's arguments name it."""
    return {"mspId": organisation.msp_id, "organisation": organisation.pgln}
