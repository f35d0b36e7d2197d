"""QR labels: the picture of one code, and sheets and rolls of them to print."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import RECORDERS
from traceapp.accounts.visibility import viewer_of
from traceapp.epcis import identifiers, scanned
from traceapp.epcis.digital_link import parse_path
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.masterdata.models import Lot
from traceapp.provenance import label_zpl, labels, qr, selectors
from traceapp.provenance.answers import bad_code
from traceapp.provenance.label_forms import SIZES, GoodsLabelForm
from traceapp.provenance.label_layouts import LAYOUTS
from traceapp.provenance.label_sizes import qr_of
from traceapp.provenance.label_texts import LabelText, lines_of, lost_letters
from traceapp.web.raw_path import raw_path

TYPES = {"pdf": "application/pdf", "zpl": "application/zpl; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True)
class Label:
    """What is printed: the product, the picture, and the code in readable form."""

    lot: Lot
    image: str
    url: str
    page: str
    text: str
    png: str
    printed: LabelText

    @classmethod
    def of(cls, lot: Lot) -> "Label":
        canonical = identifiers.lot(lot.product.gtin, lot.number)
        link = parse_path(canonical.removeprefix("https://id.gs1.org"))
        return cls(
            lot,
            labels.image_path(canonical),
            labels.url_of(canonical),
            labels.page_path(canonical),
            scanned.readable(link),
            labels.image_path(canonical, "png"),
            LabelText(labels.url_of(canonical), lot.product.name, lines_of(link), labels.trust_note()),
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
    """`/labels/?lot=&q=&layout=&size=&copies=&dpi=`: choose one of our lots, see its label, print it."""
    viewer = viewer_of(request)
    search = request.GET.get("q", "").strip()[:100]
    lot = selectors.lot_to_label(viewer, request.GET.get("lot", ""))
    label, form = (Label.of(lot) if lot else None), form_of(request.GET)
    context = {
        "lots": selectors.lots_to_label(viewer, search),
        "search": search,
        "label": label,
        "form": form,
        "query": request.GET.urlencode(),
        "may_number": viewer.has(*RECORDERS),
        "runs": lot.serial_runs.all()[:10] if lot else (),
        **(_measured(label, form) if label and form.is_valid() else {}),
    }
    return render(request, "provenance/labels.html", context)


@require_safe
@member_required()
def printed(request: HttpRequest, suffix: str) -> HttpResponse:
    """`/labels/goods.pdf` and `.zpl`, with the parameters of the page; what is wrong with them is said there."""
    lot, form = selectors.lot_to_label(viewer_of(request), request.GET.get("lot", "")), form_of(request.GET)
    if lot is None or not form.is_valid():
        return redirect(f"{reverse('labels')}?{request.GET.urlencode()}")
    asked, label = form.cleaned_data, Label.of(lot)
    layout = LAYOUTS[asked["layout"]]
    texts = [label.printed] * asked["copies"]
    from traceapp.provenance import label_pdf  # 20 MB of a library that only printing needs

    if suffix == "zpl":
        body: str | bytes = label_zpl.goods(texts, layout, asked["dpi"])
    else:
        body = label_pdf.goods(texts, layout, wanted=SIZES[asked["size"]], title=label.text)
    return download(body, f"labels-{slugify(lot.number) or lot.pk}", suffix)


def download(body: str | bytes, name: str, suffix: str) -> HttpResponse:
    """A file to save, or to show where the browser can."""
    answer = HttpResponse(body, content_type=TYPES[suffix])
    answer["Content-Disposition"] = f'{"inline" if suffix == "pdf" else "attachment"}; filename="{name}.{suffix}"'
    return answer


def form_of(given: QueryDict) -> GoodsLabelForm:
    """The form with what was asked for; whatever was not, as it is at first."""
    fields = GoodsLabelForm.base_fields
    return GoodsLabelForm({name: given.get(name, str(field.initial)) for name, field in fields.items()})


def _measured(label: Label, form: GoodsLabelForm) -> dict[str, object]:
    """How large the code will be, and what to say of it."""
    layout = LAYOUTS[form.cleaned_data["layout"]]
    code = qr_of(label.printed, layout, SIZES[form.cleaned_data["size"]])
    pages = -(-form.cleaned_data["copies"] // layout.a_page)
    name = label.lot.product.name
    return {"measured": code, "warnings": [*code.warnings, *warnings_of(name)], "pages": pages}


def warnings_of(name: str) -> list[str]:
    """What cannot be printed of a name."""
    lost = lost_letters(name)
    if not lost:
        return []
    why = "the typeface of PDF labels has Latin, Greek and Cyrillic"
    return [f"These letters cannot be printed and are left out or replaced: {lost} ({why})."]
