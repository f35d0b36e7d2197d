"""Wishes about money in plain words: what is shown is what is confirmed and what the ledger is asked for."""

import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse

from traceapp.accounts.models import Organisation, User
from traceapp.accounts.selectors import name_of
from traceapp.commitments.canonical import Json, canonical
from traceapp.intents import services as intents
from traceapp.intents.models import Intent
from traceapp.ledger import calls
from traceapp.payments import services
from traceapp.payments.models import Account, Deposit, Payout, Redemption
from traceapp.web.templatetags.web import money

Facts = list[tuple[str, str]]


def pay(*, organisation: Organisation, by: User, to: Account, currency: str, amount: int) -> Intent:
    rows = services.choose_rows(organisation, currency, amount)
    argument = {
        "id": calls.new_id(),
        "currency": currency,
        "amount": amount,
        "rows": rows,
        "to": {"mspId": to.msp_id, "organisation": to.pgln},
    }
    facts = [("Amount", money(amount, currency)), ("To", name_of(to.msp_id, to.pgln)), ("From", organisation.name)]
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.TREASURER,
        requests=[("transfer", argument)],
        title=f"Pay {money(amount, currency)} to {name_of(to.msp_id, to.pgln)}?",
        facts=facts,
        back=reverse("payments:account"),
    )


def instruction_of(payout: Payout) -> str:
    """SHA-256 (hex) of where the money goes, with a salt: what the ledger holds of it."""
    whole: Json = {
        "id": payout.redemption_id,
        "currency": payout.currency,
        "amount": payout.amount,
        "name": payout.name,
        "iban": payout.iban,
        "bic": payout.bic,
        "remittance": payout.remittance,
        "salt": payout.salt,
    }
    return hashlib.sha256(canonical(whole)).hexdigest()


@transaction.atomic
def pay_out(
    *,
    organisation: Organisation,
    by: User,
    currency: str,
    amount: int,
    name: str,
    iban: str,
    bic: str = "",
    remittance: str = "",
) -> Intent:
    rows = services.choose_rows(organisation, currency, amount)
    payout = Payout.objects.create(
        redemption_id=calls.new_id(),
        organisation=organisation,
        currency=currency,
        amount=amount,
        name=name,
        iban=iban,
        bic=bic,
        remittance=remittance,
        salt=secrets.token_hex(16),
    )
    argument = {
        "id": payout.redemption_id,
        "currency": currency,
        "amount": amount,
        "rows": rows,
        "instruction": instruction_of(payout),
    }
    facts: Facts = [("Amount", money(amount, currency)), ("To", name), ("IBAN", iban)]
    facts += [("BIC", bic)] if bic else []
    facts += [("Reference for the payee", remittance)] if remittance else []
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.TREASURER,
        requests=[("redeem", argument)],
        title=f"Have {money(amount, currency)} paid out?",
        facts=facts,
        back=reverse("payments:payouts"),
    )


def propose_deposit(
    *, organisation: Organisation, by: User, reference: str, to: Account, currency: str, amount: int
) -> Intent:
    argument = {
        "id": reference,
        "currency": currency,
        "amount": amount,
        "to": {"mspId": to.msp_id, "organisation": to.pgln},
    }
    return _deposit(organisation, by, "propose_mint", argument, "Propose")


def approve_deposit(*, organisation: Organisation, by: User, deposit: Deposit) -> Intent:
    argument = {
        "id": deposit.reference,
        "currency": deposit.currency,
        "amount": deposit.amount,
        "to": {"mspId": deposit.msp_id, "organisation": deposit.pgln},
    }
    return _deposit(organisation, by, "approve_mint", argument, "Approve")


def withdraw_deposit(*, organisation: Organisation, by: User, deposit: Deposit) -> Intent:
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.SETTLEMENT,
        requests=[("withdraw_mint", {"id": deposit.reference})],
        title=f"Withdraw the proposal {deposit.reference}?",
        facts=[("Amount", money(deposit.amount, deposit.currency)), ("Bank's reference", deposit.reference)],
        back=reverse("payments:deposits"),
    )


def _deposit(organisation: Organisation, by: User, function: str, argument: dict[str, object], verb: str) -> Intent:
    amount, currency, to = argument["amount"], str(argument["currency"]), argument["to"]
    assert isinstance(amount, int)
    assert isinstance(to, dict)
    name = name_of(to["mspId"], to["organisation"])
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.SETTLEMENT,
        requests=[(function, argument)],
        title=f"{verb} a deposit of {money(amount, currency)} for {name}?",
        facts=[("Amount", money(amount, currency)), ("For", name), ("Bank's reference", str(argument["id"]))],
        back=reverse("payments:deposits"),
    )


def confirm_payouts(*, organisation: Organisation, by: User, paid: Sequence[tuple[Redemption, str]]) -> Intent:
    """`paid`: redemptions, each with the bank's reference of what it paid."""
    facts = [
        (f"{money(one.amount, one.currency)} to {name_of(one.msp_id, one.pgln)}", f"Paid under reference {reference}")
        for one, reference in paid
    ]
    what = "a payout is" if len(paid) == 1 else f"{len(paid)} payouts are"
    return intents.wish(
        organisation=organisation,
        by=by,
        role=services.SETTLEMENT,
        requests=[("confirm_redemption", {"id": one.redemption_id, "payment": reference}) for one, reference in paid],
        title=f"Confirm that {what} paid?",
        facts=facts,
        back=reverse("payments:payouts"),
    )
