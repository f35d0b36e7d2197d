"""What people type about storage conditions and alarms."""

from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from traceapp.accounts.models import User
from traceapp.coldchain.models import Alarm, Case, Conditions
from traceapp.epcis.gs1_keys import IdentifierError, valid_gtin
from traceapp.query.subscriptions import destination, signature


class ConditionsForm(forms.ModelForm[Conditions]):
    class Meta:
        model = Conditions
        fields: ClassVar[list[str]] = [
            "name", "product_class", "gtin", "low", "high", "hysteresis", "minimum", "warn_within", "budget",
            "ceiling", "floor", "max_interval",
        ]  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "gtin": _("Leave it empty for everything that has no conditions of its own."),
            "hysteresis": _("An excursion ends when the temperature is back inside by so much."),
            "minimum": _("Shorter than this is no excursion. Freezing always is."),
            "budget": _("Stability budget: outside the band, over the whole journey."),
            "max_interval": _("The longest time between two readings for which the earlier one still counts."),
        }

    def clean_gtin(self) -> str:
        gtin = str(self.cleaned_data.get("gtin") or "").strip()
        if not gtin:
            return ""
        try:
            return valid_gtin(gtin.zfill(14))
        except IdentifierError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("low", "high", "hysteresis", "ceiling", "floor"):
            value = found.get(name)
            if value is not None and not -273.15 <= value <= 1000:
                self.add_error(name, _("A temperature from -273.15 to 1000 is expected."))
        low, high = found.get("low"), found.get("high")
        if low is None and high is None:
            raise ValidationError(_("Give at least one limit."))
        if low is not None and high is not None and low >= high:
            self.add_error("high", _("The upper limit has to be above the lower one."))
        if found.get("hysteresis") is not None and found["hysteresis"] < 0:
            self.add_error("hysteresis", _("It cannot be below zero."))
        if low is not None and high is not None and (found.get("hysteresis") or 0) * 2 >= high - low:
            self.add_error("hysteresis", _("It has to be less than half of the band, or nothing is ever back inside."))
        if found.get("max_interval") is not None and not 1 <= found["max_interval"] <= 1440:
            self.add_error("max_interval", _("From 1 minute to 1,440 (a day)."))
        self._within(found, low, high)
        return found

    def _within(self, found: dict[str, Any], low: float | None, high: float | None) -> None:
        if high is not None and found.get("ceiling") is not None and found["ceiling"] < high:
            self.add_error("ceiling", _("It cannot be below the upper limit."))
        if low is not None and found.get("floor") is not None and found["floor"] > low:
            self.add_error("floor", _("It cannot be above the lower limit."))


class AlarmForm(forms.ModelForm[Alarm]):
    key = forms.CharField(
        label=_("signature key"),
        required=False,
        max_length=200,
        help_text=_("With it each message to the webhook is signed: GS1-Signature, HMAC-SHA256 of the body."),
    )

    class Meta:
        model = Alarm
        fields: ClassVar[list[str]] = ["email", "webhook"]

    def clean_webhook(self) -> str:
        url = str(self.cleaned_data.get("webhook") or "")
        if url:
            try:
                destination.read(url, settings.SUBSCRIPTIONS_PRIVATE_HOSTS)
            except destination.DestinationError as error:
                raise ValidationError(str(error)) from error
        return url

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and bool(found.get("email")) == bool(found.get("webhook")):
            raise ValidationError(_("Give an e-mail address or a webhook: one of the two."))
        return found

    def save(self, commit: bool = True) -> Alarm:
        key = self.cleaned_data.get("key") or ""
        self.instance.token = signature.seal(key, settings.SECRET_KEY) if key else ""
        return super().save(commit)


class DecisionForm(forms.Form):
    disposition = forms.ChoiceField(label=_("What becomes of the goods"), choices=Case.Disposition.choices)
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
    code = forms.CharField(
        label=_("Code of your second factor"),
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        help_text=_("It signs this decision in your name."),
    )


REASONS: Final = [
    ("figures", _("The figures")),
    ("device", _("The device")),
    ("goods", _("The goods")),
    ("time", _("The time")),
    ("other", _("Something else")),
]


class ChallengeForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong"), choices=REASONS)
    evidence = forms.CharField(
        label=_("What supports it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        help_text=_("Only its hash goes to the ledger. Keep the text."),
    )


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none())
