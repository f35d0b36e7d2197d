"""What somebody sees of others' events is an event by GS1's JSON schema, or is named and not answered."""

import json
import os
from pathlib import Path

import pytest

from tests.capture_documents import GTIN, object_event, shipping
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid
from traceapp.accounts.visibility import Visibility
from traceapp.epcis.redacted import completed

pytestmark = pytest.mark.django_db
SCHEMA = (
    Path(os.environ.get("TRACEAPP_DATA", Path(__file__).parents[3] / "shared" / "data"))
    / "epcis/EPCIS-JSON-Schema.json"
)
ITEM, LOT = f"https://id.gs1.org/01/{GTIN}/21/7", f"https://id.gs1.org/01/{GTIN}/10/L1"
AMOUNT = [{"epcClass": LOT, "quantity": 3}]
WHEN = {"eventTime": "2025-05-14T09:12:00Z", "eventTimeZoneOffset": "+00:00"}
ORDER = [{"type": "po", "bizTransaction": "urn:x:1"}]
PALLET = "https://id.gs1.org/00/095060001234567893"


def other(kind, number, **members):
    return {"type": kind, "eventID": eid(number), **WHEN, **members}


EVENTS = [
    shipping(event_id=eid(1)),  # quantities alone
    object_event("shipping", eventID=eid(2), epcList=[ITEM], bizTransactionList=ORDER),
    other("TransactionEvent", 3, action="ADD", epcList=[ITEM], bizTransactionList=ORDER),
    other("AggregationEvent", 4, action="ADD", parentID=PALLET, childQuantityList=AMOUNT),
    other("AggregationEvent", 5, action="DELETE", parentID=PALLET, childQuantityList=AMOUNT),
    other("AggregationEvent", 6, action="ADD", parentID=PALLET, childEPCs=[ITEM], childQuantityList=AMOUNT),
    other("TransformationEvent", 7, inputQuantityList=AMOUNT, outputEPCList=[ITEM]),
    other("TransformationEvent", 8, inputQuantityList=AMOUNT, outputEPCList=[ITEM], transformationID="urn:x:t"),
]


@pytest.fixture
def answer(client):
    farm = Caller(client, OrganisationFactory(default_visibility=Visibility.PUBLIC))
    farm.capture(*EVENTS)
    return Caller(client, OrganisationFactory()).get().json()


def test_what_is_shown_is_an_event_and_the_rest_is_named(answer):
    results = answer["epcisBody"]["queryResults"]
    shown = {event["eventID"]: event for event in results["resultsBody"]["eventList"]}
    assert list(shown) == [eid(n) for n in (1, 2, 5, 6, 8)]
    assert shown[eid(1)]["epcList"] == []
    assert "quantityList" not in shown[eid(1)]
    assert [one["traceapp:eventID"] for one in results["traceapp:withheld"]] == [eid(n) for n in (3, 4, 7)]
    assert all("not for you to see" in one["traceapp:reason"] for one in results["traceapp:withheld"])


@pytest.mark.skipif(not SCHEMA.is_file(), reason=f"no schema at {SCHEMA}")
def test_the_answer_is_valid_by_the_schema(answer):
    jsonschema = pytest.importorskip("jsonschema")
    answer.pop("nextPageToken", None)
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message[:200] for error in validator.iter_errors(answer)] == []


def test_whoever_recorded_an_event_sees_it_whole(client):
    farm = Caller(client, OrganisationFactory(default_visibility=Visibility.PUBLIC))
    farm.capture(*EVENTS)
    assert farm.ids() == [eid(n) for n in range(1, 9)]


def test_an_event_that_is_whole_stays_as_it_is():
    assert [completed(event) for event in EVENTS] == EVENTS
