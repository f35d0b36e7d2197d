"""Money on the ledger: what may be asked, and what becomes of rows.

A debit names the rows it spends; they are deleted, and what is over is written as a new one. Nothing here sums an
account, so that two payments meet only where they name the same row. Of each currency always: minted = held +
escrowed + redeemed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from chaincode.traceability import ids, requests
from chaincode.traceability.access import Caller
from chaincode.traceability.errors import BAD_REQUEST, INSUFFICIENT_FUNDS, UNKNOWN_ROW, ContractError
from chaincode.traceability.rules import money
from chaincode.traceability.state import Consolidation, Holder, Redemption, Row, Transfer

Debit = TypeVar("Debit", Transfer, Redemption)

REQUESTED, PAID = "requested", "paid"


@dataclass(frozen=True)
class Payout:
    """That the bank has paid a redemption out."""

    id: str
    payment: str


def parse_id(text: str) -> str:
    """A request that is an id only."""
    return ids.check(requests.members(text, ("id",))["id"])


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
    need(total, wanted.amount, wanted.currency)
    return replace(wanted, change=total - wanted.amount)


def need(total: int, amount: int, currency: str) -> None:
    """ContractError `insufficient_funds` unless what rows hold is enough."""
    if total < amount:
        lacking = f"the rows hold {total} {currency} in minor units, and {amount} are needed"
        raise ContractError(INSUFFICIENT_FUNDS, lacking)


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
