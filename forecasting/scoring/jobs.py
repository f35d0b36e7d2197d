"""Pages of scores asked anew: open deliveries as known now, or one of them planned for another day."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from forecasting import presenting
from forecasting import selectors as runs
from forecasting.governance.serving import told
from forecasting.names import spoken
from forecasting.scoring import services
from forecasting.scoring.forms import AskForm
from forecasting.scoring.models import ScoreJob
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.jobs import life
from traceapp.ledger import verified
from traceapp.web.pagination import page_of


@require_POST
@member_required(*TRAINERS)
def ask(request: HttpRequest, run: UUID) -> HttpResponse:
    """All open deliveries, or what if one were planned for another day."""
    found = get_object_or_404(runs.runs(viewer_of(request)).select_related("organisation"), uid=run)
    form = AskForm(request.POST)
    try:
        if not form.is_valid():
            raise services.ScoreError("Say for which day: a date such as 2026-05-31.")
        job = services.request(run=found, user=cast(User, request.user), **form.asked)
    except services.ScoreError as error:
        messages.error(request, str(error))
        record = form.cleaned_data.get("record")
        return redirect("scoring:score", run=run, record=record) if record else redirect("forecasting:run", uid=run)
    return redirect("scoring:job", uid=job.uid)


@require_safe
@member_required(*READERS)
def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = get_object_or_404(_own(request), uid=uid)
    page = page_of(request, found.scores.all(), 20)
    reasons = spoken(one.reasons for one in page)
    answer = verified.read([found.record_id]) if found.record_id else None
    unproven = answer.unverified[0] if answer and answer.unverified else None
    context = _context(request, found) | {
        **told(found.run),
        "page": page,
        "rows": [(one, presenting.days_of(one), why) for one, why in zip(page, reasons, strict=True)],
        "state": str(unproven.state) if unproven else "verified",
        "words": unproven.reason if unproven else "",
    }
    return render(request, "forecasting/scoring/job.html", context)


@require_safe
@member_required(*READERS)
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A piece of the page, asked for again while the job runs."""
    found = get_object_or_404(_own(request), uid=uid)
    return render(request, "forecasting/scoring/job_progress.html", _context(request, found) | {"fresh": True})


@require_POST
@member_required(*TRAINERS)
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    life.cancel(get_object_or_404(_own(request), uid=uid))
    return redirect("scoring:job", uid=uid)


def _context(request: HttpRequest, found: ScoreJob) -> dict[str, Any]:
    return {"job": found, "run": found.run, "may": viewer_of(request).has(*TRAINERS)}


def _own(request: HttpRequest) -> QuerySet[ScoreJob]:
    own = ScoreJob.objects.filter(organisation_id=viewer_of(request).organisation_id or 0)
    return own.select_related("run", "record")
