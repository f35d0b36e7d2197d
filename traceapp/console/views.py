"""The first page: for anyone what this is and a field for a code, for members their day by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, Role
from traceapp.accounts.visibility import viewer_of
from traceapp.console import selectors, work
from traceapp.ledger.selectors import ledger_status


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One address for all: several roles see the union of what each has to do."""
    viewer = viewer_of(request)
    if viewer.organisation_id is None:
        return render(request, "console/welcome.html", {"codes": selectors.demo_codes()})
    records = viewer.has(*RECORDERS)
    recent = work.recent(viewer) if records else []
    context = {
        "today": timezone.now(),
        "records": records,
        "recent": recent,
        "settled": all(one.is_settled for one in recent),
        "waiting": sum(not one.is_settled for one in recent),
        "incoming": work.to_receive(viewer) if viewer.has(Role.RECEIVER, Role.CARRIER, Role.ADMIN) else None,
        "problems": work.problems(viewer),
        "analyst": viewer.has(Role.ANALYST),
        "quality": viewer.has(Role.QUALITY, Role.ADMIN),
        "status": ledger_status(viewer),
        "admin": viewer.has(Role.ADMIN),
    }
    return render(request, "console/home.html", context)


@require_safe
@cache_control(no_store=True)
@member_required(*RECORDERS)
def recent_records(request: HttpRequest) -> HttpResponse:
    """The list of what we logged, by itself: live.js asks for it while something is on its way."""
    recent = work.recent(viewer_of(request))
    settled = all(one.is_settled for one in recent)
    return render(request, "console/recent.html", {"recent": recent, "settled": settled})
