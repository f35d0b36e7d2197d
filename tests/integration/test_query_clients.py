"""Clients of others, as they are published, ask for events: `openepcis-client` for Python, `epcis2.js` for Node."""

import urllib.request

import pytest
from openepcis_client.core.client import Client
from openepcis_client.core.config import ClientConfig
from openepcis_client.events.service import Query

from tests import npm
from tests.capture_documents import GTIN, document, object_event
from tests.epcis_clients import EPCIS2_JS, Bearer
from tests.proxied import proxied

pytestmark = pytest.mark.slow
SEED = """
from tests.factories import OrganisationFactory, api_token, member
firm = OrganisationFactory()
print("token", api_token(member(firm), firm))
"""
ITEM = f"https://id.gs1.org/01/{GTIN}/21/A%2F1"
NUMBER = 7


def _events():
    for n in range(NUMBER):
        event_id = f"urn:uuid:00000000-0000-4000-8000-{n:012d}"
        yield object_event("shipping", eventID=event_id, epcList=[ITEM if n % 2 else f"{ITEM}{n}"])


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(address of the EPCIS interface, token), with seven events in it."""
    with proxied(tmp_path_factory.mktemp("clients"), SEED) as one:
        token = one.said.strip().split()[-1]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json"}
        request = urllib.request.Request(f"{one.url}/epcis/capture", document(*_events()), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 202
        yield f"{one.url}/epcis", token


@pytest.fixture
def openepcis(served):
    url, token = served
    return Query(Client(ClientConfig(url), Bearer(token)))


def test_openepcis_client_reads_every_event_once_page_by_page(openepcis):
    assert openepcis.check() == ""
    for since in ("", "2020-01-01T00:00:00+01:00"):
        found = [event["eventID"] for event in openepcis.since(since, per_page=3)]
        assert sorted(found) == sorted(event["eventID"] for event in _events())
    assert list(openepcis.since("2100-01-01T00:00:00Z")) == []


def test_openepcis_client_finds_the_events_of_an_identifier(openepcis):
    assert len(openepcis.for_epc(ITEM)) == NUMBER // 2


def test_openepcis_client_understands_that_a_token_is_wrong(served):
    url, token = served
    assert "credential" in Query(Client(ClientConfig(url), Bearer(f"{token}x"))).check()


READ = """
const { validateAgainstSchema, validateEpcisDocument, objectToEvent, setup } = require('epcis2.js');
(async () => {
  const answer = await fetch(given.url, { headers: { Authorization: `Bearer ${given.token}` } });
  const read = await answer.json();
  const events = read.epcisBody.queryResults.resultsBody.eventList.map((one) => objectToEvent(one));
  console.log(JSON.stringify({ ids: events.map((one) => one.getEventID()), steps: events.map((one) => one.getBizStep()) }));
})();
"""


def test_epcis2_js_makes_its_events_of_our_answer(served):
    url, token = served
    read = npm.run(npm.installed(EPCIS2_JS), READ, {"url": f"{url}/events?EQ_action=OBSERVE", "token": token})
    assert sorted(read["ids"]) == sorted(event["eventID"] for event in _events())
    assert set(read["steps"]) == {"shipping"}
