"""What any party may send once a deadline has passed, ledgerd sends by itself: nobody's silence keeps money waiting."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from chaincode.traceability.rules import shipments as rules
from traceapp.accounts.models import Organisation
from traceapp.ledger import calls
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import RECORDER, Call
from traceapp.payments.delivery_models import Shipment

_BY_FIGURES: Final = (rules.ARRIVED, rules.DISPUTED)
_BY_LAPSE: Final = (rules.PROPOSED, rules.AGREED, rules.FUNDED, rules.DISPATCHED)
_AGAIN: Final = timedelta(minutes=10)  # after one that was refused: the clocks may differ
_AT_ONCE: Final = 100


def function_for(shipment: Shipment) -> str:
    """Which transaction ends its state."""
    return "settle_due" if shipment.state in _BY_FIGURES else "refund_expired"


def since(shipment: Shipment) -> datetime | None:
    """From when on any party may send it; None once it has ended."""
    if shipment.due is None:
        return None
    delivery = shipment.document["delivery"]
    accepted = delivery is not None and shipment.state == rules.ARRIVED
    if accepted and datetime.fromisoformat(delivery["at"]) == shipment.due:
        return shipment.due
    return shipment.due + timedelta(minutes=rules.CLOCKS)


def send_due() -> None:
    """Ask for what is due, once for each deadline, by one of the parties that are hosted here."""
    now = datetime.now(UTC)
    for shipment in Shipment.objects.filter(state__in=(*_BY_FIGURES, *_BY_LAPSE), due__lte=now)[:_AT_ONCE]:
        begins = since(shipment)
        if begins is not None and begins <= now and not _asked_lately(shipment, now):
            sender = _sender(shipment)
            if sender is not None:
                send(shipment, sender)


@transaction.atomic
def send(shipment: Shipment, organisation: Organisation) -> Call:
    """Ask for it in a party's name. The id follows from shipment and deadline: the same is asked for once."""
    drawn = hashlib.sha256(f"{shipment.shipment_id} {shipment.state} {shipment.due}".encode()).hexdigest()[:32]
    argument = {"id": drawn, "shipment": shipment.shipment_id}
    return calls.request(organisation=organisation, role=RECORDER, function=function_for(shipment), argument=argument)


def _asked_lately(shipment: Shipment, now: datetime) -> bool:
    asked = Call.objects.filter(function=function_for(shipment), argument__contains=shipment.shipment_id)
    under_way = asked.exclude(state=Call.State.INVALID).exclude(state=Call.State.VALID)
    return under_way.exists() or asked.filter(settled__gt=now - _AGAIN).exists()


def _sender(shipment: Shipment) -> Organisation | None:
    hosted = set(Identity.objects.filter(role=RECORDER).values_list("organisation__msp_id", "organisation__pgln"))
    for msp_id, pgln in shipment.parties.order_by("pk").values_list("msp_id", "pgln"):
        if (msp_id, pgln) in hosted:
            return Organisation.objects.get(msp_id=msp_id, pgln=pgln)
    return None
