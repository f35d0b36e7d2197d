"""Asking for a job. Callers hold a lock while they look and queue, so that two clicks make one job."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from traceapp.jobs.models import Job
from traceapp.jobs.nudge import nudge

AnyJob = TypeVar("AnyJob", bound=Job)


def under_way(model: type[AnyJob], /, **same: Any) -> AnyJob | None:
    """The job of this kind that waits or runs and that nobody has stopped."""
    states = (Job.State.QUEUED, Job.State.RUNNING)
    return model._default_manager.filter(**same, state__in=states, cancel=False).first()


def queue(model: type[AnyJob], /, **row: Any) -> AnyJob:
    """A new job. A worker is nudged on commit; if that is lost, the sweeper nudges again."""
    job = model._default_manager.create(**row, doing="Waiting for a worker", nudged=timezone.now())
    transaction.on_commit(lambda: nudge(job))
    return job
