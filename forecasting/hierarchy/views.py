"""The page under /forecasts/groups/: parse, ask one selector, render."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from forecasting import charts, presenting
from forecasting import selectors as runs
from forecasting.forms import ChooseForm
from forecasting.hierarchy import selectors
from forecasting.hierarchy.groups import total
from forecasting.hierarchy.models import Group
from forecasting.models import Kind, Series
from forecasting.views import READERS, nothing_yet
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.web.drawing import Drawing
from traceapp.web.pagination import page_of


@require_safe
@member_required(*READERS)
def index(request: HttpRequest) -> HttpResponse:
    chosen = ChooseForm(request.GET)
    run, note = runs.shown(viewer_of(request), Kind.DEMAND, chosen.value("run"))
    if run is None:
        return nothing_yet(request, Kind.DEMAND, chosen, note, gettext("Brands and regions"))
    every = list(selectors.groups(run))
    asked = request.GET.get("group", "")
    group = next((one for one in every if str(one.pk) == asked), every[0] if every else None)
    context: dict[str, Any] = {"run": run, "served_note": note, "groups": every, "group": group}
    if group is not None:
        context |= {"confirmation": selectors.confirm(run)} | _whole(request, group)
    return render(request, "forecasting/hierarchy/index.html", context)


def _whole(request: HttpRequest, group: Group) -> dict[str, Any]:
    parts = selectors.parts(group)
    sums = selectors.sums(group, parts)
    page = page_of(request, sums, 30)
    return {
        "drawings": _fan(group, parts),
        "table": [
            [charts.day_words(date.fromisoformat(day), group.every, year=True), *map(presenting.exactly, numbers)]
            for day, *numbers in group.rows
        ],
        "fan_head": ["Period", "Expected", "80% from", "to", "95% from", "to"],
        "page": page,
        "parts": [(one, presenting.exactly(expected)) for one, expected in page],
        "sum": presenting.exactly(total([row[1] for row in group.rows])),
        "count": len(group.rows),
        "periods": presenting.PERIODS[group.every],
    }


def _fan(group: Group, parts: Sequence[Series]) -> list[Drawing]:
    """History of the parts added up, and the forecast of the whole."""
    past: dict[str, float | None] = {}
    for part in parts:
        for day, value, _ in part.history:
            past[day] = past.get(day) if value is None else (past.get(day) or 0.0) + value
    history = [(date.fromisoformat(day), past[day]) for day in sorted(past)]
    ahead = [(date.fromisoformat(row[0]), *row[1:]) for row in group.rows]
    data = charts.Fan(history, ahead, group.every)
    return [charts.fan(data, size) for size in charts.FAN_SIZES]
