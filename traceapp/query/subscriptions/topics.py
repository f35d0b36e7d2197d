"""What a subscription can be about, beside the events of a query: other rooms register it.

Whatever it is about, it comes in the ledger's order, and is sent, signed, tried again, logged and sent once more alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from traceapp.accounts.roles import Role
from traceapp.query.models import Subscription
from traceapp.query.subscriptions.order import Cursor


@dataclass
class Collected:
    """What matches, the cursor after the last that was looked at, and whether the ledger has to come further."""

    after: Cursor
    shown: list[Any] = field(default_factory=list)
    waits: bool = False


Collect: TypeAlias = Callable[[Subscription, Cursor, int], Collected]
"""What follows a cursor up to a block, at most `most_events` of it."""


@dataclass(frozen=True)
class Topic:
    """`title` names it on pages; `members` may subscribe. `body` and `ids` are of what was collected."""

    title: str
    members: frozenset[Role]
    collect: Collect
    body: Callable[[Subscription, Sequence[Any]], bytes]
    ids: Callable[[Sequence[Any]], list[str]]


_topics: dict[str, Topic] = {}


def register(name: str, topic: Topic) -> None:
    """From a room's `AppConfig.ready`."""
    _topics[name] = topic


def named(name: str) -> Topic:
    """KeyError for what no room registered."""
    return _topics[name]


def all_of_them() -> dict[str, Topic]:
    return dict(_topics)
