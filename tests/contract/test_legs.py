"""Legs, on every ledger."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from chaincode.traceability.times import later, rfc3339
from tests.contract.deployment import Deployment, request, send
from tests.contract.money import at_once, holder, new_id
from tests.contract.signing_keys import public_jwk
from traceapp.ledger.errors import EndorseError
from traceapp.ledger.port import CommitStatus, Endorsed, Signer

FIGURES = {
    "readings": 2, "mean": 500, "min": 400, "max": 600, "mkt": None, "below": 0, "above": 0, "gap": 1, "outside": 0,
    "missing": 0, "bandMin": 200, "bandMax": 800,
}  # fmt: skip


class Carrier:
    """A device, and a batch of what it measured; legs of a millisecond after it was registered."""

    def __init__(self, place: Deployment) -> None:
        self.place, one = place, holder(1)
        self.recorder, manager = (
            place.issue(one["mspId"], one["organisation"], role) for role in ("recorder", "device-manager")
        )
        self.kid = f"logger-{new_id()[:12]}"
        key = {"id": new_id(), "kid": self.kid, "giai": f"9506{new_id()[:20]}", "publicKey": public_jwk()}
        self.since = self.act(manager, "register_device", **key, details="5e" * 32)["recordedAt"]
        batch = self.act(self.recorder, "record_batch", **request(kind="sensor"))
        self.batches = [{"id": batch["id"], "root": batch["root"]}]

    def endorse(self, by: Signer, function: str, **wanted: Any) -> Endorsed:
        return self.place.ledger.endorse(by, function, json.dumps(wanted))

    def send(self, endorsed: Endorsed) -> CommitStatus:
        return send(self.place, endorsed, self.recorder)

    def act(self, by: Signer, function: str, **wanted: Any) -> dict[str, Any]:
        endorsed = self.endorse(by, function, **wanted)
        assert send(self.place, endorsed, by).valid
        document: dict[str, Any] = json.loads(endorsed.result)
        return document

    def leg(self, start: int, end: int) -> Endorsed:
        """So many milliseconds after the registration."""
        times = {"from": later(self.since, milliseconds=start), "to": later(self.since, milliseconds=end)}
        while rfc3339(datetime.now(UTC)) < times["to"]:
            time.sleep(0.001)
        said = {"id": new_id(), "kid": self.kid, "goods": "5e" * 32, "shipment": "", "seq": {"from": 0, "to": 0}}
        return self.endorse(self.recorder, "record_leg", **said, **times, batches=self.batches, figures=FIGURES)


@pytest.fixture(scope="module")
def carrier(place: Deployment) -> Carrier:
    return Carrier(place)


def test_legs_of_one_device_that_meet_are_refused_and_at_the_same_time_one_is_valid(carrier: Carrier) -> None:
    assert carrier.send(carrier.leg(0, 10)).valid
    with pytest.raises(EndorseError) as refused:
        carrier.leg(9, 20)
    assert refused.value.reason == "overlap"
    both = [carrier.leg(10, 20), carrier.leg(15, 25)]  # endorsed where neither is on the ledger
    assert carrier.send(both[0]).valid
    assert carrier.send(both[1]).reason in ("MVCC_READ_CONFLICT", "PHANTOM_READ_CONFLICT")


def test_a_leg_is_read_back_and_challenged_once(place: Deployment, carrier: Carrier) -> None:
    endorsed = carrier.leg(30, 40)
    leg = json.loads(endorsed.result)
    assert carrier.send(endorsed).valid
    found = json.loads(place.ledger.evaluate(place.reader, "get_legs", json.dumps({"ids": [leg["id"]]})))
    assert found == {leg["id"]: leg}
    said = {"leg": leg["id"], "reason": "figures", "evidence": "5e" * 32}
    twice = [carrier.endorse(place.other, "challenge_leg", id=new_id(), **said) for _ in range(2)]
    codes = at_once(lambda one: send(place, one, place.other).reason, twice)
    assert sorted(codes) == ["MVCC_READ_CONFLICT", "VALID"]
    with pytest.raises(EndorseError) as refused:
        carrier.endorse(place.other, "challenge_leg", id=new_id(), **said)
    assert refused.value.reason == "already_challenged"
