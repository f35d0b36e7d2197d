"""Money in words, for templates: `{% load money %}`."""

import json
from collections.abc import Mapping
from typing import Any

from django import template

from traceapp.ledger.outgoing import Call
from traceapp.payments.models import Entry, Held
from traceapp.web.templatetags.web import money

register = template.Library()

_WORDS = {
    "open_account": "Open the account",
    "transfer": "Pay",
    "consolidate": "Put small parts together",
    "redeem": "Pay out",
    "propose_mint": "Propose a deposit",
    "approve_mint": "Approve a deposit",
    "withdraw_mint": "Withdraw a deposit's proposal",
    "confirm_redemption": "Confirm a payout",
    "register_shipment": "Propose terms",
    "accept_terms": "Accept terms",
    "fund_escrow": "Fund an escrow",
    "dispatch": "Say that goods left",
    "record_arrival": "Say that goods arrived",
    "accept_delivery": "Accept a delivery",
    "contest": "Contest a shipment",
    "settle_due": "Start the payment that is due",
    "refund_expired": "Have back what is due",
    "settle_agreed": "Agree to be paid by the figures",
    "resolve": "Decide a dispute",
}
_BADGES = {"Queued": "queued", "Sent": "sent", "On ledger": "on_ledger", "Rejected": "rejected"}


@register.filter
def call_words(call: Call) -> str:
    """A transaction in words, with its amount where it has one."""
    words = _WORDS.get(call.function, call.function)
    asked = json.loads(call.argument)
    amount, currency = asked.get("amount"), asked.get("currency", "EUR")
    return f"{words}: {money(amount, currency)}" if isinstance(amount, int) else words


@register.filter
def call_badge(call: Call) -> str:
    return _BADGES[call.label]


@register.filter
def entry_words(entry: Entry, names: Mapping[tuple[str, str], str]) -> str:
    """What a line of a statement is, and with whom."""
    words = str(entry.get_kind_display())
    if not entry.other_pgln:
        return words
    other = names.get((entry.other_msp_id, entry.other_pgln), f"{entry.other_pgln} ({entry.other_msp_id})")
    return f"{words} {'to' if entry.amount < 0 else 'from'} {other}"


@register.filter
def holder_words(one: Held, names: Mapping[tuple[str, str], str]) -> str:
    return names.get((one.msp_id, one.pgln), f"{one.pgln} ({one.msp_id})")


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    """`{{ mapping|at:key }}`; nothing where it has none."""
    return mapping.get(key)
