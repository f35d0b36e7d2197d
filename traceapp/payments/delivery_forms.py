"""Terms as people write them. The contract's rules say what may be agreed; mistakes are said in words."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField

from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules import money as money_rules
from chaincode.traceability.rules import terms as term_rules
from traceapp.accounts.models import Organisation
from traceapp.commitments.times import rfc3339
from traceapp.epcis import scanned
from traceapp.payments import terms_made, terms_mistakes
from traceapp.payments.loggers import owners_of
from traceapp.payments.plain_words import UNITS

BUYER, SELLER = "buyer", "seller"
_FIELDS: Final = {
    "acceptBy": "accept_by",
    "fundBy": "fund_by",
    "dispatchBy": "dispatch_by",
    "deadline": "deadline",
    "payments": "at_dispatch",
    "quantity": "quantity",
    "late": "late_per_hour",
    "temperature": "band_min",
    "legHours": "leg_hours",
    "legs": "devices",
    "buyer": "other",
    "seller": "other",
    "carrier": "carrier",
    "consignee": "consignee",
    "arbiter": "arbiter",
    "insurer": "insurer",
    "insurance": "payout",
}
SECTIONS: Final = (
    ("What is sent", ("title", "goods", "codes")),
    ("Who is who", ("we_are", "other", "carrier", "consignee", "arbiter")),
    ("Price", ("currency", "price", "at_dispatch", "at_arrival")),
    ("Quantity", ("quantity", "unit", "tolerance", "damaged_pays")),
    ("Until when", ("zone", "accept_by", "fund_by", "dispatch_by", "deadline", "record_within_minutes")),
    ("If it is late", ("grace_minutes", "late_per_hour", "late_cap", "refund_after_hours")),
    (
        "Temperature",
        (
            "band_min",
            "band_max",
            "outside_minutes",
            "missing_minutes",
            "beyond",
            "on_missing_data",
            "warm_per_hour",
            "warm_cap",
            "devices",
            "leg_hours",
            "challenge_hours",
        ),
    ),
    ("Insurance", ("insurer", "payout", "beneficiary", "triggers")),
    ("If somebody contests", ("contest_hours", "resolve_hours", "on_silent_arbiter")),
)
_WIDE: Final = frozenset({"codes", "devices", "triggers"})


def _party(label: str, hint: str = "", *, required: bool = True) -> forms.ModelChoiceField[Organisation]:
    return forms.ModelChoiceField(Organisation.objects.none(), label=label, help_text=hint, required=required)


class TermsForm(forms.Form):
    """Everything with an end; sensible values where most agree on the same."""

    title = forms.CharField(
        label="Name of the shipment", max_length=60, help_text="Such as S-2207. Stays off the ledger."
    )
    goods = forms.CharField(
        label="Goods", max_length=200, help_text="In words. Stays off the ledger; its fingerprint is on it."
    )
    codes = forms.CharField(
        label="Codes on the goods",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="SSCC or lot, one a line, as scanned. What is recorded about them then moves the shipment on.",
    )
    we_are = forms.ChoiceField(label="We are the", choices=[(BUYER, "buyer"), (SELLER, "seller")])
    other = _party("The other side")
    carrier = _party("Carrier", "Says when the goods left and arrived.")
    consignee = _party("Consignee", "Takes the goods. Nobody named: the buyer.", required=False)
    arbiter = _party("Arbiter", "Decides disputes; no party otherwise.")
    currency = forms.CharField(label="Currency", max_length=3, initial="EUR")
    price = forms.CharField(label="Price", max_length=40)
    at_dispatch = forms.CharField(label="Of it, when the goods leave", max_length=40, initial="0")
    at_arrival = forms.CharField(
        label="Of it, when they arrive", max_length=40, initial="0", help_text="The rest is paid after the acceptance."
    )
    quantity = forms.IntegerField(label="Quantity", min_value=1, max_value=10**12)
    unit = forms.ChoiceField(label="Unit", choices=list(UNITS.items()))
    tolerance = forms.IntegerField(label="May be short, damaged or refused", min_value=0, initial=0)
    damaged_pays = forms.DecimalField(
        label="A damaged one still pays, %", min_value=0, max_value=100, decimal_places=2, initial=0
    )
    zone = forms.CharField(
        label="Time zone",
        max_length=50,
        initial="Europe/Berlin",
        widget=forms.TextInput(attrs={"list": "zones"}),
        help_text="Of the place where the goods are due: all of these times are by its clock.",
    )
    accept_by = forms.DateTimeField(label="Agreed until")
    fund_by = forms.DateTimeField(label="Paid into escrow until")
    dispatch_by = forms.DateTimeField(label="Leaves until")
    deadline = forms.DateTimeField(label="Arrives until")
    record_within_minutes = forms.IntegerField(
        label="Minutes to record it in",
        min_value=0,
        max_value=1440,
        initial=60,
        required=False,
        help_text="How old leaving and arriving may be when the carrier says so.",
    )
    grace_minutes = forms.IntegerField(label="Free minutes late", min_value=0, max_value=525_600, initial=120)
    late_per_hour = forms.CharField(label="Less for each started hour late", max_length=40, initial="0")
    late_cap = forms.CharField(label="For being late at most", max_length=40, initial="0")
    refund_after_hours = forms.IntegerField(
        label="Hours until they count as lost",
        min_value=24,
        max_value=8760,
        initial=72,
        required=False,
        help_text="After the latest time. Without an arrival the buyer then gets back what is left.",
    )
    band_min = forms.DecimalField(label="Not below, °C", required=False, decimal_places=2)
    band_max = forms.DecimalField(label="Not above, °C", required=False, decimal_places=2)
    outside_minutes = forms.IntegerField(
        label="Minutes outside that are accepted", min_value=0, max_value=525_600, initial=30
    )
    missing_minutes = forms.IntegerField(
        label="Minutes without readings that are accepted", min_value=0, max_value=525_600, initial=60
    )
    beyond = forms.ChoiceField(
        label="More minutes outside",
        choices=[(term_rules.CUT, "cost, by the hour"), (term_rules.DISPUTE, "go to the arbiter")],
        required=False,
    )
    on_missing_data = forms.ChoiceField(
        label="More minutes without readings",
        choices=[
            (term_rules.OUTSIDE, "count as outside"),
            (term_rules.DISPUTE, "go to the arbiter"),
            (term_rules.IGNORE, "do not count"),
        ],
        required=False,
    )
    warm_per_hour = forms.CharField(label="Less for each started hour beyond", max_length=40, initial="0")
    warm_cap = forms.CharField(label="For temperature at most", max_length=40, initial="0")
    devices = forms.CharField(
        label="Loggers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One GIAI a line. Needed where there is a temperature; whoever owns one records its leg.",
    )
    leg_hours = forms.IntegerField(
        label="Hours to record legs after the arrival", min_value=1, max_value=719, required=False
    )
    challenge_hours = forms.IntegerField(
        label="Hours to challenge a leg", min_value=1, max_value=720, initial=48, required=False
    )
    insurer = _party("Insurer", "Nobody named: no insurance.", required=False)
    payout = forms.CharField(
        label="Payout",
        max_length=40,
        required=False,
        help_text="The insurer puts it into escrow before the goods leave: all of it is paid, or none.",
    )
    beneficiary = forms.ChoiceField(
        label="It is paid to the", choices=[(BUYER, "buyer"), (SELLER, "seller")], required=False
    )
    triggers = forms.MultipleChoiceField(
        label="If",
        choices=[
            ("lost", "goods that left never arrive"),
            ("late", "they arrive after the deadline and the free minutes"),
            ("outside", "they were outside the temperature for too long"),
            ("missing", "readings are missing for too long"),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    contest_hours = forms.IntegerField(
        label="Hours to contest after the arrival", min_value=2, max_value=720, initial=48
    )
    resolve_hours = forms.IntegerField(label="Hours for the arbiter", min_value=1, max_value=8760, initial=240)
    on_silent_arbiter = forms.ChoiceField(
        label="If the arbiter says nothing",
        choices=[
            (term_rules.COMPUTED, "the figures decide"),
            (term_rules.REFUND, "the buyer gets it back"),
            (term_rules.HALF, "half each"),
        ],
    )

    def __init__(self, *args: Any, organisation: Organisation, shipment_id: str, salt: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.shipment_id, self.salt = organisation, shipment_id, salt
        for name in ("other", "carrier", "consignee", "arbiter", "insurer"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Organisation.objects.exclude(pk=organisation.pk)
            field.empty_label = "Choose" if field.required else "Nobody"
        for name in ("accept_by", "fund_by", "dispatch_by", "deadline"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def sections(self) -> list[tuple[str, list[tuple[BoundField, bool]]]]:
        """(heading, its fields, each with whether it takes a whole line)."""
        return [(title, [(self[name], name in _WIDE) for name in names]) for title, names in SECTIONS]

    def clean_zone(self) -> str:
        if self.cleaned_data["zone"] not in available_timezones():
            raise ValidationError("Write a time zone by its name, such as Europe/Berlin.")
        return str(self.cleaned_data["zone"])

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        if currency not in money_rules.CURRENCIES:
            raise ValidationError("Write a code of ISO 4217, such as EUR.")
        return currency

    def clean_codes(self) -> list[str]:
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["codes"].splitlines())):
            try:
                found.append(scanned.find(line).canonical)
            except scanned.CodeError as error:
                raise ValidationError(f"{line[:40]}: {error}") from None
        return sorted(set(found))

    def clean_devices(self) -> list[str]:
        lines = (line.strip().removeprefix("(8004)").strip() for line in self.cleaned_data["devices"].splitlines())
        return sorted(set(filter(None, lines)))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        amounts, wrong = terms_made.amounts(found)
        owners = owners_of(found.get("devices", ()))
        now = datetime.now(UTC)
        wrong += terms_mistakes.of(found, self.organisation, amounts, owners, now)
        for field, message in wrong:
            self.add_error(field, message)
        if self.errors:
            return found
        try:
            found["terms"] = terms_made.terms(
                found, amounts, owners, ours=self.organisation, shipment_id=self.shipment_id, salt=self.salt
            )
            term_rules.check_times(term_rules.parse(found["terms"]), rfc3339(now))
        except ContractError as error:
            self._blame(str(error.message))
        return found

    def _blame(self, message: str) -> None:
        """The contract's own words, at the field that they are about: what was not foreseen here."""
        named = re.match(r"([a-zA-Z]+)", message)
        field = _FIELDS.get(named[1] if named else "", None)
        self.add_error(field, f"{message[:1].upper()}{message[1:]}.")
