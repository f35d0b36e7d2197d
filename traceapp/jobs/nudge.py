"""Tell a worker about a job. It may be lost on the way: the sweeper tells again."""

import logging

from traceapp.jobs import kinds
from traceapp.jobs.models import Job

log = logging.getLogger(__name__)


def nudge(job: Job) -> None:
    """A broker that cannot be reached is no error."""
    from kombu.exceptions import OperationalError

    from traceapp.jobs.tasks import work

    try:
        work.delay(kinds.of(job).name, str(job.uid))
    except (OSError, OperationalError) as error:
        log.warning("could not nudge a worker about job %s: %s", job.uid, error)
