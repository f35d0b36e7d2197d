"""Wishes to measure how long goods stay, and what came of the last."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from traceapp.accounts.models import Organisation
from traceapp.jobs.models import Job


class DwellJob(Job):
    """One measuring over all verified events. What it found is its `places`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="dwell_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField(null=True, help_text="The newest moment among the events used.")
    as_of_block = models.BigIntegerField(default=0)
    used = models.PositiveIntegerField(default=0, help_text="Events used.")
    left_out: "models.JSONField[Any, Any]" = models.JSONField(default=dict, help_text="Events left out, by reason.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"Dwell times, {self.get_state_display().lower()}"


class PlaceDwell(models.Model):
    """One place of a measuring, in hours; `rank` 1 is where goods surely wait longest."""

    job = models.ForeignKey(DwellJob, on_delete=models.CASCADE, related_name="places")
    rank = models.PositiveIntegerField()
    place = models.CharField(max_length=500)
    name = models.CharField(max_length=200)
    stays = models.PositiveIntegerField()
    median = models.FloatField()
    low = models.FloatField(null=True, help_text="The median is above it in 95 of 100 cases.")
    high = models.FloatField(null=True)
    ninety = models.FloatField(help_text="Nine of ten stays are shorter.")
    waiting = models.PositiveIntegerField(help_text="Arrived and not left.")
    oldest = models.FloatField(help_text="How long the first of these has waited.")
    slope = models.FloatField(null=True, help_text="Hours that a stay gets longer in thirty days.")
    slope_low = models.FloatField(null=True)
    slope_high = models.FloatField(null=True)
    months: "models.JSONField[Any, Any]" = models.JSONField(
        default=list, help_text="[first day, median hours, stays] of each, oldest first."
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["job", "rank"]

    def __str__(self) -> str:
        return f"{self.rank}. {self.name}"

    @property
    def direction(self) -> str:
        """`rising`, `falling`, `steady`, or nothing with few stays."""
        if self.slope_low is None or self.slope_high is None:
            return ""
        return "rising" if self.slope_low > 0 else "falling" if self.slope_high < 0 else "steady"
