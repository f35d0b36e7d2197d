"""Rows of money in the state: who takes money, spending what was named, writing what is new."""

from collections.abc import Sequence

from chaincode.traceability import keys
from chaincode.traceability.context import Context
from chaincode.traceability.errors import UNKNOWN_ACCOUNT, ContractError
from chaincode.traceability.rules import tokens
from chaincode.traceability.state import Holder, Row


def need_account(ctx: Context, holder: Holder) -> None:
    """ContractError `unknown_account` unless the holder has opened one."""
    if ctx.get_state(keys.account(holder)) is None:
        raise ContractError(UNKNOWN_ACCOUNT, f"{holder.organisation} ({holder.msp_id}) has opened no account")


def debited(ctx: Context, made_by: str, wanted: tokens.Debit, payer: Holder) -> tokens.Debit:
    """Spend what was named and write the change: the document with its change."""
    done = tokens.debited(wanted, spend(ctx, payer, wanted.currency, wanted.spent))
    if done.change:
        write(ctx, tokens.row(made_by, 1, holder=payer, currency=done.currency, amount=done.change, at=done.at))
    return done


def spend(ctx: Context, holder: Holder, currency: str, names: Sequence[str]) -> int:
    """Delete these rows, and say what they held."""
    found = ctx.get_state_multiple([keys.row(holder, currency, name) for name in names])
    total = tokens.spent([Row.decode(one) if one else None for one in found], names, holder, currency)
    for name in names:
        ctx.del_state(keys.row(holder, currency, name))
    return total


def write(ctx: Context, row: Row) -> None:
    ctx.put_state(keys.row(row.holder, row.currency, row.name), row.encode())
