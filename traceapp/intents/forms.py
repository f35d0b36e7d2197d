"""What people give to confirm a wish: a code, or a passkey's answer."""

from django import forms


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code of your authenticator",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class KeyForm(forms.Form):
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput(attrs={"id": "key-answer"}))
