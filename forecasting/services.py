"""What people ask for: train. Whoever asked may also stop it: `jobs.life.cancel`."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from forecasting.models import Kind, TrainingJob
from forecasting.parameters import checked
from traceapp.accounts.models import Organisation, User
from traceapp.jobs.nudge import nudge


def request_training(
    *,
    organisation: Organisation,
    kind: str,
    user: User | None = None,
    member_user: User | None = None,
    parameters: dict[str, Any] | None = None,
) -> TrainingJob:
    """Queue a training, or return the same one if it is waiting or running already. Raises BadParameters.

    The worker is nudged on commit; if the nudge is lost, the sweeper nudges again.
    """
    asked = checked(Kind(kind), parameters or {})
    with transaction.atomic():
        # One writer at a time an organisation, so that two clicks make one job.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        states = (TrainingJob.State.QUEUED, TrainingJob.State.RUNNING)
        same = TrainingJob.objects.filter(
            organisation=organisation, kind=kind, state__in=states, cancel=False, parameters=asked
        ).first()
        if same is not None:
            return same
        job = TrainingJob.objects.create(
            organisation=organisation,
            requested_by=user or member_user,
            kind=kind,
            parameters=asked,
            doing="Waiting for a worker",
            nudged=timezone.now(),
        )
        transaction.on_commit(lambda: nudge(job))
    return job
