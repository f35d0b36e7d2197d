"""What a capture refuses of a single event: each with the path and the rule, alike in JSON and XML."""

import json

import pytest

from tests.unit.epcis_samples import (
    AGGREGATION,
    ASSOCIATION,
    ITEM,
    LOT,
    OBJECT,
    SENSOR,
    TRANSACTION,
    TRANSFORMATION,
    changed,
    document,
)
from traceapp.epcis.parse import EpcisError, parse_any
from traceapp.epcis.xml_writer import write_xml

GLN = "urn:epc:id:sgln:0614141.07346.0"
REFUSED = {
    "a wrong check digit": (changed(OBJECT, epcList=["https://id.gs1.org/01/09506000134353/21/1"]), "epcList[0]", "check digit"),
    "a wrong check digit of a place": (changed(OBJECT, readPoint={"id": "https://id.gs1.org/414/9506000134353"}), "readPoint.id", "check digit"),
    "a URN too short": (changed(OBJECT, epcList=["urn:epc:id:sgtin:0614141.10734.2017"]), "epcList[0]", "13"),
    "a URN too long": (changed(OBJECT, epcList=["urn:epc:id:sscc:0614141.12345678901"]), "epcList[0]", "17"),
    "a class among instances": (changed(OBJECT, epcList=[LOT]), "epcList[0]", "class"),
    "a class as a parent": (changed(AGGREGATION, parentID=LOT), "parentID", "class"),
    "an instance among classes": (changed(OBJECT, quantityList=[{"epcClass": ITEM, "quantity": 1}]), "quantityList[0].epcClass", "one thing"),
    "master data outside ADD": (changed(OBJECT, ilmd={"cbvmda:lotNumber": "1"}), "ilmd", "ADD"),
    "packing without a parent": (changed(AGGREGATION, parentID=...), "parentID", "missing"),
    "unpacking without a parent": (changed(AGGREGATION, action="DELETE", parentID=...), "parentID", "missing"),
    "association without a parent": (changed(ASSOCIATION, parentID=...), "parentID", "missing"),
    "no goods": (changed(OBJECT, epcList=...), "epcList", "empty"),
    "no goods in a transaction": (changed(TRANSACTION, epcList=...), "epcList", "empty"),
    "no output": (changed(TRANSFORMATION, outputEPCList=...), "outputEPCList", "needed"),
    "an unknown unit": (changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 1, "uom": "XYZ"}]), "quantityList[0].uom", "Recommendation 20"),
    "an unknown unit of a measurement": (
        changed(OBJECT, sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 1, "uom": "celsius"}]}]),
        "sensorElementList[0].sensorReport[0].uom",
        "Recommendation 20",
    ),
    "said in metadata and in a report": (
        changed(OBJECT, sensorElementList=[{**SENSOR, "sensorMetadata": {"deviceID": "urn:x:1"}, "sensorReport": [{"type": "Temperature", "deviceID": "urn:x:2"}]}]),
        "sensorElementList[0].sensorReport[0].deviceID",
        "sensorMetadata",
    ),
}  # fmt: skip


def refusals(data):
    with pytest.raises(EpcisError) as caught:
        parse_any(data)
    return caught.value.errors


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("name", REFUSED)
def test_an_event_is_refused_with_the_path_and_the_rule(name, form):
    event, path, rule = REFUSED[name]
    data = document(event)
    errors = refusals(data if form == "json" else write_xml(json.loads(data)))
    assert [at for at, _ in errors] == [f"eventList[0].{path}"]
    assert rule in errors[0][1]


@pytest.mark.parametrize("number", ["0.12345678901234567890123", "1e400", "12345678901234567890", "-1e-400"])
def test_a_number_that_does_not_round_trip_is_refused(number):
    event = changed(OBJECT, quantityList=[{"epcClass": LOT, "quantity": 41}])
    json_errors = refusals(document(event).replace(b"41", number.encode()))
    xml_errors = refusals(write_xml(json.loads(document(event))).replace(b">41<", f">{number}<".encode()))
    assert json_errors[0][0] == xml_errors[0][0] == "eventList[0].quantityList[0].quantity"


def test_an_undeclared_prefix_is_refused():
    assert refusals(document(changed(OBJECT, **{"nobody:x": 1})))[0] == (
        "eventList[0].nobody:x",
        "prefix 'nobody' is not declared in @context",
    )


def test_own_units_may_count_what_somebody_measures_by_a_type_of_their_own():
    event = changed(
        OBJECT,
        sensorElementList=[{"sensorReport": [{"type": "https://x.example/ripeness", "value": 1, "uom": "grade"}]}],
    )
    assert parse_any(document(event)).events
