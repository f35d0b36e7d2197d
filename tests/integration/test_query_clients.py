"""Clients of others, as they are published, ask for events: `openepcis-client` for Python, `epcis2.js` for Node."""

import json

import pytest

from tests import npm
from tests.capture_documents import GTIN, document, object_event
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
    import urllib.request

    with proxied(tmp_path_factory.mktemp("clients"), SEED) as one:
        token = one.said.strip().split()[-1]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json"}
        request = urllib.request.Request(f"{one.url}/epcis/capture", document(*_events()), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 202
        yield f"{one.url}/epcis", token


@pytest.fixture
def openepcis(served):
    client = pytest.importorskip("openepcis_client.core.client")
    config = pytest.importorskip("openepcis_client.core.config")
    service = pytest.importorskip("openepcis_client.events.service")
    url, token = served

    class Bearer:
        """What the package asks of whoever holds the token."""

        def authorization(self, *args, **kwargs):
            return f"Bearer {token}"

        def __getattr__(self, name):
            return lambda *args, **kwargs: token

    return service.Query(client.Client(config.ClientConfig(url), Bearer()))
