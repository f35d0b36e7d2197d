"""Numbers for labels: the next pallet of ours, and serial numbers for the items of a lot."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.provenance import label_zpl, labels, selectors
from traceapp.provenance.label_forms import MOST_COPIES, SIZES
from traceapp.provenance.label_layouts import LAYOUTS
from traceapp.provenance.label_texts import LabelText, lines_of
from traceapp.provenance.label_views import download, form_of, warnings_of
from traceapp.provenance.models import SerialRun
from traceapp.provenance.numbering import NoNumbers, give_serials, next_ssccs


@require_POST
@member_required(*RECORDERS)
def next_pallet(request: HttpRequest) -> HttpResponse:
    """Take the next free SSCC, and show its label."""
    organisation = Organisation.objects.get(pk=viewer_of(request).acting_for)
    try:
        (sscc,) = next_ssccs(organisation)
    except NoNumbers as error:
        messages.error(request, str(error))
        return redirect("pallets")
    asked = {"sscc": sscc, "size": "a6", "copies": 2, "dpi": 203}
    return redirect(f"{reverse('pallets')}?{urlencode(asked)}")


@require_POST
@member_required(*RECORDERS)
def number_items(request: HttpRequest) -> HttpResponse:
    """Give serial numbers to so many items of a lot."""
    lot = selectors.lot_to_label(viewer_of(request), request.POST.get("lot", ""))
    if lot is None:
        raise Http404
    form = form_of(request.POST)
    if not form.is_valid():
        messages.error(request, _("Between 1 and %(most)s items can be numbered at once.") % {"most": MOST_COPIES})
        return redirect(f"{reverse('labels')}?lot={lot.pk}")
    run = give_serials(lot=lot, count=form.cleaned_data["copies"], user=cast(User, request.user))
    return redirect("labels-run", run.pk)


def _run(request: HttpRequest, pk: int) -> SerialRun:
    rows = SerialRun.objects.select_related("lot__product").filter(organisation=viewer_of(request).acting_for)
    return get_object_or_404(rows, pk=pk)


@require_safe
@member_required()
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """`/labels/items/<pk>/`: numbers that were given, to print."""
    one = _run(request, pk)
    form = form_of(request.GET)
    form.fields.pop("copies")
    back = f"{reverse('labels')}?lot={one.lot_id}"
    shown = {"run": one, "form": form, "warnings": warnings_of(one.lot.product.name), "back": back}
    return render(request, "provenance/items.html", shown)


@require_safe
@member_required()
def run_printed(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """The labels of a run as `.pdf` or `.zpl`, or its codes as `.csv`; one label an item."""
    one, form = _run(request, pk), form_of(request.GET)
    name = f"items-{one.pk}"
    if suffix == "csv":
        links = (labels.item_link(one.lot, serial) for serial in one.serials)
        lines = ["serial,code", *(f"{link.serial},{labels.address_of(link)}" for link in links)]
        return download("\r\n".join([*lines, ""]), name, suffix)
    if not form.is_valid():
        return redirect("labels-run", pk)
    texts = [_text(one, serial) for serial in one.serials]
    layout = LAYOUTS[form.cleaned_data["layout"]]
    if suffix == "zpl":
        return download(label_zpl.goods(texts, layout, form.cleaned_data["dpi"]), name, suffix)
    from traceapp.provenance import label_pdf  # 20 MB of a library that only printing needs

    wanted = SIZES[form.cleaned_data["size"]]
    return download(label_pdf.goods(texts, layout, wanted=wanted, title=str(one)), name, suffix)


def _text(one: SerialRun, serial: str) -> LabelText:
    link = labels.item_link(one.lot, serial)
    return LabelText(labels.address_of(link), one.lot.product.name, lines_of(link))
