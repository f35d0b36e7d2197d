"""Scores made anew by a run's fitted numbers, and the lanes of a run. What a run itself said is in `forecasting`."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from forecasting.models import Foretold, Run
from traceapp.accounts.models import Organisation
from traceapp.jobs.models import Job
from traceapp.ledger.models import Record


class ScoreJob(Job):
    """Open deliveries, or one of them planned for another day, asked of a run's fitted numbers as known now."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="score_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="score_jobs")
    record_uid = models.UUIDField(null=True, help_text="The shipping record of the one delivery asked about.")
    scheduled = models.DateField(null=True, help_text="The planned day asked about, instead of the plan's own.")
    until = models.DateField(null=True, help_text="The last day that counted as known.")
    used = models.PositiveIntegerField(default=0, help_text="Known outcomes.")
    record = models.OneToOneField(
        Record, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="score_job"
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["-created", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"Scores, {self.get_state_display().lower()}"


class Score(Foretold):
    """One delivery of such a job: as `DelayPrediction`, but by a model that learnt earlier."""

    job = models.ForeignKey(ScoreJob, on_delete=models.CASCADE, related_name="scores")


class LaneTrend(models.Model):
    """From a vendor to a destination: months, and the trend through them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lanes")
    rank = models.PositiveIntegerField()
    lane = models.CharField(max_length=400)
    deliveries = models.PositiveIntegerField()
    months: "models.JSONField[Any, Any]" = models.JSONField(help_text="[first day, mean days after plan, late, all].")
    trend: "models.JSONField[Any, Any]" = models.JSONField(default=list, help_text="Days after the plan, each month.")
    slope = models.FloatField(null=True, help_text="Days later each month, of the newest months.")
    note = models.TextField(blank=True, help_text="Why there is no trend.")

    class Meta:
        ordering: ClassVar[list[str]] = ["run", "rank"]

    def __str__(self) -> str:
        return self.lane
