"""The disk of database and ledger is full while devices send: what is accepted is kept, what is not stays with its
sender and with the broker, and all of it is stored once when there is room again."""

import json
import urllib.error
import urllib.request

import pytest

from tests.sensors_fleet import Fleet
from tests.sensors_intake import Intake, lost_and_doubled
from tests.sensors_world import field_device
from tests.stack import until
from traceapp.sensors.uplinks import Mqtt, Rest

DEVICES = 4


@pytest.mark.timeout(600)
def test_nothing_is_lost_and_nothing_doubled_when_the_disk_is_full(small_disk, broker):
    intake = Intake(small_disk.folder / "data", broker, DEVICES + 1)
    by_mqtt, by_rest, (lone,) = intake.kids[:2], intake.kids[2:DEVICES], intake.kids[DEVICES:]
    try:
        intake.let_in()
        intake.start_mqtt()
        intake.start("ledgerd", "ledgerd")
        url = intake.start_web()
        uplinks = {kid: lambda kid=kid: _mqtt(intake, kid) for kid in by_mqtt}
        uplinks |= {kid: lambda: Rest(url) for kid in by_rest}
        with Fleet(uplinks) as fleet:
            until(lambda: {kid for kid, _ in fleet.taken} == set(uplinks), "messages of each device are taken")
            small_disk.fill()
            sent, problem = _until_refused(url, field_device(lone))
            assert problem["status"] in (503, 507)
            assert problem["reason"] == "store"
            assert "disk is full" in problem["detail"] or "cannot store" in problem["detail"]
            until(lambda: "Messages wait" in intake.log("mqtt"), "the intake waits")
            intake.kill("mqtt")  # with what it had not acknowledged
            intake.start_mqtt()
            until(lambda: intake.log("mqtt").count("Messages wait") > 1, "the broker has sent it again")
            before = set(fleet.taken)
            small_disk.free()
            until(lambda: len({kid for kid, _ in fleet.taken - before}) == DEVICES, "each device is heard again", 120)
            assert _post(url, sent[-1])[0] == 202
        until(lambda: intake.told("count")["queued"] == 0, "the ledger has all of it", 120)
        assert [name for name, process in intake.processes.items() if process.poll() is not None] == []
        counts = intake.told("count")
    finally:
        intake.stop()
    promised = sorted(fleet.signed | {(lone, seq) for seq in range(1, len(sent) + 1)})
    lost, doubled = lost_and_doubled(promised, counts["messages"])
    print(
        f"\nsigned {len(promised)}, stored {len(counts['messages'])}, waited {counts['waited']}, {problem['detail']!r}"
    )
    assert (lost, doubled) == (0, 0)
    assert counts["records"] == len(counts["messages"]) == len(promised)
    assert fleet.taken == fleet.signed
    waited = set(counts["waited"])
    assert waited >= {lone, *by_rest}
    assert waited & set(by_mqtt)


def _mqtt(intake, kid):
    return Mqtt(intake.broker.url, kid, intake.passwords[kid], str(intake.broker.ca))


def _until_refused(url, device):
    """Some more fit into what the database's files have left. All messages of it, and what was said of the last."""
    sent = []
    while len(sent) < 5000:
        sent.append(device.message([4.0] * 200))
        status, told = _post(url, sent[-1])
        if status != 202:
            return sent, told
    raise AssertionError("the disk is never full")


def _post(url, message):
    request = urllib.request.Request(
        f"{url}/api/v1/sensors/messages", message.encode(), {"Content-Type": "application/jose"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
