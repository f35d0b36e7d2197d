"""Verify everything now: ask for it, follow it, stop it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.console import oversight
from traceapp.jobs import life
from traceapp.ledger import verification


@require_safe
@cache_control(no_store=True)
def progress(request: HttpRequest) -> HttpResponse:
    """How far it is, by itself, for live.js."""
    return render(request, "console/verification.html", {"verification": oversight.verification(viewer_of(request))})


@require_POST
@member_required(*oversight.VERIFIERS)
def start(request: HttpRequest) -> HttpResponse:
    """Ask for it; one that runs already is followed instead."""
    organisation = get_object_or_404(Organisation, pk=viewer_of(request).organisation_id)
    try:
        verification.request(organisation=organisation)
    except verification.TooSoon as error:
        messages.warning(request, str(error))
    return redirect("ledger")


@require_POST
@member_required(*oversight.VERIFIERS)
def stop(request: HttpRequest) -> HttpResponse:
    """Stop the one that our organisation asked for."""
    found = oversight.verification(viewer_of(request))
    if found is not None and found.ours:
        life.cancel(found.job)
    return redirect("ledger")
