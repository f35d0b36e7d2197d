"""Pages under /forecasts/bottlenecks/: parse, ask one selector or service, render."""

import csv
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from forecasting.dwell import presenting, selectors, services
from forecasting.reasons import Reason
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.permissions import member_required
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.jobs import life
from traceapp.web.pagination import page_of
from traceapp.web.spreadsheets import harmless


@require_safe
@member_required(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    job = selectors.newest(viewer)
    places = list(job.places.all()) if job else []
    page = page_of(request, places, 20)
    asked = request.GET.get("place", "")
    chosen = next((one for one in places if one.place == asked), places[0] if places else None)
    counts = {Reason(name): count for name, count in job.left_out.items()} if job else {}
    context = presenting.context(places, chosen) | {
        "job": job,
        "places": places,
        "page": page,
        "rows": [(one, presenting.row(one)) for one in page],
        "counts": [(reason, count) for reason, count in counts.items() if reason is not Reason.OTHER],
        "jobs": [now] if (now := selectors.current(viewer)) else [],
        "may": viewer.has(*TRAINERS),
    }
    return render(request, "forecasting/dwell/index.html", context)


@require_safe
@member_required(*READERS)
def jobs(request: HttpRequest) -> HttpResponse:
    """A piece of the page, asked for again while something runs."""
    viewer = viewer_of(request)
    now = selectors.current(viewer)
    context = {"jobs": [now] if now and now.active else [], "may": viewer.has(*TRAINERS), "fresh": True}
    return render(request, "forecasting/dwell/jobs.html", context)


@require_POST
@member_required(*TRAINERS)
def measure(request: HttpRequest) -> HttpResponse:
    organisation = acting_organisation(request)
    services.request(organisation=organisation, user=request.user)  # type: ignore[arg-type]
    return redirect("dwell:index")


@require_POST
@member_required(*TRAINERS)
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    life.cancel(get_object_or_404(selectors.jobs(viewer_of(request)), uid=uid))
    return redirect("dwell:index")


@require_safe
@member_required(*READERS)
def download(request: HttpRequest) -> HttpResponse:
    job = selectors.newest(viewer_of(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="bottlenecks.csv"'
    writer = csv.writer(answer, lineterminator="\n")
    writer.writerow(selectors.COLUMNS)
    for line in selectors.lines(job) if job else []:
        writer.writerow([harmless(line[name]) for name in selectors.COLUMNS])
    return answer
