"""What people type about a shipment that is under way."""

from django import forms

from traceapp.payments import deliveries


class TakingForm(forms.Form):
    short = forms.IntegerField(label="Short", min_value=0, initial=0)
    damaged = forms.IntegerField(label="Damaged", min_value=0, initial=0)
    refused = forms.IntegerField(label="Refused", min_value=0, initial=0)


class ContestForm(forms.Form):
    reason = forms.ChoiceField(label="Why", choices=list(deliveries.REASONS.items()))
    words = forms.CharField(label="In your words", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class VerdictForm(forms.Form):
    """Amounts as people write them; the payout only where the shipment is insured."""

    seller = forms.CharField(label="To the seller", max_length=40)
    insured = forms.CharField(label="Of the insurance, to who is insured", max_length=40, initial="0")
    reason = forms.CharField(label="Reason", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: object, insured: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not insured:
            del self.fields["insured"]
