"""Snapshots of verified sales. What is in one is in files; that they are the right ones is on the ledger."""

import uuid
from typing import Any, ClassVar

from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.ledger.models import Record


class Snapshot(models.Model):
    """One state of an organisation's snapshot for a measure of demand. Its statement is a record on the ledger."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="snapshots")
    measure = models.CharField(max_length=16)
    manifest = models.CharField(
        max_length=64, help_text="SHA-256 of the manifest: parts, and batches with their roots."
    )
    lines = models.PositiveBigIntegerField()
    block = models.PositiveBigIntegerField(help_text="As of which block it is.")
    record = models.OneToOneField(
        Record, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="snapshot"
    )
    statement: "models.JSONField[Any, Any]" = models.JSONField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organisation", "measure", "-created"], name="snapshots_newest_first")
        ]

    def __str__(self) -> str:
        return f"{self.lines} rows, {self.measure}, block {self.block}"
