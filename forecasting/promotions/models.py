"""Planned offers. A withdrawn one stays: runs that knew it can be told apart from those that did not."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation


class PlannedPromotion(models.Model):
    """An offer of a product from one day to another, both included; at a place, or everywhere."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="planned_promotions")
    product = models.CharField(max_length=500, help_text="GTIN, or the product's own identifier.")
    place = models.CharField(max_length=500, blank=True, help_text="GLN, or the place's own identifier; empty: all.")
    first = models.DateField()
    last = models.DateField()
    depth = models.FloatField(null=True, help_text="Percent off.")
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["first", "product", "place", "pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["organisation", "withdrawn", "first"])]

    def __str__(self) -> str:
        return f"{self.product}, {self.first} to {self.last}"
