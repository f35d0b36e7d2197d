"""Devices' keys, on every ledger."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from chaincode.traceability.times import rfc3339
from tests.contract.deployment import Deployment, send
from tests.contract.money import holder, new_id
from tests.contract.signing_keys import public_jwk
from traceapp.ledger.errors import EndorseError
from traceapp.ledger.port import CommitStatus, Signer
from traceapp.ledger.protos import transaction


@pytest.fixture(scope="module")
def manager(place: Deployment) -> Signer:
    one = holder(1)
    return place.issue(one["mspId"], one["organisation"], "device-manager")


def call(place: Deployment, by: Signer, function: str, **request: Any) -> CommitStatus:
    return send(place, place.ledger.endorse(by, function, json.dumps(request)), by)


def registered(place: Deployment, by: Signer) -> str:
    kid = f"logger-{secrets.token_hex(6)}"
    wanted = {"id": new_id(), "kid": kid, "giai": "9506000111logger-7", "publicKey": public_jwk(), "details": "5e" * 32}
    assert call(place, by, "register_device", **wanted).valid
    return kid


def read(place: Deployment, *kids: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        place.ledger.evaluate(place.reader, "get_devices", json.dumps({"kids": list(kids)}))
    )
    return found


def test_a_key_is_registered_rotated_and_revoked_and_anybody_reads_it(place: Deployment, manager: Signer) -> None:
    kid = registered(place, manager)
    assert read(place, kid)[kid]["status"] == "active"
    assert call(place, manager, "rotate_device", id=new_id(), kid=kid, newKid=f"{kid}.2", publicKey=public_jwk()).valid
    since = rfc3339(datetime.now(UTC))
    ended = call(place, manager, "revoke_device", id=new_id(), kid=f"{kid}.2", reason="lost", **{"from": since})
    assert ended.valid
    found = read(place, kid, f"{kid}.2", f"{kid}.3")
    assert (found[kid]["status"], found[kid]["replacedBy"]) == ("rotated", f"{kid}.2")
    assert (found[f"{kid}.2"]["status"], found[f"{kid}.2"]["from"]) == ("revoked", since)
    assert found[f"{kid}.3"] is None


def test_nobody_but_its_organisation_ends_a_key(place: Deployment, manager: Signer) -> None:
    kid, one = registered(place, manager), holder(0)
    thief = place.issue(one["mspId"], one["organisation"], "device-manager")
    asked = {"id": new_id(), "kid": kid, "reason": "lost", "from": "2026-01-01T00:00:00.000Z"}
    for by in (thief, place.recorder):
        with pytest.raises(EndorseError) as refused:
            place.ledger.endorse(by, "revoke_device", json.dumps(asked))
        assert refused.value.reason == "forbidden"


def test_two_rotations_at_once_leave_one_key(place: Deployment, manager: Signer) -> None:
    kid = registered(place, manager)
    both = [
        place.ledger.endorse(
            manager,
            "rotate_device",
            json.dumps({"id": new_id(), "kid": kid, "newKid": f"{kid}.{n}", "publicKey": public_jwk()}),
        )
        for n in (2, 3)
    ]
    codes = [send(place, one, manager).code for one in both]
    assert codes == [transaction.VALID, transaction.MVCC_READ_CONFLICT]
    found = read(place, kid, f"{kid}.2", f"{kid}.3")
    assert (found[kid]["replacedBy"], found[f"{kid}.2"]["status"], found[f"{kid}.3"]) == (f"{kid}.2", "active", None)
