"""Legs by the contract alone: whose, when, of which readings, and figures that cannot all be true."""

from typing import Any

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.leg_world import (
    ANOTHER,
    CARRIER,
    FIGURES,
    KID,
    RECORDER,
    ROOT,
    SILENT,
    batch,
    leg,
    register,
    revoke,
    rotate,
)
from tests.unit.money_world import BUYER, NOBODY, World


@pytest.fixture
def world() -> World:
    made = World()
    register(made)
    made.pass_time(hours=24)
    return made


@pytest.fixture
def batches(world: World) -> list[dict[str, str]]:
    return [batch(world), batch(world)]


def test_a_leg_lies_on_the_ledger_as_it_was_said_with_whose_it_is(world: World, batches: list[dict[str, str]]) -> None:
    wanted = leg(world, batches)
    document = world.call(RECORDER, "record_leg", wanted)
    assert document == wanted | CARRIER | {
        "docType": "leg", "giai": "9506000111logger/7", "recordedAt": world.time(), "challenge": None,
    }  # fmt: skip
    assert world.call(NOBODY, "get_legs", {"ids": [wanted["id"], "0" * 32]}) == {wanted["id"]: document, "0" * 32: None}
    assert refusal(world, RECORDER, "record_leg", wanted).code == "already_recorded"
    assert refusal(world, RECORDER, "record_leg", wanted | {"goods": "00" * 32}).code == "conflict"


def test_a_silent_logger_is_a_leg_of_which_all_is_missing(world: World) -> None:
    document = world.call(RECORDER, "record_leg", leg(world, [], seq=None, figures=SILENT))
    assert (document["seq"], document["figures"]["mean"], document["figures"]["missing"]) == (None, None, 3600)


@pytest.mark.parametrize(
    ("from_hours", "to_hours", "meets"),
    [(-5, -4, False), (-5, -3, True), (-3, -2, True), (-4, -1, True), (-10, 0, True), (-1, 0, False), (-2, 0, True)],
)
def test_a_device_is_on_one_leg_at_a_time_and_one_may_begin_as_another_ends(
    world: World, batches: list[dict[str, str]], from_hours: int, to_hours: int, meets: bool
) -> None:
    held = leg(world, batches, **{"from": world.time(hours=-4), "to": world.time(hours=-1)})
    world.call(RECORDER, "record_leg", held)
    wanted = leg(world, batches, **{"from": world.time(hours=from_hours), "to": world.time(hours=to_hours)})
    if meets:
        error = refusal(world, RECORDER, "record_leg", wanted)
        assert error.code == "overlap"
        assert held["id"] in error.message
    else:
        world.call(RECORDER, "record_leg", wanted)


def test_a_long_leg_that_began_months_ago_still_keeps_others_out(world: World, batches: list[dict[str, str]]) -> None:
    start = world.time()
    world.pass_time(hours=92 * 24)
    world.call(RECORDER, "record_leg", leg(world, batches, **{"from": start, "to": world.time()}))
    assert refusal(world, RECORDER, "record_leg", leg(world, batches)).code == "overlap"
    world.pass_time(milliseconds=1)
    too_long = leg(world, batches, **{"from": start, "to": world.time()})
    assert "92 days" in refusal(world, RECORDER, "record_leg", too_long).message


def test_two_keys_of_one_device_do_not_make_it_two_devices(world: World, batches: list[dict[str, str]]) -> None:
    register(world, kid="second", x=ANOTHER)
    world.pass_time(hours=2)
    world.call(RECORDER, "record_leg", leg(world, batches))
    assert refusal(world, RECORDER, "record_leg", leg(world, batches, kid="second")).code == "overlap"


def test_another_firms_device_of_the_same_number_is_another_device(world: World, batches: list[dict[str, str]]) -> None:
    theirs = {**BUYER, "role": "recorder"}
    register(world, kid="theirs", x=ANOTHER, of=BUYER)
    world.pass_time(hours=2)
    world.call(RECORDER, "record_leg", leg(world, batches))
    world.call(theirs, "record_leg", leg(world, [batch(world, by=theirs)], kid="theirs"))


def test_a_key_counts_from_its_registration_to_its_end(world: World, batches: list[dict[str, str]]) -> None:
    before = leg(world, batches, **{"from": world.time(hours=-24, milliseconds=-1)})
    assert refusal(world, RECORDER, "record_leg", before).code == "device_not_active"
    assert refusal(world, RECORDER, "record_leg", leg(world, batches, kid="nobody")).code == "unknown_device"
    rotated_at = world.time()
    rotate(world, f"{KID}.2")
    world.call(RECORDER, "record_leg", leg(world, batches, **{"to": rotated_at}))
    world.pass_time(hours=1)
    assert refusal(world, RECORDER, "record_leg", leg(world, batches)).code == "device_revoked"
    world.call(RECORDER, "record_leg", leg(world, batches, kid=f"{KID}.2"))


def test_what_a_key_signed_since_it_was_lost_does_not_count(world: World, batches: list[dict[str, str]]) -> None:
    lost = world.time(hours=-2)
    revoke(world, lost)
    error = refusal(world, RECORDER, "record_leg", leg(world, batches))
    assert (error.code, lost in error.message) == ("device_revoked", True)
    world.call(RECORDER, "record_leg", leg(world, batches, **{"from": world.time(hours=-3), "to": lost}))


def test_only_the_devices_owner_records_its_legs(world: World, batches: list[dict[str, str]]) -> None:
    thief = {**BUYER, "role": "recorder"}
    assert refusal(world, thief, "record_leg", leg(world, [batch(world, by=thief)])).code == "forbidden"
    assert refusal(world, {**CARRIER, "role": "treasurer"}, "record_leg", leg(world, batches)).code == "forbidden"


