"""What people type about money."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError as NotValid

from chaincode.traceability.errors import ContractError
from chaincode.traceability.rules import money as money_rules
from traceapp.accounts.selectors import name_of
from traceapp.payments import selectors
from traceapp.payments.currencies import AmountError, minor
from traceapp.payments.models import Account

# Latin characters that every bank of the scheme takes (EPC217-08).
_SEPA = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
COMMON = ("EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "JPY")


class AmountForm(forms.Form):
    """An amount of a currency; `cleaned_data["minor"]` in minor units."""

    currency = forms.CharField(label="Currency", max_length=3, min_length=3)
    amount = forms.CharField(label="Amount", max_length=40)

    def __init__(self, *args: Any, currencies: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if currencies is not None:
            self.fields["currency"] = forms.ChoiceField(label="Currency", choices=[(one, one) for one in currencies])
        else:
            self.fields["currency"].help_text = f"A code of ISO 4217, such as {', '.join(COMMON[:4])}."
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "amount" in found and "currency" in found:
            try:
                found["minor"] = minor(found["amount"], found["currency"])
            except AmountError as error:
                self.add_error("currency" if "no currency" in str(error) else "amount", str(error))
        return found


class AccountField(forms.ModelChoiceField[Account]):
    def label_from_instance(self, one: Account) -> str:
        return name_of(one.msp_id, one.pgln)


class PayForm(AmountForm):
    to = AccountField(queryset=Account.objects.none(), label="To", empty_label="Choose who is paid")
    field_order = ("to", "amount", "currency")

    def __init__(self, *args: Any, payees: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = payees


def _iban(value: str) -> str:
    try:
        return str(ibans.validate(value))
    except NotValid as error:
        raise ValidationError(f"This is no IBAN: {str(error).rstrip('.').lower()}.") from None


def _bic(value: str) -> str:
    try:
        return str(bics.validate(value)) if value else ""
    except NotValid as error:
        raise ValidationError(f"This is no BIC: {str(error).rstrip('.').lower()}.") from None


def _sepa(value: str) -> str:
    wrong = sorted(set(value) - _SEPA)
    if wrong:
        raise ValidationError(
            f"Banks do not take {' '.join(wrong[:5])} here: letters without accents, digits, / - ? : ( ) . , ' +"
        )
    return value


class PayoutForm(AmountForm):
    name = forms.CharField(label="Name of the payee", max_length=70)
    iban = forms.CharField(label="IBAN", max_length=42)
    bic = forms.CharField(label="BIC", max_length=11, required=False, help_text="Only for accounts outside of SEPA.")
    remittance = forms.CharField(label="Reference for the payee", max_length=140, required=False)
    field_order = ("amount", "currency", "name", "iban", "bic", "remittance")

    def clean_name(self) -> str:
        return _sepa(self.cleaned_data["name"])

    def clean_iban(self) -> str:
        return _iban(self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return _bic(self.cleaned_data["bic"])

    def clean_remittance(self) -> str:
        return _sepa(self.cleaned_data["remittance"])


class DepositForm(AmountForm):
    to = AccountField(queryset=Account.objects.none(), label="For", empty_label="Choose whose money it is")
    reference = forms.CharField(
        label="Bank's reference",
        max_length=35,
        help_text="As on the bank's statement. A deposit with the same reference is the same deposit.",
    )
    field_order = ("to", "amount", "currency", "reference")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = selectors.accounts()

    def clean_reference(self) -> str:
        return reference_of(self.cleaned_data["reference"])


def reference_of(value: str) -> str:
    try:
        return money_rules.reference(value.strip().upper(), "The reference")
    except ContractError:
        raise ValidationError(
            "Write it in letters, digits, points and hyphens, at most 35; the first and last are letters or digits."
        ) from None


class PaidForm(forms.Form):
    file = forms.FileField(label="camt.054 file", help_text="The bank's notification of what it has booked, XML.")
