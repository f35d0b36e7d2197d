"""The transactions of deposits and money: read, apply a pure rule, write.

Each takes one JSON object with its caller's id (a mint's is the deposit's reference), works once for it, and returns
the document it wrote. Any may refuse with `bad_request`, `forbidden`, and, for an id that was used, `already_recorded`
(by the very same request: success for a repeat) or `conflict`.
"""

from collections.abc import Sequence

from chaincode.traceability import events, keys
from chaincode.traceability.access import Caller
from chaincode.traceability.context import Context
from chaincode.traceability.errors import ALREADY_RECORDED, NOT_FOUND, UNKNOWN_ACCOUNT, ContractError
from chaincode.traceability.rules import mints, tokens
from chaincode.traceability.state import Account, Consolidation, Holder, Mint, Redemption, Row, Transfer
from chaincode.traceability.times import rfc3339


def open_account(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id}: the caller's organisation takes money from now on. Another id for an open account: `already_recorded`."""
    account_id = tokens.parse_id(request_json)
    holder = tokens.holder_of(caller)
    key = keys.account(holder)
    if ctx.get_state(key) is not None:
        raise ContractError(ALREADY_RECORDED, f"the account of {holder.organisation} ({holder.msp_id}) is open")
    return _put(ctx, key, Account(account_id, holder, _now(ctx)), event="account_opened")


def propose_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, to}: one person says what was deposited. Also refuses with `unknown_account`."""
    asked = mints.parse_deposit(request_json)
    wanted = mints.proposal(asked, caller, _now(ctx))
    key = keys.mint(caller.msp_id, asked.id)
    if (held := ctx.get_state(key)) is not None:
        mints.refuse_taken(Mint.decode(held), wanted)
    _need_account(ctx, asked.to)
    return _put(ctx, key, wanted, event="mint_proposed")


def approve_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, to}: another person says the same, and the money is there.

    Also refuses with `not_found` and `same_person`; `conflict` if the proposal says something else.
    """
    asked = mints.parse_deposit(request_json)
    key = keys.mint(caller.msp_id, asked.id)
    mint = mints.approved(_mint(ctx, key, asked.id), asked, caller, _now(ctx))
    _write(ctx, tokens.row(key, 0, holder=mint.to, currency=mint.currency, amount=mint.amount, at=mint.approved_at))
    return _put(ctx, key, mint, event="minted")


def withdraw_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id}: a proposal was wrong; its reference is free for another one. Also refuses with `not_found`."""
    reference = mints.parse_reference(request_json)
    key = keys.mint(caller.msp_id, reference)
    return _put(ctx, key, mints.withdrawn(_mint(ctx, key, reference)), event="mint_withdrawn")


def transfer(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, rows, to}: pay from these rows, and keep what is over as row `transfer/<id>/1`.

    Also refuses with `unknown_account`, `unknown_row` and `insufficient_funds`.
    """
    wanted = tokens.parse_transfer(request_json, caller, _now(ctx))
    key = keys.transfer(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Transfer.decode(held), wanted)
    _need_account(ctx, wanted.payee)
    done = _debited(ctx, key, wanted, wanted.payer)
    _write(ctx, tokens.row(key, 0, holder=done.payee, currency=done.currency, amount=done.amount, at=done.at))
    return _put(ctx, key, done, event="transferred")


def consolidate(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, rows}: make one row of several. Also refuses with `unknown_row`."""
    wanted = tokens.parse_consolidation(request_json, caller, _now(ctx))
    key = keys.consolidation(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Consolidation.decode(held), wanted)
    total = _spend(ctx, wanted.holder, wanted.currency, wanted.spent)
    _write(ctx, tokens.row(key, 0, holder=wanted.holder, currency=wanted.currency, amount=total, at=wanted.at))
    return _put(ctx, key, tokens.consolidated(wanted, total), event="consolidated")


def redeem(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, rows, instruction}: take money off the ledger, to be paid out as instructed.

    What is over is row `redemption/<id>/1`. Also refuses with `unknown_row` and `insufficient_funds`.
    """
    wanted = tokens.parse_redemption(request_json, caller, _now(ctx))
    key = keys.redemption(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Redemption.decode(held), wanted)
    return _put(ctx, key, _debited(ctx, key, wanted, wanted.holder), event="redemption_requested")


def confirm_redemption(ctx: Context, _caller: Caller, request_json: str) -> bytes:
    """{id, payment}: the bank has paid it, under this reference. Also refuses with `not_found`.

    A payout that the bank sends back is a deposit: it is minted again, by two persons.
    """
    asked = tokens.parse_payout(request_json)
    key = keys.redemption(asked.id)
    held = ctx.get_state(key)
    if held is None:
        raise ContractError(NOT_FOUND, f"there is no redemption {asked.id}")
    return _put(ctx, key, tokens.paid(Redemption.decode(held), asked, _now(ctx)), event="redemption_paid")


def _now(ctx: Context) -> str:
    return rfc3339(ctx.tx_timestamp)


def _mint(ctx: Context, key: str, reference: str) -> Mint:
    held = ctx.get_state(key)
    if held is None:
        raise ContractError(NOT_FOUND, f"nobody has proposed deposit {reference}")
    return Mint.decode(held)


def _need_account(ctx: Context, holder: Holder) -> None:
    if ctx.get_state(keys.account(holder)) is None:
        raise ContractError(UNKNOWN_ACCOUNT, f"{holder.organisation} ({holder.msp_id}) has opened no account")


def _debited(ctx: Context, made_by: str, wanted: tokens.Debit, payer: Holder) -> tokens.Debit:
    """Spend what was named and write the change: the document with its change."""
    done = tokens.debited(wanted, _spend(ctx, payer, wanted.currency, wanted.spent))
    if done.change:
        _write(ctx, tokens.row(made_by, 1, holder=payer, currency=done.currency, amount=done.change, at=done.at))
    return done


def _spend(ctx: Context, holder: Holder, currency: str, names: Sequence[str]) -> int:
    """Delete these rows, and say what they held."""
    found = ctx.get_state_multiple([keys.row(holder, currency, name) for name in names])
    total = tokens.spent([Row.decode(one) if one else None for one in found], names, holder, currency)
    for name in names:
        ctx.del_state(keys.row(holder, currency, name))
    return total


def _write(ctx: Context, row: Row) -> None:
    ctx.put_state(keys.row(row.holder, row.currency, row.name), row.encode())


def _put(ctx: Context, key: str, document: events.Told, *, event: str) -> bytes:
    ctx.put_state(key, written := document.encode())
    events.money(ctx, event, key, document)
    return written
