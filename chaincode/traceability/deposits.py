"""The transactions of deposits and money: read, apply a pure rule, write.

Each takes one JSON object with its caller's id (a mint's is the deposit's reference), works once for it, and returns
the document it wrote. Any may refuse with `bad_request`, `forbidden`, and, for an id that was used, `already_recorded`
(by the very same request: success for a repeat) or `conflict`.
"""

from chaincode.traceability import keys, rows
from chaincode.traceability.access import Caller
from chaincode.traceability.context import Context
from chaincode.traceability.errors import ALREADY_RECORDED, NOT_FOUND, ContractError
from chaincode.traceability.rules import mints, tokens
from chaincode.traceability.state import Account, Consolidation, Mint, Redemption, Transfer
from chaincode.traceability.writing import now, put


def open_account(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id}: the caller's organisation takes money from now on. Another id for an open account: `already_recorded`."""
    account_id = tokens.parse_id(request_json)
    holder = tokens.holder_of(caller)
    key = keys.account(holder)
    if ctx.get_state(key) is not None:
        raise ContractError(ALREADY_RECORDED, f"the account of {holder.organisation} ({holder.msp_id}) is open")
    return put(ctx, key, Account(account_id, holder, now(ctx)), event="account_opened")


def propose_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, to}: one person says what was deposited. Also refuses with `unknown_account`."""
    asked = mints.parse_deposit(request_json)
    wanted = mints.proposal(asked, caller, now(ctx))
    key = keys.mint(caller.msp_id, asked.id)
    if (held := ctx.get_state(key)) is not None:
        mints.refuse_taken(Mint.decode(held), wanted)
    rows.need_account(ctx, asked.to)
    return put(ctx, key, wanted, event="mint_proposed")


def approve_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, to}: another person says the same, and the money is there.

    Also refuses with `not_found` and `same_person`; `conflict` if the proposal says something else.
    """
    asked = mints.parse_deposit(request_json)
    key = keys.mint(caller.msp_id, asked.id)
    mint = mints.approved(_mint(ctx, key, asked.id), asked, caller, now(ctx))
    rows.write(ctx, tokens.row(key, 0, holder=mint.to, currency=mint.currency, amount=mint.amount, at=mint.approved_at))
    return put(ctx, key, mint, event="minted")


def withdraw_mint(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id}: a proposal was wrong; its reference is free for another one. Also refuses with `not_found`."""
    reference = mints.parse_reference(request_json)
    key = keys.mint(caller.msp_id, reference)
    return put(ctx, key, mints.withdrawn(_mint(ctx, key, reference)), event="mint_withdrawn")


def transfer(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, rows, to}: pay from these rows, and keep what is over as row `transfer/<id>/1`.

    Also refuses with `unknown_account`, `unknown_row` and `insufficient_funds`.
    """
    wanted = tokens.parse_transfer(request_json, caller, now(ctx))
    key = keys.transfer(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Transfer.decode(held), wanted)
    rows.need_account(ctx, wanted.payee)
    done = rows.debited(ctx, key, wanted, wanted.payer)
    rows.write(ctx, tokens.row(key, 0, holder=done.payee, currency=done.currency, amount=done.amount, at=done.at))
    return put(ctx, key, done, event="transferred")


def consolidate(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, rows}: make one row of several. Also refuses with `unknown_row`."""
    wanted = tokens.parse_consolidation(request_json, caller, now(ctx))
    key = keys.consolidation(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Consolidation.decode(held), wanted)
    total = rows.spend(ctx, wanted.holder, wanted.currency, wanted.spent)
    rows.write(ctx, tokens.row(key, 0, holder=wanted.holder, currency=wanted.currency, amount=total, at=wanted.at))
    return put(ctx, key, tokens.consolidated(wanted, total), event="consolidated")


def redeem(ctx: Context, caller: Caller, request_json: str) -> bytes:
    """{id, currency, amount, rows, instruction}: take money off the ledger, to be paid out as instructed.

    What is over is row `redemption/<id>/1`. Also refuses with `unknown_row` and `insufficient_funds`.
    """
    wanted = tokens.parse_redemption(request_json, caller, now(ctx))
    key = keys.redemption(wanted.id)
    if (held := ctx.get_state(key)) is not None:
        tokens.refuse_repeat(Redemption.decode(held), wanted)
    return put(ctx, key, rows.debited(ctx, key, wanted, wanted.holder), event="redemption_requested")


def confirm_redemption(ctx: Context, _caller: Caller, request_json: str) -> bytes:
    """{id, payment}: the bank has paid it, under this reference. Also refuses with `not_found`.

    A payout that the bank sends back is a deposit: it is minted again, by two persons.
    """
    asked = tokens.parse_payout(request_json)
    key = keys.redemption(asked.id)
    held = ctx.get_state(key)
    if held is None:
        raise ContractError(NOT_FOUND, f"there is no redemption {asked.id}")
    return put(ctx, key, tokens.paid(Redemption.decode(held), asked, now(ctx)), event="redemption_paid")


def _mint(ctx: Context, key: str, reference: str) -> Mint:
    held = ctx.get_state(key)
    if held is None:
        raise ContractError(NOT_FOUND, f"nobody has proposed deposit {reference}")
    return Mint.decode(held)
