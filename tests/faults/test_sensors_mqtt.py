"""Device messages by MQTT: whichever of broker, intake process and ledgerd dies when, none is lost and none doubled."""

import os
import random
import threading
import time

import pytest

from tests.sensors_intake import Intake, lost_and_doubled
from tests.sensors_world import field_device
from tests.stack import until
from traceapp.sensors.uplinks import Mqtt

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "9"))
DEVICES = 4
SEED = 7


class Fleet:
    """Devices that measure all the time and keep each message until its answer says that it was taken."""

    def __init__(self, broker, passwords):
        self.broker = broker
        self.ended = threading.Event()
        self.signed: set[tuple[str, int]] = set()
        self.taken: set[tuple[str, int]] = set()
        self.threads = [threading.Thread(target=self._measure, args=one, daemon=True) for one in passwords.items()]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)

    def _measure(self, kid, password):
        device, uplink = field_device(kid), Mqtt(self.broker.url, kid, password, str(self.broker.ca))
        buffer = {}
        while buffer or not self.ended.is_set():
            if not self.ended.is_set():
                for _ in range(5):
                    message = device.message([4.0, 4.1])
                    buffer[message] = device.seq
                    self.signed.add((kid, device.seq))
            for message, said in uplink.send(list(buffer)).items():
                assert said in ("stored", "repeated"), said
                self.taken.add((kid, buffer.pop(message)))
        uplink.close()


@pytest.mark.timeout(600)
def test_none_is_lost_and_none_doubled_whoever_dies(tmp_path, broker):
    chance = random.Random(SEED)
    intake = Intake(tmp_path / "data", broker, DEVICES)
    kills = dict.fromkeys(("broker", "mqtt", "ledgerd"), 0)
    try:
        intake.let_in()
        intake.start_mqtt()
        intake.start("ledgerd", "ledgerd")
        with Fleet(broker, intake.passwords) as fleet:
            until(lambda: len(fleet.taken) > 20, "messages are taken")
            for number in range(ROUNDS):
                victim = ("broker", "mqtt", "ledgerd")[number % 3]
                kills[victim] += 1
                _kill_and_start_again(victim, intake)
                before = len(fleet.taken)
                until(lambda n=before: len(fleet.taken) > n + 5, f"messages are taken again after {victim}", 90)
                time.sleep(chance.random() * 0.5)  # the next kill comes at any moment
        until(lambda: intake.told("count")["queued"] == 0, "the ledger has all of it", 90)
        counts = intake.told("count")
    finally:
        intake.stop()
    lost, doubled = lost_and_doubled(sorted(fleet.signed), counts["messages"])
    print(
        f"\nkills {kills}; signed {len(fleet.signed)}, answered {len(fleet.taken)}, "
        f"stored {len(counts['messages'])}, lost {lost}, doubled {doubled}"
    )
    assert (lost, doubled) == (0, 0)
    assert counts["records"] == len(counts["messages"])
    assert fleet.taken == fleet.signed
    assert len(fleet.signed) > 100


def _kill_and_start_again(victim, intake):
    if victim == "broker":
        intake.broker.kill()
        intake.broker.start()
    elif victim == "mqtt":
        intake.kill("mqtt")
        intake.start_mqtt()
    else:
        intake.kill("ledgerd")
        intake.start("ledgerd", "ledgerd")
