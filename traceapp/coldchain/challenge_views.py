"""The page on which a party says that a leg on the ledger is wrong."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, TREASURERS, Role
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import Viewer, viewer_of
from traceapp.coldchain import challenging, ledger_words, selectors
from traceapp.coldchain.challenging import ChallengeError
from traceapp.coldchain.forms import ChallengeForm
from traceapp.coldchain.models import LedgerLeg
from traceapp.ledger import documents

CHALLENGERS = (Role.QUALITY, *sorted({*RECORDERS, *TREASURERS}))


@require_http_methods(["GET", "POST"])
@member_required(*CHALLENGERS)
def challenge(request: HttpRequest, leg_id: str) -> HttpResponse:
    viewer = viewer_of(request)
    here = acting_organisation(request)
    held = documents.get(f"leg/{leg_id}")
    row = LedgerLeg.objects.filter(call_id=leg_id).select_related("leg").first()
    if held is None or not _may_see(viewer, here, held, row):
        raise Http404
    back, form = _back(viewer, held, row), ChallengeForm(request.POST if request.method == "POST" else None)
    why = challenging.refusal(held, here)
    if request.method == "POST" and not why and form.is_valid():
        role = "recorder" if viewer.has(Role.QUALITY, *sorted(RECORDERS)) else "treasurer"
        try:
            challenging.challenge(
                leg_id=leg_id, organisation=here, by=cast(User, request.user), role=role, **form.cleaned_data
            )
        except ChallengeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The challenge is on its way to the ledger."))
            return redirect(back)
    context = {
        "held": held, "form": form, "why": why, "back": back, "until": challenging.until_of(held),
        "facts": ledger_words.facts(held["figures"]),
        "began": datetime.fromisoformat(held["from"]), "ended": datetime.fromisoformat(held["to"]),
    }  # fmt: skip
    failed = request.method == "POST"
    return render(request, "coldchain/challenge.html", context, status=(409 if why else 400) if failed else 200)


def _may_see(viewer: Viewer, here: Organisation, held: dict[str, Any], row: LedgerLeg | None) -> bool:
    """Parties of its shipment, and whoever may see the leg that it is a piece of."""
    if held["shipment"] and challenging.is_party(held, here):
        return True
    leg = row.leg if row is not None else None
    return leg is not None and selectors.legs_for(viewer).filter(pk=leg.pk).exists()


def _back(viewer: Viewer, held: dict[str, Any], row: LedgerLeg | None) -> str:
    leg = row.leg if row is not None else None
    if leg is not None and selectors.legs_for(viewer).filter(pk=leg.pk).exists():
        return reverse("coldchain:leg", args=[leg.uid])
    return reverse("payments:shipment", args=[held["shipment"]])
