"""What scans and partners' EPCIS events say of a shipment's goods becomes the transaction that is theirs to send.

The carrier's shipping or departing event says that goods left, its arriving event that they arrived; the consignee's
receiving and accepting events how many of them it took. Only records that are verified against the ledger count, and
only of whoever the terms name: a person still can say the same on the shipment's page.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

from chaincode.traceability.rules import shipments as rules
from traceapp.accounts.models import Organisation
from traceapp.ledger.members import Identity
from traceapp.ledger.outgoing import RECORDER, Call
from traceapp.payments import deliveries, receipts, seen
from traceapp.payments.delivery_models import Shipment
from traceapp.payments.receipts import Agreed
from traceapp.payments.seen import STEPS, Seen, Step

_AT_ONCE: Final = 200


def look() -> None:
    """One look at every shipment under way whose goods are known by their codes."""
    for shipment in Shipment.objects.filter(state__in=STEPS).order_by("due")[:_AT_ONCE]:
        if shipment.state == rules.ARRIVED and shipment.document["delivery"]:
            continue
        if seen.codes_of(shipment):
            _look_at(shipment, STEPS[shipment.state])


def _look_at(shipment: Shipment, step: Step) -> None:
    whose = shipment.parties.get(part=step.part)
    sender = Organisation.objects.filter(msp_id=whose.msp_id, pgln=whose.pgln).first()
    if sender is None or not Identity.objects.filter(organisation=sender, role=RECORDER).exists():
        return  # its own instance sends it
    if _is_under_way(shipment, step):
        return
    found = seen.counting(shipment)
    if found and step.function == "accept_delivery":
        _take(shipment, sender, found)
    elif found:
        _step(shipment, sender, step, found[0])


def _step(shipment: Shipment, sender: Organisation, step: Step, first: Seen) -> None:
    call_id = _id_of(shipment, step, [str(first.event.record.uid)])
    if not _was_refused(call_id):
        at = datetime.fromisoformat(first.body["eventTime"])
        deliveries.step(organisation=sender, by=None, shipment=shipment, function=step.function, at=at, call_id=call_id)


def _take(shipment: Shipment, sender: Organisation, found: list[Seen]) -> None:
    terms = shipment.document["terms"]["quantity"]
    agreed = Agreed(frozenset(seen.codes_of(shipment)), terms["amount"], terms["unit"])
    taken = receipts.taking([one.body for one in found], agreed, datetime.now(UTC))
    if taken is None:
        return
    call_id = _id_of(shipment, STEPS[rules.ARRIVED], seen.latest_ids(found))
    if not _was_refused(call_id):
        deliveries.take(
            organisation=sender,
            by=None,
            shipment=shipment,
            short=taken.short,
            damaged=taken.damaged,
            refused=taken.refused,
            call_id=call_id,
        )


def _id_of(shipment: Shipment, step: Step, records: list[str]) -> str:
    """The same events ask for the same once, however often they are looked at."""
    return hashlib.sha256(" ".join([shipment.shipment_id, step.function, *records]).encode()).hexdigest()[:32]


def _is_under_way(shipment: Shipment, step: Step) -> bool:
    """By a person, or by us; what is on the ledger already is seen here in a moment."""
    asked = Call.objects.filter(function=step.function, argument__contains=shipment.shipment_id)
    return asked.exclude(state=Call.State.INVALID).exists()


def _was_refused(call_id: str) -> bool:
    """What the contract refused is not asked again: another event may say better."""
    return Call.objects.filter(call_id=call_id, state=Call.State.INVALID).exists()
