"""What somebody wants of their stock, checked. Asked by address: page, API and files take the same words."""

from typing import Any

from django import forms
from django.http import QueryDict

SERVICE, REVIEW = 95.0, 7.0


def _days(label: str, most: int, hint: str = "", **options: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"})
    return forms.FloatField(
        label=label, min_value=0, max_value=most, required=False, widget=widget, help_text=hint, **options
    )


class WishForm(forms.Form):
    """Service level and lead time. Empty lead time: what deliveries to each place took."""

    service_level = forms.FloatField(
        label="Service level, %",
        min_value=50,
        max_value=99.9,
        help_text="Order cycles that end without a stock-out.",
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    lead_time = _days("Lead time, days", 365, "Empty: as deliveries to the place took.")
    spread = _days("Its spread, days", 180, "Standard deviation.")
    review = _days("Days between two looks", 180, "Goods must last until the next one.")

    @classmethod
    def asked(cls, given: QueryDict) -> "WishForm":
        """With the defaults where nothing is said, so that the page shows what it goes by."""
        said = given.copy()
        for name, value in (("service_level", f"{SERVICE:g}"), ("review", f"{REVIEW:g}")):
            if not said.get(name):
                said[name] = value
        return cls(said)

    def wish(self) -> dict[str, float | None]:
        """The values; only once it is valid."""
        said = self.cleaned_data
        return {
            "service_level": said["service_level"],
            "lead_time": said["lead_time"],
            "spread": said["spread"],
            "review": said["review"],
        }


class StockForm(forms.Form):
    """What there is of one product at one place."""

    on_hand = forms.FloatField(label="On hand", min_value=0, max_value=1e12, required=False)
    on_order = forms.FloatField(label="On order", min_value=0, max_value=1e12, required=False)

    @property
    def position(self) -> float | None:
        """On hand and on order together; None where nobody said."""
        if not self.is_valid() or self.cleaned_data["on_hand"] is None:
            return None
        return float(self.cleaned_data["on_hand"] + (self.cleaned_data["on_order"] or 0))
