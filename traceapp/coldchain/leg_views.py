"""Pages of legs: the list, one with its drawing, its readings to take away, and the journey of some goods."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS, Role
from traceapp.accounts.visibility import viewer_of
from traceapp.coldchain import exports, presenting, recording, selectors
from traceapp.coldchain.challenge_views import CHALLENGERS
from traceapp.coldchain.doubts import doubts
from traceapp.coldchain.judging import Judged, judge
from traceapp.coldchain.models import Leg
from traceapp.coldchain.on_ledger import on_ledger
from traceapp.coldchain.presenting import Window
from traceapp.coldchain.recording import RecordingError
from traceapp.coldchain.tabs import tabs
from traceapp.coldchain.whole import whole_journey
from traceapp.epcis import scanned
from traceapp.web import parquet
from traceapp.web.pagination import page_of

LEAST = timedelta(minutes=2)  # that can be drawn
RECORDING = (Role.QUALITY, *sorted(RECORDERS))


@require_safe
@member_required()
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    asked = request.GET.get("q", "").strip()[:200]
    page = page_of(request, selectors.legs_with(viewer, asked))
    return render(request, "coldchain/legs.html", {"page": page, "tabs": tabs(), "search": asked})


def _leg(request: HttpRequest, uid: UUID) -> Leg:
    return get_object_or_404(selectors.legs_for(viewer_of(request)), uid=uid)


def window_of(request: HttpRequest, leg: Leg, until: datetime) -> Window:
    """What `?from=&to=` (seconds since 1970, or RFC 3339) asks for, within the leg; all of it for nonsense."""
    end = max(until, leg.began + LEAST)
    start, stop = (_moment(request.GET.get(name, "")) for name in ("from", "to"))
    if start is None and stop is None:
        return Window(leg.began, end, whole=True)
    start = min(max(start or leg.began, leg.began), end - LEAST)
    stop = min(max(stop or end, start + LEAST), end)
    return Window(start, stop, whole=(start, stop) == (leg.began, end))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shown(request: HttpRequest, leg: Leg) -> dict[str, Any]:
    judged = judge(leg, timezone.now())
    window = window_of(request, leg, judged.until)
    return {
        "leg": leg,
        "window": window,
        "figures": presenting.figures(judged, window),
        "facts": presenting.facts(judged),
        "doubts": doubts(judged),
        "expired": judged.measured.uncalibrated,
        "changed": judged.measured.changed,
        "sentence": presenting.sentence(judged),
        "warning": presenting.warning_words(judged),
        "band": presenting.band(judged.rule),
        "excursions": presenting.excursion_rows(judged.excursions, judged.until.timestamp()),
        "state": _state(judged),
        "zooms": _zooms(window, leg, judged.until),
        "gap_after": presenting.duration(judged.rule.max_interval),
        "live": leg.ended is None,
    }


def _state(judged: Judged) -> str:
    if judged.measured.findings:
        return "mismatch"
    return "verified" if judged.summary.readings else "pending"


def _zooms(window: Window, leg: Leg, until: datetime) -> list[dict[str, str]]:
    can_move = not window.whole
    found = [{"label": _("Closer"), "query": window.zoomed(0.5), "icon": "plus"}]
    if can_move:
        found += [
            {"label": _("Earlier"), "query": window.zoomed(1, -0.5), "icon": "back"},
            {"label": _("Later"), "query": window.zoomed(1, 0.5), "icon": "next"},
            {"label": _("Further away"), "query": window.zoomed(2), "icon": ""},
            {"label": _("Whole leg"), "query": "", "icon": ""},
        ]
    return found


@require_safe
@member_required()
def leg(request: HttpRequest, uid: UUID) -> HttpResponse:
    one, viewer = _leg(request, uid), viewer_of(request)
    ours = one.organisation_id == viewer.organisation_id
    there = on_ledger(one, viewer.organisation_id)
    context = {
        **_shown(request, one),
        "on_ledger": there,
        "cases": [(each, presenting.side_words(each.side)) for each in selectors.cases_for(viewer).filter(leg=one)],
        "may_record": ours and viewer.has(*RECORDING) and one.ended is not None and one.record_due is not None,
        "may_challenge": viewer.has(*CHALLENGERS),
    }
    return render(request, "coldchain/leg.html", context)


@require_safe
@member_required()
def now(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The piece of the page that is asked for again while the leg lasts."""
    return render(request, "coldchain/leg_now.html", _shown(request, _leg(request, uid)))


@require_safe
@member_required()
def as_csv(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    judged = judge(_leg(request, uid), timezone.now())
    answer = StreamingHttpResponse(exports.csv_text(judged), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="leg-{uid}.csv"'
    answer["Traceapp-Messages-Left-Out"] = exports.left_out(judged)
    return answer


@require_safe
@member_required()
def as_parquet(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    judged = judge(_leg(request, uid), timezone.now())
    file = exports.parquet_file(judged)
    answer = FileResponse(file, as_attachment=True, filename=f"leg-{uid}.parquet", content_type=parquet.TYPE)
    answer["Traceapp-Messages-Left-Out"] = exports.left_out(judged)
    return answer


@require_POST
@member_required(*RECORDING)
def record(request: HttpRequest, uid: UUID) -> HttpResponse:
    one = get_object_or_404(selectors.legs_for(viewer_of(request)), uid=uid, organisation=viewer_of(request).acting_for)
    try:
        recording.record(leg=one)
        messages.success(request, _("The leg is on its way to the ledger."))
    except RecordingError as error:
        messages.error(request, str(error))
    return redirect("coldchain:leg", uid=uid)


@require_safe
@member_required()
def journey(request: HttpRequest) -> HttpResponse:
    """All legs that some goods went through, whatever they were packed in."""
    asked = request.GET.get("q", "").strip()[:300]
    context: dict[str, Any] = {"asked": asked, "tabs": tabs()}
    if asked:
        try:
            context["whole"] = whole_journey(viewer_of(request), scanned.find(asked).canonical)
        except scanned.CodeError as error:
            context["error"] = str(error)
    return render(request, "coldchain/journey.html", context)
