"""Writes that people ask for: train, and stop training."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from forecasting.models import Kind, TrainingJob
from forecasting.parameters import checked
from traceapp.accounts.models import Organisation, User


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


def cancel(*, job: TrainingJob) -> None:
    """Stop a job: at once if it waits, at its next step if it runs. A finished one stays as it is."""
    now = timezone.now()
    waiting = TrainingJob.objects.filter(pk=job.pk, state=TrainingJob.State.QUEUED)
    if not waiting.update(state=TrainingJob.State.CANCELLED, cancel=True, finished=now, doing="Stopped"):
        TrainingJob.objects.filter(pk=job.pk, state=TrainingJob.State.RUNNING).update(cancel=True)


def nudge(job: TrainingJob) -> None:
    """Tell a worker about a job. A broker that cannot be reached is no error: the sweeper will tell it."""
    import logging

    from kombu.exceptions import OperationalError

    from forecasting.tasks import train

    try:
        train.delay(str(job.uid))
    except (OSError, OperationalError) as error:
        logging.getLogger(__name__).warning("could not nudge a worker about job %s: %s", job.uid, error)
