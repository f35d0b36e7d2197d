"""The one write path: every event comes in here, whichever door it came through."""

import hashlib
from collections.abc import Sequence

from django.db import OperationalError
from django.utils import timezone

from traceapp.accounts.models import Membership, Organisation, User
from traceapp.accounts.permissions import require
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import Viewer
from traceapp.capture import documents, header, job_rows, parties, proceed
from traceapp.capture.errors import SHOWN, CaptureRefused, EventConflict, Place
from traceapp.capture.locks import one_at_a_time, twice
from traceapp.capture.models import Behaviour, CaptureJob, Source
from traceapp.capture.store import Stored, store
from traceapp.epcis.parse import Document, ParsedEvent
from traceapp.ledger.models import Record
from traceapp.ledger.receipts import sign_receipt
from traceapp.web.problems import OutOfOrder

KEY_LENGTH = 200


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
        one_at_a_time(organisation)
        stored = store(organisation, events, visibility)
        if job is not None:
            _fill(job, events, stored)
        return stored.records

    return twice(take)


def capture_document(
    *,
    organisation: Organisation,
    member: User | None,
    body: bytes,
    idempotency_key: str | None = None,
    source: str = Source.REST,
    visibility: int | None = None,
    behaviour: str = Behaviour.ROLLBACK,
    form: str = "",
) -> CaptureJob:
    """Take in an EPCIS document once; `form` is json or xml, by its looks if empty.

    The same key, or without one the same bytes, answer the same job again. Its master data is taken where it is about
    keys of the organisation.
    Raises PermissionDenied, CaptureRefused, DocumentTooLarge, KeyReused (the key came before with other bytes),
    EventConflict, with the failed job as `job`. With `proceed`, errors of single events are told by the job alone.
    """
    authorise(organisation, member)
    documents.check_size(len(body))
    proceeds = behaviour == Behaviour.PROCEED
    digest = hashlib.sha256((b"proceed:" if proceeds else b"") + body).hexdigest()
    key = _job_key(idempotency_key, digest)
    known = job_rows.earlier(organisation, key, digest)
    if known is not None and known.success and not known.running:
        return known
    document = documents.read(body, form=form, one_by_one=proceeds)
    if not proceeds:
        documents.check_events(document.events, now=timezone.now())
    job = job_rows.opened(
        organisation=organisation, member=member, source=source, key=key, digest=digest, behaviour=behaviour
    )
    if proceeds:
        return proceed.work(job, document, visibility)
    return _whole(job, document, visibility)


def _whole(job: CaptureJob, document: Document, visibility: int | None) -> CaptureJob:
    """All events or none, in one transaction."""

    def take() -> CaptureJob:
        one_at_a_time(job.organisation)
        current = CaptureJob.objects.select_related("organisation").get(pk=job.pk)
        if current.running:
            warnings = header.take(current.organisation, document)
            stored = store(current.organisation, document.events, visibility)
            _fill(current, document.events, stored, warnings)
        return current

    try:
        done = twice(take)
    except EventConflict as error:
        job_rows.note(job, [job_rows.error(place, status=409) for place in error.errors])
        job_rows.finish(job)
        error.job = job
        raise
    except (OperationalError, OutOfOrder):
        job_rows.interrupt(job)
        raise
    if not done.success and done.errors and not done.interrupted:
        known = EventConflict((one.get("path", ""), one["detail"]) for one in done.errors)
        known.job = done
        raise known
    return done


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


def _fill(job: CaptureJob, events: Sequence[ParsedEvent], stored: Stored, warnings: Sequence[Place] = ()) -> None:
    """What became of a document that was stored whole."""
    job.events = job.position = len(events)
    job.stored, job.repeated = stored.new, len(events) - stored.new
    job.records = [record.pk for record in stored.records]
    job.warnings = job_rows.told([*warnings, *parties.unknown(enumerate(events))])[:SHOWN]
    job.receipt = sign_receipt(stored.records) if stored.records else ""
    job.success = True
    job_rows.finish(job)
