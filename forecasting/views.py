"""Pages under /forecasts/: parse, ask one selector or service, render."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from forecasting import presenting, selectors, services
from forecasting.charts import FAN_SIZES, share_bar
from forecasting.demand.candidates import words_of
from forecasting.forms import ChooseForm, TrainForm
from forecasting.governance.serving import version_of
from forecasting.models import Kind, Run
from forecasting.names import spoken
from forecasting.output import for_spreadsheets, lines_of_run, write_csv, write_parquet
from forecasting.reasons import Reason
from forecasting.scoring.selectors import demand_decisions, jobs_of, latest_overrides
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import Role
from traceapp.accounts.views import acting_organisation
from traceapp.accounts.visibility import Viewer, viewer_of
from traceapp.jobs import life
from traceapp.web import parquet
from traceapp.web.pagination import page_of

READERS = (Role.ANALYST, Role.ADMIN, Role.SUPPLIER, Role.RECEIVER, Role.QUALITY)
TRAINERS = (Role.ANALYST, Role.ADMIN)
FILES = ("csv", "parquet")


@require_safe
@member_required(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    runs = page_of(request, selectors.runs(viewer).select_related("job"), 20)
    context = _current(viewer) | {
        "runs": runs,
        "latest": [(kind, *selectors.shown(viewer, kind)) for kind in Kind],
    }
    return render(request, "forecasting/index.html", context)


@require_safe
@member_required(*READERS)
def jobs(request: HttpRequest) -> HttpResponse:
    """A piece of the index page, asked for again while something runs."""
    return render(request, "forecasting/jobs.html", _current(viewer_of(request)) | {"fresh": True})


def _current(viewer: Viewer) -> dict[str, Any]:
    """What the piece about trainings shows; it is asked for again while any is under way."""
    found = selectors.current_jobs(viewer)
    return {"jobs": found, "under_way": any(job.active for job in found), "may_train": viewer.has(*TRAINERS)}


@require_POST
@member_required(*TRAINERS)
def train(request: HttpRequest) -> HttpResponse:
    form = TrainForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("forecasting:index")
    services.request_training(
        organisation=acting_organisation(request),
        user=request.user,  # type: ignore[arg-type]
        kind=form.cleaned_data["kind"],
        parameters=form.parameters,
    )
    return redirect("forecasting:index")


@require_POST
@member_required(*TRAINERS)
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    life.cancel(get_object_or_404(selectors.jobs(viewer_of(request)), uid=uid))
    return redirect("forecasting:index")


@require_safe
@member_required(*READERS)
def demand(request: HttpRequest) -> HttpResponse:
    chosen = ChooseForm(request.GET)
    viewer = viewer_of(request)
    run, note = selectors.shown(viewer, Kind.DEMAND, chosen.value("run"))
    if run is None:
        return nothing_yet(request, Kind.DEMAND, chosen, note)
    series = selectors.series_of(run, chosen.value("product") or "", chosen.value("place") or "")
    if series is None:
        raise Http404("This run forecast nothing.")
    rows = selectors.forecasts(series, chosen.value("horizon"))
    tests, test_table = presenting.backtest(series)
    products, places = selectors.choices(run)
    context = _shared(request, run, note) | {
        "series": series,
        "missed": chosen.missed(product=series.product, place=series.place),
        "rows": rows,
        "headline": presenting.headline(series, rows),
        "drawings": presenting.fan(series, rows),
        "drawing_words": presenting.fan_words(series, rows),
        "fan_head": ["Period", "Expected", "80% from", "to", "95% from", "to"],
        "test_head": ["Test from", "Periods", "This model", "Seasonal naive"],
        "metric_head": ["Model", "MAE", "RMSE", "MASE", "WAPE"],
        "table": presenting.fan_table(series, rows),
        "tests": tests,
        "test_table": test_table,
        "stats": presenting.figures(series),
        "metric_table": presenting.metric_table(series.metrics),
        "drivers": presenting.drivers(series),
        "champion": words_of(series.champion),
        "instead": demand_decisions(series),
        "fallbacks": selectors.fallbacks(run),
        "products": products,
        "places": places,
        "horizons": [n for n in (7, 14, 28, 56, 84, 182, 365) if n < run.horizon] + [run.horizon],
        "periods": presenting.PERIODS[series.every],
    }
    return render(request, "forecasting/demand.html", context)


@require_safe
@member_required(*READERS)
def delay(request: HttpRequest) -> HttpResponse:
    chosen = ChooseForm(request.GET)
    run, note = selectors.shown(viewer_of(request), Kind.DELAY, chosen.value("run"))
    if run is None:
        return nothing_yet(request, Kind.DELAY, chosen, note)
    drawings, table = presenting.reliability(run)
    page = page_of(request, run.delays.all(), 20)
    overrides = latest_overrides(list(page))
    reasons = spoken(row.reasons for row in page)
    context = _shared(request, run, note) | {
        "page": page,
        "deliveries": [
            {
                "row": row,
                "days": presenting.days_of(row),
                "override": overrides.get(row.pk),
                "reasons": why,
            }
            for row, why in zip(page, reasons, strict=True)
        ],
        "expected_late": round(sum(run.delays.values_list("p_late", flat=True))),
        "drawings": drawings,
        "reliability_head": ["Said", "Happened", "Deliveries"],
        "table": table,
        "stats": presenting.delay_figures(run),
        "lanes": presenting.lanes(run),
        "asked": jobs_of(run),
        "may_ask": viewer_of(request).has(*TRAINERS),
        "lane_head": ["Month", "Mean", "Late"],
    }
    return render(request, "forecasting/delay.html", context)


@require_safe
@member_required(*READERS)
def run(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A run's own address leads to its dashboard."""
    found = get_object_or_404(selectors.runs(viewer_of(request)), uid=uid)
    answer = redirect(f"forecasting:{found.kind}")
    answer["Location"] += f"?run={found.uid}"
    return answer