def test_readings_were_recorded_in_batches_of_the_same_firm_on_the_ledger(
    world: World, batches: list[dict[str, str]]
) -> None:
    others = batch(world, by={**BUYER, "role": "recorder"})
    for named in ({"id": "0" * 32, "root": ROOT}, batches[0] | {"root": "00" * 32}, batch(world, kind="epcis"), others):
        assert refusal(world, RECORDER, "record_leg", leg(world, [batches[1], named])).code == "unknown_batch"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"figures": FIGURES | {"min": 600}}, "mean is not between"),
        ({"figures": FIGURES | {"min": 800, "max": 790, "mean": 795}}, "mean is not between"),
        ({"figures": FIGURES | {"mkt": 791}}, "mkt is not between"),
        ({"figures": FIGURES | {"outside": 1}}, "below and above"),
        ({"figures": FIGURES | {"above": 3601, "outside": 3601, "max": 900}}, "more than the leg's 3600 s"),
        ({"figures": FIGURES | {"above": 60, "outside": 60, "missing": 3541, "max": 900}}, "more than the leg's"),
        ({"figures": FIGURES | {"above": 60, "outside": 60}}, "above the band, and max is not"),
        ({"figures": FIGURES | {"below": 60, "outside": 60}}, "below the band, and min is not"),
        ({"figures": FIGURES | {"gap": 3601}}, "gap is more"),
        ({"figures": FIGURES | {"bandMin": 801}}, "bandMin is above bandMax"),
        ({"figures": FIGURES | {"mean": None}}, "with readings there are"),
        ({"figures": SILENT | {"mean": 500}}, "without readings there is no"),
        ({"figures": SILENT | {"missing": 0}}, "are missing"),
        ({"figures": SILENT | {"missing": 0, "above": 3600, "outside": 3600}}, "nothing is known"),
        ({"figures": FIGURES | {"readings": -1}}, "figures.readings must be"),
        ({"figures": FIGURES | {"missing": -60}}, "figures.missing must be"),
        ({"figures": FIGURES | {"min": -27316}}, "figures.min must be"),
        ({"figures": FIGURES | {"max": True}}, "figures.max must be"),
        ({"figures": FIGURES | {"max": 7.9}}, "not an integer"),
        ({"figures": FIGURES | {"humidity": 1}}, "figures must have exactly"),
        ({"seq": None}, "seq must have exactly"),
        ({"seq": {"from": 2, "to": 1}}, "seq.from"),
        ({"seq": {"from": -1, "to": 1}}, "seq.from"),
        ({"batches": []}, "where the readings were recorded"),
        ({"batches": [{"id": "x", "root": ROOT}]}, "batches[0].id"),
        ({"batches": [{"id": "0" * 32, "root": ROOT}] * 2}, "one twice"),
        ({"batches": {}}, "batches must be a list"),
        ({"goods": "SSCC"}, "goods must be 64"),
        ({"shipment": None}, "shipment must be 32"),
        ({"from": "2026-05-15T09:12:00+02:00"}, "from must be a UTC time"),
        ({"from": "2026-05-15T09:12:00.000Z"}, "from must be before to"),
        ({"to": "2026-05-15T09:12:00.001Z"}, "to must not be after"),
    ],
)
def test_what_cannot_be_true_is_refused_with_what_is_wrong(
    world: World, batches: list[dict[str, str]], changes: dict[str, Any], words: str
) -> None:
    error = refusal(world, RECORDER, "record_leg", leg(world, batches) | changes)
    assert (error.code, words in error.message) == ("bad_request", True), error.message


def test_a_leg_is_challenged_once_within_two_days_and_stays_as_it_is(
    world: World, batches: list[dict[str, str]]
) -> None:
    held = world.call(RECORDER, "record_leg", leg(world, batches))
    wanted = {"id": world.id(), "leg": held["id"], "reason": "figures", "evidence": ROOT}
    by = {**BUYER, "role": "recorder"}
    world.pass_time(hours=48)
    document = world.call(by, "challenge_leg", wanted)
    said = BUYER | {"id": wanted["id"], "reason": "figures", "evidence": ROOT, "at": world.time()}
    assert document == held | {"challenge": said}
    assert refusal(world, by, "challenge_leg", wanted).code == "already_recorded"
    assert refusal(world, by, "challenge_leg", wanted | {"reason": "time"}).code == "conflict"
    assert refusal(world, RECORDER, "challenge_leg", wanted | {"id": world.id()}).code == "already_challenged"
    assert refusal(world, RECORDER, "record_leg", {name: held[name] for name in leg(world, [])}).code == (
        "already_recorded"
    )


def test_a_challenge_comes_in_time_about_a_leg_and_for_a_reason(world: World, batches: list[dict[str, str]]) -> None:
    held = world.call(RECORDER, "record_leg", leg(world, batches))
    wanted = {"id": world.id(), "leg": held["id"], "reason": "figures", "evidence": ROOT}
    assert refusal(world, RECORDER, "challenge_leg", wanted | {"reason": "envy"}).code == "bad_request"
    assert refusal(world, RECORDER, "challenge_leg", wanted | {"evidence": ""}).code == "bad_request"
    assert refusal(world, RECORDER, "challenge_leg", wanted | {"leg": "0" * 32}).code == "not_found"
    assert refusal(world, NOBODY, "challenge_leg", wanted).code == "forbidden"
    world.pass_time(hours=48, milliseconds=1)
    assert refusal(world, RECORDER, "challenge_leg", wanted).code == "too_late"
