"""Terms as people write them. What may be agreed, the contract's own rules say."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError

from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules import money as money_rules
from chaincode.traceability.rules import terms as term_rules
from traceapp.accounts.models import Organisation
from traceapp.commitments.times import rfc3339
from traceapp.epcis import scanned
from traceapp.payments import deliveries
from traceapp.payments.currencies import AmountError, digits, minor
from traceapp.payments.models import holder_of

BUYER, SELLER = "buyer", "seller"
_UNITS: Final = (("EA", "pieces"), ("CS", "cases"), ("CT", "cartons"), ("KGM", "kilograms"), ("LTR", "litres"))
_FIELDS: Final = {
    "acceptBy": "accept_by",
    "fundBy": "fund_by",
    "dispatchBy": "dispatch_by",
    "deadline": "deadline",
    "payments": "at_dispatch",
    "quantity": "quantity",
    "late": "late_per_hour",
    "temperature": "band_min",
    "legHours": "contest_hours",
    "buyer": "other",
    "seller": "other",
    "carrier": "carrier",
    "arbiter": "arbiter",
    "insurer": "arbiter",
}


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
    other = forms.ModelChoiceField(Organisation.objects.none(), label="The other side")
    carrier = forms.ModelChoiceField(
        Organisation.objects.none(), label="Carrier", help_text="Says when the goods left and arrived."
    )
    arbiter = forms.ModelChoiceField(
        Organisation.objects.none(), label="Arbiter", help_text="Decides disputes; no party otherwise."
    )
    currency = forms.CharField(label="Currency", max_length=3, initial="EUR")
    price = forms.CharField(label="Price", max_length=40)
    at_dispatch = forms.CharField(label="Of it, when the goods leave", max_length=40, initial="0")
    at_arrival = forms.CharField(label="Of it, when they arrive", max_length=40, initial="0")
    quantity = forms.IntegerField(label="Quantity", min_value=1, max_value=10**12)
    unit = forms.ChoiceField(label="Unit", choices=_UNITS)
    tolerance = forms.IntegerField(label="May be short, damaged or refused", min_value=0, initial=0)
    damaged_pays = forms.DecimalField(
        label="A damaged one still pays, %", min_value=0, max_value=100, decimal_places=2, initial=0
    )
    zone = forms.CharField(label="Time zone", max_length=50, initial="Europe/Berlin")
    accept_by = forms.DateTimeField(label="Agreed until")
    fund_by = forms.DateTimeField(label="Paid into escrow until")
    dispatch_by = forms.DateTimeField(label="Leaves until")
    deadline = forms.DateTimeField(label="Arrives until")
    grace_minutes = forms.IntegerField(label="Free minutes late", min_value=0, max_value=525_600, initial=120)
    late_per_hour = forms.CharField(label="Less for each started hour late", max_length=40, initial="0")
    late_cap = forms.CharField(label="At most", max_length=40, initial="0")
    band_min = forms.DecimalField(label="Not below, °C", required=False, decimal_places=2)
    band_max = forms.DecimalField(label="Not above, °C", required=False, decimal_places=2)
    outside_minutes = forms.IntegerField(label="Minutes outside that are accepted", min_value=0, initial=30)
    missing_minutes = forms.IntegerField(label="Minutes without readings that are accepted", min_value=0, initial=60)
    warm_per_hour = forms.CharField(label="Less for each started hour beyond", max_length=40, initial="0")
    warm_cap = forms.CharField(label="At most", max_length=40, initial="0")
    devices = forms.CharField(
        label="Loggers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One GIAI a line, of the carrier's devices. Needed where there is a temperature.",
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
        for name in ("other", "carrier", "arbiter"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Organisation.objects.exclude(pk=organisation.pk)
            field.empty_label = "Choose"
        for name in ("accept_by", "fund_by", "dispatch_by", "deadline"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean_zone(self) -> str:
        if self.cleaned_data["zone"] not in available_timezones():
            raise ValidationError("Write a time zone by its name, such as Europe/Berlin.")
        return str(self.cleaned_data["zone"])

    def clean_codes(self) -> list[str]:
        found = []
        for line in filter(None, map(str.strip, self.cleaned_data["codes"].splitlines())):
            try:
                found.append(scanned.find(line).canonical)
            except scanned.CodeError as error:
                raise ValidationError(f"{line[:40]}: {error}") from None
        return sorted(set(found))

    def clean_devices(self) -> list[str]:
        return sorted({line.strip() for line in self.cleaned_data["devices"].splitlines() if line.strip()})

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        try:
            found["terms"] = self._terms(found)
            term_rules.check_times(term_rules.parse(found["terms"]), rfc3339(datetime.now(UTC)))
        except ContractError as error:
            self._blame(str(error.message))
        return found

    def _blame(self, message: str) -> None:
        """The contract's own words, at the field that they are about."""
        named = re.match(r"([a-zA-Z]+)", message)
        field = _FIELDS.get(named[1] if named else "", None)
        self.add_error(field, f"{message[:1].upper()}{message[1:]}.")

    def _amount(self, name: str, currency: str) -> int:
        text = str(self.cleaned_data[name]).strip()
        try:
            return 0 if re.fullmatch(r"0*([.,]0*)?", text) else minor(text, currency)
        except AmountError as error:
            self.add_error(name, str(error))
            return 0

    def _moment(self, name: str) -> str:
        naive = self.cleaned_data[name].replace(tzinfo=None)
        return rfc3339(naive.replace(tzinfo=ZoneInfo(self.cleaned_data["zone"])).astimezone(UTC))

    def _terms(self, found: dict[str, Any]) -> dict[str, Any]:
        currency = found["currency"].upper()
        if currency not in money_rules.CURRENCIES:
            self.add_error("currency", "Write a code of ISO 4217, such as EUR.")
            currency = "EUR"
        ours, other = holder_of(self.organisation), holder_of(found["other"])
        buyer, seller = (ours, other) if found["we_are"] == BUYER else (other, ours)
        return {
            "buyer": buyer,
            "seller": seller,
            "carrier": holder_of(found["carrier"]),
            "consignee": buyer,
            "arbiter": holder_of(found["arbiter"]),
            "goods": deliveries.goods_hash(found["title"], found["goods"], self.salt),
            "currency": currency,
            "minorUnits": digits(currency),
            "price": self._amount("price", currency),
            "payments": {
                "dispatch": self._amount("at_dispatch", currency),
                "arrival": self._amount("at_arrival", currency),
            },
            "quantity": {
                "amount": found["quantity"],
                "unit": found["unit"],
                "tolerance": found["tolerance"],
                "damagedPays": int(found["damaged_pays"] * 100),
            },
            "acceptBy": self._moment("accept_by"),
            "fundBy": self._moment("fund_by"),
            "dispatchBy": self._moment("dispatch_by"),
            "deadline": self._deadline(),
            "graceMinutes": found["grace_minutes"],
            "late": {"perHour": self._amount("late_per_hour", currency), "cap": self._amount("late_cap", currency)},
            "recordWithinMinutes": 60,
            "refundAfterHours": 72,
            "legs": self._legs(found),
            "temperature": self._temperature(found, currency),
            "legHours": max(1, min(24, found["contest_hours"] - 1)),
            "challengeHours": 48,
            "contestHours": found["contest_hours"],
            "resolveHours": found["resolve_hours"],
            "onSilentArbiter": found["on_silent_arbiter"],
            "insurance": None,
        }

    def _deadline(self) -> dict[str, str]:
        at = self.cleaned_data["deadline"].replace(tzinfo=ZoneInfo(self.cleaned_data["zone"]))
        offset = at.strftime("%z")
        return {
            "at": self._moment("deadline"),
            "zone": self.cleaned_data["zone"],
            "offset": f"{offset[:3]}:{offset[3:5]}",
        }

    def _legs(self, found: dict[str, Any]) -> list[dict[str, str]]:
        carrier = found["carrier"]
        responsible = deliveries.responsible_hash(carrier.msp_id, carrier.pgln, self.shipment_id)
        return [
            {"device": deliveries.device_hash(giai, self.shipment_id), "responsible": responsible}
            for giai in found["devices"]
        ]

    def _temperature(self, found: dict[str, Any], currency: str) -> dict[str, Any] | None:
        low, high = found.get("band_min"), found.get("band_max")
        if low is None and high is None:
            return None
        if low is None or high is None:
            self.add_error("band_min" if low is None else "band_max", "A band has two ends: write both, or none.")
            return None
        return {
            "bandMin": int(low * 100),
            "bandMax": int(high * 100),
            "outsideMinutes": found["outside_minutes"],
            "missingMinutes": found["missing_minutes"],
            "beyond": term_rules.CUT,
            "perHour": self._amount("warm_per_hour", currency),
            "cap": self._amount("warm_cap", currency),
            "onMissingData": term_rules.OUTSIDE,
        }


class TakingForm(forms.Form):
    short = forms.IntegerField(label="Short", min_value=0, initial=0)
    damaged = forms.IntegerField(label="Damaged", min_value=0, initial=0)
    refused = forms.IntegerField(label="Refused", min_value=0, initial=0)


class ContestForm(forms.Form):
    reason = forms.ChoiceField(label="Why", choices=list(deliveries.REASONS.items()))
    words = forms.CharField(label="In your words", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class VerdictForm(forms.Form):
    seller = forms.CharField(label="To the seller", max_length=40)
    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
