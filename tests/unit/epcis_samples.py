"""Events and documents for tests, and what is wrong with them."""

import json

import pytest

from traceapp.epcis.parse import EpcisError, parse_document, parse_event

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
ITEM = "urn:epc:id:sgtin:0614141.107346.2017"
LOT = "urn:epc:class:lgtin:4012345.012345.998877"
PALLET = "urn:epc:id:sscc:0614141.1234567890"
WHEN = {"eventTime": "2026-05-14T11:12:00.000+02:00", "eventTimeZoneOffset": "+02:00"}
QUANTITY = {"epcClass": LOT, "quantity": 200, "uom": "KGM"}

OBJECT = {"type": "ObjectEvent", **WHEN, "action": "OBSERVE", "bizStep": "shipping", "epcList": [ITEM]}
AGGREGATION = {"type": "AggregationEvent", **WHEN, "action": "ADD", "parentID": PALLET, "childEPCs": [ITEM]}
ASSOCIATION = {**AGGREGATION, "type": "AssociationEvent"}
TRANSACTION = {
    "type": "TransactionEvent",
    **WHEN,
    "action": "ADD",
    "epcList": [ITEM],
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:0614141.00001.1618034"}],
}
TRANSFORMATION = {
    "type": "TransformationEvent",
    **WHEN,
    "inputQuantityList": [QUANTITY],
    "outputEPCList": [ITEM],
}
SENSOR = {"sensorReport": [{"type": "Temperature", "value": 4.5, "uom": "CEL"}]}
ALL = [OBJECT, AGGREGATION, ASSOCIATION, TRANSACTION, TRANSFORMATION]


def document(*events, context=CONTEXT, **members) -> bytes:
    whole = {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-05-14T09:12:00Z",
        "epcisBody": {"eventList": list(events)},
        **members,
    }
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


def faults(data: bytes | dict, **options) -> list[tuple[str, str]]:
    with pytest.raises(EpcisError) as caught:
        parse_document(data) if isinstance(data, bytes) else parse_event(data, **options)
    assert (caught.value.path, caught.value.why) == caught.value.errors[0]
    return caught.value.errors


def changed(event: dict, **members) -> dict:
    """The event with these members; `...` takes one away."""
    return {name: value for name, value in {**event, **members}.items() if value is not ...}
