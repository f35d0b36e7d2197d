"""Forms of the organisation's pages."""

from typing import ClassVar

from django import forms

from traceapp.accounts.models import Organisation
from traceapp.accounts.roles import Role

ROLE_HINTS = {
    Role.SUPPLIER: "records and sends goods",
    Role.CARRIER: "records what happens on the way",
    Role.RECEIVER: "records what arrives",
    Role.ANALYST: "reads forecasts and their data",
    Role.QUALITY: "traces and releases goods",
    Role.TREASURER: "deposits, pays and has money paid out",
    Role.ADMIN: "all of this, and manages members",
}


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        choices=[(role.value, f"{role.label}: {ROLE_HINTS[role]}") for role in Role],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role."},
    )


class InviteForm(RolesForm):
    full_name = forms.CharField(label="Name", max_length=150, required=False)
    email = forms.EmailField(label="E-mail address", max_length=254)
    field_order = ("full_name", "email", "roles")


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What uses it",
        max_length=100,
        help_text="Such as “warehouse system”. It is how you recognise the token later.",
    )


class VisibilityForm(forms.ModelForm[Organisation]):
    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["default_visibility"]
        labels: ClassVar[dict[str, str]] = {"default_visibility": "Who sees new records"}
        help_texts: ClassVar[dict[str, str]] = {
            "default_visibility": "The widest audience, unless a record says otherwise. Amounts, orders and partners "
            "are never shown to everyone."
        }
        widgets: ClassVar[dict[str, type[forms.Widget]]] = {"default_visibility": forms.RadioSelect}
