"""How long deliveries to a place took, as a run on delays found them."""

from typing import Any, ClassVar

from django.db import models

from forecasting.inventory.lead_time import LeadTime
from forecasting.models import Run


class InboundTime(models.Model):
    """Deliveries to one place: days from order, or else from dispatch, to receipt."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="inbound_times")
    place = models.CharField(max_length=500)
    deliveries = models.PositiveIntegerField()
    days = models.FloatField(help_text="On average.")
    spread = models.FloatField(help_text="Standard deviation, in days.")
    shape: "models.JSONField[Any, Any]" = models.JSONField(help_text="Equally likely deviations, in spreads.")

    class Meta:
        ordering: ClassVar[list[str]] = ["run", "place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "place"], name="one_inbound_time_a_run_and_place"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.days:.1f} days"

    @property
    def lead_time(self) -> LeadTime:
        return LeadTime(self.days, self.spread, tuple(self.shape))
