"""Deposits and payouts: what the settlement organisation does, and where an organisation's own payouts stand."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from traceapp.accounts.models import Organisation
from traceapp.accounts.views import acting_organisation
from traceapp.payments import iso20022, selectors, services, wishes
from traceapp.payments.forms import DepositForm, PaidForm, PayoutForm
from traceapp.payments.matching import match
from traceapp.payments.models import Deposit
from traceapp.payments.tabs import tabs_for
from traceapp.payments.views import acting_user, money_required, spendable
from traceapp.web.pagination import page_of

_MOST_AT_ONCE = 100


def _bank(request: HttpRequest) -> Organisation:
    here = acting_organisation(request)
    if not selectors.is_bank(here):
        raise PermissionDenied("Deposits are made with the settlement organisation, which yours is not.")
    return here


@require_safe
@money_required
def deposits(request: HttpRequest) -> HttpResponse:
    """What was proposed, and by whom it waits to be approved."""
    here = _bank(request)
    shown = {
        "tabs": tabs_for(here, request.path),
        "page": page_of(request, selectors.deposits(here)),
        "names": selectors.names(),
        "open_calls": selectors.open_calls(here)[:10],
        "rejected": selectors.calls_of(here).filter(state="invalid")[:3],
        "own": selectors.pseudonym_of(here, acting_user(request)),
    }
    return render(request, "payments/deposits.html", shown)


@require_http_methods(["GET", "POST"])
@money_required
def propose(request: HttpRequest) -> HttpResponse:
    """One person says what was deposited."""
    here = _bank(request)
    form = DepositForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        intent = wishes.propose_deposit(
            organisation=here,
            by=acting_user(request),
            reference=asked["reference"],
            to=asked["to"],
            currency=asked["currency"],
            amount=asked["minor"],
        )
        return redirect("intents:confirm", uid=intent.uid)
    shown = {"form": form, "title": "Propose a deposit", "crumb": "Deposits", "button": "Continue"}
    return render(request, "payments/form.html", shown | {"back": reverse("payments:deposits")})


@require_POST
@money_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person says the same."""
    here = _bank(request)
    found = get_object_or_404(Deposit, pk=pk, bank=here.msp_id)
    intent = wishes.approve_deposit(organisation=here, by=acting_user(request), deposit=found)
    return redirect("intents:confirm", uid=intent.uid)


@require_POST
@money_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal was wrong."""
    here = _bank(request)
    found = get_object_or_404(Deposit, pk=pk, bank=here.msp_id)
    intent = wishes.withdraw_deposit(organisation=here, by=acting_user(request), deposit=found)
    return redirect("intents:confirm", uid=intent.uid)


@require_safe
@money_required
def payouts(request: HttpRequest) -> HttpResponse:
    """An organisation's own; the bank's: everything that it has to pay."""
    here = acting_organisation(request)
    page = page_of(request, selectors.redemptions(here))
    shown = {
        "tabs": tabs_for(here, request.path),
        "page": page,
        "payouts": selectors.payouts(page.object_list),
        "names": selectors.names(),
        "is_bank": selectors.is_bank(here),
        "to_pay": selectors.redemptions(here).filter(state="requested").count(),
        "form": PaidForm(),
        "open_calls": selectors.open_calls(here)[:10],
        "rejected": selectors.calls_of(here).filter(state="invalid")[:3],
        "may_pay_out": any(one.amount for one in selectors.balances(here)),
    }
    return render(request, "payments/payouts.html", shown)


@require_http_methods(["GET", "POST"])
@money_required
def pay_out(request: HttpRequest) -> HttpResponse:
    """Money leaves the ledger for an account at a bank."""
    here = acting_organisation(request)
    form = PayoutForm(request.POST or None, currencies=spendable(here))
    shown = {"form": form, "title": "Have money paid out", "crumb": "Payouts", "button": "Continue"}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            intent = wishes.pay_out(
                organisation=here,
                by=acting_user(request),
                currency=asked["currency"],
                amount=asked["minor"],
                name=asked["name"],
                iban=asked["iban"],
                bic=asked["bic"],
                remittance=asked["remittance"],
            )
            return redirect("intents:confirm", uid=intent.uid)
        except services.MoneyError as error:
            form.add_error("amount", str(error))
    return render(request, "payments/form.html", shown | {"back": reverse("payments:payouts")})


@require_safe
@money_required
def pain001(request: HttpRequest) -> HttpResponse:
    """All that waits to be paid, as a file for the bank. Asking again gives the same payments under the same ids."""
    here = _bank(request)
    waiting = list(selectors.redemptions(here).filter(state="requested").order_by("block", "pk")[:1000])
    kept = selectors.payouts(waiting)
    credits = [
        iso20022.Credit(one.redemption_id, one.currency, one.amount, one.name, one.iban, one.bic, one.remittance)
        for found in waiting
        if (one := kept.get(found.redemption_id)) and wishes.instruction_of(one) == found.instruction
    ]
    if not credits:
        messages.error(
            request, "Nothing waits to be paid out whose instruction is kept here and is the one on the ledger."
        )
        return redirect("payments:payouts")
    now = datetime.now(UTC)
    message_id = f"TRACEAPP-{now:%Y%m%d%H%M%S}"
    debtor = iso20022.Debtor(here.name, settings.SETTLEMENT_IBAN, settings.SETTLEMENT_BIC)
    data = iso20022.payment_initiation(message_id=message_id, made=now, debtor=debtor, credits=credits)
    answer = HttpResponse(data, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{message_id}.xml"'
    return answer


@require_POST
@money_required
def camt054(request: HttpRequest) -> HttpResponse:
    """The bank's notification: what it has paid is confirmed, once a person has looked."""
    here = _bank(request)
    form = PaidForm(request.POST, request.FILES)
    if not form.is_valid():
        empty = any(one.code == "empty" for one in form.errors.as_data().get("file", []))
        messages.error(request, "This file is empty." if empty else "Choose the bank's file first.")
        return redirect("payments:payouts")
    try:
        booked = iso20022.booked(form.cleaned_data["file"].read(iso20022.MAX_BYTES + 1), settings.SETTLEMENT_IBAN)
    except iso20022.MessageError as error:
        messages.error(request, str(error))
        return redirect("payments:payouts")
    paid, troubles = match(booked, selectors.redemptions(here))
    for trouble in troubles[:10]:
        messages.warning(request, trouble)
    if not paid:
        _nothing_to_confirm(request, any_booked=bool(booked), any_trouble=bool(troubles))
        return redirect("payments:payouts")
    chosen = paid[:_MOST_AT_ONCE]
    intent = wishes.confirm_payouts(organisation=here, by=acting_user(request), paid=chosen)
    return redirect("intents:confirm", uid=intent.uid)


def _nothing_to_confirm(request: HttpRequest, *, any_booked: bool, any_trouble: bool) -> None:
    if any_booked and not any_trouble:
        messages.info(request, "All that this file says is paid was confirmed before: there is nothing to do.")
    elif not any_booked:
        messages.error(request, "The file holds no payment that waits here to be confirmed: no booked debit names one.")
    else:
        messages.error(request, "The file holds no payment that waits here to be confirmed.")
