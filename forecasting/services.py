"""What people ask for: train. Whoever asked may also stop it: `jobs.life.cancel`."""

from typing import Any

from django.db import transaction

from forecasting.models import Kind, TrainingJob
from forecasting.parameters import checked
from traceapp.accounts.models import Organisation, User
from traceapp.jobs.asking import queue, under_way


def request_training(
    *,
    organisation: Organisation,
    kind: str,
    user: User | None = None,
    member_user: User | None = None,
    parameters: dict[str, Any] | None = None,
) -> TrainingJob:
    """Queue a training, or return the same one if it is waiting or running already. Raises BadParameters."""
    asked = checked(Kind(kind), parameters or {})
    with transaction.atomic():
        # One writer at a time an organisation, so that two clicks make one job.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        said: dict[str, Any] = {"organisation": organisation, "kind": kind, "parameters": asked}
        same = under_way(TrainingJob, **said)
        return same or queue(TrainingJob, **said, requested_by=user or member_user)
