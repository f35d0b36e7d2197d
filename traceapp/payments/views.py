"""Money: the account, payments out of it, and what was asked of the ledger."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from traceapp.accounts import one_time_codes, passkeys
from traceapp.accounts.models import Organisation, User
from traceapp.accounts.permissions import member_required
from traceapp.accounts.roles import TREASURERS
from traceapp.accounts.views import acting_organisation
from traceapp.payments import exports, selectors, services, wishes
from traceapp.payments.forms import PayForm
from traceapp.payments.tabs import tabs_for
from traceapp.web.pagination import page_of

money_required = member_required(*sorted(TREASURERS))


def acting_user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_safe
@money_required
def account(request: HttpRequest) -> HttpResponse:
    """Balances and the statement of one currency."""
    here = acting_organisation(request)
    balances = selectors.balances(here)
    chosen = _currency(request, [one.currency for one in balances])
    lines = page_of(request, selectors.statement(here, chosen))
    shown = {
        "tabs": tabs_for(here, request.path),
        "account": selectors.account_of(here),
        "balances": balances,
        "chosen": next((one for one in balances if one.currency == chosen), None),
        "page": lines,
        "many": services.MANY_ROWS,
        "names": selectors.names(),
        "open_calls": selectors.open_calls(here)[:10],
        "rejected": selectors.calls_of(here).filter(state="invalid")[:3],
        "is_custodial": selectors.is_custodial(here),
        "has_second_factor": _has_second_factor(acting_user(request)),
    }
    return render(request, "payments/account.html", shown)


def _has_second_factor(user: User) -> bool:
    return one_time_codes.authenticator_of(user) is not None or passkeys.held_by(user)


def _currency(request: HttpRequest, known: list[str]) -> str:
    asked = request.GET.get("currency", "")
    return asked if asked in known else (known[0] if known else "EUR")


@require_POST
@money_required
def open_account(request: HttpRequest) -> HttpResponse:
    services.open_account(organisation=acting_organisation(request), by=acting_user(request))
    messages.success(request, "The account is being opened. It is there once the ledger has it, in a few seconds.")
    return redirect("payments:account")


@require_POST
@money_required
def consolidate(request: HttpRequest) -> HttpResponse:
    currency = request.POST.get("currency", "")[:3]
    try:
        services.consolidate(organisation=acting_organisation(request), currency=currency, by=acting_user(request))
        messages.success(request, "The small parts are being put together. Pay again in a few seconds.")
    except services.MoneyError as error:
        messages.error(request, str(error))
    return redirect("payments:account")


@require_http_methods(["GET", "POST"])
@money_required
def pay(request: HttpRequest) -> HttpResponse:
    """Who, how much; then it is shown in words and confirmed."""
    here = acting_organisation(request)
    form = PayForm(request.POST or None, currencies=spendable(here), payees=selectors.other_accounts(here))
    shown = {"form": form, "title": "Pay", "crumb": "Money", "button": "Continue", "back": reverse("payments:account")}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            intent = wishes.pay(
                organisation=here,
                by=acting_user(request),
                to=asked["to"],
                currency=asked["currency"],
                amount=asked["minor"],
            )
            return redirect("intents:confirm", uid=intent.uid)
        except services.TooManyRows as error:
            shown["consolidate"] = asked["currency"]
            form.add_error("amount", str(error))
        except services.MoneyError as error:
            form.add_error("amount", str(error))
    return render(request, "payments/form.html", shown)


def spendable(organisation: Organisation) -> list[str]:
    return [one.currency for one in selectors.balances(organisation) if one.amount] or ["EUR"]


@require_safe
@money_required
def statement(request: HttpRequest, currency: str) -> HttpResponseBase:
    """All of one currency as CSV, oldest first."""
    here = acting_organisation(request)
    if currency not in {one.currency for one in selectors.balances(here)}:
        raise Http404("There is no money in this currency.")
    lines = selectors.statement(here, currency).order_by("block", "position", "pk")
    answer = StreamingHttpResponse(
        exports.statement_csv(lines.iterator(), selectors.names()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="statement-{here.pgln}-{currency}.csv"'
    return answer


@require_safe
@money_required
def transactions(request: HttpRequest) -> HttpResponse:
    """Everything about money that was asked of the ledger, and how far it is."""
    here = acting_organisation(request)
    shown = {"tabs": tabs_for(here, request.path), "page": page_of(request, selectors.calls_of(here))}
    return render(request, "payments/transactions.html", shown)
