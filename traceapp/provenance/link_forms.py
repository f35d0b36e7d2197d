"""The form of a link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from traceapp.epcis.digital_link import DigitalLink
from traceapp.epcis.gs1_keys import IdentifierError
from traceapp.provenance import link_types
from traceapp.provenance.link_rules import entity_of, link_errors
from traceapp.provenance.link_services import normalised, own_hosts
from traceapp.provenance.models import Standing

TYPES = [(f"gs1:{name}", words) for name, words in link_types.NAMES.items()]
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class LinkForm(forms.Form):
    """`clean` leaves the entity in `cleaned_data["entity"]`."""

    code = forms.CharField(
        label=_("Code"), max_length=2048, help_text=_("GTIN and lot, the text under a code, or its address.")
    )
    link_type = forms.CharField(
        label=_("What is found there"),
        max_length=200,
        help_text=_("A type of GS1’s vocabulary, such as gs1:instructions, or a full https address of your own."),
        widget=forms.TextInput(attrs={"list": "link-types", "autocomplete": "off", "autocapitalize": "off"}),
    )
    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("In the language of the page."))
    href = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("Begins with https://."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "off", "spellcheck": "false"}),
    )
    languages = forms.CharField(
        label=_("Languages"), max_length=100, required=False, help_text=_("Such as en, or en-GB; several with spaces.")
    )
    media_type = forms.CharField(
        label=_("Media type"), max_length=100, required=False, help_text=_("Such as text/html or application/pdf.")
    )
    standing = forms.ChoiceField(
        label=_("When nothing in particular is asked for"),
        choices=Standing.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    valid_from = forms.DateTimeField(label=_("From"), required=False, widget=_MOMENT, help_text=_("UTC."))
    valid_until = forms.DateTimeField(label=_("Until"), required=False, widget=_MOMENT, help_text=_("UTC."))

    def __init__(self, *args: Any, entity: DigitalLink | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity = entity
        if entity is not None:
            del self.fields["code"]

    def clean_code(self) -> str:
        try:
            self.entity = entity_of(self.cleaned_data["code"])
        except IdentifierError as error:
            raise forms.ValidationError(str(error)) from error
        return str(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values |= normalised(values)
        self.show(link_errors(values, own_hosts()))
        return values

    def show(self, errors: dict[str, str]) -> None:
        """Each error under its field, unless the field has one."""
        for field, why in errors.items():
            if field not in self.errors:
                self.add_error(field if field in self.fields else None, why)
