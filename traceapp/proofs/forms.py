"""What a person chooses: fields and time for a link; the domain of an organisation."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from traceapp.proofs.models import TrustHost

LASTS = ((1, _("1 hour")), (24, _("1 day")), (7 * 24, _("7 days")), (30 * 24, _("30 days")), (90 * 24, _("90 days")))


class ShareForm(forms.Form):
    """`choices`: (pointer, words) of the fields that may be shown or hidden. Those of every proof are not asked for."""

    show = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    hours = forms.TypedChoiceField(label=_("The link opens for"), choices=LASTS, coerce=int, initial=7 * 24)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["show"].choices = choices  # type: ignore[attr-defined]

    @property
    def valid_for(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["hours"])


class TrustHostForm(forms.ModelForm[TrustHost]):
    class Meta:
        model = TrustHost
        fields = ("host",)
        labels = {"host": "Your domain"}
        help_texts = {"host": "The host name that serves your file, such as www.example.org. Empty: pages name none."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].required = False

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"] or "").strip().lower().rstrip(".")
        if host == urlsplit(settings.PUBLIC_URL).hostname:
            raise forms.ValidationError("This is our own address. Name one that you run yourselves, or leave it empty.")
        return host
