"""What people do with money. Each wish is confirmed by a second factor before it is a transaction."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, Sum

from traceapp.accounts.models import Organisation, User
from traceapp.intents.services import IntentError
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call
from traceapp.payments.models import Row

TREASURER: Final = "treasurer"
SETTLEMENT: Final = "settlement"
MOST_ROWS: Final = 200  # of the contract
_MOST_AT_ONCE: Final = 50
MANY_ROWS: Final = 20  # from here on it is offered to put them together


class MoneyError(IntentError):
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
def consolidate(*, organisation: Organisation, currency: str, by: User) -> list[Call]:
    """Make one row of every 200 of the account's smallest ones: of 10,000 parts, 50 in one step, and one in two."""
    rows = free_rows(organisation, currency).order_by("amount", "key")
    names = list(rows.values_list("name", flat=True)[: MOST_ROWS * _MOST_AT_ONCE])
    if len(names) < 2:
        raise MoneyError(f"The money in {currency} lies together already.")
    made = []
    for start in range(0, len(names), MOST_ROWS):
        part = sorted(names[start : start + MOST_ROWS])
        if len(part) > 1:
            argument = {"id": calls.new_id(), "currency": currency, "rows": part}
            call = calls.request(
                organisation=organisation, role=TREASURER, function="consolidate", argument=argument, by=by
            )
            made.append(call)
            _reserve(organisation, currency, part, call)
    return made


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


def reserve_for(call: Call) -> None:
    """What a payment names is no other's while it is under way. MoneyError if it is spent meanwhile."""
    argument = json.loads(call.argument)
    if names := argument.get("rows"):
        _reserve(call.organisation, argument.get("currency", ""), names, call)


def _reserve(organisation: Organisation, currency: str, names: Sequence[str], call: Call) -> None:
    rows = free_rows(organisation, currency) if currency else _free_in_any(organisation)
    if rows.filter(name__in=names).update(reserved_by=call) != len(names):
        raise MoneyError("The account has changed meanwhile: some of this money is spent or under way. Begin again.")


def _free_in_any(organisation: Organisation) -> Any:
    free = Q(reserved_by=None) | Q(reserved_by__state=Call.State.INVALID)
    return Row.objects.filter(free, msp_id=organisation.msp_id, pgln=organisation.pgln)
