"""QR labels: the picture of one code, and a sheet of them to print."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.visibility import viewer_of
from traceapp.epcis import identifiers, scanned
from traceapp.epcis.digital_link import parse_path
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.masterdata.models import Lot
from traceapp.provenance import labels, qr, selectors
from traceapp.provenance.answers import bad_code
from traceapp.web.raw_path import raw_path

COPIES = (1, 8, 24, 48)


@dataclass(frozen=True)
class Label:
    """What is printed: the product, the picture, and the code in readable form."""

    lot: Lot
    image: str
    url: str
    page: str
    text: str
    png: str

    @classmethod
    def of(cls, lot: Lot) -> "Label":
        canonical = identifiers.lot(lot.product.gtin, lot.number)
        text = scanned.readable(parse_path(canonical.removeprefix("https://id.gs1.org")))
        return cls(
            lot,
            labels.image_path(canonical),
            labels.url_of(canonical),
            labels.page_path(canonical),
            text,
            labels.image_path(canonical, "png"),
        )


@require_safe
@cache_control(public=True, max_age=86400)
def image(request: HttpRequest) -> HttpResponse:
    """`/labels/01/../10/...svg` or `.png`: the QR code of that Digital Link. The same for everyone."""
    path, _, suffix = raw_path(request).removeprefix("/labels").rpartition(".")
    if suffix not in ("svg", "png"):
        return bad_code(request, "A label's picture ends in .svg or .png.")
    try:
        link = parse_path(path)
    except IdentifierError as error:
        return bad_code(request, f"{error}.")
    url = labels.url_of_path(path)
    if suffix == "png":
        return HttpResponse(qr.png(url), content_type="image/png")
    return HttpResponse(qr.svg(url, title=f"QR code of {scanned.readable(link)}"), content_type="image/svg+xml")


@require_safe
@member_required()
def sheet(request: HttpRequest) -> HttpResponse:
    """`/labels/?lot=&copies=&q=`: choose one of our lots, see its label, print a sheet."""
    viewer = viewer_of(request)
    search = request.GET.get("q", "").strip()[:100]
    lot = selectors.lot_to_label(viewer, request.GET.get("lot", ""))
    copies = request.GET.get("copies", "")
    number = int(copies) if copies in map(str, COPIES) else COPIES[1]
    context = {
        "lots": selectors.lots_to_label(viewer, search),
        "search": search,
        "label": Label.of(lot) if lot else None,
        "copies": number,
        "choices": COPIES,
        "range": range(number),
    }
    return render(request, "provenance/labels.html", context)
