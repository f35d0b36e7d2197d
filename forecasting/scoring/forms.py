"""What an analyst makes of a score, checked."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from forecasting.models import Forecast


class _DecisionForm(forms.Form):
    """`once` is drawn with the empty form: sent twice, it is decided once."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        options["initial"] = {"once": uuid4()} | options.get("initial", {})
        super().__init__(*args, **options)


class OverrideForm(_DecisionForm):
    """Another chance than the model's, and why."""

    chance = forms.DecimalField(
        label="Chance of being late, %", min_value=Decimal(0), max_value=Decimal(100), decimal_places=1
    )
    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you know and the model does not.",
    )


class AskForm(forms.Form):
    """Neither: all open deliveries. Both: one of them, planned for another day."""

    record = forms.UUIDField(required=False)
    scheduled = forms.DateField(required=False)

    @property
    def asked(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("record", "scheduled")}


class DemandForm(_DecisionForm):
    """Another quantity than the model's for one period, and why."""

    day = forms.TypedChoiceField(label="Period", coerce=date.fromisoformat)
    value = forms.DecimalField(label="Quantity that you expect", min_value=Decimal(0), max_digits=15, decimal_places=3)
    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you know and the model does not, such as a neighbour's closing.",
    )

    def __init__(self, *args: Any, forecasts: Sequence[Forecast], **options: Any) -> None:
        super().__init__(*args, **options)
        self._means = {one.day: one.mean for one in forecasts}
        choices = [(f"{day}", f"{day:%-d %b %Y}: {mean:,.1f} expected") for day, mean in self._means.items()]
        self.fields["day"].choices = choices  # type: ignore[attr-defined]

    @property
    def expected(self) -> float:
        return self._means[self.cleaned_data["day"]]


class ActForm(_DecisionForm):
    """What was done because of the score."""

    reason = forms.CharField(
        label="What you do because of it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: called the carrier, moved the delivery, ordered from somebody else.",
    )
