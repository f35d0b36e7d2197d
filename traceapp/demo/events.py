"""EPCIS 2.0 events of the demo as plain dictionaries, ready to be posted."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from traceapp.demo.consortium import FIRMS, PLACES, Good, Place
from traceapp.epcis import identifiers

Event = dict[str, Any]
CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    {"traceapp": "https://traceapp.example/voc/"},
]
NAMESPACE = uuid.UUID("6f3c5f0e-6a0b-5d43-9a4e-3d0f5f3f2c11")


def place_uri(place: str) -> str:
    return identifiers.location(PLACES[place].gln)


def party_uri(firm: str) -> str:
    return identifiers.party(FIRMS[firm].pgln)


def local(place: Place, moment: datetime) -> dict[str, str]:
    """Event time with the offset that the place's clocks showed."""
    there = moment.astimezone(ZoneInfo(place.timezone))
    offset = there.strftime("%z")
    return {
        "eventTime": there.isoformat(timespec="seconds"),
        "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:]}",
    }


def event(place: str, moment: datetime, step: str, name: str, **members: Any) -> Event:
    """An ObjectEvent at a place. `name` makes its eventID, so that seeding twice stores it once."""
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}",
        **local(PLACES[place], moment),
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": place_uri(place)},
        "bizLocation": {"id": place_uri(place)},
        **members,
    }


def lot_quantity(good: Good, lot: str, quantity: int) -> list[dict[str, Any]]:
    return [{"epcClass": identifiers.lot(good.gtin, lot), "quantity": quantity}]


def journey_ends(source: str, destination: str, carrier: str = "") -> dict[str, Any]:
    """Who sends, carries and gets the goods: these firms may read the event, and belong to the goods' chain."""
    start, end = PLACES[source], PLACES[destination]
    carried = [{"type": "possessing_party", "destination": party_uri(carrier)}] if carrier else []
    return {
        "sourceList": [
            {"type": "owning_party", "source": party_uri(start.firm)},
            {"type": "location", "source": place_uri(source)},
        ],
        "destinationList": [
            {"type": "owning_party", "destination": party_uri(end.firm)},
            *carried,
            {"type": "location", "destination": place_uri(destination)},
        ],
    }


def document(events: list[Event], created: datetime) -> Mapping[str, Any]:
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created.isoformat(timespec="seconds"),
        "epcisBody": {"eventList": events},
    }
