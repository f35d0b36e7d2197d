"""What a page asks for, checked."""

from typing import Any

from django import forms

from forecasting.models import Kind
from forecasting.parameters import BadParameters, checked


class TrainForm(forms.Form):
    """Train now: the kind, and how far ahead."""

    kind = forms.ChoiceField(choices=Kind.choices)
    horizon = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "kind" in data:
            try:
                self.parameters = checked(data["kind"], {"horizon": data.get("horizon")})
            except BadParameters as error:
                raise forms.ValidationError(f"Nothing was started: {error}.") from error
        return data


class ChooseForm(forms.Form):
    """Which run, product, place and horizon a dashboard shows."""

    run = forms.UUIDField(required=False)
    product = forms.CharField(required=False)
    place = forms.CharField(required=False)
    horizon = forms.IntegerField(required=False, min_value=1)

    def value(self, name: str) -> Any:
        """The value asked for, None where it was nonsense."""
        self.is_valid()
        return self.cleaned_data.get(name)

    def missed(self, **shown: str) -> str:
        """What to say where something else is `shown` than was asked for; empty where it is the same."""
        if "run" in self.errors:
            return "The address names no run: the one in force is shown."
        if any(self.value(name) not in ("", None, value) for name, value in shown.items()):
            return "This run has no forecast of that product at that place: the nearest one is shown."
        return ""
