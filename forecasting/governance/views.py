"""Pages under /forecasts/models/: parse, ask one selector or service, render."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forecasting import selectors as runs
from forecasting.governance import files, monitoring, presenting, registry, selectors, serving
from forecasting.governance.forms import ProposeForm, ReasonForm
from forecasting.governance.models import Entry, MonitorJob
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import viewer_of
from traceapp.jobs import life
from traceapp.web.pagination import page_of

readers = member_required(*READERS)
analysts = member_required(*TRAINERS)
Page = Callable[..., HttpResponseBase]


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def of_version(view: Page) -> Page:
    """The version named in the address, if it concerns the viewer's organisation."""

    @wraps(view)
    def found(request: HttpRequest, model: str, **options: Any) -> HttpResponseBase:
        here = acting_organisation(request)
        entry = selectors.version(here, model)
        if entry is None:
            raise Http404("There is no such version, or it does not concern you.")
        return view(request, entry, here, **options)

    return found


@require_safe
@readers
def index(request: HttpRequest) -> HttpResponse:
    here = acting_organisation(request)
    page = page_of(request, selectors.versions(here), 20)
    known = selectors.names()
    context = {
        "page": page,
        "rows": [
            (
                one,
                presenting.name_of(one),
                known.get((one.msp_id, one.pgln), one.pgln),
                *presenting.STATES[one.content["status"]],
            )
            for one in page
        ],
        "served": selectors.served_by(here),
        "to_vote": [(one, presenting.purpose(one), registry.number_of(one.model)) for one in selectors.to_vote(here)],
        "registrable": selectors.registrable(here),
        "calls": presenting.under_way(selectors.under_way(here)),
        "may": viewer_of(request).has(*TRAINERS),
    }
    return render(request, "forecasting/models/index.html", context)


@require_POST
@analysts
def register(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = get_object_or_404(runs.runs(viewer_of(request)).select_related("organisation", "record"), uid=uid)
    try:
        registry.register(run=run, by=_person(request))
        messages.success(request, "The version is being registered. It is in the list once the ledger has it.")
    except registry.ModelError as error:
        messages.error(request, str(error))
    return redirect("governance:index")


@require_safe
@readers
@of_version
def version(request: HttpRequest, entry: Entry, here: Organisation) -> HttpResponse:
    windows = selectors.measured(entry)
    own, proposals = selectors.mine(here, entry.model), selectors.proposals(entry, here)
    behind = serving.behind(entry.model)
    card = json.loads(own.card)["card"] if own else None
    known = selectors.names()
    context = {
        "entry": entry,
        "title": presenting.name_of(entry),
        "state": presenting.STATES[entry.content["status"]],
        "owner": known.get((entry.msp_id, entry.pgln), entry.pgln),
        "own": own,
        "card": card,
        "card_lines": presenting.card_lines(card) if card else [],
        "proposals": [(one, *presenting.STATES[one.state]) for one in proposals],
        "figures": presenting.drawings(windows),
        "windows": windows,
        "first_day": presenting.day_words(windows[0].start) if windows else "",
        "reported": any(one.reports for one in windows),
        "head": presenting.HEAD,
        "table": presenting.table(windows),
        "group_head": presenting.GROUP_HEAD,
        "groups": presenting.group_table(windows),
        "history": [
            (one, presenting.days_of(one), known.get((one.msp_id, one.pgln), one.pgln))
            for one in selectors.history(entry)
        ],
        "jobs": selectors.jobs(here, entry.model),
        "due": selectors.due(here, entry.model),
        "may": viewer_of(request).has(*TRAINERS),
        "may_propose": own is not None
        and entry.content["status"] not in ("live", "suspended")
        and not any(one.state == "open" for one in proposals),
        "back_to": behind.content["version"] if own is not None and behind is not None else None,
    }
    return render(request, "forecasting/models/version.html", context)


@require_http_methods(["GET", "POST"])
@analysts
@of_version
def propose(request: HttpRequest, entry: Entry, here: Organisation) -> HttpResponse:
    own = selectors.mine(here, entry.model)
    if own is None:
        raise Http404("Only its owner proposes a version.")
    form = ProposeForm(request.POST or None, organisation=here)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        intent = registry.propose(
            version=own,
            by=_person(request),
            electorate=list(said["electorate"]),
            threshold=said["threshold"],
            days=said["days"],
            reporters=list(said["reporters"]),
            limits=form.limits,
        )
        return redirect("intents:confirm", uid=intent.uid)
    shown = {"form": form, "entry": entry, "title": "Propose this version", "button": "Continue"}
    return render(request, "forecasting/models/form.html", shown)


@require_POST
@analysts
@of_version
def vote(request: HttpRequest, entry: Entry, here: Organisation) -> HttpResponse:
    choice, asked = request.POST.get("choice", ""), request.POST.get("deployment", "")
    open_ones = [one for one in selectors.proposals(entry, here) if one.may_vote and one.entry.content["id"] == asked]
    if choice not in ("approve", "reject") or not open_ones:
        messages.error(request, "There is nothing for you to vote on here any more.")
        return redirect("governance:version", model=entry.model)
    intent = registry.vote(organisation=here, by=_person(request), deployment=open_ones[0].entry, choice=choice)
    return redirect("intents:confirm", uid=intent.uid)


@require_http_methods(["GET", "POST"])
@analysts
@of_version
def roll_back(request: HttpRequest, entry: Entry, here: Organisation) -> HttpResponse:
    own = selectors.mine(here, entry.model)
    if own is None:
        raise Http404("Only its owner rolls a version back.")
    if (behind := serving.behind(entry.model)) is None:
        messages.error(request, "It cannot be rolled back: it is not live, or no good version was live before it.")
        return redirect("governance:version", model=entry.model)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        intent = registry.roll_back(version=own, by=_person(request), reason=form.cleaned_data["reason"])
        return redirect("intents:confirm", uid=intent.uid)
    shown = {
        "form": form,
        "entry": entry,
        "title": f"Roll back to version {behind.content['version']}",
        "button": "Continue",
    }
    return render(request, "forecasting/models/form.html", shown)


@require_POST
@analysts
@of_version
def monitor(request: HttpRequest, entry: Entry, here: Organisation) -> HttpResponse:
    if monitoring.request(organisation=here, model=entry.model) is None:
        messages.info(request, "Nothing is due: you report on windows that are over, once each.")
    return redirect("governance:version", model=entry.model)


@require_POST
@analysts
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    job = get_object_or_404(MonitorJob, uid=uid, organisation=acting_organisation(request))
    life.cancel(job)
    return redirect("governance:version", model=job.model)


@require_safe
@readers
@of_version
def download(request: HttpRequest, entry: Entry, here: Organisation, form: str) -> HttpResponse:
    answer = HttpResponse(
        files.written(selectors.lines(selectors.measured(entry)), form), content_type=files.TYPES[form]
    )
    answer["Content-Disposition"] = f'attachment; filename="metrics-{entry.model[:8]}.{form}"'
    return answer
