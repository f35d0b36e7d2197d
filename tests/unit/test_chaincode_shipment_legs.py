"""Legs of a shipment: whose devices count, when, and that no silence of theirs wins or freezes money."""

from typing import Any

import pytest

from tests.unit.contract_refusals import refusal
from tests.unit.escrow_world import (
    CARRIER,
    STRANGER,
    TEMPERATURE,
    Trade,
    recorder,
    slot,
)
from tests.unit.leg_world import FIGURES, KID, ROOT, batch, register, revoke, rotate
from tests.unit.money_world import BUYER, SELLER
from tests.unit.settlement_sheets import facts

ON_TIME = "2026-05-20T15:00:00.000Z"


@pytest.fixture
def trade() -> Trade:
    return Trade().begin()


def leg(trade: Trade, **changes: Any) -> dict[str, Any]:
    wanted = {
        "id": trade.id(), "kid": KID, "goods": ROOT, "shipment": trade.shipment, "from": trade.time(hours=-1),
        "to": trade.time(), "seq": {"from": 0, "to": 9}, "batches": [batch(trade)], "figures": FIGURES,
    }  # fmt: skip
    return wanted | changes


def test_a_leg_is_of_a_device_and_a_firm_that_the_terms_name_in_their_band(trade: Trade) -> None:
    register(trade, kid="spare", giai="9506000111spare", x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    trade.dispatched()
    trade.pass_time(hours=2)
    by = recorder(CARRIER)
    assert refusal(trade, by, "record_leg", leg(trade, kid="spare")).code == "wrong_leg"
    assert refusal(trade, by, "record_leg", leg(trade, figures=FIGURES | {"bandMax": 900})).code == "wrong_band"
    assert refusal(trade, by, "record_leg", leg(trade, shipment="e" * 32)).code == "not_found"
    trade.call(by, "record_leg", leg(trade))


def test_a_leg_named_for_another_firm_or_shipment_is_none_of_this_one(trade: Trade) -> None:
    trade.dispatched(legs=[slot(trade.shipment, of=SELLER), slot("e" * 32)])
    trade.pass_time(hours=2)
    assert refusal(trade, recorder(CARRIER), "record_leg", leg(trade)).code == "wrong_leg"


def test_legs_are_taken_from_the_dispatch_until_their_hours_are_over(trade: Trade) -> None:
    by = recorder(CARRIER)
    trade.funded()
    trade.pass_time(hours=2)
    assert refusal(trade, by, "record_leg", leg(trade)).code == "wrong_state"
    trade.dispatch()
    assert refusal(trade, by, "record_leg", leg(trade)).code == "too_early"  # ended as the goods left
    trade.pass_time(hours=2)
    trade.arrive()
    trade.pass_time(hours=2)
    assert refusal(trade, by, "record_leg", leg(trade)).code == "too_late"  # began after they were there
    trade.pass_time(hours=22)
    last = leg(trade, **{"from": trade.time(hours=-26), "to": trade.time(hours=-24)})
    late = dict(last)
    trade.pass_time(milliseconds=1)
    assert refusal(trade, by, "record_leg", late).code == "too_late"
    trade.pass_time(milliseconds=-1)
    trade.call(by, "record_leg", last)


@pytest.mark.parametrize(
    ("by", "missing", "outside", "cut"), [(BUYER, "outside", 0, 0), (SELLER, "ignore", 1801, 20_000)]
)
def test_who_contests_before_a_leg_is_recorded_does_not_keep_it_out(
    trade: Trade, by: dict[str, str], missing: str, outside: int, cut: int
) -> None:
    trade.dispatched(temperature=TEMPERATURE | {"onMissingData": missing}, resolveHours=1)
    trade.at(ON_TIME)
    trade.arrive()
    trade.contest(by)
    trade.pass_time(hours=24)
    assert trade.refused(recorder(by), "settle_due") == "too_early"  # legs are taken for as long
    trade.leg("2026-05-15T09:00:00.000Z", ON_TIME, outside=outside)
    (held,) = trade.read()["shipment"]["legs"]
    wanted = {"id": trade.id(), "leg": held, "reason": "figures", "evidence": ROOT}
    trade.call(recorder(BUYER), "challenge_leg", wanted)
    trade.until_due()
    assert refusal(trade, recorder(CARRIER), "record_leg", leg(trade)).code == "too_late"
    assert trade.settle()["cut"] == cut


def test_goods_that_never_came_take_no_legs_once_the_seller_has_asked_the_arbiter(trade: Trade) -> None:
    trade.dispatched()
    trade.at("2026-05-20T18:00:00.001Z")
    trade.contest(SELLER, "no_arrival")
    assert refusal(trade, recorder(CARRIER), "record_leg", leg(trade)).code == "wrong_state"


def test_what_a_logger_measures_after_an_arrival_that_is_dated_back_counts_for_nothing(trade: Trade) -> None:
    trade.dispatched()
    trade.at(ON_TIME)
    trade.leg("2026-05-15T09:00:00.000Z", "2026-05-20T14:20:00.000Z")
    trade.leg("2026-05-20T14:20:00.000Z", ON_TIME, outside=2400)
    trade.arrive(at="2026-05-20T14:20:00.000Z")
    trade.until_due()
    sheet = trade.settle()
    assert (sheet["cut"], facts(sheet, "outside")) == (0, {"outside": "0", "missingCounted": "0"})


def test_a_key_may_be_rotated_on_the_way(trade: Trade) -> None:
    trade.dispatched()
    trade.pass_time(hours=5)
    changed = trade.time()
    rotate(trade, "second")
    trade.at(ON_TIME)
    trade.leg("2026-05-15T09:00:00.000Z", changed)
    trade.leg(changed, ON_TIME, kid="second")
    trade.arrive()
    trade.until_due()
    assert trade.settle()["cut"] == 0


def test_what_a_device_says_after_it_was_lost_does_not_count_and_is_missing(trade: Trade) -> None:
    trade.dispatched()
    trade.pass_time(hours=5)
    lost = trade.time()
    trade.at(ON_TIME)
    revoke(trade, lost)
    whole = leg(trade, **{"from": "2026-05-15T09:00:00.000Z"})
    assert refusal(trade, recorder(CARRIER), "record_leg", whole).code == "device_revoked"
    trade.leg("2026-05-15T09:00:00.000Z", lost)
    trade.arrive()
    trade.until_due()
    assert trade.settle()["cut"] == 400_000  # 121 hours without readings


def test_revoking_a_device_afterwards_does_not_unsay_what_it_measured(trade: Trade) -> None:
    trade.arrived(leg={"outside": 1801})
    revoke(trade, "2026-05-15T10:00:00.000Z")
    trade.until_due()
    assert trade.settle()["cut"] == 20_000


@pytest.mark.parametrize(("rule", "cut"), [("outside", 400_000), ("ignore", 0)])
def test_without_any_leg_the_terms_decide_and_nothing_waits(trade: Trade, rule: str, cut: int) -> None:
    trade.arrived(leg=None, temperature=TEMPERATURE | {"onMissingData": rule})
    trade.until_due()
    assert trade.settle()["cut"] == cut


def test_a_carrier_cannot_stuff_a_shipment_with_legs(trade: Trade) -> None:
    trade.dispatched()
    trade.at(ON_TIME)
    named = [batch(trade)]
    silent = {**FIGURES, "readings": 1, "gap": 0}
    start = "2026-05-16T00:%02d:%02d.000Z"
    for n in range(101):
        times = {"from": start % divmod(n, 60), "to": start % divmod(n + 1, 60)}
        wanted = leg(trade, batches=named, figures=silent, **times)
        if n < 100:
            trade.call(recorder(CARRIER), "record_leg", wanted)
        else:
            assert refusal(trade, recorder(CARRIER), "record_leg", wanted).code == "wrong_leg"


def test_only_parties_challenge_a_leg_and_not_once_it_has_ended(trade: Trade) -> None:
    trade.arrived()
    (held,) = trade.read()["shipment"]["legs"]
    wanted = {"id": trade.id(), "leg": held, "reason": "figures", "evidence": ROOT}
    assert refusal(trade, recorder(STRANGER), "challenge_leg", wanted).code == "forbidden"
    trade.pass_time(hours=48, milliseconds=1)
    assert refusal(trade, recorder(BUYER), "challenge_leg", wanted).code == "too_late"
    trade.until_due()
    trade.settle()
    assert refusal(trade, recorder(BUYER), "challenge_leg", wanted).code == "wrong_state"
