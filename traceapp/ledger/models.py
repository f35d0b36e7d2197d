"""Records and what became of them. The packed disclosures are the record; every other column is derived."""

import uuid
from typing import ClassVar

from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility


class RecordKind(models.TextChoices):
    EPCIS = "epcis", "Event"
    SENSOR = "sensor", "Device message"
    FORECAST = "forecast", "Forecast"
    MODEL = "model", "Model"


class Batch(models.Model):
    """Records of one organisation and one kind under one root. Claimed, Endorsed, Sent, then Valid or Invalid."""

    class State(models.TextChoices):
        CLAIMED = "claimed"
        ENDORSED = "endorsed"
        SENT = "sent"
        VALID = "valid"
        INVALID = "invalid"

    id = models.CharField(primary_key=True, max_length=32)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=16, choices=RecordKind.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CLAIMED)
    root = models.BinaryField(max_length=32)
    size = models.PositiveIntegerField()
    leaves = models.BinaryField(help_text="32 bytes a position, as they were anchored: names the row that changed.")
    time_from = models.DateTimeField()
    time_to = models.DateTimeField()
    block = models.PositiveBigIntegerField(null=True, db_index=True)
    reason = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    settled = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "claimed_until"])]

    def __str__(self) -> str:
        return f"batch {self.id[:8]} ({self.size} {self.kind}, {self.state})"


class Record(models.Model):
    """One leaf: an EPCIS event, a device message, a forecast or model statement."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=16, choices=RecordKind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="records")
    visibility = models.PositiveSmallIntegerField(choices=Visibility.choices)
    disclosures = models.BinaryField(help_text="Packed disclosures, one a line.")
    hidden = models.BinaryField(default=b"", help_text="32-byte digests of disclosures that were erased.")
    leaf = models.BinaryField(max_length=32)
    record_time = models.DateTimeField()
    # DO_NOTHING and no constraint: a row or batch that vanishes must stay visible as missing, not drag others along.
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="records"
    )
    position = models.PositiveIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch", "position"]),
            models.Index(fields=["organisation", "kind", "-record_time"]),
            models.Index(fields=["kind", "organisation", "id"], condition=models.Q(batch=None), name="queued_records"),
        ]

    def __str__(self) -> str:
        return str(self.uid)


class Reader(models.Model):
    """Another organisation that may read a record, and why (see `accounts.visibility`)."""

    record = models.ForeignKey(Record, on_delete=models.DO_NOTHING, db_constraint=False, related_name="readers")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    relation = models.CharField(max_length=8)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["record", "organisation"], name="one_reading_right_an_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} reads {self.record_id} as {self.relation}"


class Envelope(models.Model):
    """A signed transaction, kept before it is first sent."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="envelopes")
    tx_id = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    code = models.IntegerField(null=True, help_text="peer.TxValidationCode once a block said it.")
    block = models.PositiveBigIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    sent = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.tx_id[:8]


class Evidence(models.Model):
    """What organisations attest of a batch's transaction: fetched and checked once at commit, kept beside it."""

    batch = models.OneToOneField(
        Batch, on_delete=models.DO_NOTHING, db_constraint=False, related_name="evidence", primary_key=True
    )
    tx_id = models.CharField(max_length=64)
    attestation = models.BinaryField(help_text="The `attestation` member of a proof bundle, canonical JSON.")
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"evidence of {self.batch_id}"


class Checkpoint(models.Model):
    """How far the projection has followed the ledger; moves by compare-and-set."""

    name = models.CharField(primary_key=True, max_length=32)
    block = models.BigIntegerField()
    block_hash = models.BinaryField(max_length=32)
    genesis = models.BinaryField(max_length=32)
    moved = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} at block {self.block}"


class Finding(models.Model):
    """Something the ledger does not confirm: a row changed, dropped, added or swapped, or an index that lies."""

    what = models.CharField(max_length=16)
    record_uid = models.UUIDField(null=True)
    record_pk = models.BigIntegerField(null=True)
    batch_id = models.CharField(max_length=32, blank=True)
    position = models.PositiveIntegerField(null=True)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    message = models.TextField()
    found = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(auto_now=True)
    resolved = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.message
