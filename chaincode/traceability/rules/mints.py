"""How a deposit becomes money: one person of the settlement organisation proposes it, another says the same.

Its id is the bank's own reference of it, so that it cannot be minted twice.
"""

from dataclasses import dataclass, replace

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import ALREADY_RECORDED, CONFLICT, SAME_PERSON, ContractError
from chaincode.traceability.rules import money
from chaincode.traceability.state import Holder, Mint

PROPOSED, WITHDRAWN, MINTED = "proposed", "withdrawn", "minted"


@dataclass(frozen=True)
class Deposit:
    """What both persons say of a deposit: its reference, the money, and whose it is."""

    id: str
    currency: str
    amount: int
    to: Holder


def parse_reference(text: str) -> str:
    """A request that is a deposit's reference only."""
    return money.reference(requests.members(text, ("id",))["id"], "id")


def parse_deposit(text: str) -> Deposit:
    found = requests.members(text, ("id", "currency", "amount", "to"))
    return Deposit(
        id=money.reference(found["id"], "id"),
        currency=money.currency(found["currency"]),
        amount=money.amount(found["amount"]),
        to=money.holder(found["to"], "to"),
    )


def proposal(asked: Deposit, caller: Caller, at: str) -> Mint:
    """The document of a mint that one person has proposed."""
    return Mint(
        id=asked.id,
        msp_id=caller.msp_id,
        organisation=caller.organisation,
        currency=asked.currency,
        amount=asked.amount,
        to=asked.to,
        state=PROPOSED,
        by=caller.person,
        at=at,
    )


def refuse_taken(held: Mint, wanted: Mint) -> None:
    """A reference is free, or its proposal was withdrawn. ContractError `already_recorded` or `conflict` otherwise."""
    if held.state == WITHDRAWN:
        return
    same = replace(wanted, at=held.at) == replace(held, state=PROPOSED, approved_by="", approved_at="")
    ids.refuse_repeat(same=same, what=f"deposit {held.id} is {held.state}: {_words(held)}")


def approved(held: Mint, asked: Deposit, caller: Caller, at: str) -> Mint:
    """The mint after the second person said the same as the first."""
    if _deposit(held) != asked:
        raise ContractError(CONFLICT, f"deposit {held.id} was proposed otherwise: {_words(held)}")
    if held.state == MINTED:
        raise ContractError(ALREADY_RECORDED, f"deposit {held.id} is minted: {_words(held)}")
    if held.state != PROPOSED:
        raise ContractError(CONFLICT, f"the proposal of deposit {held.id} was withdrawn: propose it again")
    if held.by == caller.person:
        raise ContractError(SAME_PERSON, f"{caller.person} has proposed deposit {held.id}: another person approves it")
    return replace(held, state=MINTED, approved_by=caller.person, approved_at=at)


def withdrawn(held: Mint) -> Mint:
    """The proposal taken back: its reference is free again."""
    if held.state == MINTED:
        raise ContractError(CONFLICT, f"deposit {held.id} is minted and cannot be withdrawn: {_words(held)}")
    if held.state == WITHDRAWN:
        raise ContractError(ALREADY_RECORDED, f"the proposal of deposit {held.id} is withdrawn")
    return replace(held, state=WITHDRAWN)


def _deposit(held: Mint) -> Deposit:
    return Deposit(held.id, held.currency, held.amount, held.to)


def _words(held: Mint) -> str:
    return f"{held.amount} {held.currency} for {held.to.organisation} ({held.to.msp_id}), proposed by {held.by}"
