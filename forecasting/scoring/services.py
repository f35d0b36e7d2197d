"""Ask for scores as known now, or for one delivery planned for another day."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from forecasting.models import DelayPrediction, Kind, Run
from forecasting.scoring.models import ScoreJob
from traceapp.accounts.models import Organisation, User
from traceapp.jobs.nudge import nudge


class ScoreError(Exception):
    """Why it cannot be asked, as a sentence."""


def request(*, run: Run, user: User | None, record: UUID | None = None, scheduled: date | None = None) -> ScoreJob:
    """Queue the question, or return the same one that waits or runs. Raises ScoreError."""
    if run.kind != Kind.DELAY:
        raise ScoreError("Only a run of delays gives scores.")
    if (record is None) != (scheduled is None):
        raise ScoreError("Name both the delivery and the day to plan it for, or neither.")
    if record is not None and not DelayPrediction.objects.filter(run=run, record_uid=record).exists():
        raise ScoreError("The run foretells nothing for this delivery.")
    asked = {"organisation": run.organisation, "run": run, "record_uid": record, "scheduled": scheduled}
    states = (ScoreJob.State.QUEUED, ScoreJob.State.RUNNING)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=run.organisation_id)
        if (same := ScoreJob.objects.filter(**asked, state__in=states, cancel=False).first()) is not None:
            return same
        doing = "Waiting for a worker"
        job = ScoreJob.objects.create(**asked, requested_by=user, doing=doing, nudged=timezone.now())
        transaction.on_commit(lambda: nudge(job))
    return job
