"""Shipping events with their plan, joined with the receiving events that ended them. Pure."""

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from forecasting.delay.deliveries import DeliveryRow
from forecasting.events import extension, local_day, moment, place_of, product_of, recorded_on, step_of
from forecasting.reasons import LeftOut, Reason

ATTRIBUTES = (
    *("vendor", "country", "mode", "site", "productGroup", "project", "fulfillVia", "incoterm", "managedBy"),
    *("subClassification", "molecule", "brand", "dosageForm"),
)
AMOUNTS = ("value", "packPrice", "unitsPerPack")
ENDINGS = frozenset({"receiving", "accepting"})


@dataclass(frozen=True, slots=True)
class Leg:
    """One end of a delivery as its event tells it: the plan (`scheduled`) or the outcome."""

    uid: str
    delivery: str
    parties: frozenset[str]
    at: datetime
    scheduled: datetime | None
    known: date | None
    attributes: Mapping[str, str]
    amounts: Mapping[str, float]


def leg_of(uid: str, body: Mapping[str, Any]) -> Leg | Reason:
    """A shipping event with a plan, or a receiving event; else the reason why it is neither."""
    event = body["event"]
    step = step_of(event.get("bizStep"))
    delivery = extension(body, "deliveryId")
    planned = extension(body, "plannedDelivery")
    if step not in ENDINGS and planned is None:
        return Reason.OTHER
    if delivery is None:
        return Reason.INCOMPLETE if planned is not None else Reason.OTHER
    try:
        at = moment(event["eventTime"])
        scheduled = moment(str(planned)) if planned is not None and step not in ENDINGS else None
        known: date | None = recorded_on(body) or local_day(event)
        if scheduled is not None:
            known = _planned_on(body, at, scheduled)
    except (KeyError, ValueError, TypeError):
        return Reason.INCOMPLETE
    return Leg(uid, str(delivery), _parties(body), at, scheduled, known, _attributes(body), _amounts(body))


def _planned_on(body: Mapping[str, Any], at: datetime, scheduled: datetime) -> date | None:
    """The day the plan was known: as said, else when it left; None where the event only stands at the plan."""
    said = extension(body, "planDate")
    if said is not None:
        return moment(str(said)).date()
    return at.date() if at < scheduled else None


def _parties(body: Mapping[str, Any]) -> frozenset[str]:
    """Who recorded it and who is named in it: an outcome counts only from somebody the plan concerns."""
    event = body["event"]
    named = [each.get("source") for each in event.get("sourceList") or []]
    named += [each.get("destination") for each in event.get("destinationList") or []]
    return frozenset([str(body["recordedBy"]), *(str(uri).rpartition("/417/")[2] for uri in named if uri)])


def _attributes(body: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(value) for name in ATTRIBUTES if (value := extension(body, name)) is not None}
    event = body["event"]
    if "site" not in found:
        found["site"] = place_of((event.get("readPoint") or event.get("bizLocation") or {}).get("id", ""))
    destinations = [str(each.get("destination") or "") for each in event.get("destinationList") or []]
    if "country" not in found and destinations:
        found["country"] = place_of(destinations[0])
    classes = sorted({product_of(each["epcClass"]) for each in event.get("quantityList") or [] if each.get("epcClass")})
    if classes:
        found["product"] = " ".join(classes)
    orders = [str(each.get("bizTransaction", "")) for each in event.get("bizTransactionList") or [] if _is_order(each)]
    if orders:
        found["order"] = orders[0]
    return found


def _is_order(transaction: Mapping[str, Any]) -> bool:
    """A purchase order, in CBV's short form or as a URI."""
    return str(transaction.get("type", "")).replace(":", "-").rpartition("-")[2] == "po"


def _amounts(body: Mapping[str, Any]) -> dict[str, float]:
    event = body["event"]
    found: dict[str, float] = {}
    with suppress(TypeError, ValueError, AttributeError):
        found["quantity"] = sum(float(each.get("quantity") or 0) for each in event.get("quantityList") or [])
    for name in AMOUNTS:
        try:
            if (value := extension(body, name)) is not None and math.isfinite(number := float(value)):
                found[name] = number
        except (TypeError, ValueError):
            continue
    return found


def _days(scheduled: datetime, delivered: datetime) -> float:
    """Days after the plan. A plan without a time of day is kept by any time of its day."""
    if scheduled.timetz().replace(tzinfo=None) == time(0):
        return float((delivered.astimezone(scheduled.tzinfo).date() - scheduled.date()).days)
    return round((delivered - scheduled) / timedelta(days=1), 6)


def pair(legs: Iterable[Leg]) -> tuple[list[DeliveryRow], list[LeftOut]]:
    """One row a planned delivery: its latest plan and its first outcome. Others are left out."""
    plans: dict[str, list[Leg]] = {}
    ends: dict[str, list[Leg]] = {}
    for leg in legs:
        (ends if leg.scheduled is None else plans).setdefault(leg.delivery, []).append(leg)
    rows: list[DeliveryRow] = []
    out: list[LeftOut] = []
    for delivery in sorted(plans):
        *older, plan = sorted(plans[delivery], key=_content)
        out += [LeftOut(Reason.DUPLICATE, leg.uid, detail="planned again later") for leg in older]
        concerned = [leg for leg in ends.pop(delivery, []) if leg.parties & plan.parties]
        concerned.sort(key=_content)
        out += [LeftOut(Reason.DUPLICATE, leg.uid, detail="received before") for leg in concerned[1:]]
        rows.append(_row(plan, concerned[0] if concerned else None))
    out += [LeftOut(Reason.INCOMPLETE, leg.uid, detail="no plan for it") for rest in ends.values() for leg in rest]
    return rows, out


def _content(leg: Leg) -> tuple[object, ...]:
    """In order of time, then of what is said: ids, which are random, decide only between those that say the same."""
    said = leg.scheduled or leg.at, leg.known or date.min, sorted(leg.attributes.items()), sorted(leg.amounts.items())
    return leg.at, *said, leg.uid


def _row(plan: Leg, end: Leg | None) -> DeliveryRow:
    assert plan.scheduled is not None
    return DeliveryRow(
        uid=plan.uid,
        delivery=plan.delivery,
        scheduled=plan.scheduled.date(),
        ordered=plan.known,
        outcome_uid=end.uid if end else "",
        delay=_days(plan.scheduled, end.at) if end else None,
        recorded=end.known if end else None,
        attributes=plan.attributes,
        amounts=plan.amounts,
        destination=end.attributes.get("site", "") if end else "",
    )
