"""Events: what passes, and for each rule of the standard what does not, with its path."""

import copy
from datetime import UTC, datetime

import pytest

from tests.unit.epcis_samples import (
    AGGREGATION,
    ALL,
    ASSOCIATION,
    ITEM,
    LOT,
    OBJECT,
    PALLET,
    QUANTITY,
    SENSOR,
    TRANSACTION,
    TRANSFORMATION,
    WHEN,
    changed,
    document,
    faults,
)
from traceapp.epcis.models import AssociationEvent, ObjectEvent, TransformationEvent
from traceapp.epcis.parse import parse_document, parse_event


@pytest.mark.parametrize("event", ALL, ids=lambda event: event["type"])
def test_each_event_type_passes_and_stays_as_received(event):
    parsed = parse_document(document(event)).events[0]
    assert parsed.raw == event
    assert parsed.model.type == event["type"]
    assert parsed.context == {}


def test_an_event_comes_as_typed_values():
    event = changed(
        OBJECT,
        eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        disposition="https://ref.gs1.org/cbv/Disp-in_transit",
        bizStep="urn:epcglobal:cbv:bizstep:shipping",
        quantityList=[QUANTITY],
        readPoint={"id": "urn:epc:id:sgln:0614141.07346.1234"},
        bizTransactionList=[{"type": "cbv:BTT-po", "bizTransaction": "urn:x:1"}],
        sourceList=[{"type": "https://ref.gs1.org/cbv/SDT-owning_party", "source": "urn:epc:id:pgln:4012345.00225"}],
        errorDeclaration={"declarationTime": "2026-05-15T00:00:00Z", "reason": "urn:epcglobal:cbv:er:did_not_occur"},
        persistentDisposition={"set": ["cbv:Disp-recalled"]},
        sensorElementList=[SENSOR],
    )
    model = parse_event(event).model
    assert isinstance(model, ObjectEvent)
    assert model.event_time == datetime(2026, 5, 14, 9, 12, tzinfo=UTC)
    assert model.event_time.tzinfo is UTC
    assert (model.biz_step, model.disposition, model.action) == ("shipping", "in_transit", "OBSERVE")
    assert model.epc_list == [ITEM]
    assert (model.quantity_list[0].epc_class, model.quantity_list[0].quantity) == (LOT, 200)
    assert model.read_point is not None
    assert model.read_point.id == "urn:epc:id:sgln:0614141.07346.1234"
    assert model.biz_location is None
    assert model.biz_transaction_list[0].type == "po"
    assert model.source_list[0].type == "owning_party"
    assert model.error_declaration is not None
    assert model.error_declaration.reason == "did_not_occur"
    assert model.persistent_disposition is not None
    assert model.persistent_disposition.set == ["recalled"]
    assert model.sensor_element_list[0].sensor_report[0].value == 4.5
    assert isinstance(parse_event(TRANSFORMATION).model, TransformationEvent)
    assert isinstance(parse_event(ASSOCIATION).model, AssociationEvent)


