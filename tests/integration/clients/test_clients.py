"""Others' EPCIS clients, as they are published, against a live server: nothing of them is changed or stood in for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from openepcis_client import events as build
from openepcis_client.core.client import Client
from openepcis_client.core.config import ClientConfig
from openepcis_client.core.errors import OpenEpcisError
from openepcis_client.events.service import Capture, Query

from tests import npm
from tests.epcis_clients import EPCIS2_JS, Bearer
from tests.factories import OrganisationFactory, api_token, gln, gtin, member
from traceapp.accounts.roles import Role
from traceapp.ledger.models import Record

CAPTURE = (Path(__file__).parent / "capture.cjs").read_text()
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def farm(transactional_db):
    return OrganisationFactory()


@pytest.fixture
def client_of(farm, live_server):
    def make(*roles, organisation=farm):
        token = api_token(member(organisation, *roles), organisation)
        return Client(ClientConfig(f"{live_server.url}/epcis"), Bearer(token))

    return make


def shipped(lot="L-1", **more):
    return build.object_event(
        action="OBSERVE",
        event_time=NOW,
        biz_step="shipping",
        disposition="in_transit",
        epcs=[build.instance_uri(gtin(5), serial=lot)],
        read_point=gln(5),
        biz_transactions=[build.biz_transaction("po", "PO-7", gln(6))],
        **more,
    )


def test_openepcis_client_captures_asks_about_its_job_and_reads_back(client_of):
    client = client_of(Role.SUPPLIER)
    capture, query = Capture(client), Query(client)
    assert capture.check() == query.check() == ""
    sent = build.document([
        shipped(event_identifier="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a61"),
        build.aggregation_event(
            action="ADD", event_time=NOW, parent_id=build.sscc_uri("095060001343520000"),
            child_epcs=[build.instance_uri(gtin(5), serial="L-1")],
        ),
    ])  # fmt: skip
    receipt = capture.submit(sent)
    assert receipt.answerable
    outcome = capture.outcome(receipt)
    assert (outcome.known, outcome.settled, outcome.success, outcome.errors) == (True, True, True, ())
    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    found = list(query.since(since, per_page=1))
    assert sorted(event["type"] for event in found) == ["AggregationEvent", "ObjectEvent"]
    assert all(event["recordTime"] and event["eventID"] for event in found)
    about = query.for_epc(build.instance_uri(gtin(5), serial="L-1"))
    assert {event["type"] for event in about} == {"AggregationEvent", "ObjectEvent"}


def test_openepcis_client_is_told_what_is_wrong(client_of):
    capture = Capture(client_of(Role.SUPPLIER))
    wrong = build.document([shipped()])
    wrong["epcisBody"]["eventList"][0]["epcList"] = ["https://id.gs1.org/01/09506000134353/21/1"]
    with pytest.raises(OpenEpcisError, match="check digit") as caught:
        capture.submit(wrong)
    assert caught.value.status == 400
    assert Record.objects.count() == 0
    assert capture.outcome("0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a01").known is False


def test_openepcis_client_is_told_of_a_failed_job(client_of):
    capture = Capture(client_of(Role.SUPPLIER))
    event = shipped(event_identifier="urn:uuid:0d8e7e6c-1f4e-4a88-9d3c-8f8a3c7d1a62")
    capture.submit(build.document([event]))
    outcome = capture.outcome(capture.submit(build.document([{**event, "disposition": "damaged"}])))
    assert (outcome.running, outcome.success, len(outcome.errors)) == (False, False, 1)


def test_openepcis_client_says_which_role_or_token_is_missing(client_of, live_server):
    assert "role" in Capture(client_of(Role.ANALYST)).check()
    stranger = Client(ClientConfig(f"{live_server.url}/epcis"), Bearer("nonsense"))
    assert "credential" in Capture(stranger).check()


def test_epcis2_js_captures_and_is_told_what_is_wrong(farm, live_server, client):
    token = api_token(member(farm, Role.SUPPLIER), farm)
    said = npm.run(npm.installed(EPCIS2_JS), CAPTURE, {"url": f"{live_server.url}/epcis/", "token": token})
    captured, refused = said["captured"], said["refused"]
    assert captured["status"] == 202, captured
    assert captured["body"]["success"] is True
    job = client.get(urlsplit(captured["location"]).path, headers={"Authorization": f"Bearer {token}"}).json()
    assert (job["running"], job["success"], job["events"]["stored"]) == (False, True, 2)
    assert refused["status"] == 400
    assert refused["body"]["errors"][0]["path"] == "eventList[0].epcList[0]"
    assert Record.objects.count() == 2
