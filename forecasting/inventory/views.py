"""Pages under /forecasts/inventory/: parse, ask one selector, render."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from forecasting import selectors as runs
from forecasting.forms import ChooseForm
from forecasting.inventory import files, presenting, selectors
from forecasting.inventory.forms import StockForm, WishForm
from forecasting.models import Kind, Run
from forecasting.views import READERS, nothing_yet
from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import Viewer, viewer_of
from traceapp.web.pagination import page_of


@require_safe
@member_required(*READERS)
def index(request: HttpRequest) -> HttpResponseBase:
    viewer, chosen = viewer_of(request), ChooseForm(request.GET)
    run, note = runs.shown(viewer, Kind.DEMAND, chosen.value("run"))
    if run is None:
        return nothing_yet(request, Kind.DEMAND, chosen, note, gettext("Inventory"))
    form = WishForm.asked(request.GET)
    if not form.is_valid():
        return render(request, "forecasting/inventory/index.html", _head(run, note, form), status=400)
    if (kind := request.GET.get("as")) in files.FORMS:
        return download(viewer, run, form, kind)
    context = _head(run, note, form) | _table(request, viewer, run, form)
    return render(request, "forecasting/inventory/index.html", context)


def download(viewer: Viewer, run: Run, form: WishForm, kind: str) -> HttpResponseBase:
    """Every series' stock as a file."""
    some = selectors.series_of(run).iterator(chunk_size=200)
    found = selectors.stocks(run, some, selectors.inbound(viewer), form.wish())
    return files.answer(f"inventory-{run.until}", kind, found)


def _head(run: Run, note: str, form: WishForm) -> dict[str, Any]:
    return {"run": run, "served_note": note, "form": form, "confirmation": runs.confirm(run)}


def _table(request: HttpRequest, viewer: Viewer, run: Run, form: WishForm) -> dict[str, Any]:
    page = page_of(request, selectors.series_of(run), 20)
    known, asked = selectors.inbound(viewer), form.wish()
    asked_words = request.GET.copy()
    for name in ("page", "product", "place", "on_hand", "on_order"):
        asked_words.pop(name, None)
    return {
        "page": page,
        "head": presenting.HEAD,
        "rows": [(one, presenting.cells(one)) for one in selectors.stocks(run, page, known, asked)],
        "kept": asked_words.urlencode(),
        "asked": [(name, value) for name, value in asked_words.items()],
    } | _one(request, run, known, asked)


def _one(request: HttpRequest, run: Run, known: Any, asked: selectors.Asked) -> dict[str, Any]:
    """The product at a place that is asked about, in words; nothing where none is."""
    product, place = request.GET.get("product", ""), request.GET.get("place", "")
    some = selectors.series_of(run).filter(product=product, place=place)
    found = next(selectors.stocks(run, some, known, asked), None)
    if found is None:
        return {}
    stock = StockForm(request.GET)
    position = stock.position
    return {
        "chosen": found,
        "words": presenting.words(found),
        "stock_form": stock,
        "order": None if position is None else presenting.order(found, position),
    }
