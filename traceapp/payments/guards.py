"""What ledgerd asks before it signs a transaction that moves money."""

from typing import Final

from traceapp.ledger.outgoing import Call
from traceapp.payments import confirmation
from traceapp.payments.models import Confirmed

FUNCTIONS: Final = frozenset(
    {
        "transfer",
        "redeem",
        "propose_mint",
        "approve_mint",
        "withdraw_mint",
        "confirm_redemption",
        "register_shipment",
        "accept_terms",
        "fund_escrow",
        "resolve",
    }
)
"""Who puts their rows together or opens an account moves no money, and needs no second factor."""


def refusal(call: Call) -> str:
    """Why it must not be signed: nothing if a person of the organisation confirmed exactly this."""
    found = Confirmed.objects.filter(call=call).select_related("intent").first()
    if found is None:
        return "Nobody has confirmed it with a second factor."
    intent = found.intent
    asked = [list(one) for one in intent.requests]
    if found.index >= len(asked) or asked[found.index] != [call.function, call.argument] or intent.role != call.role:
        return "What was confirmed is not what is asked for."
    if intent.digest != confirmation.digest_of(call.organisation, call.role, asked):
        return "What was confirmed is not what was shown."
    if intent.by_id is None or not call.organisation.memberships.filter(user=intent.by_id).exists():
        return "Who confirmed it is no longer a member of the organisation."
    return confirmation.fault(intent)
