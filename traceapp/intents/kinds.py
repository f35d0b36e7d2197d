"""Which transactions a person confirms, who may, and what a room does once they have."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from traceapp.accounts.roles import Role
from traceapp.ledger import calls
from traceapp.ledger.outgoing import Call

Taken: TypeAlias = Callable[[Call], None]


@dataclass(frozen=True)
class Kind:
    members: frozenset[Role]
    taken: Taken | None


_kinds: dict[str, Kind] = {}


def register(functions: Collection[str], *, members: Collection[Role], taken: Taken | None = None) -> None:
    """From a room's `AppConfig.ready`. `members`: roles of people who may confirm these functions of the contract.

    `taken` is called with each transaction that was asked for, in the same database transaction; it may refuse by an
    IntentError, and then nothing happened.
    """
    from traceapp.intents import guards  # its models are there only once all rooms are

    calls.guard(functions, guards.refusal)
    _kinds.update(dict.fromkeys(functions, Kind(frozenset(members), taken)))


def members_for(functions: Collection[str]) -> frozenset[Role]:
    """Roles that may confirm all of these; none for a function that nobody registered."""
    found = [_kinds[one].members if one in _kinds else frozenset[Role]() for one in functions]
    return frozenset.intersection(*found) if found else frozenset()


def taken(call: Call) -> None:
    kind = _kinds.get(call.function)
    if kind is not None and kind.taken is not None:
        kind.taken(call)
