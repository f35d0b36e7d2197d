"""Ids with slashes in addresses, as they arrive through nginx and gunicorn: `%2F` is not a slash on any of the way."""

import json
import shutil
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest

from tests.capture_documents import GTIN, document, object_event
from tests.proxied import proxied

pytestmark = [
    pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed"),
    pytest.mark.slow,
]
ITEM = f"https://id.gs1.org/01/{GTIN}/21/A%2FB"  # a serial number with a slash of its own
EVENT_ID = "https://farm.example/events/2025?no=1/2#a"
STEP = "https://farm.example/steps/events"
DOOR = "https://farm.example/doors/1/events"
TOKEN = """
from tests.factories import OrganisationFactory, api_token, member
firm = OrganisationFactory()
print("token", api_token(member(firm), firm))
"""


@pytest.fixture(scope="module")
def behind_nginx(tmp_path_factory):
    """(address, token) of the application on gunicorn behind nginx, with a database of its own."""
    with proxied(tmp_path_factory.mktemp("query"), TOKEN) as served:
        yield served.url, served.said.strip().split()[-1]


@pytest.fixture(scope="module")
def ask(behind_nginx):
    url, token = behind_nginx

    def send(path, body=None):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json"}
        request = urllib.request.Request(path if "://" in path else url + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read()), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read()), error.headers

    event = object_event(STEP, eventID=EVENT_ID, epcList=[ITEM], readPoint={"id": DOOR})
    assert send("/epcis/capture", document(event))[0] == 202
    return send


def found(answer):
    status, body, _ = answer
    assert status == 200, body
    return [one["eventID"] for one in body["epcisBody"]["queryResults"]["resultsBody"]["eventList"]]


@pytest.mark.parametrize(("collection", "value"), [("epcs", ITEM), ("bizSteps", STEP), ("readPoints", DOOR)])
def test_an_encoded_slash_survives_the_proxy(ask, collection, value):
    where = f"/epcis/{collection}/{quote(value, safe='')}"
    status, body, _ = ask(where)
    assert (status, body.get("member")) == (200, ["events"]), body
    assert found(ask(f"{where}/events")) == [EVENT_ID]
    assert found(ask(f"{where}/events/")) == [EVENT_ID]


def test_an_event_is_found_by_an_id_with_every_delimiter(ask):
    assert found(ask(f"/epcis/events/{quote(EVENT_ID, safe='')}")) == [EVENT_ID]
    assert ask(f"/epcis/events/{quote(EVENT_ID + '0', safe='')}")[0] == 404


def test_another_serial_number_is_another_item(ask):
    for other in (ITEM.replace("%2F", ""), f"https://id.gs1.org/01/{GTIN}/21/A"):
        assert ask(f"/epcis/epcs/{quote(other, safe='')}")[0] == 404


def test_a_named_query_may_have_a_slash_and_pages_lead_on_through_the_proxy(ask):
    body = json.dumps({"name": "out/of the farm", "query": {"EQ_bizStep": [STEP]}}).encode()
    status, _, headers = ask("/epcis/queries", body)
    assert status == 201
    assert found(ask(headers["Location"] + "/events")) == [EVENT_ID]
    second = object_event(STEP, epcList=[ITEM])
    assert ask("/epcis/capture", document(second))[0] == 202
    status, body, headers = ask(f"/epcis/epcs/{quote(ITEM, safe='')}/events?perPage=1")
    assert status == 200
    following = headers["Link"].partition(">")[0][1:]
    assert "%2F" in following
    assert len(found(ask(following))) == 1
