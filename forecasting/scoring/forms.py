"""What an analyst makes of a score, checked."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms


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


class ActForm(_DecisionForm):
    """What was done because of the score."""

    reason = forms.CharField(
        label="What you do because of it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: called the carrier, moved the delivery, ordered from somebody else.",
    )
