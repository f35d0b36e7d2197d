"""What is kept of the ledger's own state: documents as valid transactions wrote them, and who attests transactions."""

from typing import ClassVar

from django.db import models

from traceapp.ledger.fields import StoredBytes


class Document(models.Model):
    """One key of the contract's state, as the projection copied it. Proves nothing; the audit compares it."""

    key = models.CharField(primary_key=True, max_length=300)
    content = StoredBytes(help_text="Canonical JSON, byte for byte as the ledger holds it.")
    tx_id = models.CharField(max_length=64)
    block = models.PositiveBigIntegerField()
    position = models.PositiveIntegerField(help_text="Of the transaction in its block.")
    time = models.DateTimeField(null=True, help_text="The transaction's, as its client gave it.")
    msp_id = models.CharField(max_length=64, help_text="Whose member sent it.")
    projected = models.BooleanField(default=True, help_text="Whether the rows of its room were made from it.")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["block"], name="documents_by_block"),
            models.Index(fields=["key"], condition=models.Q(projected=False), name="documents_not_projected"),
        ]

    def __str__(self) -> str:
        return self.key


class Attested(models.Model):
    """What organisations attest of a transaction that is no batch's; empty until it is fetched and checked."""

    tx_id = models.CharField(primary_key=True, max_length=64)
    block = models.PositiveBigIntegerField()
    attestation = StoredBytes(default=b"", help_text="The `attestation` member of a proof bundle, canonical JSON.")
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(null=True, help_text="None: it is there.")
    reason = models.TextField(blank=True, help_text="Why it is not there yet.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["next_try"], condition=models.Q(next_try__isnull=False), name="attestations_wanted"),
        ]

    def __str__(self) -> str:
        return f"attestations of {self.tx_id[:8]}"
