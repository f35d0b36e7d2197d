"""Pages of excursions: the list, a case, and what one does about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts import one_time_codes, passkeys, second_factor
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, Role
from traceapp.accounts.second_factor import SecondFactorError
from traceapp.accounts.visibility import viewer_of
from traceapp.coldchain import cases, presenting, selectors
from traceapp.coldchain.cases import DECIDERS, CaseError
from traceapp.coldchain.forms import DecisionForm, OwnerForm
from traceapp.coldchain.models import Case, Step
from traceapp.coldchain.tabs import tabs
from traceapp.web.pagination import page_of

WORKERS = (Role.QUALITY, *sorted(RECORDERS))
SHOWN = {"open": (Case.State.OPEN, Case.State.ACKNOWLEDGED), "closed": (Case.State.CLOSED,)}


@require_safe
@member_required()
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    state = request.GET.get("state", "open")
    rows = selectors.cases_for(viewer)
    rows = rows.filter(state__in=SHOWN[state]) if state in SHOWN else rows
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [_line(one) for one in page],
        "state": state,
        "states": [("open", _("Open")), ("closed", _("Decided")), ("all", _("All"))],
        "tabs": tabs(),
        "open": selectors.open_cases(viewer),
    }
    return render(request, "coldchain/index.html", context)


def _line(case: Case) -> dict[str, Any]:
    until = case.ended or timezone.now()
    return {
        "case": case,
        "goods": case.goods.removeprefix("https://id.gs1.org/"),
        "side": presenting.side_words(case.side),
        "extreme": presenting.degrees(case.extreme),
        "lasted": presenting.duration((until - case.began).total_seconds()),
        "answered": _answered(case),
    }


def _answered(case: Case) -> str:
    """The time to acknowledge, or how long nobody has."""
    until = case.acknowledged or timezone.now()
    return presenting.duration(max(timedelta(0), until - case.opened).total_seconds())


@require_safe
@member_required()
def case(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _page(request, _case(request, uid), DecisionForm())


def _case(request: HttpRequest, uid: UUID) -> Case:
    return get_object_or_404(selectors.cases_for(viewer_of(request)), uid=uid)


def _page(request: HttpRequest, one: Case, form: DecisionForm, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    owner = OwnerForm(initial={"owner": one.owner_id})
    owner.fields["owner"].queryset = selectors.colleagues(viewer)  # type: ignore[attr-defined]
    context = {
        **_line(one),
        "form": form,
        "owner_form": owner,
        "steps": [(step, _signed(step)) for step in one.steps.select_related("by")],
        "facts": _facts(one),
        "may_work": viewer.has(*WORKERS),
        "may_decide": viewer.has(*DECIDERS),
        **_factors(request),
        "is_open": one.state != Case.State.CLOSED,
    }
    return render(request, "coldchain/case.html", context, status=status)


def _factors(request: HttpRequest) -> dict[str, Any]:
    """With what the viewer can sign."""
    app = one_time_codes.authenticator_of(_me(request))
    return {
        "has_code": app is not None,
        "has_key": passkeys.held_by(_me(request)),
        # The demo's people have no telephone: their present code is shown to whoever tries it out.
        "demo_code": one_time_codes.for_the_page(app) if settings.DEMO and app else "",
    }


def _facts(one: Case) -> list[dict[str, Any]]:
    limits = one.limits
    found: list[dict[str, Any]] = [
        {"label": _("Furthest"), "value": presenting.degrees(one.extreme), "big": True},
        {"label": _("Beyond the limit for"), "value": presenting.duration(one.outside)},
        {"label": _("Time to acknowledge") if one.acknowledged else _("Waiting for"), "value": _answered(one)},
        {"label": _("Owner"), "value": str(one.owner or "")},
    ]
    low, high = limits.get("low"), limits.get("high")
    if low is not None or high is not None:
        words = " – ".join("" if limit is None else f"{limit:g}" for limit in (low, high))
        found.append({"label": _("Limits, °C"), "value": words})
    if limits.get("budget") is not None:
        found.append({"label": _("Stability budget"), "value": presenting.duration(limits["budget"])})
    return found


def _signed(step: Step) -> str:
    """What holds of a step's signature, checked for this answer; empty where none is needed."""
    if step.what != Step.What.CLOSED:
        return ""
    signature = step.signature or {}
    intent, assertion = signature.get("intent"), signature.get("assertion")
    if not intent or not assertion or not second_factor.holds(assertion, intent):
        return "mismatch"
    said = (str(step.case.uid), step.text, step.by_id)
    return "verified" if (intent.get("case"), intent.get("reason"), assertion.get("user")) == said else "mismatch"


