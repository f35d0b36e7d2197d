"""What is printed, and on what: the forms of goods labels and of logistic labels."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from traceapp.epcis import attributes
from traceapp.epcis.gs1_keys import IdentifierError, check_digit
from traceapp.epcis.identifiers import valid_sscc
from traceapp.masterdata.models import Product
from traceapp.provenance.label_layouts import LAYOUTS, PALLET_SIZES
from traceapp.provenance.label_zpl import RESOLUTIONS
from traceapp.provenance.symbol_sizes import RETAIL_QR

MOST_COPIES = 2000
SIZES = {"target": RETAIL_QR.target, "least": RETAIL_QR.least, "most": RETAIL_QR.most}


class _Printing(forms.Form):
    copies = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_COPIES, initial=24)
    dpi = forms.TypedChoiceField(
        label=_("Printer of ZPL, dots per inch"),
        choices=[(dpi, str(dpi)) for dpi in RESOLUTIONS],
        coerce=int,
        initial=203,
    )


class GoodsLabelForm(_Printing):
    """QR labels of one lot."""

    layout = forms.ChoiceField(
        label=_("Paper"), choices=[(key, layout.name) for key, layout in LAYOUTS.items()], initial="a4-24"
    )
    size = forms.ChoiceField(
        label=_("Size of the code"),
        choices=[
            ("target", _("As GS1 aims at, modules of 0.495 mm")),
            ("least", _("As small as GS1 allows, 0.396 mm")),
            ("most", _("As large as the label allows")),
        ],
        initial="target",
    )
    field_order = ("layout", "size", "copies", "dpi")


class PalletForm(_Printing):
    """A logistic label. `clean` leaves the elements of its content in `cleaned_data["content"]`."""

    sscc = forms.CharField(
        label="SSCC", max_length=30, help_text=_("18 digits. With 17, the check digit is worked out."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    product = forms.ModelChoiceField(
        Product.objects.none(), label=_("Content"), required=False, empty_label=_("Nothing, or mixed goods")
    )
    count = forms.IntegerField(label=_("How many are in it"), required=False, min_value=1, max_value=99_999_999)
    lot = forms.CharField(label=_("Lot"), required=False, max_length=20)
    best_before = forms.DateField(
        label=_("Best before"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    weight = forms.DecimalField(
        label=_("Gross weight in kg"), required=False, min_value=0, max_value=999_999, max_digits=9, decimal_places=3
    )
    size = forms.ChoiceField(
        label=_("Label"), choices=[(key, name) for key, (name, *_sides) in PALLET_SIZES.items()], initial="a6"
    )
    field_order = ("sscc", "product", "count", "lot", "best_before", "weight", "size", "copies", "dpi")

    def __init__(self, *args: Any, products: Iterable[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        self.fields["copies"].initial = 2  # two sides of a pallet

    def clean_sscc(self) -> str:
        digits = "".join(self.cleaned_data["sscc"].split()).removeprefix("(00)")
        try:
            return valid_sscc(digits + check_digit(digits) if len(digits) == 17 else digits)
        except IdentifierError as error:
            raise forms.ValidationError(f"{error}.") from error

    def clean_lot(self) -> str:
        lot = str(self.cleaned_data.get("lot") or "").strip()
        try:
            return attributes.check("10", lot) if lot else ""
        except IdentifierError as error:
            raise forms.ValidationError(f"{error}.") from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        product, count = values.get("product"), values.get("count")
        if product and not count and "count" not in self.errors:
            self.add_error("count", _("Say how many of the product are in it."))
        for field in ("count", "lot", "best_before"):
            if values.get(field) and not product and "product" not in self.errors:
                self.add_error("product", _("Choose the product that this is said of."))
        values["content"] = _content(values)
        return values


def _content(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Elements in the order in which they are printed."""
    found = []
    if values.get("product"):
        found.append(("02", values["product"].gtin))
    if values.get("count"):
        found.append(("37", str(values["count"])))
    if values.get("best_before"):
        found.append(("15", values["best_before"].strftime("%y%m%d")))
    if values.get("weight"):
        found.append(_weight(values["weight"]))
    if values.get("lot"):
        found.append(("10", values["lot"]))
    return found


def _weight(kilograms: Decimal) -> tuple[str, str]:
    """330n: six digits, n of them decimals, as many as there is room for."""
    places = min(3, 6 - len(str(int(kilograms))))
    return f"330{places}", f"{int(kilograms.scaleb(places).to_integral_value()):06d}"
