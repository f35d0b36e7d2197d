"""What ledgerd asks before it signs a transaction that a person has to confirm."""

from traceapp.accounts import second_factor
from traceapp.intents.kinds import members_for
from traceapp.intents.models import Confirmed
from traceapp.intents.services import digest_of
from traceapp.ledger.outgoing import Call


def refusal(call: Call) -> str:
    """Why it must not be signed: nothing if a person of the organisation, who may, confirmed exactly this."""
    found = Confirmed.objects.filter(call=call).select_related("intent", "intent__by").first()
    if found is None:
        return "Nobody has confirmed it with a second factor."
    intent = found.intent
    asked = [list(one) for one in intent.requests]
    if found.index >= len(asked) or asked[found.index] != [call.function, call.argument] or intent.role != call.role:
        return "What was confirmed is not what is asked for."
    if intent.digest != digest_of(call.organisation, call.role, asked, intent.uid):
        return "What was confirmed is not what was shown."
    may = members_for([function for function, _ in asked])
    if not call.organisation.memberships.filter(user=intent.by_id, role__in=may).exists():
        return "Who confirmed it may not, or is no longer a member of the organisation."
    return second_factor.fault(intent.assertion, user=intent.by, digest=intent.digest, at=intent.confirmed)
