"""Wholes of a run: brands and regions, each with its forecast."""

from typing import Any, ClassVar

from django.db import models

from forecasting.models import Run


class Group(models.Model):
    """A brand, a region, a brand in a region, or everything; empty names mean all of them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="groups")
    brand = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    every = models.CharField(max_length=8)
    unit = models.CharField(max_length=16, blank=True)
    first = models.DateField()
    parts: "models.JSONField[Any, Any]" = models.JSONField(help_text="[product, place] of each part.")
    metrics: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    rows: "models.JSONField[Any, Any]" = models.JSONField(help_text="[day, mean, lo80, hi80, lo95, hi95] of each.")

    class Meta:
        ordering: ClassVar[list[str]] = ["brand", "region", "every", "unit", "first"]

    def __str__(self) -> str:
        names = [name for name in (self.brand, self.region) if name]
        return ", ".join(names) if names else "Everything"
