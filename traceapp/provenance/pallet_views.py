"""Logistic labels: an SSCC and what is in the unit, as GS1-128."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.masterdata.models import Product
from traceapp.provenance import label_zpl
from traceapp.provenance.label_forms import PalletForm
from traceapp.provenance.label_layouts import PALLET_SIZES
from traceapp.provenance.label_views import download
from traceapp.provenance.pallet import Pallet, Row, pallet


@require_safe
@member_required()
def pallets(request: HttpRequest) -> HttpResponse:
    """`/labels/pallets/?sscc=&product=&count=...`: the form, and below it what will be printed."""
    form = _form_of(request)
    may_number = viewer_of(request).has(*RECORDERS)
    shown: dict[str, object] = {
        "form": form,
        "pallet": None,
        "query": request.GET.urlencode(),
        "may_number": may_number,
    }
    if form.is_bound and form.is_valid():
        shown["pallet"] = _pallet_of(request, form)
    return render(request, "provenance/pallets.html", shown)


@require_safe
@member_required()
def printed(request: HttpRequest, suffix: str) -> HttpResponse:
    """`/labels/pallets.pdf` and `.zpl`, with the parameters of the page; what is wrong with them is said there."""
    form = _form_of(request)
    if not form.is_bound or not form.is_valid():
        return redirect(f"{reverse('pallets')}?{request.GET.urlencode()}")
    from traceapp.provenance import label_pdf  # 20 MB of a library that only printing needs

    label, copies = _pallet_of(request, form), form.cleaned_data["copies"]
    zpl = suffix == "zpl"
    body = label_zpl.pallets(label, copies, form.cleaned_data["dpi"]) if zpl else label_pdf.pallets(label, copies)
    return download(body, f"sscc-{label.sscc}", suffix)


def _form_of(request: HttpRequest) -> PalletForm:
    own = Product.objects.filter(organisation_id=viewer_of(request).acting_for).order_by("name")
    return PalletForm(request.GET if "sscc" in request.GET else None, products=own)


def _pallet_of(request: HttpRequest, form: PalletForm) -> Pallet:
    values = form.cleaned_data
    sender = Organisation.objects.values_list("name", flat=True).get(pk=viewer_of(request).acting_for)
    rows: list[Row] = [(("From", sender), ("SSCC", values["sscc"]))]
    if values.get("product"):
        rows.append((("Content", values["product"].name),))
    date, weight = values.get("best_before"), values.get("weight")
    details = [("Count", values.get("count")), ("Lot", values.get("lot")), ("Best before", date and date.isoformat())]
    details.append(("Gross weight", weight and f"{weight.normalize():f} kg"))
    said = tuple((name, str(value)) for name, value in details if value)
    _name, wide, high = PALLET_SIZES[values["size"]]
    return pallet(values["sscc"], values["content"], [*rows, *([said] if said else [])], (wide, high))
