"""The life of a capture job's row: opened, moved on, finished or failed; and those forsaken by their process.

A job is at work while `running`. Whoever works on it holds the organisation's lock in each transaction that moves it,
and reads the row anew under it: so two requests with one document, or a repeat after a kill, never do its work twice.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from traceapp.accounts.models import Organisation, User
from traceapp.capture.errors import SHOWN, KeyReused, Place
from traceapp.capture.locks import one_at_a_time, twice
from traceapp.capture.models import Behaviour, CaptureJob

FORSAKEN_AFTER = timedelta(minutes=2)
"""So long after its last move a job counts as forsaken; one slice of the largest document takes seconds."""

INTERRUPTED = "Work on this document ended before it was done. "
_OUTCOME = {
    Behaviour.ROLLBACK: "Nothing of it was stored. Send it again.",
    Behaviour.PROCEED: "What it had stored until then stays. Send it again: nothing is stored twice.",
}


def opened(
    *, organisation: Organisation, member: User | None, source: str, key: str, digest: str, behaviour: str
) -> CaptureJob:
    """The job of a document, to be worked on if it is running. KeyReused as `earlier`."""

    def take() -> CaptureJob:
        one_at_a_time(organisation)
        known = earlier(organisation, key, digest)
        if known is None:
            return CaptureJob.objects.create(
                organisation=organisation,
                user=member,
                source=source,
                idempotency_key=key,
                body_digest=digest,
                behaviour=behaviour,
            )
        if not known.running and not known.success and (known.interrupted or not key.startswith("key:")):
            _start_again(known)
        return known

    return twice(take)


def earlier(organisation: Organisation, key: str, digest: str) -> CaptureJob | None:
    """The job that came with this key. KeyReused if it came with another document."""
    job = CaptureJob.objects.filter(organisation=organisation, idempotency_key=key).first()
    if job is not None and job.body_digest != digest:
        why = (
            f"This key was used on {job.created:%Y-%m-%d %H:%M:%S} UTC for another document (job {job.uid}). "
            "Send each document with a key of its own."
        )
        raise KeyReused([("Idempotency-Key", why)])
    return job


def _start_again(job: CaptureJob) -> None:
    job.running, job.success, job.interrupted, job.finished = True, True, False, None
    job.position = job.stored = job.repeated = 0
    job.records, job.errors, job.warnings = [], [], []
    job.save()


def error(place: Place, *, status: int = 400) -> dict[str, Any]:
    """One error of a job, as problem details with its path."""
    kind, title = (
        ("ResourceAlreadyExistsException", "Event ID used before")
        if status == 409
        else ("ValidationException", "Event refused")
    )
    path, why = place
    return {"type": f"epcisException:{kind}", "title": title, "status": status, "detail": why, "path": path}


def told(places: Sequence[Place]) -> list[dict[str, str]]:
    """Warnings as a job keeps them."""
    return [{"path": path, "detail": why} for path, why in places]


def note(job: CaptureJob, errors: Sequence[dict[str, Any]]) -> None:
    """Errors that were found while it is still at work."""
    if errors:
        job.success = False
        job.errors = [*job.errors, *errors][:SHOWN]
    job.save()


def finish(job: CaptureJob) -> None:
    job.running, job.finished = False, timezone.now()
    job.save()


def sweep(jobs: QuerySet[CaptureJob] | None = None) -> int:
    """End jobs whose process ended, as far as one can see: nobody has moved them for long. Returns how many."""
    running = (CaptureJob.objects.all() if jobs is None else jobs).filter(running=True)
    ended = 0
    for job in running.filter(touched__lt=timezone.now() - FORSAKEN_AFTER):
        ended += twice(lambda job=job: _end(job))  # type: ignore[misc]
    return ended


def interrupt(job: CaptureJob) -> None:
    """End a job that cannot go on, if the database takes as much as that; otherwise the sweep will."""
    with suppress(OperationalError):
        twice(lambda: _end(job, forsaken_only=False))


def _end(job: CaptureJob, *, forsaken_only: bool = True) -> int:
    one_at_a_time(job.organisation)
    job.refresh_from_db()
    if not job.running or (forsaken_only and job.touched >= timezone.now() - FORSAKEN_AFTER):
        return 0
    job.interrupted = True
    why = INTERRUPTED + _OUTCOME[Behaviour(job.behaviour)]
    note(
        job, [{"type": "epcisException:ImplementationException", "title": "Interrupted", "status": 500, "detail": why}]
    )
    finish(job)
    return 1
