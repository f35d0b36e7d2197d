"""What scans and partners' EPCIS events say of a shipment's goods becomes the transaction that is theirs to send.

The carrier's shipping or departing event says that goods left, its arriving event that they arrived; the consignee's
accepting event that it took all of them. Only records that are verified against the ledger count, and only of whoever
the terms name: a person still can say the same on the shipment's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chaincode.traceability.rules import shipments as rules
from traceapp.accounts.models import Organisation
from traceapp.capture.models import GOODS_ROLES, Event, EventKey
from traceapp.epcis.identifiers import key
from traceapp.ledger import verified
from traceapp.ledger.kinds import kind_named
from traceapp.ledger.outgoing import Call
from traceapp.payments import deliveries
from traceapp.payments.delivery_models import Consignment, Shipment

_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Step:
    """Whose event, of which steps, sends which transaction."""

    part: str
    biz_steps: tuple[str, ...]
    function: str


STEPS: Final = {
    rules.FUNDED: Step("carrier", ("shipping", "departing"), "dispatch"),
    rules.DISPATCHED: Step("carrier", ("arriving",), "record_arrival"),
    rules.ARRIVED: Step("consignee", ("accepting",), "accept_delivery"),
}


def look() -> None:
    """One look at every shipment under way whose goods are known by their codes."""
    for shipment in Shipment.objects.filter(state__in=STEPS).order_by("due")[:_AT_ONCE]:
        if shipment.state == rules.ARRIVED and shipment.document["delivery"]:
            continue
        codes = Consignment.objects.filter(shipment_id=shipment.shipment_id).values_list("codes", flat=True).first()
        if codes:
            _look_at(shipment, codes, STEPS[shipment.state])


def _look_at(shipment: Shipment, codes: Sequence[str], step: Step) -> None:
    whose = shipment.parties.get(part=step.part)
    sender = Organisation.objects.filter(msp_id=whose.msp_id, pgln=whose.pgln).first()
    if sender is None or _was_asked(shipment, step):
        return
    at = _first_verified(shipment, sender, codes, step)
    if at is None:
        return
    if step.function == "accept_delivery":
        deliveries.take(organisation=sender, by=None, shipment=shipment, short=0, damaged=0, refused=0)
    else:
        deliveries.step(organisation=sender, by=None, shipment=shipment, function=step.function, at=at)


def _was_asked(shipment: Shipment, step: Step) -> bool:
    """By a person, or by us: what was refused is not asked again and again."""
    return Call.objects.filter(function=step.function, argument__contains=shipment.shipment_id).exists()


def _first_verified(shipment: Shipment, sender: Organisation, codes: Sequence[str], step: Step) -> datetime | None:
    """The time of the sender's first such event that the terms still take."""
    now = datetime.now(UTC)
    earliest = now - timedelta(minutes=shipment.document["terms"]["recordWithinMinutes"])
    since = max(earliest, _before(shipment))
    about = EventKey.objects.filter(key__in=[key(one) for one in codes], role__in=GOODS_ROLES).values("record_id")
    events = Event.objects.filter(
        record_id__in=about,
        organisation=sender,
        biz_step__in=step.biz_steps,
        is_error_declaration=False,
        time__gt=since,
        time__lte=now,
    )
    for event in events.order_by("time")[:10]:
        for one in verified.read([event.record_id]).verified:
            if _is_indexed_truly(event, one.body):
                return datetime.fromisoformat(one.body["event"]["eventTime"])
    return None


def _is_indexed_truly(event: Event, body: dict[str, Any]) -> bool:
    """Whether the index by which it was found is what follows from the verified body."""
    kind = kind_named("epcis")
    return kind is not None and kind.stored([event.pk]).get(event.pk) == kind.expected(event.record, body)


def _before(shipment: Shipment) -> datetime:
    """What the event has to come after: the step before it."""
    document = shipment.document
    last = document["arrived"] or document["dispatched"]
    return datetime.fromisoformat(last["at"] if last else document["acceptances"][0]["at"])
