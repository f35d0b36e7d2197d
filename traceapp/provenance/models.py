"""Links of a code: where the resolver leads besides the consumer's page."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords

from traceapp.accounts.models import Organisation, User
from traceapp.masterdata.models import Lot


class Standing(models.TextChoices):
    """What a link is to requests that ask for none in particular."""

    OTHER = "", "One of several"
    DEFAULT = "default", "Where the code leads"
    VARIANT = "variant", "Where it leads readers of this language"


class Link(models.Model):
    """One link of one entity, by the organisation that the entity's key belongs to."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="links")
    path = models.CharField(
        "Digital Link", max_length=255, db_index=True, help_text="Path of the entity, from its key on."
    )
    link_type = models.CharField(max_length=200, help_text="Full URI.")
    href = models.CharField("address", max_length=2000)
    title = models.CharField(max_length=200)
    languages = models.CharField(max_length=100, blank=True, help_text="Two-letter tags, parted by spaces.")
    media_type = models.CharField(max_length=100, blank=True)
    standing = models.CharField(max_length=8, choices=Standing.choices, blank=True, default="")
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar[list[str]] = ["path", "link_type", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["path"], condition=models.Q(standing=Standing.DEFAULT), name="one_default_link_an_entity"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NumberCounter(models.Model):
    """How far an organisation has come in numbering: pallets under a company prefix, items of a product."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    of = models.CharField(max_length=40, help_text="`sscc` and the company prefix, or `21` and the GTIN.")
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "of"], name="one_counter_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.of}: {self.last}"


class SerialRun(models.Model):
    """Serial numbers that were given to items of a lot, to be printed, and printed again when labels are spoilt."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="serial_runs")
    serials = models.JSONField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{len(self.serials)} items of {self.lot}"