@require_safe
@member_required(*READERS)
def left_out(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The rows that a run did not learn from, one by one."""
    found = get_object_or_404(selectors.runs(viewer_of(request)), uid=uid)
    reason = request.GET.get("reason", "")
    if reason not in Reason.__members__.values():
        reason = ""
    page = page_of(request, selectors.left_out_rows(found, reason), 50)
    batches = selectors.batches_of(page)
    context = {
        "run": found,
        "page": page,
        "rows": [(row, row.batch_id or batches.get(row.record_uid, "")) for row in page],
        "counts": selectors.left_out_counts(found),
        "reason": reason,
    }
    return render(request, "forecasting/left_out.html", context)


@require_safe
@member_required(*READERS)
def download(request: HttpRequest, uid: UUID, form: str) -> HttpResponseBase:
    return file_of(get_object_or_404(selectors.runs(viewer_of(request)), uid=uid), form)


def file_of(run: Run, form: str) -> HttpResponseBase:
    """A run's forecasts as a file to take away."""
    name = f"{run.kind}-{run.until}.{form}"
    if form == "parquet":
        return FileResponse(write_parquet(run), as_attachment=True, filename=name, content_type=parquet.TYPE)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    write_csv(answer, run.kind, for_spreadsheets(run.kind, lines_of_run(run)))  # type: ignore[arg-type]
    return answer


def _shared(request: HttpRequest, run: Run, note: str) -> dict[str, Any]:
    """What both dashboards show of a run: what it learnt from, and whether the ledger confirms it."""
    return {
        "run": run,
        "served_note": note,
        "version": version_of(run),
        "confirmation": selectors.confirm(run),
        "counts": selectors.left_out_counts(run),
        "other": run.left_out.get(Reason.OTHER, 0),
        "bars": [(size, *share_bar(run.rows_used, run.rows_left_out, size.width)) for size in FAN_SIZES],
        "may_train": viewer_of(request).has(*TRAINERS),
    }


def nothing_yet(
    request: HttpRequest, kind: Kind, chosen: ChooseForm, note: str, title: str | None = None
) -> HttpResponse:
    """Where there is no run to show: a wrong one was asked for, or none was made yet. `title`: else the kind's."""
    if chosen.value("run"):
        raise Http404("There is no such run.")
    return render(request, "forecasting/nothing.html", {"title": title or kind.label, "served_note": note})
