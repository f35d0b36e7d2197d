"""Money as the ledger's documents say, and what stays off the ledger: who confirmed what, and where a payout goes."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from traceapp.accounts.models import Organisation
from traceapp.ledger.outgoing import Call
from traceapp.payments.delivery_models import Consignment, Party, Said, Shipment  # noqa: F401 (Django looks for models here)


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


class Intent(models.Model):
    """What a person wants a transaction to do, and that they confirmed exactly this with a second factor.

    `ledgerd` checks `digest` and assertion again before it signs.
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    role = models.CharField(max_length=32)
    requests = models.JSONField(help_text="[[function, argument in canonical JSON]], asked for in this order.")
    in_order = models.BooleanField(default=False, help_text="Each only once the one before is on the ledger.")
    digest = models.CharField(max_length=64, help_text="SHA-256 over whose it is and all that is asked for.")
    title = models.CharField(max_length=200)
    facts = models.JSONField(help_text="What the person was shown: [{label, value}].")
    back = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)
    confirmed = models.DateTimeField(null=True)
    method = models.CharField(max_length=16, blank=True)
    authenticator = models.BigIntegerField(null=True)
    counter = models.BigIntegerField(null=True, help_text="Of the one-time code, so that it is good for one intent.")
    assertion = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["authenticator", "counter"], condition=Q(counter__isnull=False), name="one_code_one_intent"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["by", "-created"], name="intents_of_a_person")]

    def __str__(self) -> str:
        return f"{self.title} ({self.uid})"


class Confirmed(models.Model):
    """A transaction that an intent asked for."""

    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="confirmed_calls")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="confirmed_by")
    index = models.PositiveSmallIntegerField(help_text="Which of the intent's requests.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["intent", "index"], name="each_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.intent_id}: {self.index}"


Holder = dict[str, Any]


def holder_of(organisation: Organisation) -> Holder:
    """As the contract's arguments name it."""
    return {"mspId": organisation.msp_id, "organisation": organisation.pgln}
