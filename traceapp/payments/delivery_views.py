"""Shipments that are paid on delivery: agree, fund, send, accept, contest, decide."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required, require
from traceapp.accounts.roles import RECORDERS, TREASURERS
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.ledger.outgoing import Call
from traceapp.payments import deadlines, deliveries, plain_words, selectors, services, standing
from traceapp.payments.act_forms import ContestForm, TakingForm, VerdictForm
from traceapp.payments.currencies import AmountError, minor
from traceapp.payments.delivery_models import Consignment, Said, Shipment
from traceapp.payments.tabs import tabs_for
from traceapp.payments.views import acting_user
from traceapp.web.pagination import page_of
from traceapp.web.templatetags.web import money

party_required = member_required(*sorted(TREASURERS | RECORDERS))


def _own(organisation: Organisation) -> QuerySet[Shipment]:
    """Those that an organisation is a party of."""
    return Shipment.objects.filter(parties__msp_id=organisation.msp_id, parties__pgln=organisation.pgln).distinct()


def _titles(found: Any) -> dict[str, str]:
    ids = [one.shipment_id for one in found]
    return dict(Consignment.objects.filter(shipment_id__in=ids).values_list("shipment_id", "title"))


def title_of(shipment: Shipment) -> str:
    """As its parties call it; by its id where its name is kept elsewhere."""
    found = Consignment.objects.filter(shipment_id=shipment.shipment_id).values_list("title", flat=True).first()
    return found or f"Shipment {shipment.shipment_id[:8]}"


@require_safe
@party_required
def shipments(request: HttpRequest) -> HttpResponse:
    here = acting_organisation(request)
    page = page_of(request, _own(here).order_by("-block", "-pk"))
    shown = {
        "tabs": tabs_for(here, request.path),
        "page": page,
        "titles": _titles(page.object_list),
        "may_add": viewer_of(request).has(*TREASURERS) and selectors.account_of(here) is not None,
        "open_calls": selectors.open_calls(here)[:10],
    }
    return render(request, "payments/shipments.html", shown)


@require_safe
@party_required
def shipment(request: HttpRequest, shipment_id: str) -> HttpResponse:
    """From packed to paid; terms and money in plain words."""
    here = acting_organisation(request)
    found = get_object_or_404(_own(here), shipment_id=shipment_id)
    return render(request, "payments/shipment.html", _shown(here, found))


def _shown(here: Organisation, found: Shipment, **forms: Any) -> dict[str, Any]:
    terms = found.document["terms"]
    preview = standing.preview(found)
    sheet = found.settlement or (preview.plain() if preview else None)
    asked = Call.objects.filter(organisation=here, argument__contains=found.shipment_id).order_by("-pk")
    return {
        "shipment": found,
        "title": title_of(found),
        "consignment": Consignment.objects.filter(shipment_id=found.shipment_id).first(),
        "steps": standing.steps(found),
        "until": standing.UNTIL.get(found.state, ""),
        "parts": sorted(standing.parts_of(found, here)),
        "parties": found.parties.order_by("pk"),
        "names": selectors.names(),
        "words": plain_words.words(terms, money, frozenset(standing.parts_of(found, here))),
        "terms_text": json.dumps(terms, indent=1),
        "currency": terms["currency"],
        "sheet": sheet,
        "lines": standing.lines(sheet) if sheet else [],
        "is_final": found.settlement is not None,
        "may": standing.may(found, here),
        "ends_by": deadlines.since(found),
        "legs": standing.legs_of(found),
        "under_way": [one for one in asked[:20] if one.is_open],
        "rejected": [one for one in asked[:5] if one.state == Call.State.INVALID][:1],
        "said": Said.objects.filter(shipment_id=found.shipment_id).select_related("organisation").order_by("pk"),
        "taking": TakingForm(),
        "contest": ContestForm(),
        "verdict": VerdictForm(),
        "is_custodial": selectors.is_custodial(here),
    } | forms


@require_POST
@party_required
def do(request: HttpRequest, shipment_id: str) -> HttpResponse:
    """One act of a party: what it may do is looked up again."""
    here = acting_organisation(request)
    found = get_object_or_404(_own(here), shipment_id=shipment_id)
    act = request.POST.get("act", "")
    allowed = standing.may(found, here)
    if act not in _ACTS or not getattr(allowed, act):
        messages.error(request, "That cannot be done now: the shipment has gone on meanwhile.")
        return redirect("payments:shipment", shipment_id)
    if act in ("accept", "fund", "resolve"):
        require(viewer_of(request), *sorted(TREASURERS))
    try:
        return _ACTS[act](request, here, found)
    except services.MoneyError as error:
        messages.error(request, str(error))
        return redirect("payments:shipment", shipment_id)


def _accept(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    intent = deliveries.agree(organisation=here, by=acting_user(request), shipment=found, title=title_of(found))
    return redirect("intents:confirm", uid=intent.uid)


def _fund(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    amount = standing.may(found, here).fund
    intent = deliveries.fund(
        organisation=here, by=acting_user(request), shipment=found, title=title_of(found), amount=amount
    )
    return redirect("intents:confirm", uid=intent.uid)


def _step(function: str) -> Any:
    def act(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
        now = datetime.now(UTC)
        deliveries.step(organisation=here, by=acting_user(request), shipment=found, function=function, at=now)
        return _asked(request, found)

    return act


def _take(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    form = TakingForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/shipment.html", _shown(here, found, taking=form))
    deliveries.take(organisation=here, by=acting_user(request), shipment=found, **form.cleaned_data)
    return _asked(request, found)


def _contest(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    form = ContestForm(request.POST)
    if not form.is_valid():
        return render(request, "payments/shipment.html", _shown(here, found, contest=form))
    deliveries.contest(
        organisation=here,
        by=acting_user(request),
        shipment=found,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
    )
    return _asked(request, found)


def _end(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    deadlines.send(found, here)
    return _asked(request, found)


def _resolve(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    form = VerdictForm(request.POST)
    if form.is_valid():
        try:
            text = form.cleaned_data["seller"].strip()
            seller = 0 if text in ("0", "0.00") else minor(text, found.document["terms"]["currency"])
            intent = deliveries.resolve(
                organisation=here,
                by=acting_user(request),
                shipment=found,
                title=title_of(found),
                seller=seller,
                insured=0,
                reason=form.cleaned_data["reason"],
            )
            return redirect("intents:confirm", uid=intent.uid)
        except AmountError as error:
            form.add_error("seller", str(error))
    return render(request, "payments/shipment.html", _shown(here, found, verdict=form))


def _asked(request: HttpRequest, found: Shipment) -> HttpResponse:
    messages.success(request, "It goes to the ledger now, and stands here once it is there.")
    return redirect("payments:shipment", found.shipment_id)


_ACTS: dict[str, Callable[[HttpRequest, Organisation, Shipment], HttpResponse]] = {
    "accept": _accept,
    "fund": _fund,
    "dispatch": _step("dispatch"),
    "arrive": _step("record_arrival"),
    "take": _take,
    "contest": _contest,
    "end": _end,
    "resolve": _resolve,
}