GTIN_WRONG = "https://id.gs1.org/01/09506000134353/21/1"
REFUSED = [
    (changed(OBJECT, type="PurchaseEvent"), "type", "an event is one of ObjectEvent"),
    (changed(OBJECT, type=...), "type", "is missing"),
    (changed(OBJECT, type=["ObjectEvent"]), "type", "an event is one of"),
    (changed(OBJECT, action=...), "action", "is missing"),
    (changed(OBJECT, action="add"), "action", "OBSERVE, ADD or DELETE"),
    (changed(OBJECT, action=None), "action", "OBSERVE, ADD or DELETE"),
    (changed(OBJECT, eventTimeZoneOffset=...), "eventTimeZoneOffset", "is missing"),
    (changed(OBJECT, eventTime="2026-05-14"), "eventTime", "is not a time"),
    (changed(OBJECT, eventTime="2026-05-14T09:12:00"), "eventTime", "is not a time"),
    (changed(OBJECT, eventTime="2026-02-30T09:12:00Z"), "eventTime", "is not a time"),
    (changed(OBJECT, eventTime=1700000000), "eventTime", "a time is expected"),
    (changed(OBJECT, eventTimeZoneOffset="+15:00"), "eventTimeZoneOffset", "+02:00"),
    (changed(OBJECT, eventTimeZoneOffset="+2:00"), "eventTimeZoneOffset", "+02:00"),
    (changed(OBJECT, eventTimeZoneOffset="+14:30"), "eventTimeZoneOffset", "+02:00"),
    (changed(OBJECT, eventID="42"), "eventID", "not a URI"),
    (changed(OBJECT, colour="red"), "colour", "not a member the standard has here"),
    (changed(OBJECT, parentID=PALLET), "parentID", "not a member the standard has here"),
    (changed(OBJECT, **{"shop:note": 1}), "shop:note", "prefix 'shop' is not declared"),
    (changed(OBJECT, **{"gs1:x": {"shop:note": [{"shop:y": 1}]}}), "gs1:x.shop:note", "prefix 'shop'"),
    (changed(OBJECT, **{"gs1:x": [{"a": [{"shop:y": 1}]}]}), "gs1:x[0].a[0].shop:y", "prefix 'shop'"),
    (changed(OBJECT, epcList=ITEM), "epcList", "a list is expected"),
    (changed(OBJECT, epcList=[7]), "epcList[0]", "a URI is expected"),
    (changed(OBJECT, epcList=[ITEM, ITEM]), "epcList[1]", "listed twice"),
    (changed(OBJECT, epcList=[]), "epcList", "both empty"),
    (changed(OBJECT, epcList=...), "epcList", "both empty"),
    (changed(OBJECT, epcList=[], quantityList=[]), "epcList", "both empty"),
    (changed(OBJECT, epcList=[], sensorElementList=[SENSOR]), "epcList", "readPoint"),
    (changed(OBJECT, epcList=[GTIN_WRONG]), "epcList[0]", "GTIN 09506000134353: check digit should be 2"),
    (changed(OBJECT, epcList=[LOT]), "epcList[0]", "names a class"),
    (changed(OBJECT, epcList=["https://id.gs1.org/01/09506000134352"]), "epcList[0]", "names a class"),
    (changed(OBJECT, epcList=["urn:epc:idpat:sgtin:0614141.107346.*"]), "epcList[0]", "names a class"),
    (changed(OBJECT, quantityList=[{"epcClass": ITEM}]), "quantityList[0].epcClass", "names one thing"),
    (changed(OBJECT, quantityList=[{"epcClass": PALLET}]), "quantityList[0].epcClass", "names one thing"),
    (changed(OBJECT, quantityList=[{"quantity": 1}]), "quantityList[0].epcClass", "is missing"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "quantity": -1}]), "quantityList[0].quantity", "negative"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "quantity": float("nan")}]), "quantityList[0].quantity", "finite"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "quantity": "5"}]), "quantityList[0].quantity", "a number"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "quantity": True}]), "quantityList[0].quantity", "a number"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "uom": "kilogram"}]), "quantityList[0].uom", "KGM"),
    (changed(OBJECT, quantityList=[{**QUANTITY, "gs1:x": 1}]), "quantityList[0].gs1:x", "not a member"),
    (changed(OBJECT, ilmd={"cbvmda:lotNumber": "1"}), "ilmd", "only given with action ADD"),
    (changed(OBJECT, action="ADD", ilmd={"lotNumber": "1"}), "ilmd.lotNumber", "needs a prefix"),
    (changed(OBJECT, action="ADD", ilmd=[]), "ilmd", "an object is expected"),
    (changed(OBJECT, bizStep="sending"), "bizStep", "not a bizStep of the CBV"),
    (changed(OBJECT, bizStep="urn:epcglobal:cbv:bizstep:sending"), "bizStep", "not a bizStep of the CBV"),
    (changed(OBJECT, bizStep="https://ref.gs1.org/cbv/BizStep-sending"), "bizStep", "not a bizStep of the CBV"),
    (changed(OBJECT, bizStep="https://ref.gs1.org/cbv/Disp-active"), "bizStep", "not a bizStep of the CBV"),
    (changed(OBJECT, bizStep="in_transit"), "bizStep", "not a bizStep of the CBV"),
    (changed(OBJECT, bizStep=3), "bizStep", "a word of the CBV or a URI"),
    (changed(OBJECT, disposition="shipping"), "disposition", "not a disposition of the CBV"),
    (changed(OBJECT, persistentDisposition={}), "persistentDisposition", "set or unset"),
    (changed(OBJECT, persistentDisposition={"set": []}), "persistentDisposition.set", "the list is empty"),
    (changed(OBJECT, persistentDisposition={"set": ["lost"]}), "persistentDisposition.set[0]", "not a disposition"),
    (changed(OBJECT, readPoint={}), "readPoint.id", "is missing"),
    (changed(OBJECT, readPoint="urn:x:1"), "readPoint", "an object is expected"),
    (changed(OBJECT, readPoint={"id": "https://id.gs1.org/414/6291041500214"}), "readPoint.id", "should be 3"),
    (changed(OBJECT, bizLocation={"id": "urn:x:1", "name": "y"}), "bizLocation.name", "not a member"),
    (changed(OBJECT, bizLocation=None), "bizLocation", "an object is expected"),
    (changed(OBJECT, sourceList=[{"source": "urn:x:1"}]), "sourceList[0].type", "is missing"),
    (changed(OBJECT, sourceList=[{"type": "owner", "source": "urn:x:1"}]), "sourceList[0].type", "not a source"),
    (changed(OBJECT, destinationList=[{"type": "location"}]), "destinationList[0].destination", "is missing"),
    (changed(OBJECT, bizTransactionList=[{"type": "po"}]), "bizTransactionList[0].bizTransaction", "is missing"),
    (changed(OBJECT, certificationInfo=["x"]), "certificationInfo[0]", "not a URI"),
    (changed(OBJECT, errorDeclaration={}), "errorDeclaration.declarationTime", "is missing"),
    (
        changed(OBJECT, errorDeclaration={"declarationTime": "2026-05-15T00:00:00Z", "reason": "oops"}),
        "errorDeclaration.reason",
        "not a errorReason",
    ),
    (changed(OBJECT, sensorElementList=[{}]), "sensorElementList[0].sensorReport", "is missing"),
    (changed(OBJECT, sensorElementList=[{"sensorReport": []}]), "sensorElementList[0].sensorReport", "empty"),
    (
        changed(OBJECT, sensorElementList=[{"sensorReport": [{"type": "Warmth"}]}]),
        "sensorElementList[0].sensorReport[0].type",
        "not a measurement type",
    ),
    (
        changed(OBJECT, sensorElementList=[{**SENSOR, "sensorMetadata": {"time": "noon"}}]),
        "sensorElementList[0].sensorMetadata.time",
        "is not a time",
    ),
    (
        changed(
            OBJECT,
            sensorElementList=[
                {
                    "sensorMetadata": {"time": "2026-05-14T09:00:00Z"},
                    "sensorReport": [{"type": "Temperature", "value": 4, "time": "2026-05-14T09:00:00Z"}],
                }
            ],
        ),
        "sensorElementList[0].sensorReport[0].time",
        "TCR-53",
    ),
    (changed(AGGREGATION, parentID=...), "parentID", "action ADD needs it"),
    (changed(AGGREGATION, action="DELETE", parentID=...), "parentID", "action DELETE needs it"),
    (changed(AGGREGATION, childEPCs=[]), "childEPCs", "only action DELETE may mean all"),
    (changed(AGGREGATION, action="OBSERVE", childEPCs=...), "childEPCs", "only action DELETE may mean all"),
    (changed(AGGREGATION, parentID=LOT), "parentID", "names a class"),
    (changed(AGGREGATION, childEPCs=[LOT]), "childEPCs[0]", "names a class"),
    (changed(AGGREGATION, childQuantityList=[{"epcClass": ITEM}]), "childQuantityList[0].epcClass", "one thing"),
    (changed(AGGREGATION, epcList=[ITEM]), "epcList", "not a member"),
    (changed(AGGREGATION, ilmd={}), "ilmd", "not a member"),
    (changed(ASSOCIATION, action="OBSERVE", parentID=...), "parentID", "is missing"),
    (changed(ASSOCIATION, childEPCs=...), "childEPCs", "only action DELETE may mean all"),
    (changed(TRANSACTION, bizTransactionList=...), "bizTransactionList", "is missing"),
    (changed(TRANSACTION, bizTransactionList=[]), "bizTransactionList", "the list is empty"),
    (changed(TRANSACTION, epcList=[]), "epcList", "only action DELETE may mean all"),
    (changed(TRANSFORMATION, action="ADD"), "action", "not a member"),
    (changed(TRANSFORMATION, inputQuantityList=...), "inputEPCList", "inputs and outputs are needed"),
    (changed(TRANSFORMATION, outputEPCList=[]), "outputEPCList", "inputs and outputs are needed"),
    (
        changed(TRANSFORMATION, inputQuantityList=..., outputEPCList=..., transformationID="urn:x:1"),
        "inputEPCList",
        "inputs and outputs are needed",
    ),
    (changed(TRANSFORMATION, transformationID="one"), "transformationID", "not a URI"),
]


