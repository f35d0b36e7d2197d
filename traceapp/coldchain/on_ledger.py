"""What the ledger says of a leg: how far it has come, and whether it is what is known now."""

from dataclasses import dataclass
from typing import Any

from traceapp.coldchain.models import Leg
from traceapp.ledger import documents
from traceapp.ledger.outgoing import Call


@dataclass(frozen=True)
class OnLedger:
    """`state` is a badge's name; `challenge` the reason somebody gave, empty without one."""

    state: str
    reason: str = ""
    tx_id: str = ""
    challenge: str = ""
    other_than_sent: bool = False


_STATES = {"claimed": "queued", "endorsed": "queued", "sent": "sent", "valid": "on_ledger", "invalid": "rejected"}


def on_ledger(leg: Leg) -> OnLedger | None:
    """None for a leg that was never sent."""
    if not leg.call_id:
        return None
    call = Call.objects.filter(organisation=leg.organisation_id, function="record_leg", call_id=leg.call_id)
    sent = call.order_by("-pk").first()
    held: dict[str, Any] = documents.get(f"leg/{leg.call_id}") or {}
    if sent is None:
        return OnLedger("on_ledger" if held else "queued")
    named = ("kid", "goods", "from", "to", "figures")
    said = leg.sent or {}
    return OnLedger(
        state=_STATES.get(sent.state, "queued"),
        reason=sent.reason if sent.state == "invalid" or sent.attempts else "",
        tx_id=sent.tx_id,
        challenge=str((held.get("challenge") or {}).get("reason") or ""),
        other_than_sent=bool(held) and any(held.get(name) != said.get(name) for name in named),
    )
