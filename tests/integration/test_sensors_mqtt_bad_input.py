"""What is wrong with a message that comes by MQTT: answered in words, counted on its device's page, nothing good lost."""

import queue
from collections import Counter
from dataclasses import replace

import pytest

from tests.sensors_bad import STORED, all_of
from tests.sensors_field import Field, taking_in
from tests.sensors_world import logger
from tests.stack import until
from traceapp.ledger.models import Record
from traceapp.sensors import broker as names
from traceapp.sensors.models import DeviceKey, Message, Refusal


@pytest.fixture
def field(broker):
    made = Field(broker)
    yield made
    made.close()


def publish(client, kid, message):
    client.publish(names.messages_topic(kid), message, qos=1)


def test_each_is_answered_and_counted(broker, field, aside):
    device = logger()
    revoked = logger(device.device.organisation, state=DeviceKey.State.REVOKED)
    bad = all_of(device, revoked, replace(device, kid="8004-9521777LOGGER"))
    broker.let_in(device.kid)
    with taking_in(broker, aside):
        client = field.connect(device)
        for one in bad:
            publish(client, device.kid, one.message)
        told = [field.heard.get(timeout=60) for _ in bad]
        publish(client, device.kid, device.message(seq=20_000))
        assert field.heard.get(timeout=60)["state"] == "stored"
    outcomes = Counter(one.get("reason", one["state"]) for one in told)
    assert outcomes == Counter(one.outcome for one in bad)
    assert all(len(one["detail"]) > 20 for one in told if one["state"] == "refused")
    rows = aside(lambda: list(Refusal.objects.values_list("device_id", "organisation_id", "reason", "count"))).outcome()
    wanted = Counter(one.outcome for one in bad if one.outcome != STORED)
    assert {reason: count for _, _, reason, count in rows} == dict(wanted)
    of = {reason: whose for whose, _, reason, _ in rows}
    assert of.pop("ended") == revoked.device.pk
    assert set(of.values()) == {device.device.pk}  # also what names no device: it came by this one's account
    assert aside(lambda: (Message.objects.count(), Record.objects.count())).outcome() == (4, 4)


def test_ten_megabytes_end_that_connection_and_no_others(broker, field, aside):
    device, other = logger(), logger()
    broker.let_in(device.kid, other.kid)
    ended = queue.Queue()
    with taking_in(broker, aside):
        client, well = field.connect(device), field.connect(other)
        client.on_disconnect = lambda *told: ended.put(told[3])
        client.publish(names.messages_topic(device.kid), b"e" * 10_000_000, qos=0)
        assert ended.get(timeout=60).is_failure
        publish(well, other.kid, other.message())
        assert field.heard.get(timeout=60)["state"] == "stored"
        until(client.is_connected, "the device is back")
        until(lambda: _stored(field, client, device), "its next message is taken")


def _stored(field, client, device):
    publish(client, device.kid, device.message())
    try:
        return field.heard.get(timeout=5)["state"] == "stored"
    except queue.Empty:  # published before its connection was whole again
        return False
