"""Who deals with money on a ledger, and their transactions in one line each."""

import json
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from docker.network.topology import Topology
from tests.contract.deployment import Deployment, send
from traceapp.ledger.errors import EndorseError
from traceapp.ledger.port import CommitStatus, Endorsed, Signer

Holder = dict[str, str]
T = TypeVar("T")
AT_ONCE = 30


def holder(index: int) -> Holder:
    one = Topology.read().organisations[index]
    return {"mspId": one.msp_id, "organisation": one.pgln}


BANK = Topology.read().organisation(Topology.read().settlement)


@dataclass
class Party:
    """An organisation with an account of this test's own: one PGLN more that a member's authority vouches for."""

    place: Deployment
    holder: Holder

    @cached_property
    def treasurer(self) -> Signer:
        return self.place.issue(self.holder["mspId"], self.holder["organisation"], "treasurer")

    def call(self, function: str, **request: Any) -> Endorsed:
        """Endorse one of its transactions."""
        return self.place.ledger.endorse(self.treasurer, function, json.dumps(request))

    def send(self, endorsed: Endorsed) -> CommitStatus:
        return send(self.place, endorsed, self.treasurer)

    def pay(self, to: "Party", amount: int, *rows: str) -> Endorsed:
        return self.call("transfer", id=new_id(), currency="EUR", amount=amount, rows=list(rows), to=to.holder)

    def rows(self) -> dict[str, int]:
        asked = {"holder": self.holder, "currency": "EUR", "from": "", "limit": 1000}
        found = json.loads(self.place.ledger.evaluate(self.place.reader, "get_rows", json.dumps(asked)))
        return {one["name"]: one["amount"] for one in found["rows"]}


@dataclass
class Money:
    """The bank's two persons, and accounts. `moved`: what was minted, and, negative, what was redeemed."""

    place: Deployment
    moved: list[int] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clerks = [self.place.issue(BANK.msp_id, BANK.pgln, "settlement", person) for person in ("anna", "bert")]

    def party(self, index: int) -> Party:
        """A new account at one of the members."""
        number = f"{uuid.uuid4().int % 10**13:013d}"
        made = Party(self.place, holder(index) | {"organisation": number})
        assert made.send(made.call("open_account", id=new_id())).valid
        self.parties.append(made)
        return made

    def deposit(self, to: Party, amount: int) -> str:
        """Money for a party: the name of its row."""
        said = {"id": uuid.uuid4().hex.upper(), "currency": "EUR", "amount": amount, "to": to.holder}
        for clerk, function in zip(self.clerks, ("propose_mint", "approve_mint"), strict=True):
            endorsed = self.place.ledger.endorse(clerk, function, json.dumps(said))
            assert send(self.place, endorsed, clerk).valid
        self.moved.append(amount)
        return f"mint/{BANK.msp_id}/{said['id']}/0"

    def deposits(self, to: Party, amount: int, count: int) -> list[str]:
        return at_once(lambda _: self.deposit(to, amount), range(count))

    def held(self) -> int:
        return sum(sum(one.rows().values()) for one in self.parties)


def new_id() -> str:
    return uuid.uuid4().hex


def at_once(act: Callable[[Any], T], over: Iterable[Any]) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(act, over))


def outcome(act: Callable[[], CommitStatus]) -> str:
    """`VALID`, another validation code, or the contract's reason."""
    try:
        return act().reason
    except EndorseError as refused:
        return refused.reason
