"""Top-level resources: what there is to ask for, for whom, and under which address."""

from urllib.parse import quote

import pytest
from drf_spectacular.checks import schema_check

from tests.capture_documents import GTIN, object_event
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid, events_in
from traceapp.accounts.visibility import Visibility

pytestmark = pytest.mark.django_db
ITEMS = [f"https://id.gs1.org/01/{GTIN}/21/{n}" for n in range(1, 6)]
CRATE = "https://id.gs1.org/00/095060000000000015"
PLACE, DOOR = "https://id.gs1.org/414/9506000100005", "https://id.gs1.org/414/9506000100005/254/A%2F7"
OWN_STEP = "https://farm.example/steps/washing"


@pytest.fixture
def farm(client):
    return Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))


@pytest.fixture
def shop(client):
    return Caller(client, OrganisationFactory())


@pytest.fixture
def recorded(farm):
    farm.capture(
        object_event(
            OWN_STEP,
            eventID=eid(1),
            epcList=ITEMS[:3],
            bizLocation={"id": PLACE},
            readPoint={"id": DOOR},
            disposition="https://farm.example/states/clean",
        ),
        {
            "type": "AggregationEvent",
            "eventID": eid(2),
            "eventTime": "2025-05-14T09:12:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "ADD",
            "bizStep": "packing",
            "parentID": CRATE,
            "childEPCs": ITEMS[2:],
            "childQuantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L1", "quantity": 3}],
        },
    )
    return farm


def members(caller, path, **parameters):
    found, answer = [], caller.get(path, **parameters)
    while True:
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert body["type"] == "Collection"
        found += body["member"]
        if "Link" not in answer:
            return found
        answer = caller.get(path, nextPageToken=body["nextPageToken"], **parameters)


def test_the_top_level_names_every_resource(farm):
    assert set(farm.get("/epcis/").json()["member"]) >= {"events", "capture", "queries", "epcs", "eventTypes"}


@pytest.mark.parametrize("per_page", [1, 2, 30])
def test_known_identifiers_come_once_each_on_any_size_of_page(recorded, shop, per_page):
    assert sorted(members(recorded, "/epcis/epcs", perPage=per_page)) == sorted([*ITEMS, CRATE])
    assert members(shop, "/epcis/epcs", perPage=per_page) == []


def test_places_steps_and_dispositions_are_those_one_may_see(recorded, shop):
    assert members(recorded, "/epcis/bizLocations") == [PLACE]
    assert members(recorded, "/epcis/readPoints") == [DOOR]
    assert members(shop, "/epcis/readPoints") == []
    assert OWN_STEP in members(recorded, "/epcis/bizSteps", perPage=7)
    assert "shipping" in members(shop, "/epcis/bizSteps")
    assert OWN_STEP not in members(shop, "/epcis/bizSteps", perPage=7)
    assert "https://farm.example/states/clean" in members(recorded, "/epcis/dispositions")
    assert len(members(recorded, "/epcis/eventTypes")) == 5


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("epcs", ITEMS[2], [1, 2]),
        ("epcs", "urn:epc:id:sgtin:9506000.013435.1", [1]),
        ("epcs", CRATE, [2]),
        ("bizSteps", OWN_STEP, [1]),
        ("bizSteps", "packing", [2]),
        ("bizSteps", "https://ref.gs1.org/cbv/BizStep-packing", [2]),
        ("bizSteps", "shipping", []),
        ("bizLocations", PLACE, [1]),
        ("readPoints", DOOR, [1]),
        ("dispositions", "https://farm.example/states/clean", [1]),
        ("eventTypes", "AggregationEvent", [2]),
    ],
)
def test_the_events_of_a_member_are_found_under_its_encoded_address(recorded, path, value, expected):
    where = f"/epcis/{path}/{quote(value, safe='')}"
    assert recorded.get(where).json()["member"] == ["events"]
    assert recorded.ids(f"{where}/events") == [eid(n) for n in expected]


def test_what_one_may_not_see_is_not_found_and_what_is_no_id_is_refused(recorded, shop):
    for path, value in (("epcs", ITEMS[0]), ("bizLocations", PLACE), ("bizSteps", OWN_STEP)):
        for below in ("", "/events"):
            answer = shop.get(f"/epcis/{path}/{quote(value, safe='')}{below}")
            assert answer.status_code == 404
            assert answer.json()["type"] == "epcisException:NoSuchNameException"
    assert recorded.get("/epcis/eventTypes/NoEvent").status_code == 404
    assert recorded.get("/epcis/bizSteps/shiping").status_code == 400
    assert recorded.get(f"/epcis/epcs/{quote('https://id.gs1.org/01/09506000134353', safe='')}").status_code == 400
    assert recorded.get("/epcis/epcs/%zz").status_code == 400
    assert recorded.get("/epcis/epcs?EQ_bizStep=shipping").status_code == 400


def test_what_the_address_fixes_is_not_asked_for_again(recorded):
    answer = recorded.get("/epcis/bizSteps/packing/events", EQ_bizStep="shipping")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "EQ_bizStep"
    assert recorded.ids("/epcis/bizSteps/packing/events", EQ_action="OBSERVE") == []
    assert recorded.ids("/epcis/bizSteps/packing/events", MATCH_anyEPC=ITEMS[3]) == [eid(2)]


def test_slashes_that_a_client_left_as_they_are_are_understood(recorded):
    assert len(events_in(recorded.get(f"/epcis/epcs/{ITEMS[0]}/events"))) == 1


def test_every_resource_answers_options(recorded):
    for path in (
        "",
        "events",
        "events/x",
        "epcs",
        "epcs/x",
        "epcs/x/events",
        "queries",
        "queries/x",
        "queries/x/events",
    ):
        answer = recorded.client.options(f"/epcis/{path}")
        assert answer.status_code == 204, path
        assert "GET" in answer["Allow"], path


def test_the_description_of_the_interface_has_one_name_for_each_operation():
    assert schema_check(None) == []