def _do(request: HttpRequest, uid: UUID, action: Callable[[Case], None], said: str) -> HttpResponse:
    one = _case(request, uid)
    try:
        action(one)
        messages.success(request, said)
    except CaseError as error:
        messages.error(request, str(error))
    return redirect("coldchain:case", uid=one.uid)


@require_POST
@member_required(*WORKERS)
def acknowledge(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _do(request, uid, lambda one: cases.acknowledge(case=one, by=_me(request)), _("You own this case now."))


@require_POST
@member_required(*WORKERS)
def hold(request: HttpRequest, uid: UUID) -> HttpResponse:
    on = request.POST.get("on") == "1"
    said = _("The goods are on hold.") if on else _("The hold is lifted.")
    return _do(request, uid, lambda one: cases.set_hold(case=one, on=on, by=_me(request)), said)


@require_POST
@member_required(*WORKERS)
def owner(request: HttpRequest, uid: UUID) -> HttpResponse:
    form = OwnerForm(request.POST)
    form.fields["owner"].queryset = selectors.colleagues(viewer_of(request))  # type: ignore[attr-defined]
    if not form.is_valid():
        messages.error(request, _("Choose a member of your organisation."))
        return redirect("coldchain:case", uid=_case(request, uid).uid)
    to = form.cleaned_data["owner"]
    return _do(request, uid, lambda one: cases.hand_over(case=one, to=to, by=_me(request)), _("Handed over."))


@require_POST
@member_required(*WORKERS)
def note(request: HttpRequest, uid: UUID) -> HttpResponse:
    text = request.POST.get("text", "").strip()
    if not text:
        messages.error(request, _("Write something first."))
        return redirect("coldchain:case", uid=_case(request, uid).uid)
    return _do(request, uid, lambda one: cases.note(case=one, by=_me(request), text=text), _("Noted."))


@require_POST
@member_required(*DECIDERS)
def decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    one, form = _case(request, uid), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form, status=400)
    said, answer = form.cleaned_data, request.POST.get("credential", "")
    decision = {"disposition": said["disposition"], "reason": said["reason"]}
    try:
        if "by_key" in request.POST and not answer:
            return _by_key(request, one, decision)
        cases.decide(case=one, by=_me(request), **decision, code=said["code"], answer=answer, host=request.get_host())
    except SecondFactorError as error:
        if answer:
            return _by_key(request, one, decision, str(error))
        form.add_error("code", str(error))
        return _page(request, one, form, status=400)
    except CaseError as error:
        form.add_error("reason", str(error))
        return _page(request, one, form, status=400)
    messages.success(request, _("Decided and signed."))
    return redirect("coldchain:case", uid=one.uid)


def _by_key(request: HttpRequest, one: Case, decision: dict[str, str], error: str = "") -> HttpResponse:
    """What the passkey is to sign: its challenge is the hash of what stands on this page. CaseError."""
    intent = cases.to_sign(one, **decision)
    digest = second_factor.intent_hash(intent)
    context = {
        **_line(one),
        "decision": decision,
        "facts": [
            {"label": _("What becomes of the goods"), "value": Case.Disposition(decision["disposition"]).label},
            {"label": _("Reason"), "value": intent["reason"]},
        ],
        "digest": digest,
        "error": error,
        "key_options": {"request_options": passkeys.options(_me(request), digest, request.get_host())},
    }
    return render(request, "coldchain/decide_by_key.html", context, status=400 if error else 200)


def _me(request: HttpRequest) -> Any:
    return request.user
