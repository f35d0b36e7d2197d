"""What is wrong with a message is said in one word and a sentence, by REST and by MQTT, and counted on its device's page."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import OrganisationFactory, api_token, member
from tests.sensors_bad import STORED, all_of
from tests.sensors_world import logger
from traceapp.accounts.roles import Role
from traceapp.ledger.models import Record
from traceapp.ledger.shapes import opened
from traceapp.sensors import senml
from traceapp.sensors.message import payload_of
from traceapp.sensors.models import DeviceKey, Message, Refusal
from traceapp.web import metrics

ADDRESS = "/api/v1/sensors/messages"


@pytest.fixture(autouse=True)
def _no_counts_left():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db):
    firm = OrganisationFactory(company_prefix="9506000")
    device, revoked = logger(firm), logger(firm, state=DeviceKey.State.REVOKED)
    stranger = replace(device, kid="8004-9521777LOGGER")
    return firm, device, revoked, stranger


def send(body, content_type="application/jose", **headers):
    return Client(raise_request_exception=False).post(ADDRESS, body, content_type=content_type, headers=headers)


def test_by_rest_each_alone(world):
    firm, *devices = world
    token = api_token(member(firm, Role.CARRIER), firm)
    for bad in all_of(*devices):
        answer = send(bad.message, Authorization=f"Bearer {token}")
        told = answer.json()
        assert answer.status_code < 500, bad.what
        assert told.get("reason", told.get("state")) == bad.outcome, (bad.what, told)
        if bad.outcome != STORED:
            assert len(told["detail"]) > 20, bad.what


def test_by_rest_all_at_once_none_hides_another(world):
    _, device, revoked, stranger = world
    bad = all_of(device, revoked, stranger)
    good = [device.message(seq=10_000 + number) for number in range(3)]
    told = send(json.dumps([good[0], *[one.message for one in bad], *good[1:]]), "application/json").json()
    outcomes = [one.get("reason", one["state"]) for one in told["answers"]]
    assert outcomes == ["stored", *[one.outcome for one in bad], "stored", "stored"]
    assert told["stored"] == Message.objects.count() == Record.objects.count()
    wanted = Counter(one.outcome for one in bad if one.outcome not in (STORED, "unknown_device"))
    counted = Counter()
    for row in Refusal.objects.exclude(reason="unknown_device"):
        counted[row.reason] += row.count
    assert counted == wanted
    of_device = {row.reason for row in Refusal.objects.filter(device=device.device)}
    assert of_device >= {
        "algorithm",
        "signature",
        "header",
        "clock",
        "relative",
        "pack",
        "unit",
        "repeated",
        "conflict",
    }
    assert Refusal.objects.get(reason="ended").device == revoked.device
    mixed = [one.message for one in bad if one.what == "mixed units"]
    (row,) = [body for body in map(_compact, Record.objects.all()) if body in mixed]
    values = [value for series in senml.readings(payload_of(row)).series.values() for value in series.values]
    assert values == [pytest.approx(4.0)] * 4


def _compact(record):
    return opened(bytes(record.disclosures))["message"]


def test_what_no_device_is_known_for_is_seen_by_whoever_sent_it(world, client):
    firm, _, _, stranger = world
    token = api_token(member(firm, Role.CARRIER), firm)
    for _ in range(3):
        send(stranger.message(), Authorization=f"Bearer {token}")
    send("nonsense", Authorization=f"Bearer {token}")
    rows = client.get("/api/v1/sensors/refusals/", headers={"Authorization": f"Bearer {token}"}).json()
    assert {(one["reason"], one["count"]) for one in rows} == {("unknown_device", 3), ("form", 1)}
    assert all(one["last"] for one in rows)
    assert any(stranger.kid in one["detail"] for one in rows)
    client.force_login(member(firm, Role.CARRIER))
    assert stranger.kid in client.get("/sensors/").content.decode()
    client.post("/sensors/unregistered/seen/", {"reason": "unknown_device"})
    assert Refusal.objects.get(reason="unknown_device").seen_by is not None
    client.force_login(member(OrganisationFactory(), Role.CARRIER))
    assert stranger.kid not in client.get("/sensors/").content.decode()


def test_a_number_with_ones_own_prefix_is_told_to_its_owner_whoever_sends_it(world):
    firm, device, *_ = world
    other = OrganisationFactory(company_prefix="95060")  # a shorter prefix of another firm
    DeviceKey.objects.filter(kid=device.kid).delete()
    send(device.message())
    assert Refusal.objects.get().organisation == firm
    assert not Refusal.objects.filter(organisation=other).exists()


def test_what_nobody_is_known_for_the_operator_sees(world):
    *_, stranger = world
    send(stranger.message(), Authorization="Bearer expired")
    send("nonsense")
    text = metrics.render(list(metrics.collect()))
    assert 'traceapp_sensors_refused_messages_total{of="nobody",reason="unknown_device"} 1' in text
    assert 'traceapp_sensors_refused_of_nobody_age_seconds{reason="form"}' in text


def test_a_token_that_is_not_valid_any_more_keeps_no_message_out(world):
    _, device, *_ = world
    assert send(device.message(), Authorization="Bearer revoked").status_code == 202
