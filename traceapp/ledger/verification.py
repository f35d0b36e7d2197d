"""Verify everything now, as a background job: one at a time, with progress, and taken up again after a kill."""

import logging
import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from traceapp.accounts.models import Organisation
from traceapp.jobs import life
from traceapp.jobs.nudge import nudge
from traceapp.ledger import apps, audit, turns
from traceapp.ledger.errors import LedgerError
from traceapp.ledger.models import Batch
from traceapp.ledger.oversight import Verification
from traceapp.ledger.trust import NotPinned
from traceapp.verifier.errors import TrustError

State = Verification.State
TELL_EVERY: Final = 0.5  # seconds
log = logging.getLogger(__name__)


class TooSoon(Exception):
    """Everything was verified a moment ago. Its text says when it may be again."""


def request(*, organisation: Organisation) -> Verification:
    """Have everything verified. The one that is waiting or running already, if there is one. Raises TooSoon."""
    with transaction.atomic():
        turns.take("verification")  # so that two clicks make one job
        newest = Verification.objects.first()
        if newest is not None and newest.active:
            return newest
        _refuse_too_soon(newest)
        job = Verification.objects.create(
            organisation=organisation,
            total=Batch.objects.count(),
            doing="Waiting for a worker",
            nudged=timezone.now(),
        )
        transaction.on_commit(lambda: nudge(job))
    return job


def _refuse_too_soon(newest: Verification | None) -> None:
    """It takes the whole machine's time: not more often than VERIFY_EVERY seconds. One that failed does not count."""
    if newest is None or newest.state == State.FAILED:
        return
    again = newest.created + timedelta(seconds=settings.VERIFY_EVERY)
    wait = (again - timezone.now()).total_seconds()
    if wait > 0:
        raise TooSoon(f"Everything was verified a moment ago. It can be again in {wait:.0f} seconds.")


def work(uid: str) -> None:
    """Claim a verification and bring it to an end, unless somebody else has it."""
    job = life.claim(Verification, uid, doing="Reading the ledger")
    if job is None:
        return
    try:
        with life.Heartbeat(job) as heart:
            result = _audited(job, heart)
            life.finish(job, blocks=result.blocks, batches=result.batches, records=result.records)
    except life.Stopped:
        life.stop(job)
    except (LedgerError, NotPinned, TrustError) as error:
        life.fail(job, f"Nothing more could be checked: {error}")
    except Exception as error:
        log.exception("verification %s failed", job.uid)
        life.fail(job, f"An error in the program: {type(error).__name__}: {error}")


def _audited(job: Verification, heart: life.Heartbeat) -> audit.Result:
    """Audit what was not audited before, and keep saying how far it is."""
    result = audit.Result(batches=job.batches, records=job.records)
    reached, told = {"blocks": job.blocks}, 0.0
    for _ in audit.steps(apps.ledger(), result, audited=job.blocks):
        if result.blocks > reached["blocks"]:
            reached = {"blocks": result.blocks, "batches": result.batches, "records": result.records}
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            heart.tell(100 * result.batches // max(1, job.total), _words(result, job.total), **reached)
    return result


def _words(result: audit.Result, total: int) -> str:
    return f"{result.batches:,} of {max(total, result.batches):,} batches, {result.records:,} records"
