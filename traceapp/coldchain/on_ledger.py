"""What the ledger says of a leg: each of its pieces there, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from chaincode.traceability.rules.legs import CHALLENGE_HOURS
from traceapp.coldchain.models import LedgerLeg, Leg, Objection
from traceapp.ledger import documents
from traceapp.ledger.outgoing import Call

_STATES: Final = {
    "claimed": "queued",
    "endorsed": "queued",
    "sent": "sent",
    "valid": "on_ledger",
    "invalid": "rejected",
}


@dataclass(frozen=True)
class OnLedger:
    """`state` is a badge's name, as that of each objection; `challenge` what the ledger holds of one, or None.

    `until`: when it can no longer be challenged.
    """

    row: LedgerLeg
    state: str
    reason: str
    tx_id: str
    challenge: dict[str, Any] | None
    objections: list[tuple[Objection, str]]
    until: datetime | None

    @property
    def may_be_challenged(self) -> bool:
        asked = any(state != "rejected" for _, state in self.objections)
        return self.challenge is None and not asked and self.until is not None and timezone.now() <= self.until


def on_ledger(leg: Leg, organisation_id: int | None) -> list[OnLedger]:
    """The pieces of the device's time on this leg, in order. Objections are those of one organisation."""
    rows = LedgerLeg.objects.filter(device=leg.device_id, ended__gt=leg.began, began__lt=leg.ended or timezone.now())
    return [_piece(one, organisation_id) for one in rows.order_by("began", "pk")]


def _piece(row: LedgerLeg, organisation_id: int | None) -> OnLedger:
    sent = Call.objects.filter(function="record_leg", call_id=row.call_id).order_by("-pk").first()
    held = documents.get(f"leg/{row.call_id}")
    state = "on_ledger" if held else _STATES.get(sent.state, "queued") if sent else "queued"
    mine = Objection.objects.filter(leg_id=row.call_id, organisation=organisation_id).select_related("call")
    return OnLedger(
        row=row,
        state=state,
        reason=sent.reason if sent and (sent.state == Call.State.INVALID or sent.attempts) else "",
        tx_id=sent.tx_id if sent else "",
        challenge=held.get("challenge") if held else None,
        objections=[(one, _STATES.get(one.call.state, "queued")) for one in mine],
        until=_challenged_until(held) if held else None,
    )


def _challenged_until(held: dict[str, Any]) -> datetime:
    hours = CHALLENGE_HOURS
    if held["shipment"]:
        shipment = documents.get(f"shipment/{held['shipment']}")
        hours = shipment["terms"]["challengeHours"] if shipment else hours
    return datetime.fromisoformat(held["recordedAt"]) + timedelta(hours=hours)
