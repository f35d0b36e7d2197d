"""The form of a step, and the field for a file."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from traceapp.accounts.models import Organisation
from traceapp.accounts.visibility import Visibility
from traceapp.capture.documents import CLOCK_SKEW
from traceapp.capture.steps import Step, moment_at
from traceapp.capture.units import UNITS
from traceapp.epcis import identifiers
from traceapp.epcis.identifiers import IdentifierError
from traceapp.masterdata.models import Location, Product

STEPS = (
    ("shipping", "It leaves: shipped to somebody"),
    ("receiving", "It arrives: received"),
    ("commissioning", "It begins: made, picked or packed"),
)
AUDIENCES = (
    (Visibility.CHAIN.value, "Everyone who held the goods, before or after"),
    (Visibility.PARTIES.value, "The parties named here"),
    (Visibility.PRIVATE.value, "Only us"),
    (Visibility.PUBLIC.value, "Everyone. Amounts, orders and partners stay hidden"),
)
MOST = Decimal(10) ** 12
LOCAL = "%Y-%m-%dT%H:%M"


class StepForm(forms.Form):
    """One step of one lot. `clean` leaves a `Step` in `cleaned_data["made"]`."""

    form = forms.UUIDField(widget=forms.HiddenInput)
    step = forms.ChoiceField(
        label="What happens?",
        choices=STEPS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens."},
    )
    product = forms.ChoiceField(label="Product", error_messages={"required": "Choose a product."})
    lot = forms.CharField(
        label="Lot number",
        max_length=20,
        help_text="As printed on the goods, at most 20 characters. Choose one, or type a new one.",
        widget=forms.TextInput(attrs={"list": "lots", "autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": "Type the lot number that is printed on the goods."},
    )
    quantity = forms.DecimalField(
        label="How many",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Say how many.", "invalid": "Write a number, such as 40 or 12.5."},
    )
    unit = forms.ChoiceField(label="Unit", choices=tuple(UNITS.items()), required=False)
    place = forms.ModelChoiceField(
        Location.objects.none(),
        label="Where",
        empty_label=None,
        error_messages={"required": "Choose a place of yours."},
    )
    partner = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="To whom, or from whom",
        required=False,
        empty_label="—",
        help_text="Needed when goods leave. They may read this record.",
    )
    carrier = forms.ModelChoiceField(
        Organisation.objects.none(), label="Carrier", required=False, empty_label="—", help_text="Who takes the goods."
    )
    when = forms.CharField(
        label="When",
        required=False,
        help_text="Leave it empty for now. In the time of the place.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    visibility = forms.TypedChoiceField(
        label="Who can see this?", choices=AUDIENCES, coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, organisation: Organisation, products: list[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self._set("product", choices=[("", "Choose a product")] + [(one.gtin, one.name) for one in products])
        self._set("place", queryset=Location.objects.filter(organisation=organisation))
        others = Organisation.objects.exclude(pk=organisation.pk)
        self._set("partner", queryset=others)
        self._set("carrier", queryset=others)
        self.initial.setdefault("form", uuid.uuid4())
        self.initial.setdefault("visibility", organisation.default_visibility)

    def _set(self, name: str, **attributes: Any) -> None:
        for attribute, value in attributes.items():
            setattr(self.fields[name], attribute, value)

    def clean_quantity(self) -> int | float:
        given: Decimal = self.cleaned_data["quantity"]
        if given <= 0:
            raise forms.ValidationError("This must be more than zero.")
        if given > MOST:
            raise forms.ValidationError("That is more than can be recorded. Split it.")
        return int(given) if given == int(given) else float(given)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self._check_lot(values)
        if values.get("step") == "shipping" and not values.get("partner") and "partner" not in self.errors:
            self.add_error("partner", "Choose who gets the goods.")
        moment = self._moment(values)
        if not self.errors and moment is not None:
            values["made"] = Step(
                step=values["step"],
                gtin=values["product"],
                lot=values["lot"],
                quantity=values["quantity"],
                unit=values.get("unit") or "",
                place=values["place"],
                moment=moment,
                partner=None if values["step"] == "commissioning" else values.get("partner"),
                carrier=values.get("carrier") if values["step"] == "shipping" else None,
            )
        return values

    def _check_lot(self, values: dict[str, Any]) -> None:
        if values.get("product") and values.get("lot"):
            try:
                identifiers.lot(values["product"], values["lot"])
            except IdentifierError as error:
                self.add_error("lot", f"{error}. Letters, digits and most signs are allowed, spaces are not.")

    def _moment(self, values: dict[str, Any]) -> datetime | None:
        """The moment meant, with an error under the field where there is none."""
        text, place = str(values.get("when") or "").strip(), values.get("place")
        now = timezone.now()
        if not text or place is None:
            return now
        local = _local(text)
        if local is None:
            self.add_error("when", "Write it like 2026-05-14 09:12.")
            return None
        moment = moment_at(place, local)
        if moment is None:
            self.add_error("when", f"There was no such time in {place.timezone}; clocks go forward once a year.")
        elif moment > now + CLOCK_SKEW:
            self.add_error("when", f"This is in the future in {place.timezone}. Log a step when it has happened.")
        return moment


def _local(text: str) -> datetime | None:
    """`datetime-local` inputs send a T; people who type have a space."""
    try:
        given = datetime.fromisoformat(text.replace(" ", "T", 1))
    except ValueError:
        return None
    return given if given.tzinfo is None else None


class FileForm(forms.Form):
    """A CSV or an EPCIS document."""

    file = forms.FileField(
        label="File",
        help_text="A CSV with sales or deliveries, or an EPCIS document (JSON-LD).",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )
    every = forms.ChoiceField(
        label="One row of sales is", choices=(("day", "a day"), ("month", "a month")), required=False
    )
