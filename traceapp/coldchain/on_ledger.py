"""What the ledger says of a leg: each of its pieces there, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from traceapp.accounts.models import Organisation
from traceapp.coldchain import challenging, ledger_words
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
    """`state` is a badge's name, as that of each objection; `challenge` who says there that it is wrong, or None.

    `until`: when it can no longer be challenged; `may_be_challenged` by the organisation that looks, now.
    """

    row: LedgerLeg
    state: str
    reason: str
    tx_id: str
    challenge: dict[str, Any] | None
    objections: list[tuple[Objection, str]]
    until: datetime | None
    may_be_challenged: bool
    facts: list[dict[str, Any]]


def on_ledger(leg: Leg, organisation_id: int | None) -> list[OnLedger]:
    """The pieces of the device's time on this leg, in order. Objections are those of one organisation."""
    rows = LedgerLeg.objects.filter(device=leg.device_id, ended__gt=leg.began, began__lt=leg.ended or timezone.now())
    here = Organisation.objects.filter(pk=organisation_id).first() if organisation_id else None
    return [_piece(one, here) for one in rows.order_by("began", "pk")]


def _piece(row: LedgerLeg, here: Organisation | None) -> OnLedger:
    sent = Call.objects.filter(function="record_leg", call_id=row.call_id).order_by("-pk").first()
    held = documents.get(f"leg/{row.call_id}")
    state = "on_ledger" if held else _STATES.get(sent.state, "queued") if sent else "queued"
    mine = Objection.objects.filter(leg_id=row.call_id, organisation=here).select_related("call")
    return OnLedger(
        row=row,
        state=state,
        reason=sent.reason if sent and (sent.state == Call.State.INVALID or sent.attempts) else "",
        tx_id=sent.tx_id if sent else "",
        challenge=ledger_words.challenge(held.get("challenge")) if held else None,
        objections=[(one, _STATES.get(one.call.state, "queued")) for one in mine],
        until=challenging.until_of(held) if held else None,
        may_be_challenged=held is not None and here is not None and not challenging.refusal(held, here),
        facts=ledger_words.facts(row.figures),
    )
