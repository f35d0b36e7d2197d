"""Devices' keys by the contract alone."""

import re
from typing import Any

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.leg_world import ANOTHER, X, jwk
from tests.unit.money_world import NOBODY, SELLER, World, device_manager

OWNER = device_manager(SELLER)
KID = "8004-9506000111-logger-7"


@pytest.fixture
def world() -> World:
    return World()


def registration(world: World, **changes: Any) -> dict[str, Any]:
    wanted = {"id": world.id(), "kid": KID, "giai": "9506000111logger-7", "publicKey": jwk(), "details": "5e" * 32}
    return wanted | changes


def rotation(world: World, **changes: Any) -> dict[str, Any]:
    return {"id": world.id(), "kid": KID, "newKid": f"{KID}.2", "publicKey": jwk(ANOTHER)} | changes


def revocation(world: World, **changes: Any) -> dict[str, Any]:
    return {"id": world.id(), "kid": KID, "reason": "lost", "from": world.time()} | changes


def test_a_key_is_active_from_the_transactions_time_and_says_whose_it_is(world: World) -> None:
    wanted = registration(world)
    at = world.time()
    document = world.call(OWNER, "register_device", wanted)
    assert document == wanted | {
        "docType": "device", "organisation": SELLER["organisation"], "mspId": SELLER["mspId"], "recordedAt": at,
        "status": "active", "replaces": "", "replacedBy": "", "endedAt": "", "endedBy": "", "reason": "", "from": "",
    }  # fmt: skip
    found = world.call(NOBODY, "get_devices", {"kids": [KID, "nobody", KID]})
    assert found == {KID: document, "nobody": None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kid": ""}, "kid must be"),
        ({"kid": ".hidden"}, "kid must be"),
        ({"kid": "a/b"}, "kid must be"),
        ({"kid": "x" * 65}, "kid must be"),
        ({"kid": "k\u0661"}, "kid must be"),
        ({"giai": "950"}, "giai must be"),
        ({"giai": "9506" + "x" * 27}, "giai must be"),
        ({"giai": "9506 7"}, "giai must be"),
        ({"details": "model X"}, "details must be 64"),
        ({"publicKey": X}, "publicKey must have exactly"),
        ({"publicKey": jwk() | {"crv": "P-256"}}, "publicKey must be"),
        ({"publicKey": jwk() | {"d": X}}, "publicKey must have exactly"),
        ({"publicKey": jwk(X[:-1])}, "publicKey must be"),
        ({"publicKey": jwk(X + "=")}, "publicKey must be"),
        ({"publicKey": jwk(X[:-1] + "t")}, "publicKey must be"),  # the same bytes, written in another way
        ({"publicKey": jwk("A" * 43)}, "full order"),  # y = 0
        ({"publicKey": jwk("AQ" + "A" * 41)}, "full order"),  # y = 1
        ({"publicKey": jwk("_" * 42 + "8")}, "full order"),  # y beyond the field
    ],
)
def test_a_key_that_no_proof_would_accept_is_refused(world: World, changes: dict[str, Any], words: str) -> None:
    error = refusal(world, OWNER, "register_device", registration(world, **changes))
    assert error.code == "bad_request"
    assert words in error.message


def test_only_a_device_manager_registers_and_only_the_owner_changes(world: World) -> None:
    for by in (SELLER, {**SELLER, "role": "recorder"}, {**SELLER, "role": "treasurer"}):
        assert refusal(world, by, "register_device", registration(world)).code == "forbidden"
    world.call(OWNER, "register_device", registration(world))
    other = device_manager(NOBODY)
    impostor = device_manager(NOBODY | {"organisation": SELLER["organisation"]})
    for thief in (other, impostor):
        assert refusal(world, thief, "rotate_device", rotation(world)).code == "forbidden"
        assert refusal(world, thief, "revoke_device", revocation(world)).code == "forbidden"
        assert refusal(world, thief, "register_device", registration(world)).code == "conflict"


def test_the_same_registration_again_is_a_repeat_and_another_key_under_the_kid_a_conflict(world: World) -> None:
    wanted = registration(world)
    world.call(OWNER, "register_device", wanted)
    world.pass_time(hours=1)
    assert refusal(world, OWNER, "register_device", wanted).code == "already_recorded"
    for changes in ({"id": world.id()}, {"publicKey": jwk(ANOTHER)}, {"giai": "9506000111"}, {"details": "00" * 32}):
        assert refusal(world, OWNER, "register_device", wanted | changes).code == "conflict"
    world.call(OWNER, "revoke_device", revocation(world))
    assert refusal(world, OWNER, "register_device", wanted).code == "already_recorded"
    assert refusal(world, OWNER, "register_device", registration(world)).code == "conflict"


