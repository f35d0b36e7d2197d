"""A capture job as the interface shows it."""

from collections import Counter
from typing import Any

from traceapp.capture.chunks import chunks
from traceapp.capture.models import CaptureJob
from traceapp.commitments.times import rfc3339
from traceapp.ledger import selectors as ledger


def as_epcis(job: CaptureJob) -> dict[str, Any]:
    """EPCIS 2.0's `CaptureJob`, with counts."""
    return {
        "captureID": str(job.uid),
        "createdAt": rfc3339(job.created),
        "finishedAt": rfc3339(job.finished) if job.finished else None,
        "running": job.running,
        "success": job.success,
        "captureErrorBehaviour": "rollback",
        "errors": job.errors,
        "warnings": job.warnings,
        "events": {"received": job.events, "stored": job.stored, "repeated": job.repeated},
    }


def accepted(job: CaptureJob) -> dict[str, Any]:
    """The answer to a capture: the job, and the signed promise to anchor its records."""
    return as_epcis(job) | {"receipt": job.receipt}


def ledger_states(job: CaptureJob) -> dict[str, int]:
    """How many of the job's records are queued, sent, on the ledger, rejected; missing ones are counted as such."""
    counts: Counter[str] = Counter()
    for chunk in chunks(set(job.records)):
        states = ledger.states(chunk)
        counts.update(str(getattr(states[pk], "name", "")).lower() if pk in states else "missing" for pk in chunk)
    return dict(counts)
