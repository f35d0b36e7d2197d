"""Messages by MQTT 5, through a real mosquitto with the configuration that is shipped."""

import queue
import re
import subprocess
from contextlib import ExitStack

import pytest

from tests.sensors_field import Field, taking_in
from tests.sensors_world import logger
from tests.stack import ROOT, until
from traceapp.sensors import access
from traceapp.sensors import broker as names
from traceapp.sensors.models import Message, Refusal


@pytest.fixture
def field(broker):
    made = Field(broker)
    yield made
    made.close()


@pytest.fixture
def intake(broker, aside):
    """Start the process's work in a thread."""
    with ExitStack() as started:
        yield lambda: started.enter_context(taking_in(broker, aside))


def stored(aside):
    return aside(Message.objects.count).outcome()


def test_a_message_is_stored_and_its_device_hears_the_receipt(broker, field, intake, aside):
    device = logger()
    broker.let_in(device.kid)
    intake()
    client = field.connect(device)
    message = device.message([4.0, 4.2])
    client.publish(names.messages_topic(device.kid), message, qos=1).wait_for_publish(20)
    told = field.heard.get(timeout=60)
    assert (told["state"], told["kid"], told["seq"]) == ("stored", device.kid, 1)
    assert told["receipt"]
    assert aside(Message.objects.get).outcome().count == 2
    client.publish(names.messages_topic(device.kid), message, qos=1)
    assert field.heard.get(timeout=60)["state"] == "repeated"
    client.publish(names.messages_topic(device.kid), b"\xff\x00nonsense", qos=1)
    assert field.heard.get(timeout=60)["reason"] == "form"
    assert aside(Refusal.objects.get).outcome().reason == "form"


def test_what_comes_while_the_intake_is_away_waits_at_the_broker(broker, field, intake, aside):
    device = logger()
    broker.let_in(device.kid)
    first = intake()
    client = field.connect(device)
    client.publish(names.messages_topic(device.kid), device.message(), qos=1)
    assert field.heard.get(timeout=60)["state"] == "stored"
    first.stop.set()
    until(lambda: not first._client.is_connected(), "the intake is away")
    for _ in range(5):
        client.publish(names.messages_topic(device.kid), device.message(), qos=1).wait_for_publish(20)
    broker.stop()
    broker.start()
    intake()
    until(lambda: stored(aside) == 6, "all are taken")


def test_a_device_publishes_for_itself_alone_and_reads_no_other(broker, field, intake, aside):
    mine, other = logger(), logger()
    broker.let_in(mine.kid, other.kid)
    intake()
    client = field.connect(mine)
    outcome = client.publish(names.messages_topic(other.kid), other.message(), qos=1)
    outcome.wait_for_publish(20)
    client.publish(names.messages_topic(mine.kid), mine.message(), qos=1)
    assert field.heard.get(timeout=60)["kid"] == mine.kid
    assert stored(aside) == 1
    spy = broker.client(mine.kid, name="spy")
    heard = []
    spy.on_message = lambda *_: heard.append(1)
    field.subscribe(spy, "devices/+/messages")
    client.publish(names.messages_topic(mine.kid), mine.message(), qos=1)
    field.heard.get(timeout=60)
    assert heard == []


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_comes_in_without_the_devices_password(broker, password):
    broker.let_in("a-device")
    client = broker.client("a-device", password=password)
    told = queue.Queue()
    client.on_connect = lambda _, __, ___, reason, ____: told.put(reason)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert told.get(timeout=60).is_failure
    client.loop_stop()


def test_the_password_file_follows_the_keys(db, tmp_path):
    device, ended = logger(), logger(state="revoked")
    path = tmp_path / "passwords"
    assert access.write(path)
    assert not access.write(path)
    users = [line.split(":")[0] for line in path.read_text().splitlines()]
    assert users == [names.INTAKE, device.kid]
    assert ended.kid not in path.read_text()
    assert names.password(device.kid) not in path.read_text()


def test_the_shipped_starter_lets_a_new_device_in_without_a_restart(broker, tmp_path):
    broker.stop()
    script = (ROOT / "docker" / "mosquitto.sh").read_text()
    script = re.sub("/mosquitto/(config/)?", f"{broker.folder}/", script)
    broker.let_in()
    started = subprocess.Popen(["sh", "-c", script])
    try:
        until(lambda: broker.listens(starting=True), "the broker listens")
        broker.passwords.write_text(names.password_file([names.INTAKE, "new-device"]))

        def is_in():
            told = queue.Queue()
            client = broker.client("new-device")
            client.on_connect = lambda _, __, ___, reason, ____: told.put(reason)
            client.connect("127.0.0.1", broker.port)
            client.loop_start()
            try:
                return not told.get(timeout=60).is_failure
            finally:
                client.loop_stop()
                client.disconnect()

        until(is_in, "the new device is let in")
    finally:
        started.terminate()
        started.wait(20)
    assert not broker.listens(starting=True)
