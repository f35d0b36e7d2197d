"""Payment on delivery as the ledger's documents say, and what its parties keep to themselves."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation


class Shipment(models.Model):
    """What was agreed and where it stands. From `shipment/`, `escrow/` and `settlement/`."""

    key = models.CharField(max_length=300, unique=True)
    shipment_id = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=16)
    due = models.DateTimeField(null=True, help_text="The deadline of the state; none at the end.")
    document = models.JSONField()
    price = models.JSONField(null=True, help_text="The escrow's document.")
    insurance = models.JSONField(null=True)
    settlement = models.JSONField(null=True)
    consents = models.JSONField(default=dict, help_text="Who is content with which figures, by the document's key.")
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "due"], name="shipments_by_due")]

    def __str__(self) -> str:
        return f"shipment {self.shipment_id[:8]} ({self.state})"


class Party(models.Model):
    """Who is what in a shipment's terms."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="parties")
    part = models.CharField(max_length=16)
    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["shipment", "part"], name="one_party_a_part"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["msp_id", "pgln"], name="shipments_of_a_party")]

    def __str__(self) -> str:
        return f"{self.part} of {self.shipment_id}"


class Consignment(models.Model):
    """What is sent, in words and by its codes. The ledger holds the hash of `title`, `goods` and `salt` alone."""

    shipment_id = models.CharField(max_length=32, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=60)
    goods = models.CharField(max_length=200)
    salt = models.CharField(max_length=32)
    codes = models.JSONField(
        default=list, help_text="Canonical identifiers on the goods: events about them go on with it."
    )
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class Said(models.Model):
    """What a party or the arbiter said about a dispute. Its parties read it; the ledger holds the hash alone."""

    shipment_id = models.CharField(max_length=32, db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    words = models.TextField()
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"said of {self.shipment_id[:8]}"


class Fact(models.Model):
    """Something that happened to money or to a shipment, for one of those whom it concerns: as the ledger says it."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    key = models.CharField(max_length=300, help_text="Of the document that says so.")
    kind = models.CharField(max_length=32, help_text="Such as `shipment.funded`.")
    msp_id = models.CharField(max_length=64)
    pgln = models.CharField(max_length=13)
    content = models.JSONField(help_text="What is told of it.")
    at = models.DateTimeField()
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()
    position = models.PositiveIntegerField(help_text="Of the transaction in its block.")

    class Meta:
        ordering: ClassVar[list[str]] = ["block", "position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "kind", "msp_id", "pgln"], name="one_fact_for_whom"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["msp_id", "pgln", "block", "position"], name="facts_of_a_party"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.key}"
