"""Pages on which an analyst expects other sales than the model, and what was decided so before."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from forecasting import selectors as runs
from forecasting.governance import decisions
from forecasting.models import Series
from forecasting.scoring import selectors
from forecasting.scoring.forms import DemandForm
from forecasting.views import READERS, TRAINERS
from traceapp.accounts.models import User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of


@require_http_methods(["GET", "POST"])
@member_required(*READERS)
def demand(request: HttpRequest, run: UUID, series: int) -> HttpResponse:
    """What was decided on a series of a run; for analysts the form, which asks again in words before it writes."""
    found = _series(request, run, series)
    may = viewer_of(request).has(*TRAINERS)
    form = DemandForm(request.POST or None, forecasts=runs.forecasts(found))
    if request.method == "POST" and not may:
        raise Http404("Only analysts decide.")
    if request.method == "POST" and form.is_valid():
        return _decided(request, found, form) if form.cleaned_data["sure"] else _asked(request, found, form)
    context = {
        "series": found,
        "form": form if may else None,
        "made": selectors.demand_decisions(found),
        "confirmation": runs.confirm(found.run),
    }
    return render(request, "forecasting/scoring/demand.html", context)


def _series(request: HttpRequest, run: UUID, pk: int) -> Series:
    ours = runs.runs(viewer_of(request)).filter(uid=run)
    found = Series.objects.select_related("run__record", "run__organisation").filter(run__in=ours, pk=pk).first()
    if found is None:
        raise Http404("There is no such series.")
    return found


def _asked(request: HttpRequest, series: Series, form: DemandForm) -> HttpResponse:
    said: dict[str, Any] = form.cleaned_data
    facts = [
        ("Of", f"{series}, {said['day']:%-d %b %Y}"),
        ("The model says", f"{form.expected:,.1f}"),
        ("You say", f"{said['value']:,}"),
        ("Why", said["reason"]),
    ]
    return render(request, "forecasting/scoring/demand_confirm.html", {"series": series, "said": said, "facts": facts})


def _decided(request: HttpRequest, series: Series, form: DemandForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        decisions.override(
            run=series.run,
            product=series.product,
            place=series.place,
            day=said["day"],
            value=float(said["value"]),
            reason=said["reason"],
            by=cast(User, request.user),
            uid=said["once"],
        )
        messages.success(request, "Written down. It goes to the ledger now, and stays with this forecast.")
    except decisions.DecisionError as error:
        messages.error(request, str(error))
    return redirect("scoring:demand", run=series.run.uid, series=series.pk)
