"""Events of somebody's own type: taken, found and answered in JSON and XML, whatever they hold."""

import json

import pytest
from django.apps import apps

from tests.capture_documents import CONTEXT, GTIN, shipping
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid, events_in
from traceapp.accounts.visibility import Visibility

pytestmark = pytest.mark.django_db
EX = "https://farm.example/epcis/"
PICKED = {
    "type": "ex:PickingEvent",
    "eventID": eid(1),
    "eventTime": "2025-05-14T09:12:00Z",
    "eventTimeZoneOffset": "+00:00",
    "bizStep": "commissioning",
    "epcList": [f"https://id.gs1.org/01/{GTIN}/21/7"],
    "ex:basket": {"ex:weight": 12.5, "ex:hands": ["left", "right"]},
    "ripeness": 4,
    "notes": {"short": "sunny", "seen": [1, 2]},
}


@pytest.fixture
def farm(client):
    return Caller(client, OrganisationFactory(default_visibility=Visibility.PARTIES))


def document(*events):
    head = {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-05-14T07:12:00Z"}
    return json.dumps({"@context": [*CONTEXT, {"ex": EX}], **head, "epcisBody": {"eventList": list(events)}})


def capture(farm, body, form="application/ld+json"):
    answer = farm.client.post("/epcis/capture", body, content_type=form, headers=farm.headers)
    assert answer.status_code == 202, answer.content


def without_time(event):
    return {name: value for name, value in event.items() if name != "recordTime"}


def test_an_event_of_an_own_type_is_answered_as_it_was_captured(farm):
    capture(farm, document(PICKED, shipping(event_id=eid(2))))
    [found] = events_in(farm.get(eventType=f"{EX}PickingEvent"))
    assert without_time(found) == PICKED
    assert farm.ids(eventType="ex:PickingEvent") == [eid(1)]
    assert farm.ids(eventType="ex:PickingEvent|ObjectEvent") == [eid(1), eid(2)]
    assert farm.ids(eventType="ex:Other") == []
    assert farm.ids(MATCH_epc=f"https://id.gs1.org/01/{GTIN}/21/7", EQ_bizStep="commissioning") == [eid(1)]
    assert farm.ids(**{"GE_INNER_ex:weight": "12"}) == [eid(1)]


def test_its_type_is_among_those_in_use_and_leads_to_its_events(farm):
    capture(farm, document(PICKED))
    assert farm.get("/epcis/eventTypes").json()["member"][-1] == f"{EX}PickingEvent"
    path = f"/epcis/eventTypes/{EX.replace('/', '%2F')}PickingEvent/events"
    assert farm.ids(path) == [eid(1)]
    other = Caller(farm.client, OrganisationFactory())
    assert f"{EX}PickingEvent" not in other.get("/epcis/eventTypes").json()["member"]


def test_it_goes_through_xml_and_back(farm):
    capture(farm, document(PICKED))
    answer = farm.get(headers={"Accept": "application/xml"})
    assert b"<extension><ex:PickingEvent" in answer.content
    other = Caller(farm.client, OrganisationFactory(default_visibility=Visibility.PRIVATE))
    capture(other, answer.content, "application/xml")
    [found] = events_in(other.get(eventType=f"{EX}PickingEvent"))
    assert without_time(found) == PICKED


def test_one_alone_is_taken_by_events(farm):
    body = json.dumps({"@context": [*CONTEXT, {"ex": EX}], **PICKED})
    answer = farm.client.post("/epcis/events", body, content_type="application/json", headers=farm.headers)
    assert answer.status_code == 201, answer.content
    assert answer.json()["type"] == "ex:PickingEvent"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "PickingEvent"}, "eventList[0].type"),
        ({"type": "no:PickingEvent"}, "eventList[0].type"),
        ({"eventTime": "today"}, "eventList[0].eventTime"),
        ({"epcList": "urn:x:1"}, "eventList[0].epcList"),
        ({"notes": {"un:declared": 1}}, "eventList[0].notes.un:declared"),
        ({"@graph": []}, "eventList[0].@graph"),
    ],
)
def test_what_is_wrong_in_it_is_named(farm, change, path):
    answer = farm.client.post(
        "/epcis/capture", document(PICKED | change), content_type="application/json", headers=farm.headers
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


def test_the_same_in_another_spelling_of_its_type_is_the_same_event(farm):
    capture(farm, document(PICKED))
    capture(farm, document(PICKED | {"type": f"{EX}PickingEvent"}))
    assert apps.get_model("capture", "Event").objects.count() == 1