def test_a_rotation_ends_the_old_key_and_begins_the_new_one_at_one_time(world: World) -> None:
    first = world.call(OWNER, "register_device", registration(world))
    world.pass_time(hours=1)
    wanted, at = rotation(world), world.time()
    second = world.call(OWNER, "rotate_device", wanted)
    old = world.call(NOBODY, "get_devices", {"kids": [KID]})[KID]
    ended = {"status": "rotated", "endedAt": at, "endedBy": wanted["id"], "replacedBy": f"{KID}.2"}
    assert old == first | ended
    begun = {"id": wanted["id"], "kid": f"{KID}.2", "publicKey": jwk(ANOTHER), "recordedAt": at, "replaces": KID}
    assert second == first | begun
    assert refusal(world, OWNER, "rotate_device", wanted).code == "already_recorded"
    assert refusal(world, OWNER, "rotate_device", wanted | {"publicKey": jwk()}).code == "conflict"
    error = refusal(world, OWNER, "rotate_device", rotation(world, newKid=f"{KID}.3"))
    assert (error.code, f"rotate {KID}.2" in error.message) == ("device_revoked", True)


def test_a_rotation_brings_another_key_under_another_name(world: World) -> None:
    assert refusal(world, OWNER, "rotate_device", rotation(world)).code == "unknown_device"
    world.call(OWNER, "register_device", registration(world))
    assert refusal(world, OWNER, "rotate_device", rotation(world, publicKey=jwk())).code == "bad_request"
    assert refusal(world, OWNER, "rotate_device", rotation(world, newKid=KID)).code == "bad_request"
    world.call(OWNER, "register_device", registration(world, kid="other"))
    assert refusal(world, OWNER, "rotate_device", rotation(world, newKid="other")).code == "conflict"


def test_a_revocation_says_since_when_and_can_only_reach_further_back(world: World) -> None:
    world.call(OWNER, "register_device", registration(world))
    world.pass_time(hours=5)
    later = world.time(milliseconds=1)
    assert "not be after" in refusal(world, OWNER, "revoke_device", revocation(world, **{"from": later})).message
    two_hours_ago = world.time(hours=-2)
    wanted = revocation(world, **{"from": two_hours_ago})
    document = world.call(OWNER, "revoke_device", wanted)
    assert (document["status"], document["reason"]) == ("revoked", "lost")
    assert (document["from"], document["endedAt"]) == (two_hours_ago, world.time())
    assert refusal(world, OWNER, "revoke_device", wanted).code == "already_recorded"
    assert refusal(world, OWNER, "revoke_device", revocation(world)).code == "conflict"
    earlier = revocation(world, reason="compromised", **{"from": world.time(hours=-4)})
    assert world.call(OWNER, "revoke_device", earlier)["from"] == earlier["from"]
    assert refusal(world, OWNER, "rotate_device", rotation(world)).code == "device_revoked"


def test_a_key_that_was_rotated_can_still_be_revoked(world: World) -> None:
    world.call(OWNER, "register_device", registration(world))
    rotated_at = world.time()
    world.call(OWNER, "rotate_device", rotation(world))
    world.pass_time(hours=1)
    document = world.call(OWNER, "revoke_device", revocation(world, **{"from": rotated_at}))
    assert (document["status"], document["endedAt"], document["from"]) == ("revoked", rotated_at, rotated_at)


@pytest.mark.parametrize("changes", [{"reason": "stolen"}, {"reason": ["lost"]}, {"from": "2026-05-14"}, {"from": 7}])
def test_a_revocation_without_a_known_reason_or_a_time_is_refused(world: World, changes: dict[str, Any]) -> None:
    world.call(OWNER, "register_device", registration(world))
    assert refusal(world, OWNER, "revoke_device", revocation(world, **changes)).code == "bad_request"


def test_many_keys_are_read_at_once_but_not_any_number(world: World) -> None:
    assert world.call(NOBODY, "get_devices", {"kids": []}) == {}
    for kids in ([f"k{n}" for n in range(1001)], "k", [7], [""]):
        assert re.match("kids", refusal(world, NOBODY, "get_devices", {"kids": kids}).message)