@pytest.mark.parametrize(
    ("event", "path", "why"), REFUSED, ids=[f"{i}-{path}" for i, (_, path, _) in enumerate(REFUSED)]
)
def test_a_rule_broken_is_named(event, path, why):
    found = faults(copy.deepcopy(event))
    assert [one for one, _ in found] == [path]
    assert why in found[0][1]


@pytest.mark.parametrize(
    "event",
    [
        changed(OBJECT, epcList=[], quantityList=[QUANTITY]),
        changed(OBJECT, quantityList=[{"epcClass": LOT}]),
        changed(OBJECT, quantityList=[{**QUANTITY, "quantity": 0}, {**QUANTITY, "quantity": 0.5}]),
        changed(OBJECT, epcList=[], readPoint={"id": "geo:22.3,-118.44"}, sensorElementList=[SENSOR]),
        changed(OBJECT, bizStep="https://example.org/bizstep/cold_storing"),
        changed(OBJECT, bizStep="example:cold_storing"),
        changed(OBJECT, action="ADD", ilmd={"cbvmda:lotNumber": "A1", "gs1:netWeight": {"value": "3.5"}}),
        changed(OBJECT, **{"https://example.org/voc/x": 1, "urn:x:y": 2, "rdfs:comment": "c"}),
        changed(OBJECT, errorDeclaration=None),
        changed(OBJECT, recordTime="2026-05-14T09:12:00.123456789Z"),
        changed(OBJECT, eventTime="2026-05-14T09:12:00.1234567891Z"),
        changed(OBJECT, certificationInfo=["https://example.org/c/1", "https://example.org/c/2"]),
        changed(OBJECT, readPoint={"id": "urn:x:1", "gs1:note": "dock"}),
        changed(OBJECT, bizTransactionList=[{"bizTransaction": "urn:x:1"}]),
        changed(AGGREGATION, action="DELETE", childEPCs=...),
        changed(AGGREGATION, action="OBSERVE", parentID=...),
        changed(AGGREGATION, childEPCs=..., childQuantityList=[QUANTITY]),
        changed(AGGREGATION, persistentDisposition={"unset": ["completeness_inferred"]}),
        changed(ASSOCIATION, action="DELETE", childEPCs=[]),
        changed(TRANSACTION, action="DELETE", epcList=...),
        changed(TRANSACTION, parentID=PALLET, quantityList=[QUANTITY]),
        changed(TRANSFORMATION, inputQuantityList=..., transformationID="urn:x:1"),
        changed(TRANSFORMATION, ilmd={"cbvmda:lotNumber": "A1"}),
    ],
    ids=lambda event: ",".join(sorted(set(event) - set(WHEN) - {"type"})),
)
def test_what_the_standard_allows_passes(event):
    assert parse_event(copy.deepcopy(event)).raw == event
