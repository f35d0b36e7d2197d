"""The one write path: every event comes in here, whichever door it came through."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.permissions import require
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import Viewer
from traceapp.capture import documents, parties
from traceapp.capture.errors import CaptureRefused, KeyReused
from traceapp.capture.models import CaptureJob, Source
from traceapp.capture.store import Stored, store
from traceapp.epcis.parse import ParsedEvent
from traceapp.ledger.models import Record
from traceapp.ledger.receipts import sign_receipt

KEY_LENGTH = 200
T = TypeVar("T")


def capture_events(
    *,
    organisation: Organisation,
    member: User | None,
    events: Sequence[ParsedEvent],
    source: str,
    visibility: int | None = None,
    job: CaptureJob | None = None,
) -> list[Record]:
    """Store events and queue them for the ledger, all or none; the records come back in the events' order.

    An event stored before with the same content comes back as the record it is. `member` None is the operator's
    command line. `job`, if given, is filled in and saved in the same transaction.
    Raises PermissionDenied, CaptureRefused (with paths like `eventList[3].eventTime`).
    """
    authorise(organisation, member)
    documents.check_count(len(events))
    documents.check_events(events, now=timezone.now())

    def take() -> list[Record]:
        _one_at_a_time(organisation)
        stored = store(organisation, events, visibility)
        if job is not None:
            _finish(job, events, stored)
        return stored.records

    return _twice(take)


def capture_document(
    *,
    organisation: Organisation,
    member: User | None,
    body: bytes,
    idempotency_key: str | None = None,
    source: str = Source.REST,
    visibility: int | None = None,
) -> CaptureJob:
    """Take in an EPCIS document whole, once. The same key, or without one the same bytes, answer the same job again.

    Raises PermissionDenied, CaptureRefused, DocumentTooLarge, KeyReused (the key came before with other bytes),
    EventConflict.
    """
    authorise(organisation, member)
    documents.check_size(len(body))
    digest = hashlib.sha256(body).hexdigest()
    key = _job_key(idempotency_key, digest)
    earlier = _earlier(organisation, key, digest)
    if earlier is not None:
        return earlier
    events = documents.read(body)

    def take() -> CaptureJob:
        _one_at_a_time(organisation)
        known = _earlier(organisation, key, digest)
        if known is not None:
            return known
        job = new_job(organisation=organisation, member=member, source=source, key=key, digest=digest)
        capture_events(
            organisation=organisation, member=member, events=events, source=source, visibility=visibility, job=job
        )
        return job

    return _twice(take)


def new_job(*, organisation: Organisation, member: User | None, source: str, key: str, digest: str) -> CaptureJob:
    """A job that is not saved yet; `capture_events` fills it in."""
    return CaptureJob(organisation=organisation, user=member, source=source, idempotency_key=key, body_digest=digest)


def authorise(organisation: Organisation, member: User | None) -> None:
    """PermissionDenied, with a sentence, unless the member may record for the organisation."""
    if member is None:
        return
    roles = Membership.objects.filter(user=member, organisation=organisation).values_list("role", flat=True)
    held = frozenset(roles)
    require(Viewer(organisation.pk if held else None, held), *sorted(RECORDERS))


def _job_key(given: str | None, digest: str) -> str:
    if given is None:
        return f"body:{digest}"
    if not given or len(given) > KEY_LENGTH or not given.isprintable():
        why = f"The Idempotency-Key header has 1 to {KEY_LENGTH} printable characters."
        raise CaptureRefused([("Idempotency-Key", why)])
    return f"key:{given}"


def _earlier(organisation: Organisation, key: str, digest: str) -> CaptureJob | None:
    job = CaptureJob.objects.filter(organisation=organisation, idempotency_key=key).first()
    if job is not None and job.body_digest != digest:
        why = (
            f"This key was used on {job.created:%Y-%m-%d %H:%M:%S} UTC for another document (job {job.uid}). "
            "Send each document with a key of its own."
        )
        raise KeyReused([("Idempotency-Key", why)])
    return job


def _one_at_a_time(organisation: Organisation) -> None:
    """Captures of one organisation wait for each other, so that a repeat sees what came before it.

    SQLite has locked the whole file by now (IMMEDIATE); elsewhere the organisation's row is the lock.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _twice(take: Callable[[], T]) -> T:
    """In a transaction; once more if another process won a race that only a constraint could see."""
    try:
        with transaction.atomic():
            return take()
    except IntegrityError:
        with transaction.atomic():
            return take()


def _finish(job: CaptureJob, events: Sequence[ParsedEvent], stored: Stored) -> None:
    job.running, job.success, job.finished = False, True, timezone.now()
    job.events, job.stored, job.repeated = len(events), stored.new, len(events) - stored.new
    job.records = [record.pk for record in stored.records]
    job.warnings = [{"path": path, "detail": why} for path, why in parties.unknown(events)]
    job.receipt = sign_receipt(stored.records)
    job.save()
