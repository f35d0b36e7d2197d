"""Events about a shipment's goods: which of them count, and in words why the others do not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chaincode.traceability.rules import shipments as rules
from traceapp.capture.models import GOODS_ROLES, Event, EventKey
from traceapp.epcis.identifiers import key
from traceapp.ledger import verified
from traceapp.ledger.kinds import kind_named
from traceapp.payments.delivery_models import Consignment, Shipment

_MOST: Final = 100


@dataclass(frozen=True)
class Step:
    """Whose event, of which steps, sends which transaction."""

    part: str
    biz_steps: tuple[str, ...]
    function: str


STEPS: Final = {
    rules.FUNDED: Step("carrier", ("shipping", "departing"), "dispatch"),
    rules.DISPATCHED: Step("carrier", ("arriving",), "record_arrival"),
    rules.ARRIVED: Step("consignee", ("receiving", "accepting"), "accept_delivery"),
}


@dataclass(frozen=True)
class Seen:
    """An event about the goods. `why` it does not count, in words; empty where it does. `body` only then."""

    event: Event
    why: str
    body: dict[str, Any]


def codes_of(shipment: Shipment) -> list[str]:
    found = Consignment.objects.filter(shipment_id=shipment.shipment_id).values_list("codes", flat=True).first()
    return list(found or ())


def look_at(shipment: Shipment, *, among: Collection[int] | None = None) -> list[Seen]:
    """Every event about the goods that could concern the state they are in, oldest first.

    `among`: only these records, which somebody may read.
    """
    step, codes = STEPS.get(shipment.state), codes_of(shipment)
    if step is None or not codes:
        return []
    named = EventKey.objects.filter(key__in=[key(one) for one in codes], role__in=GOODS_ROLES).values("record_id")
    events = Event.objects.filter(record_id__in=named, biz_step__in=step.biz_steps, is_error_declaration=False)
    if among is not None:
        events = events.filter(record_id__in=among)
    found = list(events.select_related("record", "organisation").order_by("-time", "-pk")[:_MOST])[::-1]
    return [_judged(shipment, step, one) for one in found]


def counting(shipment: Shipment) -> list[Seen]:
    return [one for one in look_at(shipment) if not one.why]


def _judged(shipment: Shipment, step: Step, event: Event) -> Seen:
    why = _by_index(shipment, step, event)
    if why:
        return Seen(event, why, {})
    for one in verified.read([event.record_id]).verified:
        if not _is_indexed_truly(event, one.body):
            return Seen(event, "What is kept beside the record does not match it.", {})
        if _is_taken_back(event):
            return Seen(event, "It was declared an error.", {})
        return Seen(event, "", one.body["event"])
    return Seen(event, "It is not verified on the ledger yet.", {})


def _by_index(shipment: Shipment, step: Step, event: Event) -> str:
    whose = shipment.parties.get(part=step.part)
    if (event.organisation.msp_id, event.organisation.pgln) != (whose.msp_id, whose.pgln):
        return f"Only the {step.part} says so: {event.organisation.name} is not."
    return _by_time(shipment, step, event.time, datetime.now(UTC))


def _by_time(shipment: Shipment, step: Step, at: datetime, now: datetime) -> str:
    document, minutes = shipment.document, shipment.document["terms"]["recordWithinMinutes"]
    before = document["dispatched"]["at"] if document["dispatched"] else document["acceptances"][0]["at"]
    if at > now:
        return "Its time has not come yet."
    if at <= datetime.fromisoformat(before):
        return "It was before the goods left." if document["dispatched"] else "It was before the terms were proposed."
    if step.function != "accept_delivery" and at < now - timedelta(minutes=minutes):
        return f"It was recorded too late: the terms take what is at most {minutes} minutes old."
    return ""


def _is_taken_back(event: Event) -> bool:
    """Whether who recorded it declared it an error, verified on the ledger."""
    same = {"organisation": event.organisation, "event_id": event.event_id, "is_error_declaration": True}
    pks = list(Event.objects.filter(**same).values_list("record_id", flat=True))
    return bool(pks) and bool(verified.read(pks).verified)


def _is_indexed_truly(event: Event, body: dict[str, Any]) -> bool:
    """Whether the index by which it was found is what follows from the verified body."""
    kind = kind_named("epcis")
    return kind is not None and kind.stored([event.pk]).get(event.pk) == kind.expected(event.record, body)


def latest_ids(seen: Sequence[Seen]) -> list[str]:
    return sorted(str(one.event.record.uid) for one in seen)
