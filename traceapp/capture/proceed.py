"""A document captured as far as possible: slice by slice, errors told, everything else stored."""

from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError
from django.utils import timezone

from traceapp.capture import documents, duplicates, header, job_rows, parties
from traceapp.capture.errors import SHOWN, Place
from traceapp.capture.locks import one_at_a_time, twice
from traceapp.capture.models import CaptureJob
from traceapp.capture.store import body_of, store
from traceapp.epcis.parse import Document, ParsedEvent
from traceapp.ledger.models import Record
from traceapp.ledger.receipts import sign_receipt
from traceapp.web.problems import OutOfOrder

SLICE = 250  # events of one transaction

Numbered = Sequence[tuple[int, ParsedEvent]]
"""Events with their place in the document."""


def work(job: CaptureJob, document: Document, visibility: int | None) -> CaptureJob:
    """Store what can be stored. Another request with the same document may do a part of it; each slice is done once."""
    numbered = list(zip(document.places, document.events, strict=True))
    refused = [job_rows.error(place) for place in documents.places(document.faults)]
    while job.running:
        job = _next(job, document, numbered, refused, visibility)
    return job


def _next(
    job: CaptureJob, document: Document, numbered: Numbered, refused: list[dict[str, object]], visibility: int | None
) -> CaptureJob:
    try:
        return twice(lambda: _slice(job.pk, document, numbered, refused, visibility))
    except (OperationalError, OutOfOrder):
        job_rows.interrupt(job)
        raise


def _slice(
    pk: int, document: Document, numbered: Numbered, refused: list[dict[str, object]], visibility: int | None
) -> CaptureJob:
    job = CaptureJob.objects.select_related("organisation").get(pk=pk)
    one_at_a_time(job.organisation)
    job.refresh_from_db()
    if not job.running:
        return job
    errors = refused if job.position == 0 else []
    if job.position == 0:
        job.warnings = job_rows.told(header.take(job.organisation, document))
    part = numbered[job.position : job.position + SLICE]
    errors = [*errors, *_store(job, part, visibility, timezone.now())]
    job.position += len(part)
    job.events = len(numbered) + len({str(one["path"]).partition("]")[0] for one in refused})
    if job.position >= len(numbered):
        _close(job, errors)
    else:
        job_rows.note(job, errors)
    return job


def _store(job: CaptureJob, part: Numbered, visibility: int | None, now: datetime) -> list[dict[str, object]]:
    """Store the good ones; the errors of the others."""
    errors: list[dict[str, object]] = []
    good: list[tuple[int, ParsedEvent]] = []
    for index, event in part:
        found: list[Place] = list(documents.errors_of(event, f"eventList[{index}]", now))
        errors += [job_rows.error(place) for place in found]
        if not found:
            good.append((index, event))
    bodies, places = [body_of(event) for _, event in good], [index for index, _ in good]
    conflicts = duplicates.compare(job.organisation_id, bodies, places).conflicts
    for at, why in conflicts.items():
        errors.append(job_rows.error((f"eventList[{good[at][0]}].eventID", why), status=409))
    kept = [pair for at, pair in enumerate(good) if at not in conflicts]
    stored = store(job.organisation, [event for _, event in kept], visibility)
    job.stored += stored.new
    job.repeated += len(kept) - stored.new
    job.records = [*job.records, *(record.pk for record in stored.records)]
    job.warnings = [*job.warnings, *job_rows.told(parties.unknown(kept))][:SHOWN]
    return errors


def _close(job: CaptureJob, errors: list[dict[str, object]]) -> None:
    if job.records:
        by_pk = Record.objects.in_bulk(job.records)
        job.receipt = sign_receipt([by_pk[pk] for pk in job.records if pk in by_pk])
    job_rows.note(job, errors)
    job_rows.finish(job)
