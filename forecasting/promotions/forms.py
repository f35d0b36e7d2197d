"""What a page asks about an offer; the rules are in `checking`."""

from django import forms

from forecasting.promotions.checking import BadPromotion, Known, checked
from traceapp.accounts.models import Organisation

BYTES = 1_000_000


class PromotionForm(forms.Form):
    """One offer. `from` is a word of Python, so fields are added by name."""

    product = forms.CharField(max_length=500, help_text="Its name or GTIN.")
    place = forms.CharField(max_length=500, required=False, help_text="Its name or GLN. Empty: everywhere.")
    to = forms.CharField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    depth = forms.CharField(
        label="Percent off", required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    field_order = ("product", "place", "from", "to", "depth")

    def __init__(self, *args: object, organisation: Organisation, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["from"] = forms.CharField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
        self.order_fields(self.field_order)
        self._organisation = organisation

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not self.errors:
            try:
                checked(data, Known(self._organisation))
            except BadPromotion as error:
                for name, why in error.faults.items():
                    self.add_error(name, why)
        return data


class FileForm(forms.Form):
    """A file of them."""

    file = forms.FileField(
        label="CSV file",
        help_text="Columns product, place, from, to, depth; days as 2026-12-24.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > BYTES:
            raise forms.ValidationError("The file is larger than a megabyte.")
        return file
