"""Rows about the ledger as a whole: its nodes as they were last seen, and wishes to have everything verified now."""

from typing import ClassVar

from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.jobs.models import Job


class Node(models.Model):
    """A part of the ledger's network when ledgerd last looked: a peer, an orderer, a contract service."""

    class Kind(models.TextChoices):
        PEER = "peer", "Peer"
        ORDERER = "orderer", "Orderer"
        CONTRACT = "contract", "Contract service"
        FILE = "file", "Ledger file"

    name = models.CharField(primary_key=True, max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    msp_id = models.CharField(max_length=200, blank=True)
    well = models.BooleanField(null=True, help_text="Null: nobody said where to ask.")
    said = models.CharField(max_length=300, blank=True, help_text="What is wrong with it.")
    height = models.PositiveBigIntegerField(null=True, help_text="Blocks it has, if it keeps any.")
    looked = models.DateTimeField()
    since = models.DateTimeField(help_text="When it was first found as well or unwell as it is now.")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]

    def __str__(self) -> str:
        return f"{self.name}: {self.said or 'well'}"


class Verification(Job):
    """Somebody's wish to have everything verified now, and what came of it.

    The counts stand as of the last whole block: a worker that takes over goes on from there.
    """

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    total = models.PositiveBigIntegerField(default=0, help_text="Batches there were when it was asked for.")
    blocks = models.PositiveBigIntegerField(default=0)
    batches = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]

    def __str__(self) -> str:
        return f"verification, {self.get_state_display().lower()}"
