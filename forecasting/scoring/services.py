"""Ask for scores as known now, or for one delivery planned for another day."""

from datetime import date
from uuid import UUID

from django.db import transaction

from forecasting.governance.serving import standing
from forecasting.models import DelayPrediction, Kind, Run
from forecasting.scoring.models import ScoreJob
from traceapp.accounts.models import Organisation, User
from traceapp.jobs.asking import queue, under_way


class ScoreError(Exception):
    """Why it cannot be asked, as a sentence."""


def refuse_fallen(run: Run) -> None:
    """Nobody is told anything new by a version that was suspended or rolled back. Raises ScoreError."""
    if why := standing(run):
        raise ScoreError(f"{why} It is not asked any more: Delays, without a run named, shows the last good version.")


def request(*, run: Run, user: User | None, record: UUID | None = None, scheduled: date | None = None) -> ScoreJob:
    """Queue the question, or return the same one that waits or runs. Raises ScoreError."""
    if run.kind != Kind.DELAY:
        raise ScoreError("Only a run of delays gives scores.")
    refuse_fallen(run)
    if (record is None) != (scheduled is None):
        raise ScoreError("Name both the delivery and the day to plan it for, or neither.")
    if record is not None and not DelayPrediction.objects.filter(run=run, record_uid=record).exists():
        raise ScoreError("The run foretells nothing for this delivery.")
    asked = {"organisation": run.organisation, "run": run, "record_uid": record, "scheduled": scheduled}
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=run.organisation_id)
        return under_way(ScoreJob, **asked) or queue(ScoreJob, **asked, requested_by=user)
