"""Forms of devices and their keys."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from traceapp.accounts.models import Organisation
from traceapp.sensors.devices import Description, why_not
from traceapp.sensors.identity import IdentityError, giai_of, key_of
from traceapp.sensors.models import Device
from traceapp.sensors.revocation import REASONS

ABOUT: Final = ("name", "model", "calibrated_on", "calibration_due", "certificate", "band_min", "band_max")


def description_errors(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with what is said of a device, by field."""
    wrong: dict[str, str] = {}
    on, due = values.get("calibrated_on"), values.get("calibration_due")
    if on and due and due <= on:
        wrong["calibration_due"] = "This is not after the day of the calibration."
    if on and on > datetime.now(UTC).date():
        wrong["calibrated_on"] = "This is in the future."
    low, high = values.get("band_min"), values.get("band_max")
    if low is not None and high is not None and low >= high:
        wrong["band_max"] = "This is not above the lower limit."
    return wrong


class AboutForm(forms.ModelForm[Device]):
    """What an owner says of a device."""

    class Meta:
        model = Device
        fields = ABOUT
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("calibrated_on", "calibration_due")
        }
        help_texts = {
            "certificate": _("Its number, or the address where it can be read."),
            "band_min": _("The usual band of what it travels with, if it has one."),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for field, why in description_errors(values).items():
            self.add_error(field, why)
        return values

    def description(self) -> Description:
        """What was said."""
        return Description(**{name: self.cleaned_data[name] for name in ABOUT})


class KeyForm(forms.Form):
    """A public key."""

    public_key = forms.CharField(
        label=_("Public key"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("Ed25519, as base64url, hex, JWK or PEM. The private key never leaves the device."),
    )

    def clean_public_key(self) -> bytes:
        try:
            return key_of(self.cleaned_data["public_key"])
        except IdentityError as error:
            raise forms.ValidationError(str(error)) from error


class DeviceForm(AboutForm, KeyForm):
    """A new device."""

    giai = forms.CharField(
        label="GIAI", max_length=200, help_text=_("The asset's GS1 number (8004), plain or as Digital Link.")
    )
    field_order = ("giai", "public_key", *ABOUT)

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._organisation = organisation

    def clean_giai(self) -> str:
        try:
            return giai_of(self.cleaned_data["giai"])
        except IdentityError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("giai") and values.get("public_key"):
            wrong = why_not(self._organisation, values["giai"], values["public_key"])
            if wrong:
                self.add_error(*wrong)
        return values


class RevokeForm(forms.Form):
    """Why a key is revoked, and from when on its readings are not to be trusted."""

    reason = forms.ChoiceField(label=_("Why"), choices=REASONS)
    since = forms.DateTimeField(
        label=_("Not to be trusted since"),
        help_text=_("UTC. What it measured before stays valid. Now, if nothing happened before."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    def clean_since(self) -> datetime:
        since: datetime = self.cleaned_data["since"]
        if since > datetime.now(UTC):
            raise forms.ValidationError("This is in the future.")
        return since


class CodeForm(forms.Form):
    """What a device's QR code says."""

    code = forms.CharField(max_length=2000)


class ImportForm(forms.Form):
    """A CSV of devices."""

    file = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, at most 1,000 rows."))
