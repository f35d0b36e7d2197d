"""Shipments that are paid on delivery: agree, fund, send, take, contest, decide."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required, require
from traceapp.accounts.roles import RECORDERS, TREASURERS
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.payments import acts, attested, confirmed_acts, selectors, services, standing
from traceapp.payments.act_forms import ContestForm, TakingForm, VerdictForm
from traceapp.payments.currencies import AmountError, minor
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.shipment_page import shown
from traceapp.payments.tabs import tabs_for
from traceapp.payments.views import acting_user
from traceapp.web.pagination import page_of
from traceapp.web.templatetags.web import money

party_required = member_required(*sorted(TREASURERS | RECORDERS))


@require_safe
@party_required
def shipments(request: HttpRequest) -> HttpResponse:
    here = acting_organisation(request)
    page = page_of(request, selectors.shipments(here).order_by("-block", "-pk"))
    listed = {
        "tabs": tabs_for(here, request.path),
        "page": page,
        "titles": selectors.titles(page.object_list),
        "may_add": viewer_of(request).has(*TREASURERS) and selectors.account_of(here) is not None,
        "open_calls": selectors.open_calls(here)[:10],
    }
    return render(request, "payments/shipments.html", listed)


@require_safe
@party_required
def shipment(request: HttpRequest, shipment_id: str) -> HttpResponse:
    """From packed to paid; terms and money in plain words."""
    here = acting_organisation(request)
    found = get_object_or_404(selectors.shipments(here), shipment_id=shipment_id)
    return render(request, "payments/shipment.html", shown(here, viewer_of(request), found))


@require_POST
@party_required
def do(request: HttpRequest, shipment_id: str) -> HttpResponse:
    """One act of a party: what it may do is looked up again."""
    here = acting_organisation(request)
    found = get_object_or_404(selectors.shipments(here), shipment_id=shipment_id)
    act = request.POST.get("act", "")
    allowed = standing.may(found, here)
    if act not in _ACTS or not getattr(allowed, act):
        why = standing.why_not(act, found, here) if act in _ACTS else "That cannot be done now: there is no such act."
        return _refused(request, here, found, act, why)
    if act in confirmed_acts.NAMES:
        require(viewer_of(request), *sorted(TREASURERS))
    try:
        return _ACTS[act](request, here, found)
    except services.MoneyError as error:
        messages.error(request, str(error))
        return redirect("payments:shipment", shipment_id)


def _refused(request: HttpRequest, here: Organisation, found: Shipment, act: str, why: str) -> HttpResponse:
    """In words; what somebody wrote stands there still."""
    if act not in _FORMS:
        messages.error(request, why)
        return redirect("payments:shipment", found.shipment_id)
    form = _FORMS[act](request.POST)
    form.is_valid()
    form.add_error(None, why)
    return _again(request, here, found, **{_NAMES[act]: form})


def _wish(request: HttpRequest, here: Organisation, found: Shipment, **said: Any) -> HttpResponse:
    """By a second factor, on the next page."""
    act, title = request.POST["act"], selectors.title_of(found)
    who: dict[str, Any] = {"organisation": here, "by": acting_user(request), "shipment": found, "title": title}
    return redirect("intents:confirm", uid=confirmed_acts.wish(act, **who, said=said).uid)


def _be_content(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    """By the figures that its person has seen: the page says which those are."""
    seen = {name: request.POST.get(name, "0") for name in ("seller", "insured")}
    return _wish(
        request, here, found, **{name: int(of) if of.isascii() and of.isdigit() else -1 for name, of in seen.items()}
    )


def _act(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    """On the way, without a second factor; what is wrong stands in the form that it was written in."""
    act = request.POST["act"]
    form = _FORMS[act](request.POST) if act in _FORMS else None
    if form is not None and not form.is_valid():
        return _again(request, here, found, **{_NAMES[act]: form})
    try:
        said = form.cleaned_data if form is not None else {}
        acts.do(act, organisation=here, by=acting_user(request), shipment=found, said=said)
    except services.MoneyError as error:
        if form is None:
            raise
        form.add_error(None, str(error))
        return _again(request, here, found, **{_NAMES[act]: form})
    messages.success(request, "It goes to the ledger now, and stands here once it is there.")
    return redirect("payments:shipment", found.shipment_id)


def _again(request: HttpRequest, here: Organisation, found: Shipment, **forms: Any) -> HttpResponse:
    return render(request, "payments/shipment.html", shown(here, viewer_of(request), found, **forms))


def _resolve(request: HttpRequest, here: Organisation, found: Shipment) -> HttpResponse:
    form = VerdictForm(request.POST, insured=found.insurance is not None)
    currency = found.document["terms"]["currency"]
    if form.is_valid():
        amounts = {name: _amount(form, name, currency, most) for name, most in confirmed_acts.left(found).items()}
        if form.is_valid():
            return _wish(request, here, found, reason=form.cleaned_data["reason"], **amounts)
    return _again(request, here, found, verdict=form)


def _amount(form: VerdictForm, name: str, currency: str, most: int) -> int:
    """Minor units of what was written; what is wrong with it is said at the field."""
    text = str(form.cleaned_data.get(name, "0")).strip()
    try:
        amount = 0 if not text.strip("0., ") else minor(text, currency)
    except AmountError as error:
        form.add_error(name, str(error))
        return 0
    if amount > most:
        form.add_error(name, f"No more is left than {money(most, currency)}.")
    return amount


@require_safe
@party_required
def evidence(request: HttpRequest, shipment_id: str) -> HttpResponse:
    """Documents, transactions and who attests them, as one file."""
    found = get_object_or_404(selectors.shipments(acting_organisation(request)), shipment_id=shipment_id)
    answer = HttpResponse(attested.bundle(found, datetime.now(UTC)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{found.shipment_id[:8]}.json"'
    return answer


_FORMS: dict[str, Any] = {"take": TakingForm, "contest": ContestForm}
_NAMES = {"take": "taking", "contest": "contest"}
_ACTS: dict[str, Callable[[HttpRequest, Organisation, Shipment], HttpResponse]] = {
    "accept": _wish,
    "fund": _wish,
    "content": _be_content,
    "resolve": _resolve,
    **dict.fromkeys(("dispatch", "arrive", "take", "contest", "end"), _act),
}
