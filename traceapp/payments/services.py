"""What people do with money. Each wish is confirmed by a second factor before it is a transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from traceapp.accounts.models import Organisation, User
from traceapp.commitments.canonical import canonical
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call
from traceapp.payments import confirmation
from traceapp.payments.models import Confirmed, Intent, Row

TREASURER: Final = "treasurer"
SETTLEMENT: Final = "settlement"
MOST_ROWS: Final = 200  # of the contract
_MOST_ATTEMPTS: Final = 5  # wrong codes for one wish
_MOST_AN_HOUR: Final = 20  # wrong codes of one person


class MoneyError(Exception):
    """Something that cannot be done, as a sentence for the person who tried."""


class TooManyRows(MoneyError):
    """The amount is there, but in more parts than one payment may name."""


@transaction.atomic
def open_account(*, organisation: Organisation, by: User) -> Call:
    """The organisation takes money from now on."""
    under_way = Call.objects.filter(organisation=organisation, function="open_account")
    found = under_way.exclude(state=Call.State.INVALID).order_by("-pk").first()
    if found is not None:
        return found
    return calls.request(
        organisation=organisation, role=TREASURER, function="open_account", argument={"id": calls.new_id()}, by=by
    )


@transaction.atomic
def consolidate(*, organisation: Organisation, currency: str, by: User) -> Call:
    """Make one row of the account's smallest ones."""
    free = free_rows(organisation, currency).order_by("amount", "key")
    names = list(free.values_list("name", flat=True)[:MOST_ROWS])
    if len(names) < 2:
        raise MoneyError(f"The money in {currency} lies together already.")
    argument = {"id": calls.new_id(), "currency": currency, "rows": sorted(names)}
    call = calls.request(organisation=organisation, role=TREASURER, function="consolidate", argument=argument, by=by)
    _reserve(organisation, currency, names, call)
    return call


def free_rows(organisation: Organisation, currency: str) -> Any:
    """Rows that no payment under way names."""
    free = Q(reserved_by=None) | Q(reserved_by__state=Call.State.INVALID)
    return Row.objects.filter(free, msp_id=organisation.msp_id, pgln=organisation.pgln, currency=currency)


def choose_rows(organisation: Organisation, currency: str, amount: int) -> list[str]:
    """Names of rows that cover an amount, the largest first. MoneyError for what is not there."""
    rows = free_rows(organisation, currency)
    total = rows.aggregate(total=Sum("amount"))["total"] or 0
    if total < amount:
        raise MoneyError("There is not as much in the account, without what is under way.")
    chosen, covered = [], 0
    for name, size in rows.order_by("-amount", "key").values_list("name", "amount")[:MOST_ROWS]:
        chosen.append(name)
        covered += size
        if covered >= amount:
            return sorted(chosen)
    raise TooManyRows(
        f"The money lies in many small parts, and one payment may take {MOST_ROWS}: put them together first."
    )


def wish(
    *,
    organisation: Organisation,
    by: User,
    role: str,
    requests: Sequence[tuple[str, Mapping[str, Any]]],
    title: str,
    facts: Sequence[tuple[str, str]],
    back: str,
    in_order: bool = False,
) -> Intent:
    """Note what somebody wants, to be confirmed. Nothing happens by it."""
    texts = [[function, canonical(dict(argument)).decode()] for function, argument in requests]
    return Intent.objects.create(
        organisation=organisation,
        by=by,
        role=role,
        requests=texts,
        in_order=in_order,
        digest=confirmation.digest_of(organisation, role, texts),
        title=title[:200],
        facts=[{"label": label, "value": value} for label, value in facts],
        back=back,
    )


def confirm(*, intent: Intent, by: User, code: str) -> list[Call]:
    """Take the second factor, and ask the ledger for exactly what was shown. MoneyError says why not.

    Twice the same is once. A wrong code is counted, whatever becomes of the request.
    """
    now = datetime.now(UTC)
    if intent.confirmed is not None:
        return calls_of(intent)
    _check_open(intent, by, now)
    authenticator = confirmation.authenticator_of(by)
    if authenticator is None:
        raise MoneyError("You have no authenticator yet: set one up under two-factor authentication first.")
    counter = confirmation.matching_counter(authenticator, code, now)
    if counter is None:
        Intent.objects.filter(pk=intent.pk).update(attempts=F("attempts") + 1)
        raise MoneyError("This code is not right. Codes change every 30 seconds: take the present one.")
    try:
        return _confirmed(intent.pk, authenticator, counter, now)
    except IntegrityError:
        raise MoneyError("This code was used already. Wait for the next one.") from None
    except calls.CallConflict:
        raise MoneyError("The same is under way with another content already. Wait for it, and look again.") from None


def calls_of(intent: Intent) -> list[Call]:
    """What it asked for, in order."""
    return [one.call for one in intent.confirmed_calls.select_related("call").order_by("index")]


@transaction.atomic
def _confirmed(pk: int, authenticator: Authenticator, counter: int, now: datetime) -> list[Call]:
    intent = Intent.objects.select_for_update(of=("self",)).select_related("organisation", "by").get(pk=pk)
    if intent.confirmed is not None:
        return calls_of(intent)
    intent.confirmed, intent.method = now, confirmation.TOTP
    intent.authenticator, intent.counter = authenticator.pk, counter
    intent.assertion = {"digest": intent.digest, "code": confirmation.code_at(authenticator, counter)}
    intent.save()
    asked: list[Call] = []
    for index, (function, text) in enumerate(intent.requests):
        call = calls.request(
            organisation=intent.organisation,
            role=intent.role,
            function=function,
            argument=json.loads(text),
            by=intent.by,
            after=asked[-1] if intent.in_order and asked else None,
        )
        if Confirmed.objects.filter(call=call).exists():
            raise MoneyError("The same is under way already: nothing was added to it.")
        Confirmed.objects.create(intent=intent, call=call, index=index)
        _reserve_for(call, json.loads(text))
        asked.append(call)
    return asked


def _reserve_for(call: Call, argument: Mapping[str, Any]) -> None:
    if names := argument.get("rows"):
        _reserve(call.organisation, argument.get("currency", ""), names, call)


def _check_open(intent: Intent, by: User, now: datetime) -> None:
    if intent.by_id != by.pk:
        raise MoneyError("Who wanted it confirms it: nobody else.")
    if now - intent.created > confirmation.LIFE or intent.attempts >= _MOST_ATTEMPTS:
        raise MoneyError("It waited too long, or too many codes were wrong. Begin again.")
    recent = Intent.objects.filter(by=by, created__gt=now - timedelta(hours=1))
    if (recent.aggregate(wrong=Sum("attempts"))["wrong"] or 0) >= _MOST_AN_HOUR:
        raise MoneyError("Too many codes were wrong. Try again in an hour.")


def _reserve(organisation: Organisation, currency: str, names: Sequence[str], call: Call) -> None:
    rows = free_rows(organisation, currency) if currency else _free_in_any(organisation)
    if rows.filter(name__in=names).update(reserved_by=call) != len(names):
        raise MoneyError("The account has changed meanwhile: some of this money is spent or under way. Begin again.")


def _free_in_any(organisation: Organisation) -> Any:
    free = Q(reserved_by=None) | Q(reserved_by__state=Call.State.INVALID)
    return Row.objects.filter(free, msp_id=organisation.msp_id, pgln=organisation.pgln)
