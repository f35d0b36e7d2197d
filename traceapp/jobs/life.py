"""The life of a job: claimed under a lease, kept alive by a heartbeat, ended once. Every move is a compare-and-set."""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, TypeVar

from django.db import DatabaseError, connections
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from traceapp.jobs.models import Job

AnyJob = TypeVar("AnyJob", bound=Job)

State = Job.State
LEASE: Final = timedelta(seconds=60)
BEAT = 10.0  # seconds
ATTEMPTS: Final = 3  # a job whose worker died this often is given up, with the reason
NUDGE_AGAIN: Final = timedelta(seconds=60)
log = logging.getLogger(__name__)


class Stopped(Exception):
    """The job was cancelled, or its lease went to somebody else: stop working on it and leave the row alone."""


def claim(model: type[AnyJob], uid: str, **changes: Any) -> AnyJob | None:
    """Take a waiting job, or a running one whose lease ran out. None if there is nothing to take."""
    now = timezone.now()
    taken = model._default_manager.filter(free(now), uid=uid).update(
        state=State.RUNNING,
        token=uuid.uuid4(),
        lease_until=now + LEASE,
        heartbeat=now,
        started=now,
        attempts=F("attempts") + 1,
        **changes,
    )
    return model._default_manager.get(uid=uid) if taken else None


def free(now: datetime) -> Q:
    """What may be taken: nobody has it, or whoever had it has not been heard of."""
    lost = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=now)
    return lost & Q(attempts__lt=ATTEMPTS)


def beat(job: Job, **changes: Any) -> None:
    """Renew the lease, and write down how far the work is. Raises Stopped."""
    now = timezone.now()
    if not _mine(job).filter(cancel=False).update(heartbeat=now, lease_until=now + LEASE, **changes):
        raise Stopped


def finish(job: Job, **changes: Any) -> None:
    """Done; to be called in the transaction that stores the results. Raises Stopped if the lease is no longer ours."""
    ended = {"state": State.DONE, "progress": 100, "doing": "Done", "finished": timezone.now(), "lease_until": None}
    if not _mine(job).filter(cancel=False).update(**ended, **changes):
        raise Stopped


def fail(job: Job, why: str) -> None:
    """Ended without a result; `why` is shown to people."""
    _mine(job).update(state=State.FAILED, error=why, finished=timezone.now(), lease_until=None, doing="Failed")


def stop(job: Job) -> None:
    """Write down that a job was cancelled while it ran."""
    ended = {"state": State.CANCELLED, "finished": timezone.now(), "lease_until": None, "doing": "Stopped"}
    _mine(job).filter(cancel=True).update(**ended)


def cancel(job: Job) -> None:
    """Stop a job: at once if it waits, at its next step if it runs. A finished one stays as it is."""
    this = type(job)._default_manager.filter(pk=job.pk)
    ended = {"state": State.CANCELLED, "cancel": True, "finished": timezone.now(), "doing": "Stopped"}
    if not this.filter(state=State.QUEUED).update(**ended):
        this.filter(state=State.RUNNING).update(cancel=True)


def forsaken(model: type[AnyJob]) -> list[AnyJob]:
    """Jobs that nobody works on and nobody was told of lately; each is marked as told, so that one sweeper tells it."""
    now = timezone.now()
    jobs = model._default_manager
    give_up(jobs.all(), f"The worker died {ATTEMPTS} times while it was at this.")
    quiet = Q(nudged=None) | Q(nudged__lt=now - NUDGE_AGAIN)
    lost = Q(state=State.QUEUED) & quiet | Q(state=State.RUNNING, lease_until__lt=now)
    return [
        job
        for job in jobs.filter(lost).order_by("created")
        if jobs.filter(pk=job.pk, nudged=job.nudged).update(nudged=now)
    ]


def give_up(jobs: QuerySet[AnyJob], why: str) -> None:
    """End those of these that took down every worker that tried."""
    now = timezone.now()
    jobs.filter(state=State.RUNNING, lease_until__lt=now, attempts__gte=ATTEMPTS).update(
        state=State.FAILED, error=why, finished=now, lease_until=None, doing="Failed"
    )


def _mine(job: AnyJob) -> QuerySet[AnyJob]:
    """The job's row, while its lease is ours."""
    return type(job)._default_manager.filter(pk=job.pk, token=job.token, state=State.RUNNING)


class Heartbeat:
    """Renews the lease while the block runs, on a thread of its own. `check()` raises Stopped once it is not ours."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._end, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            while not self._end.wait(BEAT):
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

    def tell(self, progress: int, doing: str, **changes: Any) -> None:
        """Progress in percent and in words, and what else of the row changes. Raises Stopped."""
        self.check()
        beat(self._job, progress=max(0, min(99, progress)), doing=doing[:200], **changes)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()


@contextmanager
def working(job: Job, *told: type[Exception]) -> Iterator[Heartbeat]:
    """The block brings a claimed job to its end, under a heartbeat. What stops it is written down, and not raised.

    `told`: errors whose own words are the reason that people read; any other is logged, and named.
    """
    try:
        with Heartbeat(job) as heart:
            yield heart
    except Stopped:
        stop(job)
    except told as why:
        fail(job, str(why))
    except Exception as error:
        log.exception("%s %s failed", type(job).__name__, job.uid)
        fail(job, f"{type(error).__name__}: {error}")
