"""The outbox of the contract's transactions other than `record_batch`: asked for here, sent by `ledgerd`."""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from django.db import connection, transaction

from chaincode.traceability.access import TABLE
from traceapp.accounts.models import Organisation, User
from traceapp.commitments.canonical import canonical
from traceapp.ledger.members import Person
from traceapp.ledger.outgoing import Call
from traceapp.ledger.settle import OPEN

Guard: TypeAlias = Callable[[Call], str]
"""Says why a call must not be signed; nothing if it may."""

NOT_CONFIRMED: Final = "not_confirmed"
FOLLOWS_REJECTED: Final = "follows_rejected"

_guards: dict[str, Guard] = {}


class CallError(ValueError):
    """A programming error of the caller: no such call can be asked for."""


class CallConflict(ValueError):
    """The same id is under way with another argument."""


def new_id() -> str:
    """An id for a transaction: drawn once by its caller, so that a repeat takes effect once."""
    return uuid.uuid4().hex


def guard(functions: Collection[str], check: Guard) -> None:
    """Have `ledgerd` ask this before it signs a call of these functions. From a room's `AppConfig.ready`."""
    _guards.update(dict.fromkeys(functions, check))


def refusal(call: Call) -> str:
    """Why ledgerd must not sign it, in a sentence; nothing if it may."""
    check = _guards.get(call.function)
    return check(call) if check is not None else ""


def request(
    *,
    organisation: Organisation,
    role: str,
    function: str,
    argument: Mapping[str, Any],
    by: User | None = None,
    after: Call | None = None,
) -> Call:
    """Ask for a transaction, in the caller's database transaction. `argument["id"]` is drawn by the caller.

    The same one, still under way, is not asked for twice: its row is answered. `after`: sent once that one is on the
    ledger, and rejected if that is. Raises CallConflict, or CallError for what the contract's table does not know.
    """
    if not connection.in_atomic_block:
        raise CallError("request() must be called inside transaction.atomic(): the call is stored with its cause")
    person = _person(organisation, by) if _rule(function, role).person else ""
    call_id, text = _checked(argument)
    same = Call.objects.filter(organisation=organisation, function=function, call_id=call_id, state__in=OPEN).first()
    if same is not None:
        if same.argument != text or same.person != person:
            raise CallConflict(f"{function} {call_id} is under way with another content")
        return same
    return Call.objects.create(
        organisation=organisation,
        role=role,
        person=person,
        function=function,
        call_id=call_id,
        argument=text,
        by=by,
        after=after,
        claimed_until=datetime.now(UTC),
    )


def pseudonym(organisation: Organisation, user: User) -> str:
    """Under which name a person signs for an organisation: random, and the same each time."""
    with transaction.atomic():
        made = {"pseudonym": f"p-{uuid.uuid4().hex[:16]}"}
        return Person.objects.get_or_create(organisation=organisation, user=user, defaults=made)[0].pseudonym


def _person(organisation: Organisation, by: User | None) -> str:
    if by is None:
        raise CallError("this function is signed by a person: say by whom")
    return pseudonym(organisation, by)


def _rule(function: str, role: str) -> Any:
    rule = TABLE.get(function)
    if rule is None or role not in rule.roles:
        raise CallError(f"the contract's table has no {function!r} for the role {role!r}")
    return rule


def _checked(argument: Mapping[str, Any]) -> tuple[str, str]:
    call_id = argument.get("id")
    if not isinstance(call_id, str) or not 0 < len(call_id) <= 64:
        raise CallError("argument['id'] must be the caller's id: new_id() draws one")
    return call_id, canonical(dict(argument)).decode()
