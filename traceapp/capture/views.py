"""Pages: log a step, what became of it, what we logged."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import Relation, Viewer, Visibility, readable, relation, viewer_of
from traceapp.capture import jobs, selectors
from traceapp.capture.errors import CaptureRefused
from traceapp.capture.forms import StepForm
from traceapp.capture.guess import code_error, initial_of
from traceapp.capture.models import CaptureJob
from traceapp.capture.progress import steps_of
from traceapp.capture.steps import log_step as save_step
from traceapp.capture.story import Story, stories
from traceapp.ledger.models import Reader, Record, RecordKind
from traceapp.ledger.receipts import sign_receipt
from traceapp.web.pagination import page_of

recorders_only = member_required(*sorted(RECORDERS))
STEP_FILTERS = (
    ("", "All"),
    ("shipping", "Shipped"),
    ("receiving", "Received"),
    ("commissioning", "Begun"),
    ("retail_selling", "Sold"),
)
STATE_FILTERS = (("queued", "Queued"), ("sent", "Sent"), ("on_ledger", "On ledger"), ("rejected", "Rejected"))


@require_http_methods(["GET", "HEAD", "POST"])
@recorders_only
def log_step(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    organisation = Organisation.objects.get(pk=viewer.acting_for)
    products = selectors.products_for(viewer)
    initial = initial_of(request.GET, viewer)
    sent = request.POST if request.method == "POST" else None
    form = StepForm(sent, organisation=organisation, products=products, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            done = _save(form, organisation, request.user)
            return redirect("capture:record", uid=Record.objects.values_list("uid", flat=True).get(pk=done.records[0]))
        except CaptureRefused as error:
            form.add_error(None, error.summary)
    shown = {
        "form": form,
        "code": request.GET.get("code", "")[:300],
        "code_error": code_error(request.GET, {one.gtin for one in products}),
        "products": products,
        "lots": selectors.lots_for(products),
        "has_places": form.fields["place"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "capture/log.html", shown)


def _save(form: StepForm, organisation: Organisation, user: Any) -> CaptureJob:
    member: User = user
    values = form.cleaned_data
    return save_step(
        step=values["made"],
        organisation=organisation,
        member=member,
        visibility=values["visibility"],
        form=values["form"],
    )


@require_safe
@recorders_only
def records(request: HttpRequest) -> HttpResponse:
    """What we logged, with states."""
    viewer = viewer_of(request)
    step, state = request.GET.get("step", "")[:40], request.GET.get("state", "")[:20]
    page = page_of(request, selectors.own_records(viewer, step=step, state=state))
    shown = {
        "page": page,
        "stories": stories([one.pk for one in page], viewer),
        "step": step,
        "state": state,
        "step_filters": STEP_FILTERS,
        "state_filters": STATE_FILTERS,
    }
    return render(request, "capture/records.html", shown)


@require_safe
@member_required()
def record(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One record, for whoever may read it."""
    one, story, related = _record(request, uid)
    shown = {"record": one, "story": story, "steps": steps_of(story), "is_ours": related is Relation.OWNER}
    if related is Relation.OWNER:
        shown["audience"] = Visibility(one.visibility).label
        shown["readers"] = (
            Reader.objects.filter(record=one).select_related("organisation").order_by("organisation__name")
        )
    return render(request, "capture/record.html", shown)


@require_safe
@member_required()
def record_now(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The state of one record as a piece of its page, asked for again and again."""
    one, story, _ = _record(request, uid)
    return render(request, "capture/record_now.html", {"record": one, "story": story, "steps": steps_of(story)})


def _record(request: HttpRequest, uid: UUID) -> tuple[Record, Story, Relation]:
    """The record as the viewer may see it; not found for those who may not know of it."""
    viewer: Viewer = viewer_of(request)
    one = get_object_or_404(Record.objects.filter(readable(viewer), kind=RecordKind.EPCIS), uid=uid)
    related, found = relation(viewer, one), stories([one.pk], viewer)
    if related is None or not found:
        raise Http404
    return one, found[0], related


@require_safe
@recorders_only
def receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The signed promise to anchor this record, for those who recorded it."""
    one = get_object_or_404(Record, uid=uid, organisation=viewer_of(request).acting_for)
    return _jws(sign_receipt([one]), f"receipt-{uid}")


@require_safe
@recorders_only
def job(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What became of a document that was dropped on the import page."""
    viewer = viewer_of(request)
    one = get_object_or_404(selectors.jobs_of(viewer), uid=uid)
    page = page_of(request, one.records)
    shown = {"job": one, "page": page, "stories": stories(list(page), viewer), "states": jobs.ledger_states(one)}
    return render(request, "capture/job.html", shown)


@require_safe
@recorders_only
def job_receipt(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The receipt given for a whole document."""
    one = get_object_or_404(selectors.jobs_of(viewer_of(request)).exclude(receipt=""), uid=uid)
    return _jws(one.receipt, f"receipt-{uid}")


def _jws(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/jose")
    response["Content-Disposition"] = f'attachment; filename="{name}.jws"'
    return response
