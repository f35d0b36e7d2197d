"""What one EPCIS event says of goods that come to a place or leave it, or are packed into each other. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from forecasting.events import moment, place_of, step_of
from forecasting.reasons import Reason
from traceapp.epcis.identifiers import IdentifierError, canonical, parse

ARRIVALS: Final = frozenset({"arriving", "receiving", "accepting"})
DEPARTURES: Final = frozenset(
    {"departing", "shipping", "retail_selling", "dispensing", "consuming", "destroying", "decommissioning"}
)
"""Goods that are sold, used up or destroyed no longer wait where they were."""


class Way(StrEnum):
    IN = "in"
    OUT = "out"
    PACKED = "packed"
    UNPACKED = "unpacked"


@dataclass(frozen=True, slots=True)
class Sighting:
    """`things`: canonical identifiers of items, lots and logistic units; `parent` where they are packed into one."""

    uid: str
    way: Way
    place: str
    at: datetime
    things: tuple[str, ...]
    parent: str = ""


def sighting_of(uid: str, body: Mapping[str, Any]) -> Sighting | Reason:
    """OTHER: it is about something else. INCOMPLETE: no place, time, or nothing that can be told from other goods."""
    event = body["event"]
    way = _way(event)
    if way is None:
        return Reason.OTHER
    parent = _thing(str(event.get("parentID") or ""))
    things = _things(event)
    if way in (Way.IN, Way.OUT) and parent:
        things = (parent, *things)
    place = _place(event, way)
    try:
        at = moment(event["eventTime"])
    except (KeyError, TypeError, ValueError):
        return Reason.INCOMPLETE
    packing = way in (Way.PACKED, Way.UNPACKED)
    if (packing and not parent) or not (place or packing) or not (things or way is Way.UNPACKED):
        return Reason.INCOMPLETE
    return Sighting(uid, way, place, at, things, parent if packing else "")


def _way(event: Mapping[str, Any]) -> Way | None:
    step, action = step_of(event.get("bizStep")), event.get("action")
    if step in ARRIVALS:
        return Way.IN
    if step in DEPARTURES:
        return Way.OUT
    if event.get("type") == "AggregationEvent" and action in ("ADD", "DELETE"):
        return Way.PACKED if action == "ADD" else Way.UNPACKED
    return None


def _place(event: Mapping[str, Any], way: Way) -> str:
    """The site: a dock door and the hall behind it are one place to wait at. Goods leave by their read point."""
    order = ("readPoint", "bizLocation") if way is Way.OUT else ("bizLocation", "readPoint")
    for name in order:
        if found := place_of(str((event.get(name) or {}).get("id") or "")):
            return found.partition(".")[0] if found[:13].isdigit() else found
    return ""


def _things(event: Mapping[str, Any]) -> tuple[str, ...]:
    names = [*(event.get("epcList") or []), *(event.get("childEPCs") or [])]
    rows = [*(event.get("quantityList") or []), *(event.get("childQuantityList") or [])]
    names += [row.get("epcClass") for row in rows if isinstance(row, Mapping)]
    return tuple(dict.fromkeys(found for name in names if name and (found := _thing(str(name)))))


def _thing(uri: str) -> str:
    """Canonical, where it names goods that can be told from others: a product without lot or serial says nothing."""
    try:
        whole = canonical(uri)
    except IdentifierError:
        return ""
    gs1 = parse(whole)
    return "" if gs1 is not None and gs1.primary == "01" and not gs1.qualifiers else whole
