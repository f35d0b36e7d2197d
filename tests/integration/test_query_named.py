"""Named queries: kept for one's organisation, never changed, read by their name."""

import json

import pytest

from tests.capture_documents import shipping
from tests.factories import OrganisationFactory
from tests.integration.test_query_events import Caller, eid, events_in
from traceapp.accounts.visibility import Visibility

pytestmark = pytest.mark.django_db
URL = "/epcis/queries"
SHIPPED = {"eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"]}


@pytest.fixture
def farm(client):
    return Caller(client, OrganisationFactory(default_visibility=Visibility.PRIVATE))


@pytest.fixture
def shop(client):
    return Caller(client, OrganisationFactory())


def create(caller, name, query=None, content_type="application/json", body=None):
    content = json.dumps({"name": name, "query": SHIPPED if query is None else query}) if body is None else body
    return caller.client.post(URL, content, content_type=content_type, headers=caller.headers)


def test_a_query_is_made_listed_run_and_deleted(farm):
    farm.capture(
        *(shipping(event_id=eid(n), lot=f"L-{n}") for n in (1, 2, 3)), shipping(event_id=eid(4), step="storing")
    )
    made = create(farm, "goods out")
    assert made.status_code == 201, made.content
    where = made["Location"].removeprefix("http://testserver")
    assert where == "/epcis/queries/goods%20out"
    assert farm.get(where).json() == {"name": "goods out", "query": SHIPPED}
    assert farm.get(URL).json() == [{"name": "goods out", "query": SHIPPED}]
    first = farm.get(f"{where}/events", perPage=2)
    assert first.json()["epcisBody"]["queryResults"]["queryName"] == "goods out"
    rest = farm.get(f"{where}/events", nextPageToken=first.json()["nextPageToken"])
    assert [one["eventID"] for one in events_in(first) + events_in(rest)] == [eid(1), eid(2), eid(3)]
    assert farm.client.delete(where, headers=farm.headers).status_code == 204
    assert farm.get(where).status_code == 404
    assert farm.get(f"{where}/events").status_code == 404
    assert farm.client.delete(where, headers=farm.headers).status_code == 404


def test_a_name_is_used_once_and_its_definition_never_changes(farm, shop):
    assert create(farm, "one").status_code == 201
    answer = create(farm, "one", {"EQ_bizStep": ["storing"]})
    assert answer.status_code == 409
    assert answer.json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert answer.json()["status"] == 409
    assert farm.get(f"{URL}/one").json()["query"] == SHIPPED
    assert create(shop, "one", {"EQ_bizStep": ["storing"]}).status_code == 201


def test_another_organisation_neither_reads_nor_deletes_it(farm, shop):
    create(farm, "one")
    assert shop.get(URL).json() == []
    assert shop.get(f"{URL}/one").json()["type"] == "epcisException:NoSuchNameException"
    assert shop.client.delete(f"{URL}/one", headers=shop.headers).status_code == 404
    assert farm.get(f"{URL}/one").status_code == 200


@pytest.mark.parametrize(
    ("body", "exception"),
    [
        (b"[]", "QueryValidationException"),
        (b'{"name": "x"}', "QueryValidationException"),
        (b'{"name": "x", "query": []}', "QueryValidationException"),
        (b'{"name": "", "query": {}}', "QueryValidationException"),
        (b'{"name": 7, "query": {}}', "QueryValidationException"),
        (b'{"name": "SimpleEventQuery", "query": {}}', "QueryValidationException"),
        (b'{"name": "x", "query": {}, "more": 1}', "QueryValidationException"),
        (b'{"name": "x", "query": {"EQ_colour": ["red"]}}', "QueryParameterException"),
        (b'{"name": "x", "query": {"EQ_bizStep": [7]}}', "QueryParameterException"),
        (b'{"name": "x", "query": {"EQ_bizStep": [{"a": 1}]}}', "QueryParameterException"),
        (b'{"name": "x", "query": {"EQ_bizStep": []}}', "QueryParameterException"),
        (b'{"name": "x", "query": {"GE_eventTime": null}}', "QueryParameterException"),
        (b'{"name": "x", "query": {"perPage": 3}}', "QueryParameterException"),
    ],
)
def test_what_is_no_query_is_refused_in_words(farm, body, exception):
    answer = create(farm, None, body=body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["type"] == f"epcisException:{exception}"
    assert farm.get(URL).json() == []


def test_other_media_types_and_added_parameters_are_refused(farm):
    assert create(farm, "one", content_type="text/plain").status_code == 415
    create(farm, "one")
    answer = farm.get(f"{URL}/one/events", EQ_action="ADD")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "EQ_action")


def test_prefixes_of_a_definition_are_its_own(farm):
    farm.capture(shipping(event_id=eid(1)) | {"traceapp:grade": 3})
    query = {
        "@context": {"t": "https://traceapp.example/voc/"},
        "GE_t:grade": 3,
        "EXISTS_t:grade": None,
        "EQ_quantity": [40],
    }
    create(farm, "graded", query)
    assert len(events_in(farm.get(f"{URL}/graded/events"))) == 1


def test_queries_come_in_pages(farm):
    for n in range(3):
        create(farm, f"q{n}")
    first = farm.get(URL, perPage=2)
    assert [one["name"] for one in first.json()] == ["q0", "q1"]
    rest = farm.get(first["Link"].partition(">")[0][1:].removeprefix("http://testserver"))
    assert [one["name"] for one in rest.json()] == ["q2"]
    assert "Link" not in rest
