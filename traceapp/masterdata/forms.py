"""Forms of products, lots and places. A GS1 key cannot be changed later: records name it."""

from typing import Any, ClassVar

from django import forms

from traceapp.accounts.models import Organisation
from traceapp.epcis.identifiers import IdentifierError, valid_gtin
from traceapp.masterdata import rules
from traceapp.masterdata.models import Location, Lot, Product

TAKEN = "GTIN {gtin} is registered already. Is it yours? Look it up. If not, ask GS1 whose it is."


class ProductForm(forms.ModelForm[Product]):
    # Its own field: a GTIN is typed with 8 to 14 digits, and stored with 14.
    gtin = forms.CharField(label="GTIN", max_length=14, help_text="8, 12, 13 or 14 digits, as under the bar code.")

    class Meta:
        model = Product
        fields: ClassVar[list[str]] = [
            *("gtin", "name", "brand", "origin", "description", "allergens", "storage_min_c", "storage_max_c"),
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gtin"].widget.attrs["inputmode"] = "numeric"
        self.fields["gtin"].disabled = self.instance.pk is not None

    def clean_gtin(self) -> str:
        try:
            gtin = valid_gtin(self.cleaned_data["gtin"])
        except IdentifierError as error:
            raise forms.ValidationError(str(error)) from error
        if Product.objects.filter(gtin=gtin).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(TAKEN.format(gtin=gtin))
        return gtin

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for field, why in rules.product_errors(values).items():
            self.add_error(field, why)
        return values


class LotForm(forms.ModelForm[Lot]):
    class Meta:
        model = Lot
        fields: ClassVar[list[str]] = ["product", "number", "best_before"]
        help_texts: ClassVar[dict[str, str]] = {"number": "As printed on the goods, up to 20 characters."}
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "best_before": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Product.objects.filter(organisation=organisation)
        self.fields["product"] = forms.ModelChoiceField(own, label="Product", disabled=self.instance.pk is not None)
        self.fields["number"].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("product") and values.get("number"):
            for field, why in rules.lot_errors(values["product"].gtin, values["number"]).items():
                self.add_error(field, why)
        return values


class LocationForm(forms.ModelForm[Location]):
    class Meta:
        model = Location
        fields: ClassVar[list[str]] = ["gln", "name", "city", "country", "latitude", "longitude", "timezone"]
        help_texts: ClassVar[dict[str, str]] = {
            "gln": "13 digits.",
            "timezone": "Times at this place are shown in it. Such as Europe/Berlin.",
        }
        error_messages: ClassVar[dict[str, dict[str, str]]] = {
            "gln": {
                "unique": "This GLN is registered already. If it is yours, look it up; if not, ask GS1 whose it is."
            }
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gln"].widget.attrs["inputmode"] = "numeric"
        self.fields["gln"].disabled = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for field, why in rules.location_errors(values).items():
            if field in self.fields and field not in self.errors:
                self.add_error(field, why)
        return values
