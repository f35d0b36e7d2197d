"""Small EPCIS documents for tests of the write path."""

import json
from typing import Any

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    {"traceapp": "https://traceapp.example/voc/"},
]
GTIN = "09506000134352"


def document(*events: dict[str, Any], created: str = "2026-05-14T07:12:00Z") -> bytes:
    return json.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": created,
            "epcisBody": {"eventList": list(events)},
        }
    ).encode()


def object_event(
    step: str, *, time: str = "2025-05-14T09:12:00+02:00", action: str = "OBSERVE", **more: Any
) -> dict[str, Any]:
    return {
        "type": "ObjectEvent",
        "eventTime": time,
        "eventTimeZoneOffset": "+02:00",
        "action": action,
        "bizStep": step,
        **more,
    }


def shipping(
    *,
    lot: str = "L2405-117",
    gtin: str = GTIN,
    quantity: float = 40,
    to: str | None = None,
    place: str | None = None,
    event_id: str | None = None,
    time: str = "2025-05-14T09:12:00+02:00",
    step: str = "shipping",
) -> dict[str, Any]:
    """So much of a lot leaves a place, for the organisation with party GLN `to`."""
    event = object_event(
        step,
        time=time,
        quantityList=[{"epcClass": f"https://id.gs1.org/01/{gtin}/10/{lot}", "quantity": quantity}],
    )
    if event_id:
        event["eventID"] = event_id
    if to:
        event["destinationList"] = [{"type": "owning_party", "destination": f"https://id.gs1.org/417/{to}"}]
    if place:
        event["bizLocation"] = {"id": f"https://id.gs1.org/414/{place}"}
    return event
