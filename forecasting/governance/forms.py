"""What people say about models, checked."""

from typing import Any

from django import forms

from forecasting.governance.registry import DEFAULT_LIMITS
from traceapp.accounts.models import Organisation


def _percent(label: str, millionths: int, most: int = 100_000) -> forms.DecimalField:
    return forms.DecimalField(label=label, initial=millionths / 10_000, min_value=0, max_value=most, decimal_places=4)


class ProposeForm(forms.Form):
    """Who votes, who reports, and by which limits a version is suspended."""

    electorate = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label="Who votes",
        help_text="Two at least.",
        widget=forms.CheckboxSelectMultiple,
    )
    threshold = forms.IntegerField(
        min_value=2, max_value=50, label="Votes it takes", help_text="More than half of them."
    )
    days = forms.IntegerField(min_value=1, max_value=90, initial=7, label="Days to vote")
    reporters = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label="Who reports",
        widget=forms.CheckboxSelectMultiple,
        help_text="Two at least, and not you. They work out your forecasts' errors from your verified rows.",
    )
    error = _percent("Most error, %", DEFAULT_LIMITS["error"])
    coverage = _percent("Least coverage of the 80% interval, %", DEFAULT_LIMITS["coverage"], 100)
    bias = _percent("Most bias to either side, %", DEFAULT_LIMITS["bias"])
    psi = forms.DecimalField(
        initial=DEFAULT_LIMITS["psi"] / 1_000_000,
        label="Most drift (PSI)",
        min_value=0,
        max_value=1000,
        decimal_places=6,
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        every = Organisation.objects.order_by("name")
        for name, choices in (("electorate", every), ("reporters", every.exclude(pk=organisation.pk))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("electorate", "reporters"):
            if name in data and len(data[name]) < 2:
                self.add_error(name, "Choose two organisations at least.")
        chosen, threshold = data.get("electorate"), data.get("threshold")
        if chosen and threshold and not len(chosen) // 2 < threshold <= len(chosen):
            self.add_error("threshold", f"From {len(chosen) // 2 + 1} to {len(chosen)}, with {len(chosen)} who vote.")
        return data

    @property
    def limits(self) -> dict[str, int]:
        said = self.cleaned_data
        shares = {name: int(said[name] * 10_000) for name in ("error", "coverage", "bias")}
        return shares | {"psi": int(said["psi"] * 1_000_000)}


class ReasonForm(forms.Form):
    """Why one goes back."""

    reason = forms.CharField(max_length=300, label="Why", help_text="The ledger holds its hash; the words stay here.")
