"""The life of a job: claimed under a lease, kept alive by a heartbeat, ended once. Every move is a compare-and-set."""

import logging
import threading
import uuid
from datetime import timedelta
from types import TracebackType

from django.db import DatabaseError, connections
from django.db.models import F, Q
from django.utils import timezone

from forecasting.models import TrainingJob

State = TrainingJob.State
LEASE = timedelta(seconds=60)
BEAT = 10.0  # seconds
ATTEMPTS = 3  # a job whose worker died this often is given up, with the reason
NUDGE_AGAIN = timedelta(seconds=60)
log = logging.getLogger(__name__)


class Stopped(Exception):
    """The job was cancelled, or its lease went to somebody else: stop working on it and leave the row alone."""


def claim(uid: str) -> TrainingJob | None:
    """Take a waiting job, or a running one whose lease ran out. None if there is nothing to take."""
    now = timezone.now()
    token = uuid.uuid4()
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=now)
    taken = TrainingJob.objects.filter(free, uid=uid, attempts__lt=ATTEMPTS).update(
        state=State.RUNNING,
        token=token,
        lease_until=now + LEASE,
        heartbeat=now,
        started=now,
        attempts=F("attempts") + 1,
        progress=0,
        doing="Reading verified rows",
    )
    return TrainingJob.objects.select_related("organisation").get(uid=uid) if taken else None


def beat(job: TrainingJob, **changes: object) -> None:
    """Renew the lease, and write down how far the work is. Raises Stopped."""
    now = timezone.now()
    mine = TrainingJob.objects.filter(pk=job.pk, token=job.token, state=State.RUNNING)
    if not mine.filter(cancel=False).update(heartbeat=now, lease_until=now + LEASE, **changes):
        raise Stopped


def finish(job: TrainingJob) -> None:
    """Done; to be called in the transaction that stores the results. Raises Stopped if the lease is no longer ours."""
    mine = TrainingJob.objects.filter(pk=job.pk, token=job.token, state=State.RUNNING, cancel=False)
    if not mine.update(state=State.DONE, progress=100, doing="Done", finished=timezone.now(), lease_until=None):
        raise Stopped


def fail(job: TrainingJob, why: str) -> None:
    """Ended without a result; `why` is shown to people."""
    mine = TrainingJob.objects.filter(pk=job.pk, token=job.token, state=State.RUNNING)
    mine.update(state=State.FAILED, error=why, finished=timezone.now(), lease_until=None, doing="Failed")


def stop(job: TrainingJob) -> None:
    """Write down that a job was cancelled while it ran."""
    mine = TrainingJob.objects.filter(pk=job.pk, token=job.token, state=State.RUNNING, cancel=True)
    mine.update(state=State.CANCELLED, finished=timezone.now(), lease_until=None, doing="Stopped")


def forsaken() -> list[TrainingJob]:
    """Jobs that nobody works on and nobody was told of lately; each is marked as told, so that one sweeper tells it."""
    now = timezone.now()
    given_up = Q(state=State.RUNNING, lease_until__lt=now, attempts__gte=ATTEMPTS)
    TrainingJob.objects.filter(given_up).update(
        state=State.FAILED,
        error=f"The worker died {ATTEMPTS} times while training.",
        finished=now,
        lease_until=None,
        doing="Failed",
    )
    quiet = Q(nudged=None) | Q(nudged__lt=now - NUDGE_AGAIN)
    lost = Q(state=State.QUEUED) & quiet | Q(state=State.RUNNING, lease_until__lt=now)
    return [
        job
        for job in TrainingJob.objects.filter(lost).order_by("created")
        if TrainingJob.objects.filter(pk=job.pk, nudged=job.nudged).update(nudged=now)
    ]


class Heartbeat:
    """Renews the lease while the block runs, on a thread of its own. `check()` raises Stopped once it is not ours."""

    def __init__(self, job: TrainingJob, every: float = BEAT) -> None:
        self._job, self._every = job, every
        self._end, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while not self._end.wait(self._every):
                try:
                    beat(self._job)
                except Stopped:
                    self._lost.set()
                    return
                except DatabaseError as error:  # a busy database is no reason to stop: the lease outlasts several beats
                    log.warning("no heartbeat for job %s: %s", self._job.uid, error)
        finally:
            connections.close_all()

    def check(self) -> None:
        if self._lost.is_set():
            raise Stopped

    def tell(self, progress: int, doing: str) -> None:
        """Progress in percent and in words. Raises Stopped."""
        self.check()
        beat(self._job, progress=max(0, min(99, progress)), doing=doing[:200])

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
