"""Deposits as money on the ledger: what may be asked, and what becomes of rows.

A debit names the rows it spends; they are deleted, and what is over is written as a new one. Nothing here sums an
account, so that two payments meet only where they name the same row. Of each currency always: minted = held + redeemed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import (
    ALREADY_RECORDED,
    BAD_REQUEST,
    CONFLICT,
    INSUFFICIENT_FUNDS,
    SAME_PERSON,
    UNKNOWN_ROW,
    ContractError,
)
from chaincode.traceability.rules import money
from chaincode.traceability.state import Consolidation, Holder, Mint, Redemption, Row, Transfer

Debit = TypeVar("Debit", Transfer, Redemption)

PROPOSED, WITHDRAWN, MINTED = "proposed", "withdrawn", "minted"
REQUESTED, PAID = "requested", "paid"


@dataclass(frozen=True)
class Deposit:
    """What both persons say of a deposit: its reference, the money, and whose it is."""

    id: str
    currency: str
    amount: int
    to: Holder


@dataclass(frozen=True)
class Payout:
    """That the bank has paid a redemption out."""

    id: str
    payment: str


def parse_id(text: str) -> str:
    """A request that is an id only."""
    return ids.check(requests.members(text, ("id",))["id"])


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


def parse_transfer(text: str, caller: Caller, at: str) -> Transfer:
    """A wished transfer; its change is not known yet. ContractError `bad_request`."""
    found = requests.members(text, ("id", "currency", "amount", "rows", "to"))
    payer, payee = holder_of(caller), money.holder(found["to"], "to")
    if payer == payee:
        raise ContractError(BAD_REQUEST, "to is the payer: rows are put together by consolidate, not by a transfer")
    return Transfer(
        id=ids.check(found["id"]),
        payer=payer,
        payee=payee,
        currency=money.currency(found["currency"]),
        amount=money.amount(found["amount"]),
        change=0,
        spent=money.rows(found["rows"]),
        at=at,
    )


def parse_consolidation(text: str, caller: Caller, at: str) -> Consolidation:
    """A wished consolidation; its amount is not known yet. ContractError `bad_request`."""
    found = requests.members(text, ("id", "currency", "rows"))
    spent = money.rows(found["rows"])
    if len(spent) < 2:
        raise ContractError(BAD_REQUEST, "rows must name at least two: one row is together already")
    return Consolidation(
        id=ids.check(found["id"]),
        holder=holder_of(caller),
        currency=money.currency(found["currency"]),
        amount=0,
        spent=spent,
        at=at,
    )


def parse_redemption(text: str, caller: Caller, at: str) -> Redemption:
    """A wished redemption; its change is not known yet. ContractError `bad_request`."""
    found = requests.members(text, ("id", "currency", "amount", "rows", "instruction"))
    return Redemption(
        id=ids.check(found["id"]),
        holder=holder_of(caller),
        currency=money.currency(found["currency"]),
        amount=money.amount(found["amount"]),
        change=0,
        spent=money.rows(found["rows"]),
        instruction=money.commitment(found["instruction"], "instruction"),
        state=REQUESTED,
        at=at,
    )


def parse_payout(text: str) -> Payout:
    found = requests.members(text, ("id", "payment"))
    return Payout(ids.check(found["id"]), money.reference(found["payment"], "payment"))


def holder_of(caller: Caller) -> Holder:
    """The account that a caller may spend from."""
    return Holder(money.msp_id(caller.msp_id, "the caller's MSP id"), caller.organisation)


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


def spent(found: Sequence[Row | None], names: Sequence[str], holder: Holder, currency: str) -> int:
    """What these rows hold together. ContractError `unknown_row`; `bad_request` beyond what an amount may be."""
    total = 0
    for name, one in zip(names, found, strict=True):
        if one is None:
            raise ContractError(
                UNKNOWN_ROW,
                f"{name} is no row of {holder.organisation} ({holder.msp_id}) in {currency}: it is spent, another's, "
                "of another currency, or was never there",
            )
        total += one.amount
    if total > money.MAX_AMOUNT:
        raise ContractError(BAD_REQUEST, f"the rows hold {total} together, beyond what one row may: name fewer")
    return total


def debited(wanted: Debit, total: int) -> Debit:
    """The document with what is over of the `total` its rows hold. ContractError `insufficient_funds`."""
    if total < wanted.amount:
        lacking = f"the rows hold {total} {wanted.currency} in minor units, and {wanted.amount} are needed"
        raise ContractError(INSUFFICIENT_FUNDS, lacking)
    return replace(wanted, change=total - wanted.amount)


def consolidated(wanted: Consolidation, total: int) -> Consolidation:
    """The document with what its rows hold."""
    return replace(wanted, amount=total)


def row(made_by: str, index: int, *, holder: Holder, currency: str, amount: int, at: str) -> Row:
    """New money of a holder. `made_by` is the key of the document that says why."""
    return Row(f"{made_by}/{index}", holder, currency, amount, at)


def paid(held: Redemption, asked: Payout, at: str) -> Redemption:
    """The redemption after the bank has paid it."""
    if held.state == PAID:
        same = held.payment == asked.payment
        ids.refuse_repeat(same=same, what=f"redemption {held.id} was paid, with reference {held.payment}")
    return replace(held, state=PAID, payment=asked.payment, paid_at=at)


def refuse_repeat(held: Transfer | Consolidation | Redemption, wanted: Transfer | Consolidation | Redemption) -> None:
    """The id is taken: by the same wish, or by another."""
    same = _wish(held) == _wish(wanted)
    ids.refuse_repeat(same=same, what=f"{held.doc_type} {held.id} is recorded: {held.amount} {held.currency}")


def _wish(one: Transfer | Consolidation | Redemption) -> object:
    """What the caller chose of a document: not what followed from it, nor when."""
    if isinstance(one, Consolidation):
        return replace(one, amount=0, at="")
    if isinstance(one, Redemption):
        return replace(one, change=0, at="", state=REQUESTED, payment="", paid_at="")
    return replace(one, change=0, at="")


def _deposit(held: Mint) -> Deposit:
    return Deposit(held.id, held.currency, held.amount, held.to)


def _words(held: Mint) -> str:
    return f"{held.amount} {held.currency} for {held.to.organisation} ({held.to.msp_id}), proposed by {held.by}"
