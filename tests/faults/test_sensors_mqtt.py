"""Device messages by MQTT: whichever of broker, intake process and ledgerd dies when, none is lost and none doubled."""

import os
import random
import time

import pytest

from tests.sensors_fleet import Fleet
from tests.sensors_intake import Intake, lost_and_doubled
from tests.stack import until
from traceapp.sensors.uplinks import Mqtt

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "9"))
DEVICES = 4
SEED = 7


@pytest.mark.timeout(600)
def test_none_is_lost_and_none_doubled_whoever_dies(tmp_path, broker):
    chance = random.Random(SEED)
    intake = Intake(tmp_path / "data", broker, DEVICES)
    kills = dict.fromkeys(("broker", "mqtt", "ledgerd"), 0)
    try:
        intake.let_in()
        intake.start_mqtt()
        intake.start("ledgerd", "ledgerd")
        uplinks = {
            kid: lambda kid=kid, password=password: Mqtt(broker.url, kid, password, str(broker.ca))
            for kid, password in intake.passwords.items()
        }
        with Fleet(uplinks) as fleet:
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
